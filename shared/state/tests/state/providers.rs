//! The list of connected GitHubs, and the last `ping` of each.

use covermark_state::rows::provider::{ConnectedProvider, Ping};
use covermark_types::{AppId, Provider};

use crate::support::{at, table};

fn connected(slug: &str, app: u64) -> ConnectedProvider {
    ConnectedProvider {
        slug: slug.parse().expect("a provider"),
        web_url: "https://ghe.example/".parse().expect("an address"),
        api_url: "https://ghe.example/api/v3".parse().expect("an address"),
        app_slug: "covermark".to_owned(),
        app_id: AppId(app),
        client_id: "Iv1.abc".to_owned(),
        private_ca: false,
        connected_at: at(0),
        connected_by: "command line".to_owned(),
    }
}

#[tokio::test]
async fn several_githubs_live_side_by_side_and_one_replaces_only_itself() {
    let table = table().await;
    for (slug, app) in [("gh", 1), ("lab-2", 2), ("ghe", 3), ("gh", 4)] {
        table.put_provider(&connected(slug, app)).await.expect("a write");
    }
    let found = table.providers().await.expect("a list");
    let found: Vec<_> = found.iter().map(|one| (one.slug.as_str(), one.app_id.0)).collect();
    assert_eq!(found, [("gh", 4), ("ghe", 3), ("lab-2", 2)]);
    let lab = table.provider(&"lab-2".parse().expect("a provider")).await.expect("a read");
    assert_eq!(lab, Some(connected("lab-2", 2)));
}

#[tokio::test]
async fn the_last_ping_is_remembered_for_a_week_and_a_day() {
    let (table, gh) = (table().await, Provider::github());
    assert_eq!(table.ping(&gh, at(0)).await.expect("a read"), None);
    for (guid, when) in [("72d3162e-cc78-11e3-81ab-4c9367dc0958", 5), ("82d3162e-cc78-11e3-81ab-4c9367dc0958", 9)] {
        let ping = Ping { delivery: guid.parse().expect("a GUID"), received_at: at(when) };
        table.put_ping(&gh, &ping).await.expect("a write");
    }
    let ping = table.ping(&gh, at(10)).await.expect("a read").expect("a ping");
    assert_eq!(ping.received_at, at(9));
    assert_eq!(table.ping(&gh, at(9 + 8 * 24 * 3600)).await.expect("a read"), None);
}
