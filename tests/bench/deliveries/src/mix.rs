//! What a busy organisation's GitHub sends to the App: mostly the coming and going of CI, of which little is work.

use serde_json::{Value, json};

/// What a delivery costs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Neither a row nor a message.
    Nothing,
    /// One read: whether anybody waits for that commit's CI. Nobody does.
    Read,
    /// A row and a message.
    Row,
}

/// A kind of delivery.
pub(crate) struct Kind {
    /// `X-GitHub-Event`.
    pub(crate) event: &'static str,
    action: &'static str,
    /// So many of a hundred.
    share: u64,
    /// What it costs.
    pub(crate) cost: Cost,
    /// About what GitHub sends.
    bytes: usize,
}

const fn kind(event: &'static str, action: &'static str, share: u64, cost: Cost, bytes: usize) -> Kind {
    Kind { event, action, share, cost, bytes }
}

/// The mix, of a hundred.
pub(crate) const KINDS: [Kind; 15] = [
    kind("pull_request", "synchronize", 20, Cost::Row, 24_000),
    kind("repository", "edited", 1, Cost::Row, 7_000),
    kind("check_suite", "completed", 8, Cost::Read, 11_000),
    kind("workflow_run", "completed", 4, Cost::Read, 17_000),
    kind("status", "success", 3, Cost::Read, 10_000),
    kind("check_run", "created", 17, Cost::Nothing, 12_000),
    kind("check_run", "completed", 17, Cost::Nothing, 12_000),
    kind("check_suite", "requested", 5, Cost::Nothing, 11_000),
    kind("workflow_run", "requested", 3, Cost::Nothing, 17_000),
    kind("workflow_run", "in_progress", 3, Cost::Nothing, 17_000),
    kind("status", "pending", 2, Cost::Nothing, 10_000),
    kind("push", "", 11, Cost::Nothing, 6_500),
    kind("pull_request", "labeled", 3, Cost::Nothing, 24_000),
    kind("create", "", 2, Cost::Nothing, 6_000),
    kind("star", "created", 1, Cost::Nothing, 6_000),
];

/// A pull request that deliveries speak of.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) installation: u64,
    pub(crate) repository: u64,
    /// `owner/name`.
    pub(crate) name: String,
    pub(crate) pull: u64,
}

impl Place {
    /// So many, of nobody's: 25 pull requests in each repository.
    pub(crate) fn made_up(count: u64) -> Vec<Self> {
        let place = |number| {
            let repository = number / 25;
            Self {
                installation: 1 + repository / 50,
                repository: 1_000 + repository,
                name: format!("acme-{}/widgets-{repository}", repository / 50),
                pull: 1 + number % 25,
            }
        };
        (0..count).map(place).collect()
    }
}

/// A delivery, not yet signed.
pub(crate) struct Delivery {
    pub(crate) guid: String,
    pub(crate) event: &'static str,
    pub(crate) body: String,
}

/// The GUID of delivery `index`. Its first part is the number itself.
pub(crate) fn guid(index: usize) -> String {
    format!("{index:08x}-10ad-4000-8000-{:012x}", scattered(index as u64) >> 16)
}

/// Which delivery a GUID is of.
pub(crate) fn index(guid: &str) -> Option<usize> {
    usize::from_str_radix(guid.get(..8)?, 16).ok()
}

/// The kind of delivery `index`: the same in every run.
pub(crate) fn kind_of(index: usize) -> &'static Kind {
    let mut rest = scattered(index as u64) % 100;
    let found = KINDS.iter().find(|kind| {
        let found = rest < kind.share;
        rest = rest.saturating_sub(kind.share);
        found
    });
    found.unwrap_or(&KINDS[0])
}

/// Delivery `index`, about one of `places`.
pub(crate) fn delivery(index: usize, places: &[Place]) -> Delivery {
    let kind = kind_of(index);
    let place = &places[scattered(index as u64 ^ 0x5eed) as usize % places.len()];
    Delivery { guid: guid(index), event: kind.event, body: body(kind, place, index) }
}

fn body(kind: &Kind, place: &Place, index: usize) -> String {
    let sha = format!("{:040x}", index as u128 + 0xabcd_0000_0000);
    let whose = json!({"head_sha": sha, "app": {"id": 15_368, "slug": "github-actions"}});
    let mut payload = json!({
        "action": kind.action,
        "repository": {"id": place.repository, "full_name": place.name, "private": true, "default_branch": "main"},
        "installation": {"id": place.installation},
        "sender": {"login": "octocat", "id": 583_231, "type": "User"},
    });
    match kind.event {
        "pull_request" => {
            payload["number"] = json!(place.pull);
            payload["pull_request"] = json!({"number": place.pull, "head": {"sha": sha}, "draft": false});
        }
        "push" => {
            payload["ref"] = json!("refs/heads/topic");
            payload["after"] = json!(sha);
        }
        "create" => {
            payload["ref"] = json!("topic");
            payload["ref_type"] = json!("branch");
            payload["master_branch"] = json!("main");
        }
        "status" => {
            payload["sha"] = json!(sha);
            payload["state"] = json!(kind.action);
            payload["context"] = json!("ci/jenkins");
        }
        "check_run" | "check_suite" | "workflow_run" => payload[kind.event] = whose,
        _ => {}
    }
    let missing = kind.bytes.saturating_sub(payload.to_string().len());
    payload["rest"] = Value::String("What else GitHub says. ".repeat(1 + missing / 23));
    payload.to_string()
}

/// A number as good as random, always the same of the same (splitmix64).
pub(crate) fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The mix in words.
pub(crate) fn words() -> String {
    let of = |cost| KINDS.iter().filter(|kind| kind.cost == cost).map(|kind| kind.share).sum::<u64>();
    format!(
        "{} of a hundred cost a row and a message (pull requests, repositories), {} one read (CI that ended, of commits \
         that nobody waits for), {} nothing (CI that goes on, pushes, labels, branches)",
        of(Cost::Row),
        of(Cost::Read),
        of(Cost::Nothing)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_of_a_hundred_and_are_kept_to() {
        assert_eq!(KINDS.iter().map(|kind| kind.share).sum::<u64>(), 100);
        let rows = (0..100_000).filter(|index| kind_of(*index).cost == Cost::Row).count();
        assert!((20_500..21_500).contains(&rows), "{rows}");
    }

    #[test]
    fn a_guid_tells_its_delivery() {
        assert_eq!(index(&guid(1_099_999)), Some(1_099_999));
        assert!(guid(7).parse::<covermark_types::DeliveryId>().is_ok());
    }
}
