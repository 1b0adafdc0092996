//! Queueing, signing and sending.

use aws_lc_rs::hmac;
use bytes::Bytes;
use covermark_types::{DeliveryId, InstallationId, RepositoryId};
use serde_json::Value;

use crate::{
    server::post,
    state::{HookDelivery, RepositoryHook, World, random_bytes},
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
    let delivery = HookDelivery {
        id: 0,
        guid: guid(),
        event: event.to_owned(),
        action,
        payload: Bytes::from(payload.to_string()),
        installation,
        repository,
        hook: None,
        redelivery: false,
        attempt: None,
    };
    enqueue(world, delivery);
}

fn enqueue(world: &mut World, delivery: HookDelivery) {
    let id = world.next_id();
    world.deliveries.insert(id, HookDelivery { id, ..delivery });
    world.pending.push(id);
}

/// Queues a webhook for each hook of the repository's own that is for the event.
pub(crate) fn queue_for_hooks(
    world: &mut World,
    repository: RepositoryId,
    event: &str,
    action: Option<&str>,
    payload: &Value,
) {
    let hooks = &world.repository(repository).hooks;
    let hearing: Vec<u64> = hooks.iter().filter(|hook| hook.hears(event)).map(|hook| hook.id).collect();
    for hook in hearing {
        queue_to_hook(world, repository, hook, event, action, payload);
    }
}

/// Queues a webhook for one hook of the repository's own.
pub(crate) fn queue_to_hook(
    world: &mut World,
    repository: RepositoryId,
    hook: u64,
    event: &str,
    action: Option<&str>,
    payload: &Value,
) {
    let delivery = HookDelivery {
        id: 0,
        guid: guid(),
        event: event.to_owned(),
        action: action.map(str::to_owned),
        payload: Bytes::from(payload.to_string()),
        installation: None,
        repository: Some(repository),
        hook: Some(hook),
        redelivery: false,
        attempt: None,
    };
    enqueue(world, delivery);
}

/// The hook of the repository's own that a delivery goes to, while it is there.
fn own_hook<'a>(world: &'a World, delivery: &HookDelivery) -> Option<&'a RepositoryHook> {
    let (hook, repository) = (delivery.hook?, delivery.repository?);
    world.repositories.get(&repository)?.hooks.iter().find(|known| known.id == hook)
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
    let own = own_hook(world, delivery);
    let url = match delivery.hook {
        Some(_) => own.map(|hook| hook.url.clone()),
        None => world.app.hook_url.clone(),
    };
    let secret = match own {
        Some(hook) => hook.secret.as_ref(),
        None => Some(&world.app.webhook_secret),
    };
    // A hook without a secret is not signed at all.
    let Some(secret) = secret else { return Parcel { url, headers, body: delivery.payload.clone() } };
    let secret = secret.expose().as_bytes();
    let sign = |algorithm, body: &[u8]| hex::encode(hmac::sign(&hmac::Key::new(algorithm, secret), body));
    // GitHub still sends the old signature beside the new one; who reads it is wrong.
    let old = sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &delivery.payload);
    headers.push(("X-Hub-Signature".to_owned(), format!("sha1={old}")));
    let new = sign(hmac::HMAC_SHA256, &delivery.payload);
    headers.push(("X-Hub-Signature-256".to_owned(), format!("sha256={new}")));
    Parcel { url, headers, body: delivery.payload.clone() }
}

/// The headers of a delivery, without its signatures.
pub(crate) fn headers(world: &World, delivery: &HookDelivery) -> Vec<(String, String)> {
    let (hook, target, kind) = match (delivery.hook, delivery.repository) {
        (Some(hook), Some(repository)) => (hook, repository.0, "repository"),
        _ => (world.app.hook_id, world.app.id.0, "integration"),
    };
    let mut headers = vec![
        ("Accept", "*/*".to_owned()),
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", "GitHub-Hookshot/c0ffee1".to_owned()),
        ("X-GitHub-Delivery", delivery.guid.to_string()),
        ("X-GitHub-Event", delivery.event.clone()),
        ("X-GitHub-Hook-ID", hook.to_string()),
        ("X-GitHub-Hook-Installation-Target-ID", target.to_string()),
        ("X-GitHub-Hook-Installation-Target-Type", kind.to_owned()),
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
        None => Err("the hook has no address".to_owned()),
    }
}
