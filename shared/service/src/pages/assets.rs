//! The two files that pages load: the stylesheet and the icon. Their addresses hold the digest of what is in them, so
//! that browsers keep them for a year and a deployment never shows a page in yesterday's clothes.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest as _, Sha256};

use super::Site;

const STYLESHEET: &str = include_str!("../../templates/style.css");
const ICON: &str = include_str!("../../templates/icon.svg");

static STYLESHEET_NAME: LazyLock<String> = LazyLock::new(|| name(STYLESHEET, "css"));
static ICON_NAME: LazyLock<String> = LazyLock::new(|| name(ICON, "svg"));

fn name(content: &str, extension: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(content.as_bytes());
    let mut name = String::with_capacity(16);
    for byte in digest.iter().take(6) {
        let _ = write!(name, "{byte:02x}");
    }
    name + "." + extension
}

pub(super) fn stylesheet(site: &Site) -> String {
    site.link(&format!("assets/{}", *STYLESHEET_NAME))
}

pub(super) fn icon(site: &Site) -> String {
    site.link(&format!("assets/{}", *ICON_NAME))
}

/// Serves `/assets/…`. One function of a deployment does.
pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(asset))
}

async fn asset(Path(file): Path<String>) -> Response {
    let (content, content_type, current) = match file.rsplit_once('.') {
        Some((_, "css")) => (STYLESHEET, "text/css; charset=utf-8", file == *STYLESHEET_NAME),
        Some((_, "svg")) => (ICON, "image/svg+xml", file == *ICON_NAME),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // While a deployment rolls out, a page of one version may ask a function of the other: it gets what there is, and
    // does not keep it.
    let cache = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, content).into_response()
}
