//! People's GitHub tokens: sealed in their session's row, renewed before they end, revoked when the session does.
//!
//! A token is sent to the GitHub that made it and nowhere else: the client is made from the credentials of the session's
//! own provider. A refresh token works once, and its use kills the old pair. So one caller at a time renews, under a
//! claim in the row; the others wait for what it brings. If the one dies between GitHub's answer and our write, the claim
//! lapses, the next one is told that the refresh token was used, and the person signs in again (GitHub asks nothing then).

use std::{future::Future, sync::Arc, time::Duration};

use covermark_github::{
    Error as GitHubError,
    oauth::{OAuth, OAuthError, UserToken},
    user::UserClient,
};
use covermark_state::{
    Error as StateError, Hashed, Table,
    rows::session::{SealedToken, Session},
};
use covermark_types::{Clock, Fault as _, FaultClass, Provider, Secret, Timestamp, UserId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, error::Elapsed, sleep, timeout};

use crate::{
    credentials::{Apps, CredentialsError},
    problem::Chain,
    token_keys::{SealError, TokenKeys},
};

/// How long before its end a token is renewed.
pub(crate) const MARGIN: SignedDuration = SignedDuration::from_mins(10);
/// How long a renewal may take before another caller takes over.
const CLAIM: SignedDuration = SignedDuration::from_secs(9);
/// How long GitHub gets to renew: with writing what it brought, shorter than a claim.
const RENEW_PATIENCE: Duration = Duration::from_secs(5);
/// How long GitHub gets to take a token back.
const REVOKE_PATIENCE: Duration = Duration::from_secs(4);
/// How long a caller waits for another's renewal: longer than a claim.
const WAIT: Duration = Duration::from_secs(10);
/// How long everything may take that is asked in a person's name, and how long the question itself gets at least: the
/// gateway in front of the functions ends after 30 s.
const ALL: Duration = Duration::from_secs(24);
const LEAST: Duration = Duration::from_secs(8);
/// How often it looks.
const PAUSE: Duration = Duration::from_millis(150);
/// How often a new pair is written when the table does not answer: it cannot be had again.
const STORE_TRIES: u32 = 4;

/// Why nothing was asked in a person's name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// The token has ended, was revoked, or cannot be opened any more: the person must sign in again.
    #[error("the person's token has ended or was revoked")]
    Ended,
    /// Another request renews it and was not done in time.
    #[error("another request is renewing the person's token")]
    Busy,
    /// GitHub took longer than a page can wait.
    #[error("GitHub did not answer in time")]
    Late(#[from] Elapsed),
    /// GitHub refused or did not answer.
    #[error(transparent)]
    GitHub(#[from] OAuthError),
    /// The table does not answer.
    #[error(transparent)]
    State(#[from] StateError),
    /// The key of sealed tokens cannot be had.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// There is no App to ask through.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

impl From<GitHubError> for TokenError {
    fn from(error: GitHubError) -> Self {
        Self::GitHub(error.into())
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Pair {
    access: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<Secret>,
}

/// The tokens of signed-in people.
pub(crate) struct UserTokens {
    pub(crate) table: Table,
    pub(crate) apps: Arc<Apps>,
    pub(crate) keys: TokenKeys,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What an envelope is sealed for: this session of this person.
fn row(provider: &Provider, user: UserId, id: &Hashed) -> String {
    format!("covermark user token 1\0{provider}\0{user}\0{}", id.as_str())
}

impl UserTokens {
    /// Seals a token for a session.
    pub(crate) async fn seal(
        &self,
        (provider, user, id): (&Provider, UserId, &Hashed),
        token: &UserToken,
        version: u64,
    ) -> Result<SealedToken, SealError> {
        let pair = Pair { access: token.access.clone(), refresh: token.refresh.clone() };
        let text = serde_json::to_string(&pair).map_err(|_| SealError::Broken("it could not be written"))?;
        let sealed = self.keys.seal(&row(provider, user, id), &Secret::new(text)).await?;
        Ok(SealedToken { sealed, ends_at: token.expires_at, version })
    }

    /// Asks GitHub something in a person's name. A refusal of the token is asked again once when another function has
    /// renewed it meanwhile; otherwise it is over.
    pub(crate) async fn ask<T, F, A>(&self, session: &Session, question: F) -> Result<T, TokenError>
    where
        F: Fn(UserClient) -> A,
        A: Future<Output = Result<T, GitHubError>> + Send,
    {
        let until = Instant::now() + ALL;
        // A renewal is never broken off: its pair cannot be had again. The question may be.
        let within = |answer| timeout(until.saturating_duration_since(Instant::now()).max(LEAST), answer);
        let (token, version) = self.valid(session).await?;
        match within(question(self.oauth(&session.provider).await?.as_user(token))).await? {
            Err(GitHubError::Unauthorized(_)) => {}
            outcome => return Ok(outcome?),
        }
        let newer = self.table.session(&session.id, self.clock.now()).await?;
        let newer = newer.filter(|newer| newer.token.version != version).ok_or(TokenError::Ended)?;
        let (token, _) = self.valid(&newer).await?;
        match within(question(self.oauth(&session.provider).await?.as_user(token))).await? {
            Err(GitHubError::Unauthorized(_)) => Err(TokenError::Ended),
            outcome => Ok(outcome?),
        }
    }

    /// Gives the session's token back to GitHub, the refresh token with it. What does not work is logged: the session
    /// has ended all the same.
    pub(crate) async fn revoke(&self, session: &Session) {
        match timeout(REVOKE_PATIENCE, self.try_revoke(session)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(cause = %Chain(&error), "a person's token was not revoked at GitHub"),
            Err(_) => tracing::warn!("GitHub did not answer when a person's token was revoked"),
        }
    }

    async fn try_revoke(&self, session: &Session) -> Result<(), TokenError> {
        let pair = self.open(session).await?;
        let github = self.oauth(&session.provider).await?;
        let over = session.token.ends_at.is_some_and(|end| end <= self.clock.now());
        let access = match pair.refresh {
            // GitHub does not take an access token that is over, and the refresh token behind it lives for months.
            Some(refresh) if over => match github.refresh(&refresh).await {
                Ok(token) => token.access,
                Err(OAuthError::Refused { .. }) => return Ok(()),
                Err(error) => return Err(error.into()),
            },
            _ => pair.access,
        };
        Ok(github.revoke(&access).await?)
    }

    pub(crate) async fn oauth(&self, provider: &Provider) -> Result<OAuth, CredentialsError> {
        let credentials = self.apps.credentials(provider).await?;
        Ok(OAuth::new(self.apps.http_of(provider).await?, &credentials, self.clock.clone()))
    }

    /// An access token that is good for some minutes, and its version.
    async fn valid(&self, session: &Session) -> Result<(Secret, u64), TokenError> {
        let mut current = session.clone();
        let until = Instant::now() + WAIT;
        loop {
            let now = self.clock.now();
            if !is_due(&current.token, now) {
                return Ok((self.open(&current).await?.access, current.token.version));
            }
            let claimed = now.checked_add(CLAIM).unwrap_or(now);
            if self.table.claim_renewal(&current.id, current.token.version, claimed, now).await? {
                return self.renew(&current).await;
            }
            let found = self.table.session(&current.id, now).await?.ok_or(TokenError::Ended)?;
            if found.token.version == current.token.version {
                if Instant::now() >= until {
                    return Err(TokenError::Busy);
                }
                sleep(PAUSE).await;
            }
            current = found;
        }
    }

    /// Renews under a claim that is ours.
    async fn renew(&self, session: &Session) -> Result<(Secret, u64), TokenError> {
        let refresh = self.open(session).await?.refresh.ok_or(TokenError::Ended)?;
        let github = self.oauth(&session.provider).await?;
        let error = match timeout(RENEW_PATIENCE, github.refresh(&refresh)).await {
            Ok(Ok(token)) => return self.keep(session, &github, &token).await,
            Ok(Err(error)) => error,
            // GitHub may have renewed it and the answer be lost: whoever comes next finds out.
            Err(_) => return Err(TokenError::Busy),
        };
        if matches!(&error, OAuthError::Refused { code, .. } if code == "bad_refresh_token") {
            // Used before: by one who stalled and wrote late, or who never came to write.
            let newer = self.table.session(&session.id, self.clock.now()).await?;
            let newer = newer.filter(|newer| newer.token.version > session.token.version).ok_or(TokenError::Ended)?;
            return Ok((self.open(&newer).await?.access, newer.token.version));
        }
        if error.class() == FaultClass::Unauthorized {
            self.apps.after_refusal(&session.provider).await;
        }
        self.table.release_renewal(&session.id, session.token.version).await?;
        Err(error.into())
    }

    async fn keep(&self, session: &Session, github: &OAuth, token: &UserToken) -> Result<(Secret, u64), TokenError> {
        let version = session.token.version + 1;
        let sealed = self.seal((&session.provider, session.user, &session.id), token, version).await?;
        for attempt in 1.. {
            match self.table.store_renewed(&session.id, &sealed).await {
                Ok(write) if write.applied() => break,
                // The session ended meanwhile: the new pair goes back.
                Ok(_) => {
                    if let Err(error) = github.revoke(&token.access).await {
                        tracing::warn!(cause = %Chain(&error), "a renewed token was not revoked at GitHub");
                    }
                    return Err(TokenError::Ended);
                }
                Err(error) if attempt < STORE_TRIES && matches!(error.class(), FaultClass::Retry(_)) => {
                    sleep(PAUSE * attempt).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok((token.access.clone(), version))
    }

    async fn open(&self, session: &Session) -> Result<Pair, TokenError> {
        let row = row(&session.provider, session.user, &session.id);
        match self.keys.open(&row, &session.token.sealed).await {
            Ok(text) => serde_json::from_str(text.expose()).map_err(|_| TokenError::Ended),
            Err(SealError::Broken(reason)) => {
                tracing::warn!(reason, "a session's token cannot be opened; its person signs in again");
                Err(TokenError::Ended)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn is_due(token: &SealedToken, now: Timestamp) -> bool {
    token.ends_at.is_some_and(|end| end.duration_since(now) < MARGIN)
}
