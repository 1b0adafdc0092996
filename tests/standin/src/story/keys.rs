//! What the App's owner does with its private keys.

use covermark_types::Secret;

use super::GitHubStandIn;
use crate::state::AppKey;

impl GitHubStandIn {
    /// Generates a further private key, which the browser downloads. Those before go on working.
    #[must_use]
    pub fn generate_private_key(&self) -> Secret {
        let key = AppKey::fresh();
        self.shared.lock().app.further_keys.push(key.clone());
        key.private_pem.clone()
    }

    /// Deletes the oldest private key. As at GitHub, the last one cannot be deleted.
    pub fn delete_oldest_private_key(&self) {
        let mut world = self.shared.lock();
        assert!(!world.app.further_keys.is_empty(), "GitHub does not delete an App's only private key");
        world.app.key = world.app.further_keys.remove(0);
    }
}
