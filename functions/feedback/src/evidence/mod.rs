//! What GitHub and the table know that `judge` needs: the pull request, its diff, the base, the repository's rules, and
//! whether our comment is there already. Independent questions are asked at once.
//!
//! Calls to GitHub for a first verdict on a pull request that a webhook told us of: the pull request, its diff, the
//! comparison, the root's listing and a search for our comment, all in one round trip. On top come the listings of
//! `.github` and `dev` where the root has no rules, the file of the rules, the history where the merge base has no usable
//! report, and one diff where flags are carried forward from such a commit: each waits for the one before it. What was
//! asked for a commit's rules is kept in memory, what was asked in a run for its further rounds.

pub(crate) mod base;
pub(crate) mod carry;
pub(crate) mod comments;
pub(crate) mod configuration;
pub(crate) mod pull;
mod queue;
pub(crate) mod reported;
pub(crate) mod rights;

use covermark_coverage::diff::Diff;
use covermark_github::{Error, PullState, RepositoryClient};
use covermark_types::{CommitSha, PullNumber};

use self::{base::Compared, comments::Found, configuration::Configuration, pull::Ends, rights::Rights};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    judge::{Base, DiffUnknown, NoBase, Remark},
    render::Place,
};

/// One repository on GitHub, as this run may see it.
pub(crate) struct Site {
    pub(crate) place: Place,
    pub(crate) client: RepositoryClient,
    pub(crate) rights: Rights,
}

/// What was asked in this run and holds as long as the pull request has the same ends.
#[derive(Default)]
pub(crate) struct Memory {
    ends: Option<Ends>,
    diff: Option<Result<Diff, DiffUnknown>>,
    compared: Option<Compared>,
    configuration: Option<Configuration>,
    pub(crate) comment: Option<Found>,
    /// The pull request's own branch.
    branch: Option<String>,
}

/// What a verdict on a pull request rests on. The rest is in [`Memory`].
pub(crate) enum Seen {
    /// The pull request, at the commit that we know.
    Pull,
    /// The pull request is at another commit by now.
    Moved,
    /// The pull request is merged or given up.
    Closed,
    /// There is no such pull request, or we may not see it.
    Nothing(Skip),
}

impl Memory {
    pub(crate) fn diff(&self) -> Option<Result<&Diff, DiffUnknown>> {
        self.diff.as_ref().map(|diff| diff.as_ref().map_err(|why| *why))
    }

    /// The pull request's own branch, when it is known.
    pub(crate) fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    pub(crate) fn compared(&self) -> Option<&Compared> {
        self.compared.as_ref()
    }

    /// The rules, our own before anything was asked.
    pub(crate) fn rules(&self) -> Configuration {
        self.configuration.clone().unwrap_or_else(configuration::defaults)
    }

    /// What to compare with, and what the reader must know of it. `report` says whether its report is to be had.
    pub(crate) fn base(&self, report: bool) -> (Base, Vec<Remark>) {
        let Some(compared) = &self.compared else {
            return (Base::Missing { branch: None, why: NoBase::NoReport }, Vec::new());
        };
        let mut remarks = compared.remarks.clone();
        if matches!(compared.base, Base::Found(_)) && !report {
            remarks.push(Remark::BaseReportGone);
        }
        (compared.base.clone(), remarks)
    }

    /// Asks everything about a pull request in one round trip, or two when nobody has told us its ends before.
    pub(crate) async fn look(
        &mut self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        number: PullNumber,
    ) -> Result<Seen, FeedbackError> {
        let stored = app.table.pull(&key.provider, key.repository, number).await?;
        let known = stored.as_ref().and_then(|pull| pull.comment.clone());
        let guess = match (&self.ends, &stored) {
            (Some(ends), _) => Some(ends.clone()),
            (None, Some(pull)) if pull.head_sha == key.sha => Some(Ends::of_row(pull)),
            _ => None,
        };
        let chosen = stored.as_ref().and_then(|pull| pull.chosen_base.as_ref());
        let (pull, diff, early, comment) = futures::join!(
            site.client.pull(number),
            self.read_diff(site, number),
            self.read_by_ends(app, site, key, guess.as_ref(), chosen),
            self.find_comment(app, site, key, number, known),
        );
        let pull = match pull {
            Ok(pull) => pull,
            Err(error) if error.is_not_found() => return Ok(Seen::Nothing(Skip::PullNotFound)),
            Err(Error::Forbidden(_)) => return Ok(Seen::Nothing(Skip::NoPullRequests)),
            Err(error) => return Err(error.into()),
        };
        let ends = Ends::of_github(&pull);
        if stored.is_none() {
            pull::remember(app, key, &pull).await?;
        }
        if ends.head != key.sha {
            return Ok(Seen::Moved);
        }
        if pull.state == PullState::Closed {
            return Ok(Seen::Closed);
        }
        let (compared, configuration) = match early {
            Some(early) if guess.as_ref() == Some(&ends) => early?,
            _ => by_ends(app, site, key, &ends, chosen).await?,
        };
        if let Some(diff) = diff? {
            self.diff = Some(diff);
        }
        self.compared = Some(compared);
        self.configuration = Some(configuration);
        self.comment = Some(comment?);
        self.ends = Some(ends);
        self.branch = Some(pull.head.branch);
        Ok(Seen::Pull)
    }

    /// The commit of a branch: its ancestors and the rules at it.
    pub(crate) async fn look_at_push(
        &mut self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        branch: Option<String>,
        parent: Option<CommitSha>,
    ) -> Result<(), FeedbackError> {
        if self.compared.is_some() {
            return Ok(());
        }
        let (compared, configuration) =
            futures::join!(base::before(app, site, key, branch, parent), configuration::read(app, site, &key.sha),);
        (self.compared, self.configuration) = (Some(compared?), Some(configuration?));
        Ok(())
    }

    /// The diff, unless it was read in this run; `None` then.
    async fn read_diff(
        &self,
        site: &Site,
        number: PullNumber,
    ) -> Result<Option<Result<Diff, DiffUnknown>>, FeedbackError> {
        if self.diff.is_some() {
            return Ok(None);
        }
        let text = match site.client.pull_diff(number).await {
            Ok(text) => text,
            Err(Error::DiffTooLarge(_) | Error::TooLarge { .. }) => return Ok(Some(Err(DiffUnknown::TooLarge))),
            Err(Error::Forbidden(_)) => return Ok(Some(Err(DiffUnknown::NotAllowed))),
            // The answer about the pull request itself says it as well, and what to make of it.
            Err(error) if error.is_not_found() => return Ok(Some(Err(DiffUnknown::NotAllowed))),
            Err(error) => return Err(error.into()),
        };
        let parsed = tokio::task::spawn_blocking(move || Diff::parse(&text)).await?;
        Ok(Some(parsed.map_err(|error| {
            tracing::warn!(pull = number.0, %error, "a diff cannot be read");
            DiffUnknown::Broken
        })))
    }

    /// What depends on the ends, asked early on a guess; nothing without one.
    async fn read_by_ends(
        &self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        guess: Option<&Ends>,
        chosen: Option<&CommitSha>,
    ) -> Option<Result<(Compared, Configuration), FeedbackError>> {
        let ends = guess?;
        match (&self.compared, &self.configuration) {
            (Some(compared), Some(configuration)) => Some(Ok((compared.clone(), configuration.clone()))),
            _ => Some(by_ends(app, site, key, ends, chosen).await),
        }
    }

    async fn find_comment(
        &self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        number: PullNumber,
        known: Option<covermark_state::rows::pull::PullComment>,
    ) -> Result<Found, FeedbackError> {
        if let Some(known) = known.filter(|known| known.id.is_some()) {
            return Ok(Found::Remembered(known));
        }
        if !site.rights.pull_requests_write {
            return Ok(Found::Nothing);
        }
        comments::search(app, site, key, number).await
    }
}

async fn by_ends(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    ends: &Ends,
    chosen: Option<&CommitSha>,
) -> Result<(Compared, Configuration), FeedbackError> {
    // A fork's author must not choose the rules that the fork is judged by.
    let rules_at = if ends.fork { &ends.base } else { &ends.head };
    let (compared, configuration) =
        futures::join!(base::of_pull(app, site, key, ends, chosen), configuration::read(app, site, rules_at));
    Ok((compared?, configuration?))
}
