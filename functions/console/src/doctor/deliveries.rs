//! What the App's webhook has brought lately, as GitHub remembers it. GitHub never shows a secret, and the console may not
//! read ours: that both are the same is seen from deliveries that are taken.

use covermark_github::{Error, GitHub, HookDelivery};
use covermark_types::{Provider, Timestamp};

use super::{finding::Check, instance::said, when::ago};

const CODE: &str = "hook.deliveries";
const TITLE: &str = "Deliveries";

/// Looks at the newest page of the App's deliveries.
pub(super) async fn look(github: &GitHub, provider: &Provider, now: Timestamp) -> Check {
    match github.hook_deliveries(None).await {
        Ok(attempts) => judge(&attempts.items, provider, now),
        // An App without a webhook has no deliveries either.
        Err(Error::NotFound(_)) => Check::note(CODE, TITLE, "GitHub knows of none: the App's webhook is switched off."),
        Err(error) => Check::unknown(CODE, TITLE, said(&error)),
    }
}

fn judge(attempts: &[HookDelivery], provider: &Provider, now: Timestamp) -> Check {
    let Some(newest) = attempts.first() else {
        return Check::note(CODE, TITLE, "GitHub has sent nothing in the last days.")
            .next("Press \u{201c}Redeliver\u{201d} or change something in a covered repository, and look again.");
    };
    let when = ago(newest.delivered_at, now);
    let failed = attempts.iter().filter(|attempt| !attempt.was_taken()).count();
    if newest.was_taken() {
        let last = format!("The last one ({}, {when}) was taken", newest.event);
        return match failed {
            0 => Check::good(CODE, TITLE, format!("{last}.")),
            _ => {
                let seen = format!("{last}; {failed} of the last {} were not.", attempts.len());
                Check::note(CODE, TITLE, seen)
                    .next("Nothing, as a rule: those that failed are asked for again by themselves.")
            }
        };
    }
    let seen = format!("The last one ({}, {when}) was not taken: ", newest.event);
    match newest.status_code {
        401 | 403 => Check::bad(
            "hook.secret",
            "Webhook secret",
            format!(
                "{seen}our answer was {}, so GitHub signs with another secret than the one stored here.",
                newest.status_code
            ),
            format!(
                "Set the webhook secret in the App's settings at GitHub to the one stored here, or store GitHub's: \
                 `covermark credentials import --provider {provider} FILE`."
            ),
        ),
        404 => Check::bad(
            "hook.address",
            TITLE,
            format!("{seen}the answer was 404."),
            format!("Look at the webhook URL in the App's settings: it must end in /webhooks/{provider}."),
        ),
        413 => Check::note(CODE, TITLE, format!("{seen}it was too large for the gateway."))
            .next("Nothing: its contents are read from GitHub within ten minutes."),
        0 => Check::bad(
            "hook.unreachable",
            TITLE,
            format!("{seen}GitHub could not connect ({}).", printable(&newest.status)),
            "Look whether the address is reachable from GitHub: DNS, firewall, certificate.",
        ),
        status => Check::bad(
            CODE,
            TITLE,
            format!("{seen}the answer was {status}."),
            "Look into the log of the webhook function, under the delivery's GUID.",
        ),
    }
}

/// GitHub's own word, bounded.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}
