//! What is granted, held against what is needed.

use std::collections::BTreeMap;

use super::needs::{EVENTS, EventNeed, PERMISSIONS, PermissionNeed};

/// What an App or an installation lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacking {
    /// Permissions without which Covermark does not work.
    pub required: Vec<&'static PermissionNeed>,
    /// Permissions without which it does less.
    pub optional: Vec<&'static PermissionNeed>,
    /// Events that are not subscribed to although their permission is there.
    pub events: Vec<&'static EventNeed>,
    /// What is granted and of no use here, with its level. Covermark never asks for it.
    pub needless: Vec<(String, String)>,
}

impl Lacking {
    /// Whether all is there that Covermark cannot do without.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.required.is_empty() && self.events.is_empty()
    }
}

/// Holds what GitHub says is granted (name → level) and subscribed to against [`PERMISSIONS`] and [`EVENTS`]. For an
/// installation these are its own, which stay the old ones until the account accepts new ones.
#[must_use]
pub fn lacking(granted: &BTreeMap<String, String>, subscribed: &[String]) -> Lacking {
    let level = |name: &str| granted.get(name).map(String::as_str);
    let missing = |optional: bool| {
        PERMISSIONS.iter().filter(move |need| need.optional == optional && !need.is_met_by(level(need.name))).collect()
    };
    let events = EVENTS.iter().filter(|event| {
        let allowed = level(event.permission).is_some();
        allowed && !subscribed.iter().any(|name| name == event.name)
    });
    let needless = granted.iter().filter(|(name, _)| !PERMISSIONS.iter().any(|need| need.name == name.as_str()));
    Lacking {
        required: missing(false),
        optional: missing(true),
        events: events.collect(),
        needless: needless.map(|(name, level)| (name.clone(), level.clone())).collect(),
    }
}
