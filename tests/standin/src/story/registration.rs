//! What a test wants to know, and to arrange, about an App's registration.

use covermark_types::{AppId, Secret};

use super::GitHubStandIn;
use crate::state::{AccountKind, App, AppKey, NewApp};

impl GitHubStandIn {
    /// What the App that was registered last asked for; `None` while nobody has registered one.
    #[must_use]
    pub fn registered(&self) -> Option<NewApp> {
        self.shared.lock().registration.registered.clone()
    }

    /// Somebody registers an App of their own in place of the one that was there, with a key of its own.
    pub fn register_another_app(&self) {
        let mut world = self.shared.lock();
        let id = AppId(world.next_id());
        let (now, hook_url) = (world.now(), world.app.hook_url.clone());
        world.app = App { hook_url, ..App::registered(id, "another".to_owned(), now, AppKey::fresh()) };
        if world.account_by_login("another[bot]").is_none() {
            world.make_account("another[bot]", AccountKind::Bot);
        }
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
