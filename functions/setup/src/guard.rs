//! Who may set an App up: a browser that brought the one-time code, or in which an administrator is signed in. Both become
//! a session of two hours, known by a cookie; every form of it carries a token.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use covermark_service::{cookies::CookieName, pages::ErrorPage};
use covermark_state::{
    Error, Hashed,
    rows::setup::{Draft, SESSION_SECONDS, SetupSession},
};
use covermark_types::{Secret, random_hex};
use sha2::{Digest as _, Sha256};

use crate::{house::House, refusals, store::By};

/// Whoever was let in.
pub(crate) struct Guest {
    pub(crate) hash: Hashed,
    pub(crate) session: SetupSession,
    csrf: Secret,
}

impl Guest {
    /// The token that every form carries as `csrf`.
    pub(crate) fn csrf_token(&self) -> &str {
        self.csrf.expose()
    }

    pub(crate) fn csrf_matches(&self, token: &str) -> bool {
        self.csrf.matches(token)
    }

    /// How whatever they store is signed.
    pub(crate) fn by(&self) -> By {
        self.session.administrator.clone().map_or(By::SetupCode, By::Administrator)
    }
}

/// A token that follows from a cookie and does not give it away.
pub(crate) fn token(cookie: &Secret) -> Secret {
    let digest = Sha256::new().chain_update(b"covermark setup form v1\0").chain_update(cookie.expose()).finalize();
    Secret::new(hex::encode(digest))
}

impl House {
    /// Whoever was let in with this browser.
    pub(crate) async fn guest(&self, headers: &HeaderMap) -> Result<Option<Guest>, Error> {
        let Some(id) = self.site.cookies().read(headers, CookieName::Setup) else { return Ok(None) };
        let hash = Hashed::of(&id);
        let session = self.app.table.setup_session(&hash, self.app.clock.now()).await?;
        Ok(session.map(|session| Guest { hash, session, csrf: token(&id) }))
    }

    /// The same, or the page that says how to be let in.
    pub(crate) async fn admitted(&self, headers: &HeaderMap) -> Result<Guest, ErrorPage> {
        self.guest(headers).await?.ok_or_else(|| refusals::closed(self))
    }

    /// The same for a form, whose token must be the session's.
    pub(crate) async fn admitted_form(&self, headers: &HeaderMap, csrf: &str) -> Result<Guest, ErrorPage> {
        let guest = self.admitted(headers).await?;
        if guest.csrf_matches(csrf) { Ok(guest) } else { Err(refusals::forged_form(self)) }
    }

    /// Lets a browser in under a new id. Answers the `Set-Cookie` value.
    pub(crate) async fn let_in(&self, administrator: Option<String>) -> Result<Option<HeaderValue>, Error> {
        let id = Secret::new(random_hex::<32>(&*self.app.random));
        let session = SetupSession { administrator, draft: None };
        self.app.table.put_setup_session(&Hashed::of(&id), &session, self.app.clock.now()).await?;
        let lifetime = Duration::from_secs(SESSION_SECONDS.unsigned_abs());
        Ok(self.site.cookies().set(CookieName::Setup, &id, lifetime))
    }

    /// Remembers what was chosen, and gives the session its two hours again.
    pub(crate) async fn remember(&self, guest: &Guest, draft: Draft) -> Result<(), Error> {
        let session = SetupSession { draft: Some(draft), ..guest.session.clone() };
        self.app.table.put_setup_session(&guest.hash, &session, self.app.clock.now()).await
    }
}
