//! Path patterns as `ignore`, `paths` and `fixes` use them: prefixes, globs and regular expressions, told apart the way
//! the incumbent does, with its traps, because people's files rely on them.
//!
//! - without `* $ [ ]` a pattern is a prefix: `src` also means `src2/…`;
//! - with `**`, `/*` or a bare `*` it is a glob for the whole path: `**/*.py` needs a folder, `*_test.go` has none;
//! - anything else is a regular expression, matched from the start of the path.
//!
//! A leading `!` takes back what other patterns match. regex-lite has no look-around and runs in linear time.

use regex_lite::{Regex, RegexBuilder};

/// A compiled pattern's bytes at most: a repetition of repetitions is refused instead of filling the memory.
const MAX_COMPILED: usize = 1 << 18;

/// The longest pattern, in bytes.
pub(crate) const MAX_LENGTH: usize = 1000;

/// Whoever evaluates many patterns over many files mostly meets plain folders: those need no engine.
#[derive(Debug, Clone)]
enum Matcher {
    Prefix(String),
    Regex(Regex),
}

impl Matcher {
    fn matches(&self, text: &str) -> bool {
        match self {
            Matcher::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Matcher::Regex(regex) => regex.is_match(text),
        }
    }
}

/// A list of path patterns. The default matches nothing and selects everything.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    texts: Vec<String>,
    include: Vec<Matcher>,
    exclude: Vec<Matcher>,
}

/// Two lists that were written alike are alike.
impl PartialEq for Patterns {
    fn eq(&self, other: &Patterns) -> bool {
        self.texts == other.texts
    }
}

impl Patterns {
    /// Whether a path matches at least one pattern and no pattern with `!`. For `ignore`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let any = |patterns: &[Matcher]| patterns.iter().any(|pattern| pattern.matches(path));
        any(&self.include) && !any(&self.exclude)
    }

    /// Whether a list that narrows (`paths`) lets a path through: an empty one all, one of nothing but `!` all others.
    #[must_use]
    pub fn selects(&self, path: &str) -> bool {
        if self.include.is_empty() {
            return !self.exclude.iter().any(|pattern| pattern.matches(path));
        }
        self.matches(path)
    }

    /// Whether there is no pattern at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The patterns as they were written, in their order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Adds another list's patterns.
    pub fn extend(&mut self, other: &Patterns) {
        self.texts.extend_from_slice(&other.texts);
        self.include.extend_from_slice(&other.include);
        self.exclude.extend_from_slice(&other.exclude);
    }

    /// Adds a pattern; on failure says what it has to be.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), &'static str> {
        let (pattern, list) = match text.strip_prefix('!') {
            Some(rest) => (rest, &mut self.exclude),
            None => (text, &mut self.include),
        };
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        if pattern.is_empty() {
            return Err("a path pattern");
        }
        list.push(if is_plain(pattern) {
            Matcher::Prefix(pattern.to_owned())
        } else {
            Matcher::Regex(compile(&expression(pattern))?)
        });
        self.texts.push(text.to_owned());
        Ok(())
    }
}

/// Compiles within bounds; on failure says what it has to be.
pub(crate) fn compile(expression: &str) -> Result<Regex, &'static str> {
    if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| expression.contains(look)) {
        return Err("a pattern without look-around (`(?!…)`), which is not supported; use a second pattern with `!`,");
    }
    // What was written may grow a little by its anchors and escapes.
    if expression.len() > 3 * MAX_LENGTH {
        return Err("a pattern of at most 1000 letters");
    }
    let regex = RegexBuilder::new(expression).size_limit(MAX_COMPILED).build();
    regex.map_err(|_| "a prefix, a glob or a regular expression that can be read")
}

/// Nothing in it means anything to a regular expression, so that it can only be a prefix.
fn is_plain(pattern: &str) -> bool {
    !pattern.contains(['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'])
}

/// The regular expression of a pattern, anchored at the start.
fn expression(pattern: &str) -> String {
    if is_glob(pattern) {
        format!("^{}$", glob(pattern))
    } else {
        // A prefix is not escaped either: `(src|lib)/gen` and `foo.py` have always been expressions.
        format!("^(?:{pattern})")
    }
}

/// The regular expression as the incumbent's validator shows it.
pub(crate) fn normalised(text: &str) -> String {
    let (not, pattern) = text.strip_prefix('!').map_or(("", text), |rest| ("!", rest));
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if !pattern.contains(['*', '$', '[', ']']) {
        let start = if pattern.starts_with('^') { "" } else { "^" };
        format!("{not}{start}{pattern}.*")
    } else if is_glob(pattern) {
        format!("{not}(?s:{})\\Z", glob(pattern).replace("[^/]", "[^\\/]"))
    } else {
        format!("{not}{pattern}")
    }
}

/// `**`, `/*`, or a star that cannot be a repetition in a regular expression.
pub(crate) fn is_glob(pattern: &str) -> bool {
    pattern.contains("**")
        || pattern.contains("/*")
        || pattern.match_indices('*').any(|(at, _)| !pattern[..at].ends_with(['.', ']']))
}

/// A glob as a regular expression without anchors.
pub(crate) fn glob(pattern: &str) -> String {
    let mut expression = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '*' if rest.next_if_eq(&'*').is_some() => expression.push_str(".*"),
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push('.'),
            letter => expression.push_str(&regex_lite::escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    expression
}
