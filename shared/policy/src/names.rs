//! Patterns for names: branches (`branches`) and flags (`flag_regexes`).

use regex_lite::Regex;

use crate::pattern::compile;

/// A list of branch patterns. The default is any branch.
#[derive(Debug, Clone, Default)]
pub struct BranchPatterns {
    texts: Vec<String>,
    include: Vec<Regex>,
    exclude: Vec<Regex>,
}

/// Two lists that were written alike are alike.
impl PartialEq for BranchPatterns {
    fn eq(&self, other: &BranchPatterns) -> bool {
        self.texts == other.texts
    }
}

impl BranchPatterns {
    /// Whether a branch is meant: an empty list means all, one of nothing but `!` all others.
    #[must_use]
    pub fn matches(&self, branch: &str) -> bool {
        let any = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(branch));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
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

    /// Adds a pattern; on failure says what it has to be.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), &'static str> {
        let (pattern, list) = match text.strip_prefix('!') {
            Some(rest) => (rest, &mut self.exclude),
            None => (text, &mut self.include),
        };
        list.push(compile(&branch_expression(pattern)).map_err(|_| "a branch, or a pattern for branches")?);
        self.texts.push(text.to_owned());
        Ok(())
    }
}

/// `*` and nothing are any branch; a star without a dot before it is any text; anchored at both ends.
fn branch_expression(pattern: &str) -> String {
    if matches!(pattern, "" | "*" | ".*") {
        return ".*".to_owned();
    }
    let mut expression = String::from("^(?:");
    for (at, letter) in pattern.char_indices() {
        if letter == '*' && !pattern[..at].ends_with(['.', ']', ')']) {
            expression.push('.');
        }
        expression.push(letter);
    }
    expression + ")$"
}

/// The regular expression as the incumbent's validator shows it.
pub(crate) fn normalised_branch(text: &str) -> String {
    let (not, pattern) = text.strip_prefix('!').map_or(("", text), |rest| ("!", rest));
    let expression = branch_expression(pattern);
    let inner = expression.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$"));
    match inner {
        None => expression,
        // It leaves off the end where a pattern says itself how it ends.
        Some(inner) if inner.ends_with('*') => format!("^{not}{inner}"),
        Some(inner) => format!("^{not}{}$", inner.trim_start_matches('^').trim_end_matches('$')),
    }
}

/// A component's `flag_regexes`. The default is no flag in particular.
#[derive(Debug, Clone, Default)]
pub struct FlagPatterns {
    texts: Vec<String>,
    patterns: Vec<Regex>,
}

/// Two lists that were written alike are alike.
impl PartialEq for FlagPatterns {
    fn eq(&self, other: &FlagPatterns) -> bool {
        self.texts == other.texts
    }
}

impl FlagPatterns {
    /// Whether a flag matches one of the patterns, from its start.
    #[must_use]
    pub fn matches(&self, flag: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_match(flag))
    }

    /// Whether there is no pattern at all: then a component is not bound to flags.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The patterns as they were written, in their order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Adds a pattern; on failure says what it has to be.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), &'static str> {
        if text.is_empty() {
            return Err("a regular expression for flags");
        }
        self.patterns.push(compile(&format!("^(?:{text})")).map_err(|_| "a regular expression for flags")?);
        self.texts.push(text.to_owned());
        Ok(())
    }
}
