//! A GitHub App before there is one: what to ask GitHub for, where its owner creates it, and the two ways to fill in
//! GitHub's form, a manifest (<https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>)
//! and a link (<https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-using-url-parameters>).
//!
//! Afterwards: what a created App or an installation lacks of it, with where to grant it.

mod convert;
mod lacking;
mod needs;
mod owner;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::Url;

pub use self::{
    convert::{Conversion, Created, convert},
    lacking::{Lacking, lacking},
    needs::{EVENTS, EventNeed, PERMISSIONS, PermissionNeed, Section, permission},
    owner::{AppOwner, InvalidOwner},
};

/// The longest name that GitHub takes.
pub const LONGEST_NAME: usize = 34;

/// An App to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What people will see as the author of comments; unique on its GitHub, at most [`LONGEST_NAME`] characters.
    pub name: String,
    /// Our front page.
    pub homepage: Url,
    /// Where deliveries go.
    pub webhook: Url,
    /// Where sign-ins come back to.
    pub callback: Url,
    /// Whether accounts other than its owner may install it.
    pub public: bool,
    /// The names of the optional permissions that are wanted, others' names are ignored.
    pub optional: BTreeSet<String>,
}

/// What GitHub shows beside the name.
const DESCRIPTION: &str = "Code coverage on pull requests: one comment, statuses and checks.";

impl Plan {
    /// The permissions to ask for.
    pub fn permissions(&self) -> impl Iterator<Item = &'static PermissionNeed> {
        PERMISSIONS.iter().filter(|need| !need.optional || self.optional.contains(need.name))
    }

    /// The events to subscribe to: those that the permissions allow.
    pub fn events(&self) -> impl Iterator<Item = &'static EventNeed> {
        EVENTS.iter().filter(|event| self.permissions().any(|need| need.name == event.permission))
    }

    /// The manifest, which is posted as the form field `manifest`. `redirect` is where GitHub sends the browser with the
    /// code to convert.
    #[must_use]
    pub fn manifest(&self, redirect: &Url) -> Value {
        let permissions: Map<String, Value> =
            self.permissions().map(|need| (need.name.to_owned(), Value::from(need.level()))).collect();
        let events: Vec<&str> = self.events().map(|event| event.name).collect();
        json!({
            "name": self.name,
            "description": DESCRIPTION,
            "url": self.homepage,
            "hook_attributes": { "url": self.webhook, "active": true },
            "redirect_url": redirect,
            "callback_urls": [self.callback],
            "request_oauth_on_install": true,
            "public": self.public,
            "default_permissions": permissions,
            "default_events": events,
        })
    }

    /// The link to GitHub's form at `form` with everything filled in but the webhook secret, which no link can carry.
    /// Brackets stay as they are: escaped ones break when the link is copied into some tools, and no browser needs it.
    #[must_use]
    pub fn prefilled(&self, form: &Url) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("name", &self.name)
            .append_pair("description", DESCRIPTION)
            .append_pair("url", self.homepage.as_str())
            .append_pair("callback_urls[]", self.callback.as_str())
            .append_pair("request_oauth_on_install", "true")
            .append_pair("public", if self.public { "true" } else { "false" })
            .append_pair("webhook_active", "true")
            .append_pair("webhook_url", self.webhook.as_str());
        for event in self.events() {
            query.append_pair("events[]", event.name);
        }
        for need in self.permissions() {
            query.append_pair(need.name, need.level());
        }
        format!("{form}?{}", query.finish().replace("%5B%5D=", "[]="))
    }
}
