//! What a test wants to know, and to arrange, about an App's registration.

use covermark_types::Secret;

use super::GitHubStandIn;
use crate::state::NewApp;

impl GitHubStandIn {
    /// What the App that was registered last asked for; `None` while nobody has registered one.
    #[must_use]
    pub fn registered(&self) -> Option<NewApp> {
        self.shared.lock().registration.registered.clone()
    }

    /// From now on GitHub makes no webhook secret for a manifest's App: whoever converts the code gets `null`.
    pub fn make_no_webhook_secret(&self) {
        self.shared.lock().registration.no_webhook_secret = true;
    }

    /// The App's private key, as GitHub hands it out.
    #[must_use]
    pub fn private_key(&self) -> Secret {
        self.shared.lock().app.key.private_pem.clone()
    }
}
