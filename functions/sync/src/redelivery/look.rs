//! One look through GitHub's log, newest first, back to where the last one began.

use covermark_github::{GitHub, HookDelivery};
use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    rows::redelivery::LookedThrough,
};
use covermark_types::{Provider, Timestamp};
use jiff::SignedDuration;

use super::{ask, merge};
use crate::{Progress, Sync, SyncError};

/// How long github.com redelivers what it remembers, less an hour so that what is asked for can still be sent.
const KEPT: SignedDuration = SignedDuration::from_hours(71);
/// The same of an Enterprise Server.
const KEPT_ON_ENTERPRISE: SignedDuration = SignedDuration::from_hours(7 * 24 - 1);
/// The log is looked at this far beyond where the last look began: what was on its way then is in it now.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// Pages of one job; the rest is a job of its own.
const PAGES: usize = 100;

/// Looks through the log and asks for what failed.
pub(crate) async fn look(app: &Sync, provider: &Provider) -> Result<Progress, SyncError> {
    let github = app.github(provider, None).await?;
    let kept = if github.endpoints().is_enterprise_server() { KEPT_ON_ENTERPRISE } else { KEPT };
    let before = app.table.looked_through(provider).await?;
    let now = app.clock.now();
    let floor = before.through.map_or(now - kept, |through| (through - OVERLAP).max(now - kept));
    // A look that was handed on will have looked through to where its first part began.
    let then_through = before.cursor.as_ref().and(before.then_through).unwrap_or(now);
    let (found, next) = read(app, &github, floor, before.cursor.clone(), now).await?;
    let looked_at = found.len();
    let open = merge(app, provider, found).await?;
    let (through, then_through) = match &next {
        Some(_) => (before.through, Some(then_through)),
        None => (Some(then_through), None),
    };
    let looked = LookedThrough { through, at: Some(now), cursor: next.clone(), then_through };
    app.table.set_looked_through(provider, &looked).await?;
    let waiting = open.len();
    let asked = ask(app, &github, provider, open, kept).await?;
    if looked_at + waiting > 0 {
        tracing::info!(%provider, looked_at, waiting, again = asked.again, from_log = asked.from_log,
            given_up = asked.given_up, "GitHub's deliveries were looked through");
    }
    if next.is_none() {
        return Ok(Progress::Done);
    }
    let rest = SyncMessage::new(SyncJob::Redeliver { provider: provider.clone() });
    app.sync.send(&rest.to_body()?, std::time::Duration::ZERO).await?;
    Ok(Progress::HandedOn)
}

/// Reads page by page until what is older than `floor`; what is left when the pages or the time are used up begins at
/// the cursor.
async fn read(
    app: &Sync,
    github: &GitHub,
    floor: Timestamp,
    mut cursor: Option<String>,
    begun: Timestamp,
) -> Result<(Vec<HookDelivery>, Option<String>), SyncError> {
    let mut found = Vec::new();
    for page in 0..PAGES {
        if page > 0 && app.clock.now().duration_since(begun).unsigned_abs() >= app.patience {
            return Ok((found, cursor));
        }
        let read = github.hook_deliveries(cursor.as_deref()).await?;
        let old = read.items.iter().any(|item| item.delivered_at < floor);
        found.extend(read.items.into_iter().filter(|item| item.delivered_at >= floor));
        if old || read.next.is_none() {
            return Ok((found, None));
        }
        cursor = read.next;
    }
    Ok((found, cursor))
}
