//! The pages for whom these doors stay shut, and for when nobody can say.

use axum::http::StatusCode;
use covermark_state::rows::session::Session;
use covermark_types::{Fault as _, FaultClass, Provider};

use super::Access;
use crate::{
    pages::{ErrorPage, Site},
    problem::Chain,
    user_tokens::TokenError,
};

impl Access {
    /// What to show when GitHub could not be asked in the person's name. A session whose authorization is gone ends.
    pub(super) async fn unasked(&self, session: &Session, error: TokenError) -> ErrorPage {
        if matches!(error, TokenError::Ended)
            && let Err(error) = self.0.table.delete_session(&session.id).await
        {
            tracing::warn!(cause = %Chain(&error), "a session that is over at GitHub was not ended here");
        }
        page(&self.0.site, &session.provider, error)
    }
}

fn page(site: &Site, provider: &Provider, error: TokenError) -> ErrorPage {
    match error {
        TokenError::Ended => ErrorPage::new(
            StatusCode::UNAUTHORIZED,
            "Sign in again to go on",
            "GitHub does not take your authorization any more: it was revoked there, or has lain unused for months.",
            "Sign in again; if the authorization still stands, GitHub asks nothing.",
        )
        .way_on("Sign in", site.link(&format!("login/{provider}"))),
        // Ours to mend, each with its own page.
        TokenError::State(error) => error.into(),
        TokenError::Seal(error) => error.into(),
        TokenError::Credentials(error) => error.into(),
        TokenError::GitHub(error) if !matches!(error.class(), FaultClass::Retry(_)) => ErrorPage::new(
            StatusCode::BAD_GATEWAY,
            "GitHub refused the question",
            "What you may see here is GitHub’s word. It answered, but not with what was asked for, and asking again would \
             bring the same.",
            "Sign in again. If it stays like this, give the operator the request id below.",
        )
        .way_on("Sign in again", site.link(&format!("login/{provider}")))
        .cause(&error),
        error => ErrorPage::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "GitHub cannot be asked at the moment",
            "What you may see here is GitHub’s word, and GitHub does not answer.",
            "Try again in a minute.",
        )
        .retry_after(60)
        .cause(&error),
    }
}

/// The operator's rules do not let the person in. Which they are is no stranger's business.
pub(super) fn not_let_in(site: &Site) -> ErrorPage {
    ErrorPage::new(
        StatusCode::FORBIDDEN,
        "This Covermark is not open to you",
        "Its operator lets in members of certain organisations and teams, and GitHub does not say that you are in one of \
         them. You are not signed in.",
        "Ask the operator. If you are a member, an owner of the organisation may have to install the GitHub App there, with \
         the permission to read members; then sign in again.",
    )
    .way_on("Ways to sign in", site.link("login"))
}
