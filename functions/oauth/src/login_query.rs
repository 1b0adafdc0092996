//! What comes with the browser to `/login/{provider}`: where to go next, or GitHub's answer.

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
};
use covermark_service::pages::{ErrorPage, LocalPath, Site};
use covermark_types::Secret;
use serde::Deserialize;

/// GitHub's codes have 20 characters today. No more than this is sent on.
const LONGEST_CODE: usize = 512;
/// Digits of the states that we make.
const STATE_LENGTH: usize = 64;

/// The parameters, all of them optional; what else there is in the query is not looked at.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoginQuery {
    next: Option<String>,
    /// The incumbent's name for `next`.
    to: Option<String>,
    code: Option<Secret>,
    state: Option<Secret>,
    error: Option<String>,
    setup_action: Option<String>,
    #[serde(rename = "signed-out")]
    signed_out: Option<String>,
}

/// GitHub's answer to a sign-in.
pub(crate) enum Answer {
    /// The person agreed.
    Code {
        /// To be exchanged for a token.
        code: Secret,
        /// The state that it belongs to.
        state: Secret,
    },
    /// The person, or GitHub, said no.
    Refused {
        /// GitHub's word for why.
        error: String,
        /// The state that it belongs to, if it came with one that could be ours.
        state: Option<Secret>,
    },
    /// Somebody installed the App or changed its installation, on GitHub: a code may have come along, but no state, so
    /// nothing says that this browser began it.
    Installed,
    /// Somebody asked an organisation's owner to install the App.
    InstallationRequested,
    /// Nothing that can be used.
    Malformed,
}

impl LoginQuery {
    /// Reads the query.
    pub(crate) fn read(query: Result<Query<Self>, QueryRejection>) -> Result<Self, ErrorPage> {
        query.map(|Query(query)| query).map_err(|_| {
            ErrorPage::new(
                StatusCode::BAD_REQUEST,
                "This address cannot be read",
                "What follows the question mark in it is doubled or damaged.",
                "Go back to the page you came from and follow its link again.",
            )
        })
    }

    /// Whether this is GitHub's answer and not a person's start.
    pub(crate) fn is_answer(&self) -> bool {
        self.code.is_some() || self.state.is_some() || self.error.is_some() || self.setup_action.is_some()
    }

    /// Whether the person comes from signing out.
    pub(crate) fn signed_out(&self) -> bool {
        self.signed_out.is_some()
    }

    /// Where to go after signing in; what might lead elsewhere counts as not given.
    pub(crate) fn next(&self, site: &Site) -> Option<LocalPath> {
        let given = self.next.as_ref().or(self.to.as_ref())?;
        let path = LocalPath::parse(given, site);
        if path.is_none() {
            tracing::info!("a target after signing in was not a local path and is not used");
        }
        path
    }

    /// GitHub's answer.
    pub(crate) fn answer(self) -> Answer {
        let state = self.state.filter(is_a_state);
        if let Some(error) = self.error {
            return Answer::Refused { error, state };
        }
        match (self.code, state, self.setup_action.as_deref()) {
            (Some(code), Some(state), _) if !code.is_empty() && code.expose().len() <= LONGEST_CODE => {
                Answer::Code { code, state }
            }
            (_, None, Some("request")) => Answer::InstallationRequested,
            (_, None, Some("install" | "update")) => Answer::Installed,
            _ => Answer::Malformed,
        }
    }
}

fn is_a_state(state: &Secret) -> bool {
    state.expose().len() == STATE_LENGTH && state.expose().bytes().all(|byte| byte.is_ascii_hexdigit())
}
