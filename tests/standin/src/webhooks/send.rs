//! Queueing, signing and sending.

use aws_lc_rs::hmac;
use bytes::Bytes;
use covermark_types::{DeliveryId, InstallationId, RepositoryId};
use serde_json::Value;

use crate::{
    server::post,
    state::{HookDelivery, World, random_bytes},
};

/// Queues a webhook, if the App has one.
pub(crate) fn queue(
    world: &mut World,
    event: &str,
    action: Option<String>,
    installation: Option<InstallationId>,
    repository: Option<RepositoryId>,
    payload: &Value,
) {
    if world.app.hook_url.is_none() {
        return;
    }
    let id = world.next_id();
    let delivery = HookDelivery {
        id,
        guid: guid(),
        event: event.to_owned(),
        action,
        payload: Bytes::from(payload.to_string()),
        installation,
        repository,
        redelivery: false,
        attempt: None,
    };
    world.deliveries.insert(id, delivery);
    world.pending.push(id);
}

/// Queues a delivery once more, with its GUID.
pub(crate) fn again(world: &mut World, id: u64) -> Option<u64> {
    let earlier = world.deliveries.get(&id)?.clone();
    let id = world.next_id();
    world.deliveries.insert(id, HookDelivery { id, redelivery: true, attempt: None, ..earlier });
    world.pending.push(id);
    Some(id)
}

fn guid() -> DeliveryId {
    let mut bytes = random_bytes::<16>();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    let text = format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]);
    text.parse().expect("sixteen bytes with hyphens are a GUID")
}

/// A webhook that is ready to go: address, headers, body.
pub(crate) struct Parcel {
    url: Option<String>,
    headers: Vec<(String, String)>,
    body: Bytes,
}

pub(crate) fn parcel(world: &World, delivery: &HookDelivery) -> Parcel {
    let mut headers = headers(world, delivery);
    let secret = world.app.webhook_secret.expose().as_bytes();
    let sign = |algorithm, body: &[u8]| hex::encode(hmac::sign(&hmac::Key::new(algorithm, secret), body));
    // GitHub still sends the old signature beside the new one; who reads it is wrong.
    let old = sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &delivery.payload);
    headers.push(("X-Hub-Signature".to_owned(), format!("sha1={old}")));
    let new = sign(hmac::HMAC_SHA256, &delivery.payload);
    headers.push(("X-Hub-Signature-256".to_owned(), format!("sha256={new}")));
    Parcel { url: world.app.hook_url.clone(), headers, body: delivery.payload.clone() }
}

/// The headers of a delivery, without its signatures.
pub(crate) fn headers(world: &World, delivery: &HookDelivery) -> Vec<(String, String)> {
    let mut headers = vec![
        ("Accept", "*/*".to_owned()),
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", "GitHub-Hookshot/c0ffee1".to_owned()),
        ("X-GitHub-Delivery", delivery.guid.to_string()),
        ("X-GitHub-Event", delivery.event.clone()),
        ("X-GitHub-Hook-ID", world.app.hook_id.to_string()),
        ("X-GitHub-Hook-Installation-Target-ID", world.app.id.to_string()),
        ("X-GitHub-Hook-Installation-Target-Type", "integration".to_owned()),
    ];
    if world.origin.enterprise {
        headers.push(("X-GitHub-Enterprise-Host", world.origin.web.trim_start_matches("http://").to_owned()));
        headers.push(("X-GitHub-Enterprise-Version", "3.19.0".to_owned()));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(crate) async fn send(parcel: Parcel) -> Result<(u16, String), String> {
    match parcel.url {
        Some(url) => post(&url, &parcel.headers, parcel.body).await,
        None => Err("the App has no webhook address".to_owned()),
    }
}
