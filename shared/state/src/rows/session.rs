//! Signed-in people: a row for each session, under the hash of the id that the cookie carries, listed by person.
//!
//! A session carries the person's GitHub token, sealed by whoever stores it: nothing here can read it. A refresh token
//! works once, so of many that find the token too old one claims its renewal ([`Table::claim_renewal`]), and what came of
//! it is written only over the version that was claimed.

use covermark_types::{Provider, Timestamp, UserId};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::cut;
use crate::{
    Error, Hashed, Table, Write,
    table::{Condition, Key, Query, Update, item, number, row, text, without_nulls},
};

/// Bytes of a browser's description of itself that are kept.
const MAX_AGENT: usize = 256;

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The hash of its id.
    pub id: Hashed,
    /// The GitHub that the person signed in with.
    pub provider: Provider,
    /// GitHub's id of the person.
    pub user: UserId,
    /// Their login when GitHub was last asked.
    pub login: String,
    /// What the browser called itself at the sign-in, at most 256 bytes: text of a stranger's making.
    #[serde(default)]
    pub agent: String,
    /// When the person signed in.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// When the session ends, whatever happens.
    #[serde(with = "millisecond::required")]
    pub expires_at: Timestamp,
    /// When it was last used, to within minutes.
    #[serde(with = "millisecond::required")]
    pub used_at: Timestamp,
    /// When GitHub last confirmed that the person may be here.
    #[serde(with = "millisecond::required")]
    pub confirmed_at: Timestamp,
    /// The person's token, sealed.
    #[serde(flatten)]
    pub token: SealedToken,
}

/// A person's token as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedToken {
    /// The sealed pair; opaque here.
    #[serde(rename = "token")]
    pub sealed: String,
    /// When the access token ends; never, when the App's tokens do not.
    #[serde(default, rename = "token_ends_at", with = "millisecond::optional")]
    pub ends_at: Option<Timestamp>,
    /// How often it was renewed.
    #[serde(default, rename = "token_version")]
    pub version: u64,
}

fn key(id: &Hashed) -> Key {
    Key::new(format!("SESSION#{}", id.as_str()), "SESSION")
}

fn of_person(provider: &Provider, user: UserId) -> String {
    format!("SESSIONS#{provider}#{user}")
}

impl Table {
    /// Starts a session. Refused when its id is in use already.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_session(&self, session: &Session) -> Result<Write, Error> {
        let mut session = session.clone();
        cut(&mut session.agent, MAX_AGENT);
        let mut item = without_nulls(item(&key(&session.id), &session)?);
        item.insert("gsi1pk".to_owned(), text(of_person(&session.provider, session.user)));
        item.insert("gsi1sk".to_owned(), text(format!("{:020}", session.created_at.as_millisecond())));
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

    /// All sessions of a person that have not ended, the newest first. From an index: as of a moment ago.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn sessions_of(&self, provider: &Provider, user: UserId, now: Timestamp) -> Result<Vec<Session>, Error> {
        let mut sessions: Vec<Session> = self.query(Query::index("gsi1", of_person(provider, user))).await?;
        sessions.retain(|session| session.expires_at > now);
        sessions.reverse();
        Ok(sessions)
    }

    /// Ends a session, and returns what it was; ending it twice is fine.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_session(&self, id: &Hashed) -> Result<Option<Session>, Error> {
        self.delete(&key(id), None).await?.old.map(|item| row(&item)).transpose()
    }

    /// Ends every session of a person, who took their authorization back at GitHub: their tokens are dead there and are
    /// forgotten here. Returns how many there were.
    ///
    /// # Errors
    /// When the table cannot be used; those that were ended until then stay so.
    pub async fn end_sessions_of(&self, provider: &Provider, user: UserId, now: Timestamp) -> Result<usize, Error> {
        let sessions = self.sessions_of(provider, user, now).await?;
        for session in &sessions {
            self.delete_session(&session.id).await?;
        }
        Ok(sessions.len())
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn use_session(&self, id: &Hashed, at: Timestamp) -> Result<Write, Error> {
        let update = Update::default().set("used_at", number(at.as_millisecond())).when(Condition::present());
        Ok(self.update(&key(id), update).await?.write)
    }

    /// Notes that GitHub confirmed the person, and what they are called now.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn confirm_session(&self, id: &Hashed, login: &str, at: Timestamp) -> Result<Write, Error> {
        let at = number(at.as_millisecond());
        let update = Update::default().set("login", text(login)).set("confirmed_at", at).when(Condition::present());
        Ok(self.update(&key(id), update).await?.write)
    }

    /// Takes the renewal of the token of this version upon oneself until `until`; `false` when it has another version
    /// by now, or somebody else is at it.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn claim_renewal(
        &self,
        id: &Hashed,
        version: u64,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let free = Condition::new(
            "#token_version = :version AND (attribute_not_exists(#renewing_until) OR #renewing_until <= :now)",
        )
        .value(":version", number(version))
        .value(":now", number(now.as_millisecond()));
        let update = Update::default().set("renewing_until", number(until.as_millisecond())).when(free);
        Ok(self.update(&key(id), update).await?.write.applied())
    }

    /// Stores the pair that a renewal brought, over the version before it. Refused when that is not there any more: the
    /// session has ended meanwhile, and the new pair must not stay behind.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn store_renewed(&self, id: &Hashed, token: &SealedToken) -> Result<Write, Error> {
        let before =
            Condition::new("#token_version = :before").value(":before", number(token.version.saturating_sub(1)));
        let update = Update::default()
            .set("token", text(&token.sealed))
            .set("token_version", number(token.version))
            .remove("renewing_until");
        let update = match token.ends_at {
            Some(at) => update.set("token_ends_at", number(at.as_millisecond())),
            None => update.remove("token_ends_at"),
        };
        Ok(self.update(&key(id), update.when(before)).await?.write)
    }

    /// Gives a renewal back that brought nothing, because GitHub did not answer: the next caller may try at once.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn release_renewal(&self, id: &Hashed, version: u64) -> Result<Write, Error> {
        let ours = Condition::new("#token_version = :version").value(":version", number(version));
        let update = Update::default().remove("renewing_until").when(ours);
        Ok(self.update(&key(id), update).await?.write)
    }
}
