//! Sessions from their beginning to their end, and the list of them that their owner sees.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use covermark_github::oauth::{OAuth, UserToken};
use covermark_state::{Hashed, rows::session::Session};
use covermark_types::Provider;
use tokio::time::timeout;

use super::{Access, admission, refusals};
use crate::{
    pages::ErrorPage,
    problem::Chain,
    session::{Current, LIFETIME},
};

/// How long GitHub gets to say who came.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long it gets to take a token back that nobody needs.
const REVOKE_PATIENCE: Duration = Duration::from_secs(4);

/// Why nobody is signed in.
pub enum NotSignedIn {
    /// The person may not, or it cannot be kept: the page says it.
    Page(ErrorPage),
    /// GitHub did not say who they are; the token went back.
    GitHub(covermark_github::Error),
    /// GitHub did not answer in time.
    Late,
}

impl<E: Into<ErrorPage>> From<E> for NotSignedIn {
    fn from(error: E) -> Self {
        Self::Page(error.into())
    }
}

/// A session that has just begun.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The `Set-Cookie` value that carries it.
    pub cookie: Option<HeaderValue>,
}

impl Access {
    /// Signs in whoever `token` belongs to, under a new id, and ends the session that the request came with: an id that
    /// somebody knew or planted before the sign-in is worth nothing after it. Whatever goes wrong, the token goes back.
    ///
    /// # Errors
    /// When the operator's rules do not let the person in, GitHub does not say who they are, or it cannot be kept.
    pub async fn begin(
        &self,
        headers: &HeaderMap,
        provider: &Provider,
        github: &OAuth,
        token: &UserToken,
    ) -> Result<SignedIn, NotSignedIn> {
        let outcome = self.try_begin(headers, provider, github, token).await;
        if outcome.is_err() {
            match timeout(REVOKE_PATIENCE, github.revoke(&token.access)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(cause = %Chain(&error), "a person's token was not revoked; it ends by itself");
                }
                Err(_) => tracing::warn!("GitHub did not answer when a person's token was revoked; it ends by itself"),
            }
        }
        outcome
    }

    async fn try_begin(
        &self,
        headers: &HeaderMap,
        provider: &Provider,
        github: &OAuth,
        token: &UserToken,
    ) -> Result<SignedIn, NotSignedIn> {
        let inner = &*self.0;
        let client = github.as_user(token.access.clone());
        let admission = timeout(PATIENCE, admission::ask(&inner.rules, provider, &client)).await;
        let admission = admission.map_err(|_| NotSignedIn::Late)?.map_err(NotSignedIn::GitHub)?;
        if !admission.admitted {
            return Err(refusals::not_let_in(&inner.site).into());
        }
        if let Some(before) = inner.sessions.current(headers).await? {
            self.end_session(&before.session).await?;
        }
        let id = inner.sessions.new_id();
        let (hashed, user, now) = (Hashed::of(&id), admission.user, inner.clock.now());
        // What the person sees is asked for anew: they may come from installing the App.
        inner.answers.forget(provider, user.id);
        inner.table.forget_seen(provider, user.id).await?;
        let token = inner.tokens.seal((provider, user.id, &hashed), token, 0).await?;
        let session = Session {
            id: hashed,
            provider: provider.clone(),
            user: user.id,
            login: user.login,
            agent: agent(headers),
            created_at: now,
            expires_at: now.saturating_add(LIFETIME).unwrap_or(now),
            used_at: now,
            confirmed_at: now,
            token,
        };
        let cookie = inner.sessions.begin(&id, &session).await?;
        Ok(SignedIn { session, cookie })
    }

    /// Ends the session, here and at GitHub; the cookie is worth nothing from then on, wherever copies of it are. Returns
    /// the `Set-Cookie` value that removes it from the browser.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn end(&self, current: &Current) -> Result<Option<HeaderValue>, ErrorPage> {
        self.end_session(&current.session).await?;
        Ok(self.0.sessions.forget())
    }

    /// All sessions of the person, the newest first; theirs is among them.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn sessions(&self, current: &Current) -> Result<Vec<Session>, ErrorPage> {
        let session = &current.session;
        Ok(self.0.table.sessions_of(&session.provider, session.user, self.0.clock.now()).await?)
    }

    /// Ends one of the person's other sessions, named by its hash; `false` when they have no such session.
    ///
    /// # Errors
    /// When the table cannot be used.
    pub async fn end_other(&self, current: &Current, hash: &str) -> Result<bool, ErrorPage> {
        let sessions = self.sessions(current).await?;
        let other = sessions.iter().find(|other| other.id.as_str() == hash && other.id != current.session.id);
        match other {
            Some(other) => self.end_session(other).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// Ends all of the person's sessions but this one, and says how many there were.
    ///
    /// # Errors
    /// When the table cannot be used; those that were ended until then stay so.
    pub async fn end_others(&self, current: &Current) -> Result<usize, ErrorPage> {
        let mut ended = 0;
        for other in self.sessions(current).await?.iter().filter(|other| other.id != current.session.id) {
            self.end_session(other).await?;
            ended += 1;
        }
        Ok(ended)
    }

    /// The row first: once it is gone nobody can use the token, whether or not GitHub takes it back.
    async fn end_session(&self, session: &Session) -> Result<(), ErrorPage> {
        let inner = &*self.0;
        // As it is now: the token may have been renewed since it was read.
        if let Some(ended) = inner.table.delete_session(&session.id).await? {
            inner.tokens.revoke(&ended).await;
        }
        Ok(())
    }
}

/// What the browser calls itself, as far as it can be shown.
fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}
