//! What others wrote and Covermark must agree with: GitHub's published payloads and the signatures of its own library.
//! `tests/run` installs them and says where they are.

use std::path::PathBuf;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName},
};
use sha2::Sha256;

/// The file that the environment variable names, or a file below the folder that it names.
///
/// # Panics
/// When it is not there: a test without its peer proves nothing.
#[must_use]
pub fn peer_file(variable: &str, below: &str) -> PathBuf {
    let Some(folder) = std::env::var_os(variable) else {
        panic!("{variable} is not set: this test needs what tests/run installs; run `tests/run`");
    };
    let mut path = PathBuf::from(folder);
    if !below.is_empty() {
        path.push(below);
    }
    assert!(path.exists(), "{} is not there: run `tests/run`, which installs it", path.display());
    path
}

/// The headers of a delivery with this signature.
///
/// # Panics
/// When a value is no header value.
#[must_use]
pub fn headers(event: &str, signature: &str) -> HeaderMap {
    let guid = uuid::Uuid::new_v4().to_string();
    let values = [
        ("content-type", "application/json"),
        ("x-github-event", event),
        ("x-github-delivery", &guid),
        ("x-hub-signature-256", signature),
    ];
    values.into_iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value"))).collect()
}

/// Sends deliveries as GitHub does.
pub struct Deliverer {
    /// The client.
    pub http: reqwest::Client,
    /// `…/webhooks/gh`.
    pub url: String,
    /// The webhook secret.
    pub secret: String,
}

impl Deliverer {
    /// The header's value for these bytes.
    #[must_use]
    pub fn signature(&self, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("a key");
        mac.update(body);
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    }

    /// Sends one delivery with a GUID of its own.
    pub async fn send(&self, event: &str, signature: &str, body: Vec<u8>) -> StatusCode {
        let request = self.http.post(&self.url).headers(headers(event, signature)).body(body);
        request.send().await.expect("an answer").status()
    }
}
