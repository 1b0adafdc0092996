//! Sentences that are read at a terminal as well as on a page: what stands between backticks is code.

use std::fmt;

use askama::filters::{Escaper as _, Html, HtmlSafe};

/// A sentence as HTML: escaped, and each `` `part` `` in `<code>`. A backtick without a partner stays as it is.
pub(crate) struct Ticked<'a>(pub(crate) &'a str);

impl fmt::Display for Ticked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, code, after)) = next_code(rest) {
            Html.write_escaped_str(&mut *f, before)?;
            f.write_str("<code>")?;
            Html.write_escaped_str(&mut *f, code)?;
            f.write_str("</code>")?;
            rest = after;
        }
        Html.write_escaped_str(f, rest)
    }
}

impl HtmlSafe for Ticked<'_> {}

/// What stands before the next pair of backticks, between them, and after them.
fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

#[cfg(test)]
mod tests {
    use super::Ticked;

    #[test]
    fn what_stands_between_backticks_is_code_and_all_of_it_is_escaped() {
        let html = |text| Ticked(text).to_string();
        assert_eq!(
            html("Without `checks: read`: <b> & `<i>`."),
            "Without <code>checks: read</code>: &#60;b&#62; &#38; <code>&#60;i&#62;</code>."
        );
        assert_eq!(html("one ` alone, `two` and ` again"), "one <code> alone, </code>two<code> and </code> again");
        assert_eq!(html("it`s"), "it`s");
        assert_eq!(html(""), "");
    }
}
