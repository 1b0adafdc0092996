//! Signed-in people: a row for each session, under the hash of the id that the cookie carries.

use covermark_types::{InstallationId, Provider, Timestamp, UserId};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Hashed, Table, Write,
    table::{Condition, Key, item, number, without_nulls},
};

/// Nobody sees more installations than this on one page; more would not fit into a row for ever either.
const MAX_INSTALLATIONS: usize = 5000;

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The GitHub that the person signed in with.
    pub provider: Provider,
    /// GitHub's id of the person.
    pub user: UserId,
    /// Their login at that time.
    pub login: String,
    /// The installations that GitHub let them see when it was last asked, at most 5,000.
    pub installations: Vec<InstallationId>,
    /// When GitHub was last asked.
    #[serde(with = "millisecond::required")]
    pub seen_at: Timestamp,
    /// When they signed in.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// When the session ends, whatever happens.
    #[serde(with = "millisecond::required")]
    pub expires_at: Timestamp,
}

fn key(id: &Hashed) -> Key {
    Key::new(format!("SESSION#{}", id.as_str()), "SESSION")
}

impl Table {
    /// Starts a session under the hash of its id. Refused when that id is in use already.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_session(&self, id: &Hashed, session: &Session) -> Result<Write, Error> {
        let mut session = session.clone();
        session.installations.truncate(MAX_INSTALLATIONS);
        let mut item = without_nulls(item(&key(id), &session)?);
        item.insert("ttl".to_owned(), number(session.expires_at.as_second()));
        self.put(item, Some(Condition::absent())).await
    }

    /// The session with this hash, unless it has ended.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn session(&self, id: &Hashed, now: Timestamp) -> Result<Option<Session>, Error> {
        let session: Option<Session> = self.get_live(&key(id), now).await?;
        Ok(session.filter(|session| session.expires_at > now))
    }

    /// Ends a session; ending it twice is fine.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_session(&self, id: &Hashed) -> Result<(), Error> {
        self.delete(&key(id), None).await.map(|_| ())
    }
}
