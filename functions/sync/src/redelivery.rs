//! Deliveries that GitHub could not hand over: it tries once, and never again by itself. Every ten minutes its log is
//! looked through, back to where the last look began; what failed and is not done is asked for again, with a bound on how
//! often, and a growing wait. What is too large for our door is read from the log itself.

mod look;

use std::{collections::HashMap, time::Duration};

use covermark_github::{
    Error as GitHubError, GitHub, HookDelivery,
    webhook::{Delivery, Event, Fetched},
};
use covermark_service::{hints, problem::Chain};
use covermark_state::{
    jobs::{Job as _, SyncMessage},
    rows::{
        delivery::{DeliveryOutcome, DeliveryState, Received},
        redelivery::OpenDelivery,
    },
};
use covermark_types::{Fault as _, FaultClass, Provider, Timestamp};
use jiff::SignedDuration;

use crate::{Sync, SyncError, letters};

pub(crate) use look::look;

/// How often a delivery is asked for again before it is given up.
pub(crate) const MOST_ASKED: u32 = 6;
/// How long after it was asked for first; it doubles: ten minutes, twenty, … five hours.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(10);
/// How many are asked for in one go: GitHub counts a request to write fivefold, and allows 900 a minute.
const AT_ONCE: usize = 100;

/// What the looks of one pass found of a delivery.
struct Group {
    /// Its last attempt.
    last: HookDelivery,
    /// When it was first tried, as far as was seen.
    first_at: Timestamp,
    /// Whether any attempt was taken.
    taken: bool,
}

/// Brings what was found together with what is known to be open.
async fn merge(app: &Sync, provider: &Provider, found: Vec<HookDelivery>) -> Result<Vec<OpenDelivery>, SyncError> {
    let mut groups = HashMap::new();
    // Newest first, so the first of a group is its last attempt.
    for item in found {
        let (at, taken) = (item.delivered_at, item.was_taken());
        let group = groups.entry(item.guid.clone()).or_insert_with(|| Group { last: item, first_at: at, taken: false });
        group.first_at = at;
        group.taken |= taken;
    }
    let mut open = HashMap::new();
    for known in app.table.open_deliveries(provider).await? {
        match groups.remove(&known.delivery) {
            Some(group) if group.taken => app.table.close_delivery(provider, &known.delivery).await?,
            Some(group) => {
                let again = opened(group.last, known.first_at, known.asked, known.next_at);
                open.insert(again.delivery.clone(), again);
            }
            None => {
                open.insert(known.delivery.clone(), known);
            }
        }
    }
    for (delivery, group) in groups.into_iter().filter(|(_, group)| !group.taken) {
        let new = opened(group.last, group.first_at, 0, app.clock.now());
        app.table.put_open_delivery(provider, &new).await?;
        open.insert(delivery, new);
    }
    let mut open: Vec<OpenDelivery> = open.into_values().collect();
    open.sort_by_key(|open| (open.next_at, open.github_id));
    Ok(open)
}

fn opened(last: HookDelivery, first_at: Timestamp, asked: u32, next_at: Timestamp) -> OpenDelivery {
    OpenDelivery {
        delivery: last.guid,
        github_id: last.id,
        event: last.event,
        action: last.action,
        installation: last.installation_id,
        repository: last.repository_id,
        status_code: last.status_code,
        status: last.status,
        first_at,
        asked,
        next_at,
    }
}

/// What a pass did.
#[derive(Default)]
struct Asked {
    again: usize,
    from_log: usize,
    given_up: usize,
}

/// Asks for what is due, and gives up what was asked for too often or is too old.
async fn ask(
    app: &Sync,
    github: &GitHub,
    provider: &Provider,
    open: Vec<OpenDelivery>,
    kept: SignedDuration,
) -> Result<Asked, SyncError> {
    let (mut asked, now) = (Asked::default(), app.clock.now());
    for open in open {
        let known = app.table.delivery(provider, &open.delivery, now).await?;
        if known.is_some_and(|known| known.state == DeliveryState::Done) {
            app.table.close_delivery(provider, &open.delivery).await?;
            continue;
        }
        let too_old = now.duration_since(open.first_at) >= kept;
        if open.asked >= MOST_ASKED || too_old {
            if open.asked >= MOST_ASKED && !too_old && open.next_at > now {
                continue;
            }
            let why = given_up(&open, too_old);
            letters::bury_delivery(app, provider, &open, why).await?;
            app.table.close_delivery(provider, &open.delivery).await?;
            asked.given_up += 1;
            continue;
        }
        if open.next_at > now || asked.again + asked.from_log >= AT_ONCE {
            continue;
        }
        one(app, github, provider, open, &mut asked).await?;
    }
    Ok(asked)
}

fn given_up(open: &OpenDelivery, too_old: bool) -> String {
    let answer = match open.status_code {
        0 => format!("GitHub did not reach us ({})", open.status),
        code => format!("the webhook's address answered {code} ({})", open.status),
    };
    let times = open.asked + 1;
    if too_old {
        format!("{answer}; it was tried {times} times, and GitHub does not send it any more")
    } else {
        format!("{answer}, {times} times")
    }
}

/// Asks for one delivery; what is too large for the door is read from the log.
async fn one(
    app: &Sync,
    github: &GitHub,
    provider: &Provider,
    open: OpenDelivery,
    asked: &mut Asked,
) -> Result<(), SyncError> {
    let too_large = open.status_code == 413;
    let outcome = if too_large {
        from_log(app, provider, open.github_id).await
    } else {
        github.redeliver(open.github_id).await.map_err(SyncError::from)
    };
    match outcome {
        Ok(()) if too_large => {
            app.table.close_delivery(provider, &open.delivery).await?;
            asked.from_log += 1;
        }
        Ok(()) => {
            let wait = FIRST_WAIT * 2_i32.saturating_pow(open.asked.min(20));
            let next_at = app.clock.now() + wait;
            app.table.put_open_delivery(provider, &OpenDelivery { asked: open.asked + 1, next_at, ..open }).await?;
            asked.again += 1;
        }
        Err(error) if error.class() == FaultClass::Permanent => {
            let why = Chain(&error).to_string();
            letters::bury_delivery(app, provider, &open, why).await?;
            app.table.close_delivery(provider, &open.delivery).await?;
            asked.given_up += 1;
        }
        // A limit or an outage: all the others would fare alike, and are found again.
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Works on a delivery as GitHub's log has it, without our door: it is as good as one that came in there.
pub(crate) async fn from_log(app: &Sync, provider: &Provider, github_id: u64) -> Result<(), SyncError> {
    let github = app.github(provider, None).await?;
    let delivery = github.hook_delivery(github_id).await.map_err(|error| match error {
        GitHubError::NotFound(_) => SyncError::Forgotten(error),
        error => error.into(),
    })?;
    take_in(app, provider, &delivery).await
}

async fn take_in(app: &Sync, provider: &Provider, delivery: &Fetched<Delivery>) -> Result<(), SyncError> {
    let event = Event::of(delivery).map_err(|error| SyncError::Event(error.to_string()))?;
    let Some(hinted) = hints::of(provider, delivery, &event) else { return Ok(()) };
    let now = app.clock.now();
    let received = app.table.receive_delivery(provider, &delivery.id, &delivery.event, now).await?;
    if received == Received::Known {
        return Ok(());
    }
    let message = SyncMessage::new(hinted.job).of(delivery.id.clone()).asked(now);
    if let Err(error) = app.sync.send(&message.to_body()?, Duration::ZERO).await {
        app.table.finish_delivery(provider, &delivery.id, DeliveryOutcome::Failed, now).await?;
        return Err(error.into());
    }
    tracing::info!(github_delivery_id = %delivery.id, event = delivery.event, "a delivery is read from GitHub's log");
    Ok(())
}
