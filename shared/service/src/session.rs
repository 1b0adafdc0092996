//! Sessions as a browser has them: the cookie that carries the id, and the row under its hash.
//!
//! The id is 256 random bits; the table knows only its SHA-256, so that who reads the table can be nobody. Whether the
//! person may still be here, and what they may see, is [`crate::access`]'s matter: pages ask there.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue};
use covermark_state::{Error, Hashed, Table, rows::session::Session};
use covermark_types::{Clock, Random, Secret, random_hex};

use crate::cookies::{CookieName, Cookies};

/// How long a session lasts, whatever happens: two weeks.
pub const LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The sessions of one site.
#[derive(Clone)]
pub struct Sessions {
    table: Table,
    cookies: Cookies,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// The session of a request.
#[derive(Clone)]
pub struct Current {
    id: Secret,
    /// What the table says about it.
    pub session: Session,
}

impl Sessions {
    /// Sessions in `table`, carried by `cookies`.
    pub fn new(table: Table, cookies: Cookies, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { table, cookies, clock, random }
    }

    /// An id for a new session: one that somebody knew or planted before the sign-in is worth nothing after it.
    pub(crate) fn new_id(&self) -> Secret {
        Secret::new(random_hex::<32>(&*self.random))
    }

    /// Stores a session under its new id. Returns the `Set-Cookie` value.
    pub(crate) async fn begin(&self, id: &Secret, session: &Session) -> Result<Option<HeaderValue>, Error> {
        // 256 random bits that are in use already do not occur; were the generator broken, nobody gets another's session.
        if !self.table.put_session(session).await?.applied() {
            return Err(Error::Contended { what: "starting a session" });
        }
        Ok(self.cookies.set(CookieName::Session, id, LIFETIME))
    }

    /// The session of a request, if it has one that has not ended.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn current(&self, headers: &HeaderMap) -> Result<Option<Current>, Error> {
        let Some(id) = self.cookies.read(headers, CookieName::Session) else { return Ok(None) };
        let session = self.table.session(&Hashed::of(&id), self.clock.now()).await?;
        Ok(session.map(|session| Current { id, session }))
    }

    /// The `Set-Cookie` value that removes the session's cookie from the browser.
    #[must_use]
    pub fn forget(&self) -> Option<HeaderValue> {
        self.cookies.clear(CookieName::Session)
    }
}

impl Current {
    /// The id that the cookie carries.
    pub(crate) fn id(&self) -> &Secret {
        &self.id
    }
}
