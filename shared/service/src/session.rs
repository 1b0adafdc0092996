//! Sessions as a browser has them: the cookie that carries the id, the row under its hash, and the tokens that prove a
//! form came from a page of ours.
//!
//! The id is 256 random bits; the table knows only its SHA-256, so that who reads the table can be nobody. What a
//! session may see is the row's matter ([`covermark_state::rows::session`]); who may sign in is the function's.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue};
use covermark_state::{Error, Hashed, Table, rows::session::Session};
use covermark_types::{Clock, InstallationId, Provider, Random, Secret, UserId, random_hex};
use sha2::{Digest as _, Sha256};

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

/// Who signed in, as their GitHub says.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The GitHub that vouches for them.
    pub provider: Provider,
    /// Its id of the person.
    pub user: UserId,
    /// Their login there.
    pub login: String,
    /// The installations that they may see.
    pub installations: Vec<InstallationId>,
}

/// The session of a request.
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

    /// Starts a session under a new id and ends the one that the request came with: an id that somebody knew or planted
    /// before the sign-in is worth nothing after it. Returns the `Set-Cookie` value.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn begin(&self, headers: &HeaderMap, who: SignedIn) -> Result<Option<HeaderValue>, Error> {
        if let Some(before) = self.cookies.read(headers, CookieName::Session) {
            self.table.delete_session(&Hashed::of(&before)).await?;
        }
        let id = Secret::new(random_hex::<32>(&*self.random));
        let now = self.clock.now();
        let session = Session {
            provider: who.provider,
            user: who.user,
            login: who.login,
            installations: who.installations,
            seen_at: now,
            created_at: now,
            expires_at: now.saturating_add(LIFETIME).unwrap_or(now),
        };
        // 256 random bits that are in use already do not occur; were the generator broken, nobody gets another's session.
        if !self.table.put_session(&Hashed::of(&id), &session).await?.applied() {
            return Err(Error::Contended { what: "starting a session" });
        }
        Ok(self.cookies.set(CookieName::Session, &id, LIFETIME))
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

    /// Ends the session; the cookie is worth nothing from then on, wherever copies of it are. Returns the `Set-Cookie`
    /// value that removes it from the browser.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn end(&self, current: &Current) -> Result<Option<HeaderValue>, Error> {
        self.table.delete_session(&Hashed::of(&current.id)).await?;
        Ok(self.cookies.clear(CookieName::Session))
    }
}

impl Current {
    /// The token that every form of this session carries as `csrf`. It follows from the session's id, so nothing has to
    /// be stored, and does not give the id away.
    #[must_use]
    pub fn csrf_token(&self) -> String {
        use std::fmt::Write as _;
        let digest = Sha256::new().chain_update(b"covermark csrf v1\0").chain_update(self.id.expose()).finalize();
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Whether a form's token is this session's, in constant time.
    #[must_use]
    pub fn csrf_matches(&self, token: &str) -> bool {
        Secret::new(self.csrf_token()).matches(token)
    }
}
