//! Tries a set of credentials against its GitHub, one question after the other, each with what was seen and what to do.
//!
//! What fails here is never stored: a key of another App would be found out by the first coverage report, days later, by
//! somebody who cannot mend it. What GitHub lets the App do and where it sends deliveries is shown too, but can be mended at
//! GitHub alone, and does not stop the storing.

mod deliveries;
mod explain;
mod granted;
mod identity;

use std::sync::Arc;

use covermark_github::{App, AppCredentials, GitHub, oauth::OAuth};
use covermark_types::{Clock, Provider};
use url::Url;

pub use deliveries::{Arrival, ArrivalError, arrival};

/// What is tried.
pub struct Subject<'a> {
    /// The name under which it would be stored.
    pub provider: &'a Provider,
    /// The credentials. The webhook secret is not among them: only a delivery can try it.
    pub app: &'a AppCredentials,
    /// Where the world reaches us: deliveries and sign-ins must come here.
    pub public_url: &'a Url,
    /// The client that reaches this GitHub.
    pub http: reqwest::Client,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How one question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Good,
    /// It works, with less.
    Less,
    /// To be mended at GitHub; the credentials themselves are fine.
    Lacks,
    /// The credentials cannot be used.
    Bad,
    /// Under way: to be seen in a moment.
    Waiting,
    /// Not asked, because what it builds on failed.
    Skipped,
}

/// One question and its answer, in sentences for a person. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at: "Private key".
    pub name: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// What was seen.
    pub seen: String,
    /// What to do; empty when there is nothing to do.
    pub advice: String,
    /// What is missing, each with what it is for.
    pub items: Vec<String>,
    /// Where at GitHub to do it.
    pub link: Option<Url>,
}

impl Check {
    pub(crate) fn of(name: &'static str, outcome: Outcome, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        let (seen, advice) = (seen.into(), advice.into());
        Self { name, outcome, seen, advice, items: Vec::new(), link: None }
    }

    /// What its row is called in the stylesheet.
    pub(crate) fn class(&self) -> &'static str {
        match self.outcome {
            Outcome::Good => "good",
            Outcome::Less | Outcome::Waiting | Outcome::Skipped => "less",
            Outcome::Lacks => "lacks",
            Outcome::Bad => "bad",
        }
    }

    /// The outcome in a word or two.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self.outcome {
            Outcome::Good => "good",
            Outcome::Less => "good, with less",
            Outcome::Lacks => "to be mended at GitHub",
            Outcome::Bad => "wrong",
            Outcome::Waiting => "under way",
            Outcome::Skipped => "not looked at",
        }
    }

    fn good(name: &'static str, seen: impl Into<String>) -> Self {
        Self::of(name, Outcome::Good, seen, "")
    }

    fn skipped(name: &'static str) -> Self {
        Self::of(name, Outcome::Skipped, "It needs a key that GitHub accepts, under the App’s own ids.", "")
    }

    fn at(mut self, link: Url) -> Self {
        self.link = Some(link);
        self
    }
}

/// All answers, in the order in which they were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The answers.
    pub checks: Vec<Check>,
    /// The App as GitHub has it, if the key is its.
    pub app: Option<App>,
}

impl Report {
    /// Whether the credentials are good: they may be stored, though GitHub's side may lack something.
    #[must_use]
    pub fn may_be_stored(&self) -> bool {
        self.checks.iter().all(|check| !matches!(check.outcome, Outcome::Bad | Outcome::Skipped))
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.checks.iter().all(|check| matches!(check.outcome, Outcome::Good | Outcome::Less))
    }
}

/// Asks everything. At most six calls to GitHub.
pub async fn check(subject: &Subject<'_>) -> Report {
    let app = subject.app;
    let mut checks = Vec::new();
    let known = match GitHub::new(subject.http.clone(), app, subject.clock.clone()) {
        Ok(github) => {
            checks.push(Check::good("Private key", "It is a whole RSA key, and it signs."));
            identity::app(subject, &github, &mut checks).await.map(|app| (github, app))
        }
        Err(error) => {
            checks.push(explain::key(&error));
            checks.extend(["App", "App ID and client ID"].map(Check::skipped));
            None
        }
    };
    let oauth = OAuth::new(subject.http.clone(), app, subject.clock.clone());
    checks.push(identity::client(subject, &oauth).await);
    match &known {
        Some((github, app)) => {
            checks.push(granted::permissions(subject, app));
            checks.push(granted::events(subject, app));
            checks.push(granted::hook(subject, github, app).await);
            checks.extend(explain::clock(github.clock_skew()));
        }
        None => checks.extend(["Permissions", "Events", "Webhook"].map(Check::skipped)),
    }
    Report { checks, app: known.map(|(_, app)| app) }
}
