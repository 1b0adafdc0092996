//! What GitHub and the table know that `judge` needs: the pull request, its diff, the base, the repository's rules, and
//! whether our comment is there already. Independent questions are asked at once.
//!
//! Calls to GitHub for a first verdict on a pull request that a webhook told us of: the pull request, its diff and the
//! comparison in one round trip; when the verdict was pending before, the pull request alone, since the rest is kept
//! (`said`). Rules are kept for each commit, and those of the merge base hold at the head where the diff leaves their
//! places alone (`configuration`). On top come, each waiting for the one before it: the root's listing with those of
//! `.github` and `dev`, and the file of the rules; a search for our comment where there are comments; the history where
//! the merge base has no usable report; one diff where flags are carried forward from such a commit.

pub(crate) mod base;
pub(crate) mod carry;
pub(crate) mod comments;
pub(crate) mod configuration;
mod kept_rules;
pub(crate) mod pull;
mod queue;
pub(crate) mod reported;
pub(crate) mod rights;
mod said;
mod site;

use covermark_coverage::diff::Diff;
use covermark_github::{Error, PullRequest, PullState};
use covermark_state::rows::pull::PullComment;
use covermark_types::{CommitSha, PullNumber};

pub(crate) use self::site::Site;
use self::{
    base::Compared,
    comments::Found,
    configuration::{Configuration, RulesAt},
    pull::Ends,
    said::Said,
};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    judge::{Base, DiffUnknown, NoBase, Remark},
};

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
    /// What GitHub said of the ends, in this run or in one before it.
    said: Said,
    /// Whether nothing is to be written down.
    tried: bool,
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
    /// One that writes nothing down of what it sees.
    pub(crate) fn tried() -> Self {
        Self { tried: true, ..Self::default() }
    }

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
            let alone = compared.row.as_ref().is_some_and(|row| row.report.is_none());
            remarks.push(if alone { Remark::BaseTotalsAlone } else { Remark::BaseReportGone });
        }
        (compared.base.clone(), remarks)
    }

    /// Asks everything about a pull request in one round trip, or two when nobody has told us its ends before. `before`
    /// says whether another run asked already.
    pub(crate) async fn look(
        &mut self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        number: PullNumber,
        before: bool,
    ) -> Result<Seen, FeedbackError> {
        let stored = app.table.pull(&key.provider, key.repository, number).await?;
        let guess = match (&self.ends, &stored) {
            (Some(ends), _) => Some(ends.clone()),
            (None, Some(pull)) if pull.head_sha == key.sha => Some(Ends::of_row(pull)),
            _ => None,
        };
        if let (Some(ends), true) = (&guess, self.ends.is_none()) {
            self.said = if before { Said::recall(app, key, ends).await } else { Said::of(ends, app.clock.now()) };
        }
        let chosen = stored.as_ref().and_then(|pull| pull.chosen_base.as_ref());
        let (pull, diff, early) = futures::join!(
            site.client.pull(number),
            self.read_diff(site, number),
            self.read_by_ends(app, site, key, guess.as_ref(), chosen),
        );
        let pull = match pull {
            Ok(pull) => pull,
            Err(error) if error.is_not_found() => return Ok(Seen::Nothing(Skip::PullNotFound)),
            Err(Error::Forbidden(_)) => return Ok(Seen::Nothing(Skip::NoPullRequests)),
            Err(error) => return Err(error.into()),
        };
        let ends = Ends::of_github(&pull);
        if stored.is_none() && !self.tried {
            pull::remember(app, key, &pull).await?;
        }
        if ends.head != key.sha {
            return Ok(Seen::Moved);
        }
        if pull.state == PullState::Closed {
            return Ok(Seen::Closed);
        }
        let early = early.filter(|_| guess.as_ref() == Some(&ends));
        if let Some(diff) = diff? {
            self.diff = Some(diff);
        }
        if early.is_none() {
            self.said = Said::of(&ends, app.clock.now());
            if guess.is_some() {
                // It may have been kept, of the ends that the pull request had before.
                self.diff = None;
                self.diff = self.read_diff(site, number).await?;
            }
        }
        let known = stored.as_ref().and_then(|pull| pull.comment.clone());
        let ((compared, configuration), comment) = futures::try_join!(
            self.by_ends(app, site, key, &ends, chosen, early),
            self.find_comment(app, site, key, &pull, known),
        )?;
        self.compared = Some(compared);
        self.configuration = Some(configuration);
        self.comment = Some(comment);
        self.ends = Some(ends);
        self.branch = Some(pull.head.branch);
        Ok(Seen::Pull)
    }

    /// Keeps what GitHub said, for the run that will give the verdict.
    pub(crate) async fn keep(&self, app: &Feedback, key: &CommitKey) {
        self.said.keep(app, key).await;
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
            futures::join!(base::before(app, site, key, branch, parent), configuration::read(app, site, &key.sha));
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
        parsed(self.said.diff(&site.client, number).await, &number.to_string()).await.map(Some)
    }

    /// What depends on the ends, asked early on a guess; nothing without one.
    async fn read_by_ends(
        &self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        guess: Option<&Ends>,
        chosen: Option<&CommitSha>,
    ) -> Option<Early> {
        let ends = guess?;
        if let (Some(compared), Some(configuration)) = (&self.compared, &self.configuration) {
            return Some((Ok(compared.clone()), Ok(RulesAt::Known(configuration.clone()))));
        }
        let compared = base::of_pull(app, site, key, ends, chosen, &self.said);
        Some(futures::join!(compared, configuration::early(app, site, ends)))
    }

    /// What depends on the ends: what was asked early, and what could not be.
    async fn by_ends(
        &self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        ends: &Ends,
        chosen: Option<&CommitSha>,
        early: Option<Early>,
    ) -> Result<(Compared, Configuration), FeedbackError> {
        let (compared, rules) = match early {
            Some((compared, rules)) => (compared?, rules?),
            None => futures::try_join!(
                base::of_pull(app, site, key, ends, chosen, &self.said),
                configuration::early(app, site, ends)
            )?,
        };
        let configuration = match rules {
            RulesAt::Known(configuration) => configuration,
            RulesAt::MergeBase => {
                let diff = self.diff().and_then(Result::ok);
                configuration::as_at_merge_base(app, site, ends, compared.merge_base(), diff).await?
            }
        };
        Ok((compared, configuration))
    }

    async fn find_comment(
        &self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        pull: &PullRequest,
        known: Option<PullComment>,
    ) -> Result<Found, FeedbackError> {
        // Whoever makes a comment notes it here before, so without a note there is none that another run has made.
        let begun = known.is_some();
        if let Some(known) = known.filter(|known| known.id.is_some()) {
            return Ok(Found::Remembered(known));
        }
        let nobody_spoke = !begun && (pull.comments == Some(0) || self.said.has_no_comment());
        if nobody_spoke || !site.rights.pull_requests_write {
            return Ok(Found::Nothing);
        }
        let found = comments::search(app, site, key, pull.number).await?;
        if matches!(found, Found::Nothing) {
            self.said.found_no_comment();
        }
        Ok(found)
    }
}

/// The diff of GitHub's answer, or why there is none. `what` is said in the log.
async fn parsed(answer: Result<Vec<u8>, Error>, what: &str) -> Result<Result<Diff, DiffUnknown>, FeedbackError> {
    let text = match answer {
        Ok(text) => text,
        Err(Error::DiffTooLarge(_) | Error::TooLarge { .. }) => return Ok(Err(DiffUnknown::TooLarge)),
        // The answer about the thing itself says it as well, and what to make of it.
        Err(Error::Forbidden(_) | Error::NotFound(_)) => return Ok(Err(DiffUnknown::NotAllowed)),
        Err(error) => return Err(error.into()),
    };
    let parsed = tokio::task::spawn_blocking(move || Diff::parse(&text)).await?;
    Ok(parsed.map_err(|error| {
        tracing::warn!(what, %error, "a diff cannot be read");
        DiffUnknown::Broken
    }))
}

/// What was asked before the ends were certain.
type Early = (Result<Compared, FeedbackError>, Result<RulesAt, FeedbackError>);
