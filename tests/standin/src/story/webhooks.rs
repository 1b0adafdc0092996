//! Webhooks on order: a test says when they arrive, how often, and in which order.

use serde_json::json;

use super::GitHubStandIn;
use crate::{
    state::{Attempt, HookDelivery, World},
    webhooks,
};

impl GitHubStandIn {
    /// The webhooks that wait, oldest first.
    #[must_use]
    pub fn pending_webhooks(&self) -> Vec<HookDelivery> {
        let world = self.shared.lock();
        world.pending.iter().filter_map(|id| world.deliveries.get(id)).cloned().collect()
    }

    /// Sends everything that waits, one after the other, and answers what came of it.
    pub async fn deliver_all(&self) -> Vec<HookDelivery> {
        let mut sent = Vec::new();
        while let Some(delivery) = self.deliver_next().await {
            sent.push(delivery);
        }
        sent
    }

    /// Sends the oldest webhook that waits.
    pub async fn deliver_next(&self) -> Option<HookDelivery> {
        let (delivery, parcel) = {
            let mut world = self.shared.lock();
            let id = (!world.pending.is_empty()).then(|| world.pending.remove(0))?;
            let delivery = world.deliveries.get(&id)?.clone();
            let parcel = webhooks::parcel(&world, &delivery);
            (delivery, parcel)
        };
        let attempt = webhooks::send(parcel).await;
        let mut world = self.shared.lock();
        Some(record(&mut world, delivery.id, attempt))
    }

    /// Everything that waits will arrive twice, with the same GUIDs.
    pub fn double_webhooks(&self) {
        let mut world = self.shared.lock();
        let copies: Vec<u64> = world.pending.clone();
        for id in copies {
            webhooks::again(&mut world, id);
        }
    }

    /// Everything that waits is lost on the way; GitHub remembers it as failed.
    pub fn lose_webhooks(&self) {
        let mut world = self.shared.lock();
        for id in std::mem::take(&mut world.pending) {
            let attempt = Err("failed to connect to host".to_owned());
            record(&mut world, id, attempt);
        }
    }

    /// Everything that waits will arrive in the opposite order.
    pub fn reverse_webhooks(&self) {
        self.shared.lock().pending.reverse();
    }

    /// GitHub sends a `ping`, as when the webhook is configured.
    pub fn ping(&self) {
        let mut world = self.shared.lock();
        webhooks::ping(&mut world);
    }

    /// An event that the stand-in does not make by itself, with a payload of the test's own.
    pub fn announce(&self, event: &str, payload: &serde_json::Value) {
        let mut world = self.shared.lock();
        let action = payload["action"].as_str().map(str::to_owned);
        webhooks::queue(&mut world, event, action, None, None, &json!(payload));
    }

    /// Every webhook so far, sent or not.
    #[must_use]
    pub fn webhook_deliveries(&self) -> Vec<HookDelivery> {
        self.shared.lock().deliveries.values().cloned().collect()
    }
}

pub(super) fn record(world: &mut World, id: u64, answer: Result<(u16, String), String>) -> HookDelivery {
    let at = world.clock.now();
    let attempt = match answer {
        Ok((status, body)) => {
            let text =
                if (200..300).contains(&status) { "OK".to_owned() } else { format!("Invalid HTTP Response: {status}") };
            Attempt { at, status, text, body: body.chars().take(4_096).collect() }
        }
        Err(text) => Attempt { at, status: 0, text, body: String::new() },
    };
    let delivery = world.deliveries.get_mut(&id).expect("a delivery that was queued is there");
    delivery.attempt = Some(attempt);
    delivery.clone()
}
