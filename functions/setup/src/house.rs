//! What the function works with, and what every handler has at hand.

use std::sync::Arc;

use covermark_github::Endpoints;
use covermark_service::{
    access::Access,
    credentials::Apps,
    http_client::{self, ClientError},
    pages::Site,
};
use covermark_state::{Table, vault::Vault};
use covermark_types::{Clock, Provider, Random};
use url::Url;

use crate::{code::CodeMemory, handover::KeyMemory, reach::Reach};

/// What the function works with.
pub struct Setup {
    /// Codes, sessions, the list of providers.
    pub table: Table,
    /// Where credentials are stored.
    pub vault: Arc<dyn Vault>,
    /// The credentials that are stored, as the other functions read them.
    pub apps: Arc<Apps>,
    /// Who is signed in, and who administers the instance.
    pub access: Access,
    /// Where people and GitHub reach us.
    pub public_url: Url,
    /// Which machines an Enterprise Server may be.
    pub reach: Reach,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where ids, states and secrets come from.
    pub random: Arc<dyn Random>,
}

/// What every handler has at hand.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) app: Arc<Setup>,
    pub(crate) site: Site,
    pub(crate) code: Arc<CodeMemory>,
    pub(crate) key: Arc<KeyMemory>,
}

impl House {
    pub(crate) fn new(app: Arc<Setup>) -> Self {
        let site = Site::new(&app.public_url);
        Self { app, site, code: Arc::default(), key: Arc::default() }
    }

    /// A page of ours with scheme and host, as an address.
    pub(crate) fn address(&self, path: &str) -> Url {
        // Only addresses without a host refuse to be extended; a public URL has one.
        Url::parse(&self.site.address(path)).unwrap_or_else(|_| self.app.public_url.clone())
    }

    /// Where deliveries of `provider` go.
    pub(crate) fn webhook(&self, provider: &Provider) -> Url {
        self.address(&format!("webhooks/{provider}"))
    }

    /// Where sign-ins with `provider` come back to.
    pub(crate) fn sign_in(&self, provider: &Provider) -> Url {
        self.address(&format!("login/{provider}/callback"))
    }

    /// The client that reaches a GitHub, by the certificate authority of its own if it has one.
    pub(crate) fn http(&self, private_ca: Option<&str>) -> Result<reqwest::Client, ClientError> {
        match private_ca {
            Some(pem) => http_client::build(Some(pem.as_bytes())),
            None => Ok(self.app.apps.http().clone()),
        }
    }
}

/// What people call a GitHub: by its name if it is github.com, by its host if it is their own.
pub(crate) fn github_name(endpoints: &Endpoints) -> String {
    match (endpoints.web.host_str(), endpoints.web.port()) {
        (Some("github.com"), None) | (None, _) => "GitHub".to_owned(),
        (Some(host), None) => host.to_owned(),
        (Some(host), Some(port)) => format!("{host}:{port}"),
    }
}
