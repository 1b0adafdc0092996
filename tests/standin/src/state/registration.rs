//! Apps on their way to be registered: GitHub's form as it was filled in, and the codes of manifests.

use std::collections::BTreeMap;

use covermark_types::{AppId, Timestamp};

use super::Level;

/// What a form or a manifest asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewApp {
    /// Its name.
    pub name: String,
    /// The page about it.
    pub url: String,
    /// Where deliveries go.
    pub hook_url: Option<String>,
    /// Whether the webhook is active.
    pub hook_active: bool,
    /// Where sign-ins may lead back to.
    pub callback_urls: Vec<String>,
    /// Whether installing asks to sign in, too.
    pub request_oauth_on_install: bool,
    /// Whether others may install it.
    pub public: bool,
    /// What it asks for.
    pub permissions: BTreeMap<String, Level>,
    /// What it subscribes to.
    pub events: Vec<String>,
}

/// A manifest whose page is open.
#[derive(Clone, Debug)]
pub(crate) struct OpenManifest {
    pub(crate) key: String,
    pub(crate) owner: String,
    pub(crate) app: NewApp,
    pub(crate) redirect_url: String,
    pub(crate) state: Option<String>,
}

/// A code that stands for a new App's credentials.
#[derive(Clone, Debug)]
pub(crate) struct ManifestCode {
    pub(crate) code: String,
    pub(crate) app: AppId,
    pub(crate) expires_at: Timestamp,
}

/// All of it.
#[derive(Default)]
pub(crate) struct Registration {
    pub(crate) open: Vec<OpenManifest>,
    pub(crate) codes: Vec<ManifestCode>,
    /// GitHub makes no webhook secret for a manifest's App.
    pub(crate) no_webhook_secret: bool,
    /// What was asked for by the App that was registered last.
    pub(crate) registered: Option<NewApp>,
}
