//! Who had a browser send a request, as the browser itself says. No page can forge these headers.

use axum::http::{HeaderMap, header};

use crate::pages::Site;

/// Where a request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page of ours, or the person themselves.
    Ours,
    /// Another site's page.
    Foreign,
    /// Nobody says: an old browser, or a program. The token decides alone.
    Unsaid,
}

/// Reads `Sec-Fetch-Site`, and `Origin` where there is none (browsers send the former only over HTTPS and on this machine).
pub(crate) fn sender(site: &Site, headers: &HeaderMap) -> Sender {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        // `none`: typed, bookmarked, or a form sent again on reload.
        (Some("same-origin" | "none"), _) => Sender::Ours,
        (Some(_), _) => Sender::Foreign,
        (None, Some(origin)) if origin == site.public_url().origin().ascii_serialization() => Sender::Ours,
        (None, Some(_)) => Sender::Foreign,
        (None, None) => Sender::Unsaid,
    }
}
