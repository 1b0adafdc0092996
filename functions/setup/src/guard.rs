//! Who may set an App up: a browser that brought the one-time code, or in which an administrator is signed in. Both become
//! a session of two hours, known by a cookie; every form of it carries a token.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use covermark_service::{cookies::CookieName, csrf::Csrf, pages::ErrorPage};
use covermark_state::{
    Error, Hashed,
    rows::setup::{Draft, SESSION_SECONDS, SetupSession},
};
use covermark_types::{Secret, random_hex};

use crate::{house::House, refusals, store::By};

/// Whoever was let in.
pub(crate) struct Guest {
    pub(crate) hash: Hashed,
    pub(crate) session: SetupSession,
    pub(crate) csrf: Csrf,
}

impl Guest {
    /// How whatever they store is signed.
    pub(crate) fn by(&self) -> By {
        self.session.administrator.clone().map_or(By::SetupCode, By::Administrator)
    }
}

impl House {
    /// Whoever was let in with this browser.
    pub(crate) async fn guest(&self, headers: &HeaderMap) -> Result<Option<Guest>, Error> {
        let Some(id) = self.site.cookies().read(headers, CookieName::Setup) else { return Ok(None) };
        let hash = Hashed::of(&id);
        let session = self.app.table.setup_session(&hash, self.app.clock.now()).await?;
        Ok(session.map(|session| Guest { hash, session, csrf: Csrf::bound_to(&id) }))
    }

    /// The same, or the page that says how to be let in.
    pub(crate) async fn admitted(&self, headers: &HeaderMap) -> Result<Guest, ErrorPage> {
        self.guest(headers).await?.ok_or_else(|| refusals::closed(self))
    }

    /// The same for a form, whose token must be the session's.
    pub(crate) async fn admitted_form(&self, headers: &HeaderMap, csrf: &str) -> Result<Guest, ErrorPage> {
        let guest = self.admitted(headers).await?;
        if guest.csrf.matches(csrf) { Ok(guest) } else { Err(refusals::forged_form(self)) }
    }

    /// The login of the administrator who is signed in with this browser, if one is. While that cannot be known, nobody is:
    /// the code opens the door all the same.
    pub(crate) async fn administrator(&self, headers: &HeaderMap) -> Option<String> {
        let access = &self.app.access;
        match access.current(headers).await {
            Ok(current) => current.filter(|current| access.is_administrator(current)).map(|who| who.session.login),
            Err(page) => {
                page.note();
                None
            }
        }
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
