//! The GitHub App under test: one for each stand-in.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use aws_lc_rs::{encoding::AsDer as _, rsa, signature::KeyPair as _};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::{AppId, Secret, Timestamp};

use super::{Level, Permissions, random_bytes};

/// The App as its owner configured it.
pub struct App {
    /// Its number.
    pub id: AppId,
    /// Its name in addresses; its bot is `slug[bot]`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The organisation that it belongs to; empty for the person at the browser.
    pub owner: String,
    /// The OAuth client id.
    pub client_id: String,
    /// The OAuth client secret.
    pub client_secret: Secret,
    /// What webhooks are signed with.
    pub webhook_secret: Secret,
    /// Where webhooks go; without it none are made, as on GitHub.
    pub hook_url: Option<String>,
    /// GitHub's number of the App's webhook.
    pub hook_id: u64,
    /// The addresses that sign-in may lead back to, compared exactly.
    pub callback_urls: Vec<String>,
    /// What installations grant.
    pub permissions: Permissions,
    /// The events the App subscribed to.
    pub events: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    pub(crate) key: Arc<AppKey>,
    /// Keys that were generated later; each of them signs as well as the first.
    pub(crate) further_keys: Vec<Arc<AppKey>>,
}

impl App {
    /// The App that every stand-in starts with.
    pub(super) fn new(now: Timestamp) -> Self {
        Self::registered(AppId(414_243), "covermark".to_owned(), now, AppKey::of_this_process())
    }

    /// A new App with secrets of its own and the usual permissions.
    pub(crate) fn registered(id: AppId, slug: String, now: Timestamp, key: Arc<AppKey>) -> Self {
        let grants = [
            ("actions", Level::Read),
            ("metadata", Level::Read),
            ("contents", Level::Read),
            ("pull_requests", Level::Write),
            ("statuses", Level::Write),
            ("checks", Level::Write),
        ];
        let events = ["push", "pull_request", "repository"];
        Self {
            id,
            slug,
            name: "Covermark".to_owned(),
            owner: "covermark-dev".to_owned(),
            client_id: format!("Iv23li{}", &hex::encode(random_bytes::<7>())),
            client_secret: Secret::new(hex::encode(random_bytes::<20>())),
            webhook_secret: Secret::new(hex::encode(random_bytes::<20>())),
            hook_url: None,
            hook_id: 512_077_001,
            callback_urls: Vec::new(),
            permissions: grants.into_iter().map(|(name, level)| (name.to_owned(), level)).collect::<BTreeMap<_, _>>(),
            events: events.map(str::to_owned).to_vec(),
            created_at: now,
            key,
            further_keys: Vec::new(),
        }
    }
}

/// The App's RSA key. The private half leaves only with the credentials document.
pub(crate) struct AppKey {
    /// PKCS#1, as GitHub hands it out.
    pub(crate) private_pem: Secret,
    /// PKCS#8 DER.
    pub(crate) private_der: Vec<u8>,
    /// PKCS#1 DER.
    pub(crate) public_der: Vec<u8>,
}

impl AppKey {
    /// Making a key takes a tenth of a second, so all stand-ins of a process share one.
    fn of_this_process() -> Arc<Self> {
        static KEY: OnceLock<Arc<AppKey>> = OnceLock::new();
        KEY.get_or_init(Self::fresh).clone()
    }

    /// A key of its own.
    pub(crate) fn fresh() -> Arc<Self> {
        let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("the crypto library makes an RSA key");
        let pkcs8 = pair.as_der().expect("an RSA key has a DER form");
        Arc::new(Self {
            private_pem: Secret::new(pem("RSA PRIVATE KEY", pkcs1_inside(pkcs8.as_ref()))),
            private_der: pkcs8.as_ref().to_vec(),
            public_der: pair.public_key().as_ref().to_vec(),
        })
    }
}

/// PKCS#8 of an RSA key is a fixed head of 26 bytes (version, algorithm, octet string) around the PKCS#1 form.
fn pkcs1_inside(pkcs8: &[u8]) -> &[u8] {
    &pkcs8[26..]
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or("")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
