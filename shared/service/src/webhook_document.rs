//! What the vault keeps of the webhook secrets, and how they follow each other without a delivery being refused.
//!
//! GitHub signs with one secret at a time, and nobody knows the moment at which it changes over. So a new one is accepted
//! before GitHub is told of it (*prepared*), and the one before is accepted for a while after (*until*). The document says
//! all of that, so whoever finds it half-way can go on from there.
//!
//! `{"secrets": ["current", {"secret": "next", "prepared": TIME}, {"secret": "previous", "until": TIME}]}`. A bare text is
//! a secret that is accepted without end; several of them are what operators wrote before there were times.

use std::time::Duration;

use covermark_types::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

/// How long the secret before is accepted after GitHub has been told of the new one, if nobody says otherwise: deliveries
/// that were signed before wait in GitHub's queue for minutes, and in an incident for hours.
pub const OVERLAP: Duration = Duration::from_secs(24 * 3600);
/// Most secrets that are tried for one delivery. Each costs a hash of the whole body, also of a forged one.
pub const MOST: usize = 5;

/// The secrets that deliveries may be signed with.
#[derive(Clone, Serialize, Deserialize)]
pub struct WebhookDocument {
    secrets: Vec<Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Current(Secret),
    Next { secret: Secret, prepared: Timestamp },
    Previous { secret: Secret, until: Timestamp },
}

impl Entry {
    fn secret(&self) -> &Secret {
        match self {
            Self::Current(secret) | Self::Next { secret, .. } | Self::Previous { secret, .. } => secret,
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        matches!(self, Self::Previous { until, .. } if *until <= now)
    }
}

/// One accepted secret, for people: never the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// GitHub signs with it.
    Current,
    /// It is accepted since then, and GitHub is not known to sign with it yet.
    Prepared(Timestamp),
    /// It is accepted until then.
    Until(Timestamp),
}

impl WebhookDocument {
    /// One secret, without end.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        Self { secrets: vec![Entry::Current(secret)] }
    }

    /// Reads what the vault keeps.
    ///
    /// # Errors
    /// Where it is no such document; never what is in it.
    pub fn parse(stored: &Secret) -> Result<Self, String> {
        let document: Self = serde_json::from_str(stored.expose()).map_err(|error| {
            format!("not the JSON that is expected (line {}, column {})", error.line(), error.column())
        })?;
        // An empty secret would make forged signatures good ones.
        if document.secrets.iter().any(|entry| entry.secret().is_empty()) {
            return Err("one of the webhook secrets is empty".to_owned());
        }
        Ok(document)
    }

    /// The text for the vault.
    ///
    /// # Panics
    /// Never: texts and times have a JSON form.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::new(serde_json::to_string(self).expect("texts and times have a JSON form"))
    }

    /// What a delivery that comes `now` may be signed with, the likeliest first.
    #[must_use]
    pub fn accepted(&self, now: Timestamp) -> Vec<Secret> {
        self.secrets.iter().filter(|entry| !entry.is_over(now)).take(MOST).map(|entry| entry.secret().clone()).collect()
    }

    /// The accepted secrets with what they are, the current one first.
    pub fn standings(&self, now: Timestamp) -> impl Iterator<Item = (&Secret, Standing)> {
        self.secrets.iter().filter(move |entry| !entry.is_over(now)).map(|entry| match entry {
            Entry::Current(secret) => (secret, Standing::Current),
            Entry::Next { secret, prepared } => (secret, Standing::Prepared(*prepared)),
            Entry::Previous { secret, until } => (secret, Standing::Until(*until)),
        })
    }

    /// The secret that GitHub signs with, as far as is known; the newest where several are accepted without end.
    #[must_use]
    pub fn current(&self) -> Option<&Secret> {
        self.secrets.iter().find_map(|entry| match entry {
            Entry::Current(secret) => Some(secret),
            _ => None,
        })
    }

    /// The secret that GitHub is to be told of, and since when it is accepted.
    #[must_use]
    pub fn prepared(&self) -> Option<(&Secret, Timestamp)> {
        self.secrets.iter().find_map(|entry| match entry {
            Entry::Next { secret, prepared } => Some((secret, *prepared)),
            _ => None,
        })
    }

    /// Accepts `secret` from `now` on, beside the others, which stay as they are. `None` when there are so many that one
    /// would no longer be tried; they end by themselves.
    #[must_use]
    pub fn prepare(&self, secret: Secret, now: Timestamp) -> Option<Self> {
        let mut secrets = self.live(now);
        if secrets.len() >= MOST {
            return None;
        }
        let at = secrets.iter().take_while(|entry| matches!(entry, Entry::Current(_))).count();
        secrets.insert(at, Entry::Next { secret, prepared: now });
        Some(Self { secrets })
    }

    /// After GitHub was told of the prepared secret: it is the current one, and those that were end at `until`.
    #[must_use]
    pub fn promote(&self, now: Timestamp, until: Timestamp) -> Self {
        match self.prepared() {
            Some((secret, _)) => self.succeed_by(secret.clone(), now, until),
            None => self.clone(),
        }
    }

    /// `secret` is the current one from `now` on, and all others end at `until` at the latest.
    #[must_use]
    pub fn succeed_by(&self, secret: Secret, now: Timestamp, until: Timestamp) -> Self {
        let mut secrets = vec![Entry::Current(secret.clone())];
        let others = self.live(now).into_iter().filter(|entry| !entry.secret().matches(secret.expose()));
        secrets.extend(others.map(|entry| match entry {
            Entry::Previous { secret, until: sooner } if sooner < until => Entry::Previous { secret, until: sooner },
            Entry::Current(secret) | Entry::Next { secret, .. } | Entry::Previous { secret, .. } => {
                Entry::Previous { secret, until }
            }
        }));
        let mut document = Self { secrets };
        document.secrets.retain(|entry| !entry.is_over(now));
        document.secrets.truncate(MOST);
        document
    }

    fn live(&self, now: Timestamp) -> Vec<Entry> {
        self.secrets.iter().filter(|entry| !entry.is_over(now)).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
