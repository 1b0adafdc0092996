//! One exchange against the description: path and query parameters, request body, answer body by status.

use serde_json::Value;

use super::description::Description;
use crate::journal::Exchange;

/// Everything that is wrong with the exchange.
pub(super) fn judge(description: &Description, exchange: &Exchange) -> Vec<String> {
    let path = format!("/paths/{}", exchange.template.replace('~', "~0").replace('/', "~1"));
    let operation = format!("{path}/{}", exchange.method.to_ascii_lowercase());
    if description.at(&operation).is_none() {
        return vec![format!("{}: GitHub does not describe it", exchange.route())];
    }
    let mut found = parameters(description, &path, &operation, exchange);
    found.extend(request(description, &operation, exchange));
    if !exchange.disturbed {
        found.extend(answer(description, &operation, exchange));
    }
    found.into_iter().map(|why| format!("{} → {}: {why}", exchange.route(), exchange.status)).collect()
}

fn parameters(description: &Description, path: &str, operation: &str, exchange: &Exchange) -> Vec<String> {
    let mut described: Vec<(String, &Value)> = Vec::new();
    for place in [format!("{path}/parameters"), format!("{operation}/parameters")] {
        let list = description.at(&place).and_then(Value::as_array);
        for (at, parameter) in list.into_iter().flatten().enumerate() {
            let pointer = match parameter["$ref"].as_str() {
                Some(reference) => reference.trim_start_matches('#').to_owned(),
                None => format!("{place}/{at}"),
            };
            if let Some(parameter) = description.follow(parameter) {
                described.push((pointer, parameter));
            }
        }
    }
    let mut found = Vec::new();
    let sent = exchange.parameters.iter().map(|(name, value)| ("path", name.as_str(), value.as_str()));
    let sent = sent.chain(exchange.query.iter().map(|(name, value)| ("query", name.as_str(), value.as_str())));
    for (place, name, value) in sent {
        let known = described.iter().find(|(_, known)| known["in"] == place && known["name"] == name);
        let Some((pointer, parameter)) = known else {
            found.push(format!("{place} parameter {name} is not described"));
            continue;
        };
        let schema = format!("{pointer}/schema");
        let value = typed(description, &parameter["schema"], value);
        found.extend(description.judge(&schema, &value).map(|why| format!("{place} parameter {name}: {why}")));
    }
    found
}

/// A parameter's text as the type that its schema wants.
fn typed(description: &Description, schema: &Value, text: &str) -> Value {
    let schema = description.follow(schema).unwrap_or(schema);
    let number = || text.parse::<u64>().ok().map(Value::from);
    let value = match schema["type"].as_str() {
        Some("integer" | "number") => number(),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        // A choice of types: numbers are numbers.
        None => number(),
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(text))
}

fn request(description: &Description, operation: &str, exchange: &Exchange) -> Option<String> {
    let described = description.at(&format!("{operation}/requestBody"));
    let required = described.is_some_and(|body| body["required"] == true);
    match (&exchange.request_body, described) {
        (None, _) => required.then(|| "a request body is required".to_owned()),
        (Some(_), None) => Some("a request body is sent, and none is described".to_owned()),
        (Some(body), Some(_)) => {
            let schema = format!("{operation}/requestBody/content/application~1json/schema");
            description.judge(&schema, body).map(|why| format!("request body: {why}"))
        }
    }
}

fn answer(description: &Description, operation: &str, exchange: &Exchange) -> Option<String> {
    let mut place = format!("{operation}/responses/{}", exchange.status);
    // Conditional requests are described once for all endpoints, in GitHub's guide.
    if exchange.status == 304 && exchange.request_headers.contains_key("if-none-match") {
        return None;
    }
    let Some(described) = description.at(&place) else {
        // GitHub describes the refusals of an endpoint but not those of its front door.
        let refusal =
            exchange.status >= 400 && exchange.answer_body.as_ref().is_some_and(|body| body["message"].is_string());
        return (!refusal).then(|| format!("status {} is not described", exchange.status));
    };
    let has_schema = described.pointer("/content/application~1json/schema").is_some();
    let body = exchange.answer_body.as_ref().filter(|_| has_schema)?;
    // The answer may itself be a reference; its schema stands behind it.
    if let Some(reference) = description.reference(&place) {
        place = reference;
    }
    let schema = format!("{place}/content/application~1json/schema");
    description.judge(&schema, body).map(|why| format!("answer body: {why}"))
}
