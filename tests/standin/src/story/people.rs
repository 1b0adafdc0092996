//! What people do in a browser at GitHub: agree to a sign-in, or not.

use url::Url;

use super::{GitHubStandIn, Owner};
use crate::routes::oauth;

impl GitHubStandIn {
    /// The person opens the authorize address and agrees; answers where the browser is sent.
    ///
    /// # Errors
    /// GitHub's own words when it does not show the consent page: unknown client, address not registered.
    pub fn consent(&self, authorize_url: &str, user: &Owner) -> Result<Url, String> {
        let key = self.open_consent(authorize_url)?;
        let mut world = self.shared.lock();
        oauth::decide(&mut world, &key, Some(user.id)).ok_or_else(|| "the consent page is no longer open".to_owned())
    }

    /// The person opens the authorize address and cancels; answers where the browser is sent.
    ///
    /// # Errors
    /// As [`consent`](Self::consent).
    pub fn cancel(&self, authorize_url: &str) -> Result<Url, String> {
        let key = self.open_consent(authorize_url)?;
        let mut world = self.shared.lock();
        oauth::decide(&mut world, &key, None).ok_or_else(|| "the consent page is no longer open".to_owned())
    }

    fn open_consent(&self, authorize_url: &str) -> Result<String, String> {
        let url: Url = authorize_url.parse().map_err(|error| format!("{authorize_url} is no address: {error}"))?;
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mut world = self.shared.lock();
        oauth::open(&mut world, &query)
    }
}
