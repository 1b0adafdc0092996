//! Pages and their Link headers.

use serde_json::{Value, json};

use super::{Answer, Call, Outcome};

/// A list as a page of the length and number that the client asked for.
pub(crate) fn paginate(call: &Call<'_>, items: Vec<Value>) -> Outcome {
    let (page, link) = cut(call, items)?;
    let answer = Answer::ok(Value::Array(page));
    Ok(match link {
        Some(link) => answer.with("link", link),
        None => answer,
    })
}

/// A list inside an object with `total_count`, as some endpoints have it.
pub(crate) fn paginate_wrapped(call: &Call<'_>, name: &str, items: Vec<Value>, around: Value) -> Outcome {
    paginate_shown(call, name, items, |item| item, around)
}

/// The same of a long list, of which only the page asked for is written out.
pub(crate) fn paginate_shown<T>(
    call: &Call<'_>,
    name: &str,
    items: Vec<T>,
    show: impl Fn(T) -> Value,
    mut around: Value,
) -> Outcome {
    around["total_count"] = json!(items.len());
    let (page, link) = cut(call, items)?;
    around[name] = page.into_iter().map(show).collect();
    let answer = Answer::ok(around);
    Ok(match link {
        Some(link) => answer.with("link", link),
        None => answer,
    })
}

fn cut<T>(call: &Call<'_>, items: Vec<T>) -> Result<(Vec<T>, Option<String>), Answer> {
    let length = number(call, "per_page", 30)?.clamp(1, 100);
    let page = number(call, "page", 1)?.max(1);
    let last = items.len().div_ceil(length).max(1);
    let link = links(call, page, last);
    let found = items.into_iter().skip((page - 1).saturating_mul(length)).take(length).collect();
    Ok((found, link))
}

fn number(call: &Call<'_>, name: &str, default: usize) -> Result<usize, Answer> {
    match call.request.parameter(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| Answer::malformed(&format!("\"{name}\" is not a number."))),
    }
}

fn links(call: &Call<'_>, page: usize, last: usize) -> Option<String> {
    let mut links = Vec::new();
    let mut add = |number: usize, relation: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in call.request.query.iter().filter(|(name, _)| name != "page") {
            query.append_pair(name, value);
        }
        query.append_pair("page", &number.to_string());
        let address = format!("{}{}?{}", call.world.origin.api, call.request.path, query.finish());
        links.push(format!("<{address}>; rel=\"{relation}\""));
    };
    if page > 1 {
        add(page - 1, "prev");
    }
    if page < last {
        add(page + 1, "next");
        add(last, "last");
    }
    if page > 1 {
        add(1, "first");
    }
    (!links.is_empty()).then(|| links.join(", "))
}
