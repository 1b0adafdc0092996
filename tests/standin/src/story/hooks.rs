//! What people do with the webhooks of their repository.

use covermark_types::Secret;

use super::{GitHubStandIn, Repo};
use crate::state::RepositoryHook;

impl GitHubStandIn {
    /// The App's owner switches its webhook off: nothing is sent, and no address is shown.
    pub fn switch_webhook_off(&self) {
        self.shared.lock().app.hook_url = None;
    }
}

impl Repo {
    /// Somebody made a webhook by hand, for pushes, with a secret of their own; answers its number.
    pub fn add_hook(&self, url: &str) -> u64 {
        let mut world = self.github.shared.lock();
        let (id, now) = (world.next_id(), world.now());
        let hook = RepositoryHook {
            id,
            url: url.to_owned(),
            secret: Some(Secret::new("typed by hand")),
            content_type: "form".to_owned(),
            events: vec!["push".to_owned()],
            active: false,
            created_at: now,
            updated_at: now,
        };
        world.repository_mut(self.id).hooks.push(hook);
        id
    }

    /// Somebody deletes all its webhooks.
    pub fn delete_hooks(&self) {
        self.github.shared.lock().repository_mut(self.id).hooks.clear();
    }
}
