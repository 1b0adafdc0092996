//! The App's webhook deliveries.

use serde_json::{Value, json};

use crate::{
    state::{HookDelivery, World},
    webhooks,
};

/// The `hook-delivery-item` of lists. Only deliveries that were sent are listed.
pub(crate) fn delivery_item(delivery: &HookDelivery) -> Value {
    let attempt = delivery.attempt.as_ref();
    json!({
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": attempt.map(|attempt| attempt.at.to_string()),
        "redelivery": delivery.redelivery,
        "duration": 0.05,
        "status": attempt.map(|attempt| attempt.text.clone()),
        "status_code": attempt.map_or(0, |attempt| attempt.status),
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation,
        "repository_id": delivery.repository,
        "throttled_at": null,
    })
}

/// The `hook-delivery` with what was sent and what came back.
pub(crate) fn delivery(world: &World, delivery: &HookDelivery) -> Value {
    let mut value = delivery_item(delivery);
    let headers: serde_json::Map<String, Value> =
        webhooks::headers(world, delivery).into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    value["url"] = Value::from(world.app.hook_url.clone().unwrap_or_default());
    value["request"] = json!({
        "headers": headers,
        "payload": serde_json::from_slice::<Value>(&delivery.payload).unwrap_or(Value::Null),
    });
    value["response"] = json!({
        "headers": {},
        "payload": delivery.attempt.as_ref().map(|attempt| attempt.body.clone()),
    });
    value
}
