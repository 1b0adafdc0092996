//! The list of an installation's repositories: read to its end, page by page, then what is not on it is let go. A list
//! that fails half-way takes nothing away; one that is too long for one function's time is gone on with by the next.

use std::collections::HashSet;

use covermark_github::{Error as GitHubError, GitHub};
use covermark_service::problem::Chain;
use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    rows::{
        listing::Listing,
        reconcile::{Counts, Outcome, Reconciled, Run},
        repository::Repository,
    },
};
use covermark_types::{AccountId, DeliveryId, InstallationId, Provider, RepositoryId, Timestamp};

use crate::{Progress, Sync, SyncError, installation};

/// How often a page shows how far it is: at every so many pages.
const SHOWN_EVERY: u64 = 10;

/// A reading under way.
struct Reading<'a> {
    app: &'a Sync,
    provider: &'a Provider,
    id: InstallationId,
    started_at: Timestamp,
    counts: Counts,
    /// All that was listed, by this message and those before it.
    listed: HashSet<RepositoryId>,
    /// What was listed since the last slice was kept.
    fresh: Vec<RepositoryId>,
    next: Option<u32>,
    /// How many there are, as every page said; `None` once two pages differed, or while none said.
    total: Option<u64>,
    moved: bool,
}

/// Reads the list from its first page.
pub(crate) async fn begin(
    app: &Sync,
    github: &GitHub,
    provider: &Provider,
    id: InstallationId,
    started_at: Timestamp,
    delivery: Option<&DeliveryId>,
) -> Result<Progress, SyncError> {
    // The installation itself was read, and its first token is made.
    let counts = Counts { installations: 1, calls: 2, ..Counts::default() };
    let reading = Reading {
        app,
        provider,
        id,
        started_at,
        counts,
        listed: HashSet::new(),
        fresh: Vec::new(),
        next: Some(1),
        total: None,
        moved: false,
    };
    reading.run(github, delivery).await
}

/// Goes on where the message before ended. What was kept may have been forgotten: then all is read anew.
pub(crate) async fn go_on(
    app: &Sync,
    provider: &Provider,
    id: InstallationId,
    started_at: Timestamp,
    delivery: Option<&DeliveryId>,
) -> Result<Progress, SyncError> {
    let Some(kept) = app.table.listing(provider, id, started_at).await? else {
        return installation::level(app, provider, id, delivery).await;
    };
    let github = app.github(provider, Some(id)).await?;
    let Listing { next, total, counts, ids, .. } = kept;
    let reading = Reading {
        app,
        provider,
        id,
        started_at,
        counts,
        listed: ids.into_iter().collect(),
        fresh: Vec::new(),
        next: Some(next),
        total,
        // Before its first page nothing was said of it yet.
        moved: total.is_none() && next > 1,
    };
    reading.run(&github, delivery).await
}

impl Reading<'_> {
    async fn run(mut self, github: &GitHub, delivery: Option<&DeliveryId>) -> Result<Progress, SyncError> {
        let read = self.pages(github, delivery).await;
        if let Err(error) = &read {
            // Shown, and no more: whether it can be written changes nothing about the failure.
            let why = Chain(error).to_string();
            let _ = self.show(Outcome::Failed, Some(&why)).await;
        }
        read
    }

    async fn pages(&mut self, github: &GitHub, delivery: Option<&DeliveryId>) -> Result<Progress, SyncError> {
        let client = github.installation_client(self.id);
        let begun = self.app.clock.now();
        while let Some(page) = self.next {
            if self.app.clock.now().duration_since(begun).unsigned_abs() >= self.app.patience {
                return self.hand_on(page, delivery).await;
            }
            let seen_at = self.app.clock.now();
            let found = client.repositories_page(page).await.map_err(|error| match error {
                GitHubError::InstallationGone { .. } | GitHubError::Suspended { .. } => SyncError::NoToken(error),
                error => error.into(),
            })?;
            let rows: Vec<Repository> =
                found.items.iter().map(|found| row(self.provider, Some(self.id), found, seen_at)).collect();
            self.counts.calls += 1;
            self.counts.changed += self.app.table.put_repositories(&rows).await? as u64;
            self.fresh.extend(rows.iter().map(|row| row.id));
            self.listed.extend(rows.iter().map(|row| row.id));
            self.compare(found.total, page == 1);
            self.next = found.next;
            if self.next.is_some() && (page == 1 || u64::from(page).is_multiple_of(SHOWN_EVERY)) {
                self.show(Outcome::Running, None).await?;
            }
        }
        self.end().await?;
        Ok(Progress::Done)
    }

    /// A list that grows or shrinks while it is read moves things from one page to another.
    fn compare(&mut self, total: Option<u64>, first: bool) {
        if first {
            self.total = total;
        } else if self.total != total {
            self.moved = true;
        }
        self.counts.expected = total;
        self.counts.repositories = self.listed.len() as u64;
    }

    /// Lets go what is not on the list. What moved from page to page while it was read may be on none of them: then
    /// nothing is taken away, and the next reading is complete.
    async fn end(&mut self) -> Result<(), SyncError> {
        let Self { app, provider, id, started_at, .. } = *self;
        let (listed, total) = (self.listed.len(), self.total);
        if self.moved || total.is_some_and(|total| total != listed as u64) {
            tracing::info!(github_installation_id = %id, listed, total, "the list changed while it was read");
            let why = "the list changed while it was read; nothing was taken away, the next reading will be complete";
            return self.show(Outcome::Failed, Some(why)).await;
        }
        for known in app.table.repositories_of(provider, id).await? {
            if !self.listed.contains(&known.id) {
                let removed = app.table.remove_repository(provider, known.id, id, started_at).await?;
                self.counts.removed += u64::from(removed == covermark_state::rows::Mirrored::Deleted);
            }
        }
        app.table.set_installation_reconciled(provider, id, started_at).await?;
        if listed > self.fresh.len() {
            app.table.drop_listing(provider, id).await?;
        }
        self.show(Outcome::Complete, None).await?;
        tracing::info!(github_installation_id = %id, repositories = listed, "repositories read");
        Ok(())
    }

    /// Keeps what was listed and sends a message for the rest; the delivery goes with it.
    async fn hand_on(&mut self, next: u32, delivery: Option<&DeliveryId>) -> Result<Progress, SyncError> {
        let Self { app, provider, id, started_at, counts, .. } = *self;
        let total = self.total.filter(|_| !self.moved);
        let slice = Listing { started_at, next, total, counts, ids: std::mem::take(&mut self.fresh) };
        app.table.put_listing(provider, id, &slice, app.clock.now()).await?;
        let job = SyncJob::Listing { provider: provider.clone(), installation: id, started_at };
        let message = SyncMessage { delivery: delivery.cloned(), ..SyncMessage::new(job) };
        app.sync.send(&message.to_body()?, std::time::Duration::ZERO).await?;
        self.show(Outcome::Running, None).await?;
        tracing::info!(github_installation_id = %id, next, "the rest of a long list is handed on");
        Ok(Progress::HandedOn)
    }

    async fn show(&self, outcome: Outcome, why: Option<&str>) -> Result<(), SyncError> {
        let run = Run { started_at: self.started_at, outcome, counts: self.counts };
        let of = Reconciled::Installation(self.id);
        self.app.table.note_reconcile(self.provider, of, run, why, self.app.clock.now()).await?;
        Ok(())
    }
}

/// A repository as GitHub shows it, as the row that we keep.
pub(crate) fn row(
    provider: &Provider,
    installation: Option<InstallationId>,
    found: &covermark_github::Repository,
    seen_at: Timestamp,
) -> Repository {
    Repository {
        provider: provider.clone(),
        id: found.id,
        name: found.name.clone(),
        owner_id: found.owner.as_ref().map_or(AccountId(0), |owner| owner.id),
        installation,
        private: found.private,
        archived: found.archived,
        fork: found.fork,
        // An empty repository has no branch yet.
        default_branch: found.default_branch.clone().unwrap_or_default(),
        updated_at: found.updated_at.unwrap_or(seen_at),
        seen_at,
        removed_at: None,
        version: 0,
    }
}
