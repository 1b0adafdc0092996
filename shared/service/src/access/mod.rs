//! Who is here, and what they may see and do. All of it is GitHub's word, asked with the person's own token and kept for
//! minutes, and the operator's rules on top ([`InstanceRules`]).
//!
//! Every page begins with [`Access::current`]: it finds the session and has GitHub confirm it from time to time. An id in
//! an address proves nothing: an installation must be in the person's own list ([`Access::installations`]), a repository
//! be readable with their own token ([`Access::right`]). A list that could not be read to its end replaces nothing.

use std::{sync::Arc, time::Duration};

use axum::http::HeaderMap;
use covermark_state::{Table, rows::session::Session, vault::Vault};
use covermark_types::{Clock, Fault as _, FaultClass, Random, Timestamp};
use url::Url;

use crate::{
    credentials::Apps,
    pages::{ErrorPage, Site},
    problem::Chain,
    session::{Current, Sessions},
    token_keys::TokenKeys,
    user_tokens::{TokenError, UserTokens},
};

mod admission;
mod answers;
mod lists;
mod refusals;
mod rights;
mod rules;
mod sessions;

pub use rules::InstanceRules;
pub use sessions::{NotSignedIn, SignedIn};

/// How long GitHub's word about a person holds before it is asked again.
pub const CONFIRMED_FOR: Duration = Duration::from_secs(10 * 60);
/// How long it holds at most, when GitHub does not answer.
pub const CONFIRMED_AT_MOST: Duration = Duration::from_secs(60 * 60);
/// How exact the time of a session's last use is.
const USED_WITHIN: Duration = Duration::from_secs(5 * 60);

/// What [`Access`] works with.
pub struct Parts {
    /// Sessions, and what people saw.
    pub table: Table,
    /// The connected Apps.
    pub apps: Arc<Apps>,
    /// Where the key of people's tokens is.
    pub vault: Arc<dyn Vault>,
    /// The operator's rules.
    pub rules: InstanceRules,
    /// Where people reach us.
    pub public_url: Url,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where session ids come from.
    pub random: Arc<dyn Random>,
}

/// The signed-in people of one site, and what they may do. Cheap to clone.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    table: Table,
    rules: InstanceRules,
    site: Site,
    sessions: Sessions,
    tokens: UserTokens,
    answers: answers::Answers,
    clock: Arc<dyn Clock>,
}

impl Access {
    /// On these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { table, apps, vault, rules, public_url, clock, random } = parts;
        let site = Site::new(&public_url);
        let keys = TokenKeys::new(vault, clock.clone(), random.clone());
        let sessions = Sessions::new(table.clone(), site.cookies(), clock.clone(), random);
        let tokens = UserTokens { table: table.clone(), apps, keys, clock: clock.clone() };
        Self(Arc::new(Inner { table, rules, site, sessions, tokens, answers: Default::default(), clock }))
    }

    /// The session of a request, if its person may be here: GitHub confirms that every ten minutes, and the operator's
    /// rules are looked at again. `None` when there is no session, or it has ended, also at GitHub.
    ///
    /// # Errors
    /// A page: when the person may not be here any more, or it cannot be known.
    pub async fn current(&self, headers: &HeaderMap) -> Result<Option<Current>, ErrorPage> {
        let Some(mut current) = self.0.sessions.current(headers).await? else { return Ok(None) };
        let now = self.0.clock.now();
        if age(current.session.confirmed_at, now) >= CONFIRMED_FOR && !self.confirm(&mut current, now).await? {
            return Ok(None);
        }
        if age(current.session.used_at, now) >= USED_WITHIN
            && let Err(error) = self.0.table.use_session(&current.session.id, now).await
        {
            tracing::warn!(cause = %Chain(&error), "a session's use was not noted");
        }
        Ok(Some(current))
    }

    /// The session of a request without a word of GitHub's: enough to end it by, and for nothing else.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn unconfirmed(&self, headers: &HeaderMap) -> Result<Option<Current>, ErrorPage> {
        Ok(self.0.sessions.current(headers).await?)
    }

    /// Whether this person administers the instance, by the operator's word.
    #[must_use]
    pub fn is_administrator(&self, current: &Current) -> bool {
        let Session { provider, user, login, .. } = &current.session;
        self.0.rules.is_administrator(provider, *user, login)
    }

    /// Asks GitHub who the session's person is and whether the rules let them in; `false` when the session is over.
    async fn confirm(&self, current: &mut Current, now: Timestamp) -> Result<bool, ErrorPage> {
        let inner = &*self.0;
        let session = &mut current.session;
        let provider = session.provider.clone();
        let asked = inner
            .tokens
            .ask(session, |client| {
                let (rules, provider) = (inner.rules.clone(), provider.clone());
                async move { admission::ask(&rules, &provider, &client).await }
            })
            .await;
        let admission = match asked {
            Ok(admission) => admission,
            Err(TokenError::Ended) => {
                inner.table.delete_session(&session.id).await?;
                return Ok(false);
            }
            Err(error) if age(session.confirmed_at, now) < CONFIRMED_AT_MOST && error.passes() => {
                tracing::warn!(cause = %Chain(&error), "GitHub was not asked whether a person may still be here");
                return Ok(true);
            }
            Err(error) => return Err(self.unasked(session, error).await),
        };
        if admission.user.id != session.user || !admission.admitted {
            self.end(current).await?;
            return Err(refusals::not_let_in(&inner.site));
        }
        inner.table.confirm_session(&session.id, &admission.user.login, now).await?;
        (session.login, session.confirmed_at) = (admission.user.login, now);
        Ok(true)
    }
}

impl TokenError {
    /// Whether it may be over in a minute.
    fn passes(&self) -> bool {
        let class = match self {
            Self::Ended => return false,
            Self::Busy | Self::Late(_) => return true,
            Self::GitHub(error) => error.class(),
            Self::State(error) => error.class(),
            Self::Seal(error) => error.class(),
            Self::Credentials(error) => error.class(),
        };
        matches!(class, FaultClass::Retry(_))
    }
}

/// How long ago something was; what lies ahead is new, whatever moved the clock.
fn age(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at)).unwrap_or_default()
}
