//! What the doctor finds, as data: pages, the command line and programs read the same.

use serde::Serialize;

/// What a check comes to; the worst of several is the last in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Works, and is worth knowing.
    Note,
    /// Could not be looked at.
    Unknown,
    /// Keeps something from working.
    Bad,
}

impl Verdict {
    /// As people read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Unknown => "unknown",
            Self::Bad => "bad",
        }
    }

    /// The sign before it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Note => "•",
            Self::Unknown => "?",
            Self::Bad => "✗",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// A stable name, for programs and for looking up.
    pub code: String,
    /// What was looked at.
    pub title: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// What was seen, in a sentence.
    pub seen: String,
    /// What to do next, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Where to do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What a program said of it: for the operator alone, since other repositories and our own resources may be named in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Check {
    fn new(verdict: Verdict, code: &str, title: &str, seen: impl Into<String>) -> Self {
        let (code, title) = (code.to_owned(), title.to_owned());
        Self { code, title, verdict, seen: seen.into(), next: None, link: None, why: None }
    }

    pub(super) fn good(code: &str, title: &str, seen: impl Into<String>) -> Self {
        Self::new(Verdict::Good, code, title, seen)
    }

    pub(super) fn note(code: &str, title: &str, seen: impl Into<String>) -> Self {
        Self::new(Verdict::Note, code, title, seen)
    }

    pub(super) fn unknown(code: &str, title: &str, seen: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, code, title, seen)
    }

    pub(super) fn bad(code: &str, title: &str, seen: impl Into<String>, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..Self::new(Verdict::Bad, code, title, seen) }
    }

    pub(super) fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    pub(super) fn link(self, link: Option<String>) -> Self {
        Self { link, ..self }
    }

    pub(super) fn why(self, why: Option<impl Into<String>>) -> Self {
        Self { why: why.map(Into::into), ..self }
    }
}

/// Checks that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// What they are about.
    pub title: String,
    /// In the order in which things depend on each other.
    pub checks: Vec<Check>,
}

impl Section {
    pub(super) fn new(title: impl Into<String>, checks: Vec<Check>) -> Self {
        Self { title: title.into(), checks }
    }
}

/// All that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What was looked at: this Covermark, a repository, a pull request.
    pub subject: String,
    /// The worst of all checks.
    pub verdict: Verdict,
    /// The answer in one sentence.
    pub answer: String,
    /// The checks.
    pub sections: Vec<Section>,
}

impl Diagnosis {
    /// With the first bad check as the answer, or `fine` where there is none.
    pub(super) fn new(subject: impl Into<String>, fine: &str, sections: Vec<Section>) -> Self {
        let sections: Vec<Section> = sections.into_iter().filter(|section| !section.checks.is_empty()).collect();
        let all = || sections.iter().flat_map(|section| &section.checks);
        let verdict = all().map(|check| check.verdict).max().unwrap_or(Verdict::Unknown);
        let answer = match all().find(|check| check.verdict == Verdict::Bad) {
            Some(bad) => bad.seen.clone(),
            None => fine.to_owned(),
        };
        Self { subject: subject.into(), verdict, answer, sections }
    }

    /// As it may be shown to who does not operate this Covermark.
    #[must_use]
    pub(super) fn for_visitors(mut self) -> Self {
        for check in self.sections.iter_mut().flat_map(|section| &mut section.checks) {
            check.why = None;
        }
        self
    }

    /// Every check, in order.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.sections.iter().flat_map(|section| &section.checks)
    }

    /// The text for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        use std::fmt::Write as _;
        let mut text = format!("{}\n{} {}\n", self.subject, self.verdict.sign(), self.answer);
        for section in &self.sections {
            let _ = write!(text, "\n{}\n", section.title);
            for check in &section.checks {
                let _ = writeln!(text, "  {} {}: {} [{}]", check.verdict.sign(), check.title, check.seen, check.code);
                if let Some(why) = &check.why {
                    let _ = writeln!(text, "      because: {why}");
                }
                if let Some(next) = &check.next {
                    let _ = writeln!(text, "      → {next}");
                }
                if let Some(link) = &check.link {
                    let _ = writeln!(text, "        {link}");
                }
            }
        }
        text
    }
}
