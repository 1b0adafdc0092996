//! Middleware around every page: frames errors, and sets the headers that a browser protects people by.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use covermark_types::{Random, SystemRandom, random_hex};

use super::{ErrorPage, Site, page::FormTarget};
use crate::{
    csrf::{self, Sender, sender},
    problem::REQUEST_ID,
};

/// Two years, as browsers' preload lists ask for. Subdomains are the operator's to decide about.
const HSTS: &str = "max-age=63072000";

/// Frames an [`ErrorPage`] with the request's id, puts the security headers on every answer, and refuses what changes
/// something and comes from another site. Use it with
/// `axum::middleware::from_fn_with_state(site, dress)`, as the outermost layer of a function's pages.
pub async fn dress(State(site): State<Site>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    // A form that another site's page had a browser send is refused before anybody looks at it.
    let foreign = !request.method().is_safe() && sender(&site, request.headers()) == Sender::Foreign;
    let mut response = if foreign { csrf::forged(&site).into_response() } else { next.run(request).await };
    if let Some(error) = response.extensions_mut().remove::<ErrorPage>() {
        let bare = response;
        response = error.frame(&site, &id);
        // What was said beside the error stays: a cookie that goes away, an `Allow` of a 405.
        for (name, value) in bare.headers() {
            if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
                response.headers_mut().append(name, value.clone());
            }
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
    }
    protect(&site, &mut response);
    response
}

/// The id that an outer layer gave to the request; one of our own where there is none, so that the page and the log
/// line of its cause always share one. A stranger who sends the header chooses no more than what his own page says.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    match given {
        Some(id) if id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => id.to_owned(),
        _ => random_hex::<8>(&SystemRandom as &dyn Random),
    }
}

fn protect(site: &Site, response: &mut Response) {
    let target = response.extensions_mut().remove::<FormTarget>().map(|FormTarget(origin)| origin);
    let policy = content_security_policy(target.as_deref());
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Our own pages see where a reader comes from; strangers do not.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages say who is signed in: neither a proxy nor the back button after signing out may show them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if site.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// Nothing but our own stylesheet and icon is loaded, nothing runs, nobody frames us, and forms come back to us, to
/// `target` where a page asked for it.
fn content_security_policy(target: Option<&str>) -> String {
    let target = target.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{target}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}
