//! What a policy file says that has no effect, in words for the person who wrote it.

use std::fmt;

/// One thing in a policy file that has no effect, or another one than it seems. Displays as one sentence:
/// ``line 7: `coverage.rond` is not a known key; did you mean `round`? It has no effect.``
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whose doing it is.
    pub kind: Kind,
    /// Which it is, for scripts.
    pub code: Code,
    /// The file that it is in.
    pub layer: Layer,
    /// Line in the file, from 1; `None` when it concerns all of it.
    pub line: Option<usize>,
    /// The key, with dots; empty when it concerns the file.
    pub key: String,
    /// What is wrong and what holds instead, to be read after the key.
    pub reason: String,
    /// The nearest right key, with dots, where there is one.
    pub suggestion: Option<String>,
}

/// A problem, and its key in parts, since names may have dots in them.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) problem: Problem,
    pub(crate) path: Vec<String>,
}

/// Whose doing a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A mistake of whoever wrote the file: the incumbent would refuse all of it, or it does something unexpected.
    Mistake,
    /// Nothing is wrong, but we do not do this.
    NotSupported,
    /// Nothing is wrong: the incumbent accepts it as well and never reads it.
    NoEffect,
}

/// Which problem it is. Codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The file is no YAML, or no group of keys.
    Unreadable,
    /// The file, or something in it, is larger than is read.
    TooLarge,
    /// A key nobody knows.
    UnknownKey,
    /// A known key where it does not belong.
    MisplacedKey,
    /// The same key twice.
    DuplicateKey,
    /// A value that the key cannot have.
    WrongValue,
    /// A pattern that cannot be read.
    WrongPattern,
    /// A key without effect here and elsewhere.
    NoEffect,
    /// A key or value that we do not follow.
    NotSupported,
}

impl Code {
    /// The stable name for scripts and rows.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Unreadable => "unreadable-file",
            Code::TooLarge => "too-large",
            Code::UnknownKey => "unknown-key",
            Code::MisplacedKey => "misplaced-key",
            Code::DuplicateKey => "duplicate-key",
            Code::WrongValue => "wrong-value",
            Code::WrongPattern => "wrong-pattern",
            Code::NoEffect => "no-effect",
            Code::NotSupported => "not-supported",
        }
    }
}

/// A file that rules come from, the later overruling the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The instance's defaults.
    Instance,
    /// The owner's defaults.
    Owner,
    /// The repository's own file.
    Repository,
}

impl Problem {
    /// Whether somebody has to mend the file.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        self.kind == Kind::Mistake
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layer {
            Layer::Instance => out.write_str("in the instance's defaults, ")?,
            Layer::Owner => out.write_str("in the owner's defaults, ")?,
            Layer::Repository => {}
        }
        if let Some(line) = self.line {
            write!(out, "line {line}: ")?;
        }
        if self.key.is_empty() { out.write_str(&self.reason) } else { write!(out, "`{}` {}", self.key, self.reason) }
    }
}

/// The known word that a misspelt one most likely means: at most two letters away, and less than half of it wrong.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 2 && distance * 2 < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edit distance where swapping two neighbours is one edit. Words here are short; long ones are far from everything.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swapped = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(swapped)
            };
        }
    }
    rows[a.len()][b.len()]
}
