//! `/app/hook`: the App's webhook, its deliveries, and asking for one again.

use serde_json::{Value, json};

use crate::{
    effects::Effect,
    server::{Answer, Call, Outcome},
    state::HookDelivery,
    webhooks, wire,
};

/// GitHub redelivers what is at most three days old.
const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(72);

pub(super) fn config(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::ok(configuration(call)))
}

fn configuration(call: &Call<'_>) -> Value {
    let mut value = json!({"content_type": "json", "insecure_ssl": "0", "secret": "********"});
    if let Some(url) = &call.world.app.hook_url {
        value["url"] = Value::from(url.clone());
    }
    value
}

pub(super) fn configure(call: &mut Call<'_>) -> Outcome {
    let fields = call.fields()?;
    if let Some(url) = fields.text("url")? {
        if !url.starts_with("http") {
            return Err(Answer::invalid("Hook", "url", "custom", Some("url is not a valid address")));
        }
        call.world.app.hook_url = Some(url);
    }
    if let Some(secret) = fields.text("secret")? {
        call.world.app.webhook_secret = covermark_types::Secret::new(secret);
    }
    call.world.effects.record(Effect::HookConfigured);
    Ok(Answer::ok(configuration(call)))
}

/// Newest first, cut by a cursor instead of page numbers: here the id before which to go on.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let number = |name: &str, default: u64| match call.request.parameter(name) {
        None => Ok(default),
        Some(text) => text.trim_start_matches("v1_").parse().map_err(|_| Answer::refusal(400, "Invalid cursor")),
    };
    let (length, before) = (number("per_page", 30)?.clamp(1, 100), number("cursor", u64::MAX)?);
    let failed_only = call.request.parameter("status") == Some("failure");
    let kept = kept(call);
    let mut found = kept
        .filter(|delivery| delivery.id < before)
        .filter(|delivery| !failed_only || delivery.attempt.as_ref().is_some_and(|attempt| attempt.text != "OK"));
    let page: Vec<&HookDelivery> = found.by_ref().take(usize::try_from(length).unwrap_or(100)).collect();
    let more = found.next().is_some();
    let last = page.last().map(|delivery| delivery.id);
    let answer = Answer::ok(page.into_iter().map(wire::delivery_item).collect());
    Ok(match last.filter(|_| more) {
        Some(last) => {
            let url = format!("{}/app/hook/deliveries?per_page={length}&cursor=v1_{last}", call.world.origin.api);
            answer.with("link", format!("<{url}>; rel=\"next\""))
        }
        None => answer,
    })
}

/// What GitHub still remembers, newest first.
fn kept<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a HookDelivery> {
    let since = call.world.clock.now() - KEPT;
    let recent = move |delivery: &&HookDelivery| {
        delivery.hook.is_none() && delivery.attempt.as_ref().is_some_and(|attempt| attempt.at >= since)
    };
    call.world.deliveries.values().rev().filter(recent)
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a HookDelivery, Answer> {
    let id = call.number("delivery_id")?;
    kept(call).find(|delivery| delivery.id == id).ok_or_else(Answer::not_found)
}

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let delivery = find(call)?;
    Ok(Answer::ok(wire::delivery(call.world, delivery)))
}

pub(super) fn redeliver(call: &mut Call<'_>) -> Outcome {
    let id = find(call)?.id;
    let again = webhooks::again(call.world, id).ok_or_else(Answer::not_found)?;
    call.world.effects.record(Effect::RedeliveryRequested(again));
    Ok(Answer::json(202, json!({})))
}
