//! Text that came from outside (paths, branch and job names, sentences of a parser) made harmless for a comment.
//!
//! Two forms: a code span, which nothing inside can leave and in which GitHub neither mentions nor links anybody, and plain
//! text for the inside of a link. Both are one line, bounded, and free of characters that turn the reading direction or
//! cannot be seen. Addresses are made elsewhere, from the untouched path.

/// Longest path that is shown, in characters; the end is kept, it tells more than the start.
pub(crate) const PATH: usize = 120;
/// Longest name of an upload, branch or flag that is shown, in characters; the start is kept.
pub(crate) const NAME: usize = 60;
/// Longest sentence that is shown, in characters.
pub(crate) const SENTENCE: usize = 400;

/// What stands for a character that is not shown.
const HIDDEN: char = '\u{FFFD}';

/// `text` as a code span that also holds inside a table cell.
pub(crate) fn code(text: &str, longest: usize) -> String {
    let text = if longest == NAME { shown_start(text, longest) } else { shown(text, longest) };
    if text.trim().is_empty() {
        return "*(no name)*".to_owned();
    }
    // A span is closed only by a run of backticks as long as the one that opened it.
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    // In a table even a code span ends at a bar, unless a backslash stands before it, which GitHub then takes away. A
    // backslash of the text before that bar would be taken for ours; the look-alike says the same to a reader.
    let text = text.replace("\\|", "⧵|").replace('|', "\\|");
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// `text` as a code span outside a table, where a bar means nothing.
pub(crate) fn code_in_line(text: &str, longest: usize) -> String {
    code(text, longest).replace("\\|", "|")
}

/// `text` as plain words, for the inside of a link or a line: no Markdown, no HTML, no break.
pub(crate) fn plain(text: &str, longest: usize) -> String {
    let text = shown(text, longest);
    let mut safe = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
        // GitHub looks for mentions, issues, emoji and addresses in the finished text, where no escape is left: only a
        // break that cannot be seen keeps it from finding one.
        let joins =
            matches!(character, '@' | '#' | ':') || (character == '.' && safe.to_ascii_lowercase().ends_with("www."));
        if joins && rest.peek().is_some_and(|next| !next.is_whitespace()) {
            safe.push('\u{2060}');
        }
    }
    safe
}

/// A sentence of ours with words of a stranger in it: what stands between backticks stays code, the rest is plain.
pub(crate) fn sentence(text: &str) -> String {
    let text = shown_start(text, SENTENCE);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks: nobody can say what was meant to be code.
    if parts.len().is_multiple_of(2) {
        return plain(&text, SENTENCE);
    }
    let spans = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        0 => plain(part, SENTENCE),
        _ if part.is_empty() => String::new(),
        _ => code_in_line(part, SENTENCE),
    });
    spans.collect()
}

/// One line without control characters, cut at its start.
fn shown(text: &str, longest: usize) -> String {
    let count = text.chars().count();
    let skip = if count > longest { count - longest + 1 } else { 0 };
    let cut = text.chars().skip(skip).map(visible);
    if skip > 0 { std::iter::once('…').chain(cut).collect() } else { cut.collect() }
}

/// One line without control characters, cut at its end.
fn shown_start(text: &str, longest: usize) -> String {
    let mut cut: String = text.chars().take(longest).map(visible).collect();
    if text.chars().nth(longest).is_some() {
        cut.pop();
        cut.push('…');
    }
    cut
}

fn visible(character: char) -> char {
    let unseen = character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}');
    if unseen { HIDDEN } else { character }
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
