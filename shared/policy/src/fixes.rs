//! `fixes`: from a report's paths to the repository's, in the user's own words.

use std::borrow::Cow;

use regex_lite::Regex;

use crate::pattern::{compile, glob, is_glob};

/// The list of `before::after` rules. The default changes nothing.
#[derive(Debug, Clone, Default)]
pub struct Fixes {
    texts: Vec<String>,
    replace: Vec<(Before, String)>,
    prefix: String,
}

#[derive(Debug, Clone)]
struct Before {
    regex: Regex,
    /// The rule's left side is absolute, which cleaned paths no longer are.
    absolute: bool,
}

/// Two lists that were written alike are alike.
impl PartialEq for Fixes {
    fn eq(&self, other: &Fixes) -> bool {
        self.texts == other.texts
    }
}

impl Fixes {
    /// Whether there is no rule at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The rules as they were written, in their order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// The path by the rules with a left side (`before::after`, `before::`): the first that matches at the start of it.
    /// The first slash makes no difference. To be looked up in the file list.
    #[must_use]
    pub fn replaced<'p>(&self, path: &'p str) -> Cow<'p, str> {
        for (before, after) in &self.replace {
            // With or without the first slash, as the rule has it: where a report ran is not its author's to know.
            let whole: Cow<'_, str> = match (before.absolute, path.strip_prefix('/')) {
                (true, None) => format!("/{path}").into(),
                (false, Some(rest)) => rest.into(),
                _ => path.into(),
            };
            if let Some(found) = before.regex.find(&whole) {
                return format!("{after}{}", &whole[found.end()..]).into();
            }
        }
        path.into()
    }

    /// The path by the rules without a left side (`::src/`), after all else; one that has the prefix keeps it.
    #[must_use]
    pub fn prefixed<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if self.prefix.is_empty() || path.starts_with(&self.prefix) {
            return path.into();
        }
        format!("{}{path}", self.prefix).into()
    }

    /// Adds a rule; on failure says what it has to be.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), &'static str> {
        let (before, after) = text.split_once("::").ok_or("`before::after`, `before::` or `::prefix`")?;
        let before = before.strip_prefix("./").unwrap_or(before);
        if before.is_empty() {
            if after.is_empty() {
                return Err("`before::after`, `before::` or `::prefix`");
            }
            // The incumbent takes the folder with or without its slash.
            self.prefix = format!("{}/", after.trim_end_matches('/'));
        } else {
            let expression = if is_glob(before) { glob(before) } else { before.to_owned() };
            let regex = compile(&format!("^(?:{expression})"))?;
            self.replace.push((Before { regex, absolute: before.starts_with('/') }, after.to_owned()));
        }
        self.texts.push(text.to_owned());
        Ok(())
    }
}

/// The rule as the incumbent's validator shows it.
pub(crate) fn normalised(text: &str) -> String {
    match text.split_once("::") {
        Some((before, after)) if is_glob(before) => format!("{}::{after}", glob(before).replace("[^/]", "[^\\/]")),
        Some((before, after)) if !before.is_empty() && !before.starts_with(['/', '^']) => {
            format!("^{}::{after}", before.strip_prefix("./").unwrap_or(before))
        }
        _ => text.to_owned(),
    }
}
