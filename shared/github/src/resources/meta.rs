//! What a GitHub says about itself (<https://docs.github.com/rest/meta/meta>): how a stranger's address is told to be one.

use std::sync::Arc;

use covermark_types::Clock;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    endpoints::Endpoints,
    error::Error,
    lenient,
    request::{Auth, Request},
    transport::Transport,
};

/// Bytes of the answer that are read; github.com's is 150 KB of addresses.
const LIMIT: usize = 1024 * 1024;

/// A GitHub that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The Enterprise Server's version, `3.19.0`; `None` on github.com and ghe.com.
    pub version: Option<String>,
}

/// Why it is not taken for a GitHub.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MetaProblem {
    /// Something answered, in another way than GitHub does.
    #[error("what answers there is no GitHub")]
    NotGitHub,
    /// The call failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "lenient::nullable")]
    installed_version: Option<String>,
    #[serde(default)]
    verifiable_password_authentication: Option<Value>,
}

/// Asks the GitHub at `endpoints`: `GET /meta`, without a credential.
///
/// # Errors
/// [`MetaProblem::NotGitHub`] for any other server, otherwise what the call met.
pub async fn meta(http: reqwest::Client, endpoints: &Endpoints, clock: Arc<dyn Clock>) -> Result<Meta, MetaProblem> {
    let request = Request::new(Method::GET, &endpoints.api, &["meta"]).limit(LIMIT);
    let reply = match Transport::new(http, clock).send(&request, &Auth::Nobody).await {
        Ok(reply) => reply,
        // A private Enterprise Server asks everybody to sign in, also here; it says so as only GitHub does.
        Err(Error::Unauthorized(answer)) if answer.message.contains("authenticated to access this API") => {
            return Ok(Meta { version: None });
        }
        Err(error) => return Err(error.into()),
    };
    let answer: Answer = reply.json().map_err(|_| MetaProblem::NotGitHub)?;
    if answer.installed_version.is_none() && answer.verifiable_password_authentication.is_none() {
        return Err(MetaProblem::NotGitHub);
    }
    Ok(Meta { version: answer.installed_version.filter(|version| version.len() <= 40) })
}
