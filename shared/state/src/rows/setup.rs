//! Setting an App up: the one-time code that lets somebody in, the session that it becomes, and the manifests under way.
//!
//! Codes, session ids and states are stored as hashes. A code is spent by one conditional write, so that of two browsers
//! that bring it at once one is let in.

use covermark_types::{Provider, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::ttl;
use crate::{
    Error, Hashed, Table, Write,
    table::{Condition, Key, item, live, number, row, text, without_nulls},
};

/// Time to create an App at GitHub, ask somebody for a permission, and come back.
pub const SESSION_SECONDS: i64 = 2 * 60 * 60;
/// As long as GitHub lets a manifest take.
pub const MANIFEST_SECONDS: i64 = 60 * 60;

/// An App that is being set up: what was chosen so far. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Under which name its GitHub will be known here.
    pub provider: Provider,
    /// What people open.
    pub web_url: Url,
    /// Where its REST API answers.
    pub api_url: Url,
    /// PEM text of its certificate authority, if it has one of its own.
    pub private_ca: Option<String>,
    /// The Enterprise Server's version, as it said itself.
    pub version: Option<String>,
    /// What kind of account the App will belong to: `personal`, `organization`, `enterprise`.
    pub owner_kind: String,
    /// The account's name; empty for a personal one.
    pub owner: String,
    /// What the App will be called.
    pub name: String,
    /// Whether other accounts may install it.
    pub public: bool,
    /// The optional permissions that are wanted.
    pub optional: Vec<String>,
}

/// A browser that was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupSession {
    /// The administrator's login; `None` for whoever brought the code.
    pub administrator: Option<String>,
    /// What was chosen so far.
    pub draft: Option<Draft>,
}

/// A manifest under way: what the callback needs, bound to the session that it was made in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestState {
    /// The hash of the session's id.
    pub session: Hashed,
    /// What is being created.
    pub draft: Draft,
}

fn code_key() -> Key {
    Key::new("SETUP", "CODE")
}

fn spent_key(code: &Hashed) -> Key {
    Key::new("SETUP", format!("SPENT#{}", code.as_str()))
}

fn session_key(id: &Hashed) -> Key {
    Key::new(format!("SETUPSESSION#{}", id.as_str()), "SETUPSESSION")
}

fn state_key(state: &Hashed) -> Key {
    Key::new(format!("SETUPSTATE#{}", state.as_str()), "SETUPSTATE")
}

#[derive(Deserialize)]
struct CodeRow {
    hash: Hashed,
}

impl Table {
    /// Makes `code` the one that lets somebody in, in place of the one before.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_setup_code(&self, code: &Hashed) -> Result<(), Error> {
        let mut item = code_key().item();
        item.insert("hash".to_owned(), text(code.as_str()));
        self.put(item, None).await.map(|_| ())
    }

    /// The hash of the code that lets somebody in; `None` when none was made here.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn setup_code(&self) -> Result<Option<Hashed>, Error> {
        Ok(self.get::<CodeRow>(&code_key()).await?.map(|row| row.hash))
    }

    /// Spends a code, for ever. Refused when it was spent before.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn spend_setup_code(&self, code: &Hashed, now: Timestamp) -> Result<Write, Error> {
        let mut item = spent_key(code).item();
        item.insert("spent_at".to_owned(), number(now.as_millisecond()));
        self.put(item, Some(Condition::absent())).await
    }

    /// Whether a code was spent.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn is_setup_code_spent(&self, code: &Hashed) -> Result<bool, Error> {
        Ok(self.get_item(&spent_key(code)).await?.is_some())
    }

    /// Keeps a session, new or changed, for [`SESSION_SECONDS`] from `now` on.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_setup_session(&self, id: &Hashed, session: &SetupSession, now: Timestamp) -> Result<(), Error> {
        let mut item = without_nulls(item(&session_key(id), session)?);
        item.insert("ttl".to_owned(), number(ttl(now, SESSION_SECONDS)));
        self.put(item, None).await.map(|_| ())
    }

    /// The session with this hash, unless it has ended.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn setup_session(&self, id: &Hashed, now: Timestamp) -> Result<Option<SetupSession>, Error> {
        self.get_live(&session_key(id), now).await
    }

    /// Remembers a manifest under way under the hash of its `state`.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_manifest_state(
        &self,
        state: &Hashed,
        under_way: &ManifestState,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut item = without_nulls(item(&state_key(state), under_way)?);
        item.insert("ttl".to_owned(), number(ttl(now, MANIFEST_SECONDS)));
        self.put(item, Some(Condition::absent())).await.map(|_| ())
    }

    /// Takes a manifest out if it is `session`'s, so that a state works once and only in the browser it was made for.
    /// `None` when it never was, was used, is too old, or is another browser's, in which case it stays.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn take_manifest_state(
        &self,
        state: &Hashed,
        session: &Hashed,
        now: Timestamp,
    ) -> Result<Option<ManifestState>, Error> {
        let ours = Condition::new("#session = :session").value(":session", text(session.as_str()));
        let old = self.delete(&state_key(state), Some(ours)).await?.old;
        old.filter(|item| live(item, now)).map(|item| row(&item)).transpose()
    }
}
