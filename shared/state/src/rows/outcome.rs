//! What came of each run of `feedback`: what was posted, and for which reasons something was not. For people who ask why
//! nothing is to be seen: the doctor's page reads [`Table::outcomes_of`].
//!
//! What a commit's row keeps of its last run is there as well; this is the repository's history, newest first, also of
//! runs that failed and of uploads that have no commit yet. Rows end by themselves after a month.

use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{cut, ttl};
use crate::{
    Error, Table,
    table::{Key, Query, item, number, without_nulls},
};

/// How long a row is of use.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;
/// Bytes of an error's text that are kept.
const MAX_ERROR: usize = 500;
/// Reasons of one run that are kept; there are not as many codes.
const MAX_REASONS: usize = 50;

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which GitHub.
    pub provider: Provider,
    /// The repository.
    pub repository: RepositoryId,
    /// The commit that it was about.
    pub commit: CommitSha,
    /// The pull request, when it was known.
    pub pull: Option<PullNumber>,
    /// When the run ended.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
    /// The address of the comment, when there is one.
    pub comment: Option<String>,
    /// How many statuses or check runs stand on the commit.
    #[serde(default)]
    pub verdicts: u32,
    /// Codes of the reasons for which something was not posted: those that `functions/feedback/README.md` lists.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Why the run failed, for the operator; it comes again by itself. Cut to 500 bytes.
    pub error: Option<String>,
    /// Calls to GitHub while it ran.
    #[serde(default)]
    pub github_calls: u64,
}

fn partition(provider: &Provider, repository: RepositoryId) -> String {
    format!("OUTCOMES#{provider}#{repository}")
}

impl Table {
    /// Keeps what came of a run.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_outcome(&self, outcome: &Outcome) -> Result<(), Error> {
        let mut outcome = outcome.clone();
        outcome.reasons.truncate(MAX_REASONS);
        if let Some(error) = &mut outcome.error {
            cut(error, MAX_ERROR);
        }
        // Two runs that end within one millisecond are of two commits.
        let sort = format!("{:014}#{}", outcome.at.as_millisecond(), outcome.commit);
        let key = Key::new(partition(&outcome.provider, outcome.repository), sort);
        let mut row = without_nulls(item(&key, &outcome)?);
        row.insert("ttl".to_owned(), number(ttl(outcome.at, KEPT_SECONDS)));
        self.put(row, None).await.map(drop)
    }

    /// What came of a repository's runs, the `most` (up to 100) latest, newest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn outcomes_of(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        most: u8,
    ) -> Result<Vec<Outcome>, Error> {
        self.query(Query::table(partition(provider, repository)).newest(u16::from(most.clamp(1, 100)))).await
    }
}
