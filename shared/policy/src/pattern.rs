//! Path patterns as `ignore` and `paths` use them: prefixes, globs and regular expressions, told apart the way the
//! incumbent does, with its traps, because people's files rely on them.
//!
//! - without `* $ [ ]` a pattern is a prefix: `src` also means `src2/…`;
//! - with `**`, `/*` or a bare `*` it is a glob for the whole path: `**/*.py` needs a folder, `*_test.go` has none;
//! - anything else is a regular expression, matched from the start of the path.
//!
//! A leading `!` takes back what other patterns match. regex-lite has no look-around and runs in linear time.

use regex_lite::{Regex, RegexBuilder};

/// A list of path patterns. The default matches nothing.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    include: Vec<Regex>,
    exclude: Vec<Regex>,
}

impl Patterns {
    /// Whether a path matches at least one pattern and no pattern with `!`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let any = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(path));
        any(&self.include) && !any(&self.exclude)
    }

    /// Whether there is no pattern at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Adds a pattern; false when it is neither a prefix nor a glob nor a regular expression that can be read.
    pub(crate) fn add(&mut self, pattern: &str) -> bool {
        let (pattern, list) = match pattern.strip_prefix('!') {
            Some(rest) => (rest, &mut self.exclude),
            None => (pattern, &mut self.include),
        };
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        let regex = (!pattern.is_empty()).then(|| compile(&expression(pattern))).flatten();
        let is_sound = regex.is_some();
        list.extend(regex);
        is_sound
    }
}

fn compile(expression: &str) -> Option<Regex> {
    RegexBuilder::new(expression).size_limit(1 << 20).build().ok()
}

/// The regular expression of a pattern, anchored at the start.
fn expression(pattern: &str) -> String {
    if !pattern.contains(['*', '$', '[', ']']) {
        // Not escaped: `(src|lib)/gen` and `foo.py` have always been expressions.
        format!("^(?:{pattern})")
    } else if is_glob(pattern) {
        format!("^{}$", glob(pattern))
    } else {
        format!("^(?:{pattern})")
    }
}

/// `**`, `/*`, or a star that cannot be a repetition in a regular expression.
fn is_glob(pattern: &str) -> bool {
    pattern.contains("**")
        || pattern.contains("/*")
        || pattern.match_indices('*').any(|(at, _)| !pattern[..at].ends_with(['.', ']']))
}

fn glob(pattern: &str) -> String {
    let mut expression = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '*' if rest.next_if_eq(&'*').is_some() => expression.push_str(".*"),
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push('.'),
            letter if letter.is_ascii_punctuation() => {
                expression.push('\\');
                expression.push(letter);
            }
            letter => expression.push(letter),
        }
    }
    expression
}
