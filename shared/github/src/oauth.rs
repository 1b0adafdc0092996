//! Signing people in with the App
//! (<https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>).
//!
//! Secrets travel in bodies and headers, never in addresses, and only to the GitHub that they belong to. State, cookies
//! and sessions are the caller's; here are the calls.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use covermark_types::{Clock, Fault, FaultClass, Random, Secret, Timestamp};
use jiff::SignedDuration;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{
    credentials::AppCredentials,
    endpoints::append,
    error::Error,
    lenient,
    reply::{Reply, printable},
    request::{Auth, Request},
    transport::Transport,
    user::UserClient,
};

/// Bytes of a token answer that are read.
const TOKEN_LIMIT: usize = 64 * 1024;

/// Why a sign-in failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OAuthError {
    /// GitHub refused the code or our client secret; it says so in a 200.
    #[error("GitHub refused the sign-in: {code}: {description}")]
    Refused {
        /// GitHub's word for it: `bad_verification_code`, `incorrect_client_credentials`, `redirect_uri_mismatch`, …
        code: String,
        /// GitHub's sentence; at most 300 characters, one line.
        description: String,
    },
    /// A call failed.
    #[error(transparent)]
    GitHub(#[from] Error),
}

impl Fault for OAuthError {
    fn class(&self) -> FaultClass {
        match self {
            Self::Refused { code, .. } if code == "incorrect_client_credentials" => FaultClass::Unauthorized,
            Self::Refused { .. } => FaultClass::Permanent,
            Self::GitHub(error) => error.class(),
        }
    }
}

/// Proof Key for Code Exchange (RFC 7636), method S256: who brings the code must have begun the sign-in.
#[derive(Clone)]
pub struct Pkce {
    /// Kept until the code comes back.
    pub verifier: Secret,
    /// Sent ahead: base64url of the verifier's SHA-256.
    pub challenge: String,
}

impl Pkce {
    /// A new pair from 32 random bytes.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self::from_verifier(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The pair of a verifier that was kept.
    #[must_use]
    pub fn from_verifier(verifier: Secret) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()));
        Self { verifier, challenge }
    }
}

/// What a sign-in brings.
#[derive(Clone)]
pub struct UserToken {
    /// For calls on the user's behalf. Opaque.
    pub access: Secret,
    /// When it ends, if the App lets user tokens expire.
    pub expires_at: Option<Timestamp>,
    /// For the next access token, if the App lets user tokens expire.
    pub refresh: Option<Secret>,
    /// When that one ends.
    pub refresh_expires_at: Option<Timestamp>,
}

/// Signs people in with one App. Needs no private key.
#[derive(Clone)]
pub struct OAuth {
    inner: Arc<Inner>,
}

struct Inner {
    credentials: AppCredentials,
    clock: Arc<dyn Clock>,
    transport: Transport,
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    access_token: Option<Secret>,
    #[serde(default)]
    expires_in: Option<i64>,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default)]
    refresh_token_expires_in: Option<i64>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default, deserialize_with = "lenient::nullable")]
    error_description: String,
}

impl OAuth {
    /// For the App that `credentials` belong to. `http` must not follow redirections by itself.
    #[must_use]
    pub fn new(http: reqwest::Client, credentials: &AppCredentials, clock: Arc<dyn Clock>) -> Self {
        let transport = Transport::new(http, clock.clone());
        Self { inner: Arc::new(Inner { credentials: credentials.clone(), clock, transport }) }
    }

    /// Where the browser is sent: GitHub's consent page. `redirect_uri` is one of the App's callback addresses, the first
    /// when none is given; `state` is what the caller will want to see again.
    #[must_use]
    pub fn authorize_url(&self, redirect_uri: Option<&Url>, state: &str, pkce: &Pkce) -> Url {
        let mut url = self.web(&["login", "oauth", "authorize"]);
        url.query_pairs_mut().append_pair("client_id", &self.inner.credentials.client_id);
        if let Some(address) = redirect_uri {
            url.query_pairs_mut().append_pair("redirect_uri", address.as_str());
        }
        url.query_pairs_mut()
            .append_pair("state", state)
            .append_pair("code_challenge", &pkce.challenge)
            .append_pair("code_challenge_method", "S256");
        url
    }

    /// Exchanges the code that came back for a token. Sent once: a code works once. `redirect_uri` as it was for the
    /// consent page.
    ///
    /// # Errors
    /// [`OAuthError::Refused`] for a code that is wrong, used or too old.
    pub async fn exchange(
        &self,
        code: &Secret,
        redirect_uri: Option<&Url>,
        verifier: &Secret,
    ) -> Result<UserToken, OAuthError> {
        let mut proof = vec![("code", code.expose()), ("code_verifier", verifier.expose())];
        proof.extend(redirect_uri.map(|address| ("redirect_uri", address.as_str())));
        self.grant(&proof).await
    }

    /// Exchanges a refresh token for a new pair. Sent once: the old pair dies with its use, also when the answer is lost.
    ///
    /// # Errors
    /// [`OAuthError::Refused`] with `bad_refresh_token` for one that is wrong, used or too old.
    pub async fn refresh(&self, refresh: &Secret) -> Result<UserToken, OAuthError> {
        self.grant(&[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await
    }

    async fn grant(&self, proof: &[(&str, &str)]) -> Result<UserToken, OAuthError> {
        let credentials = &self.inner.credentials;
        let mut form =
            vec![("client_id", credentials.client_id.as_str()), ("client_secret", credentials.client_secret.expose())];
        form.extend_from_slice(proof);
        let request = Request::new(Method::POST, &credentials.endpoints.web, &["login", "oauth", "access_token"])
            .accept("application/json")
            .limit(TOKEN_LIMIT)
            .form(&form);
        let reply = self.inner.transport.send(&request, &Auth::Nobody).await?;
        let answer: TokenAnswer = reply.json()?;
        if let Some(code) = answer.error {
            let description = printable(&answer.error_description, 300);
            return Err(OAuthError::Refused { code: printable(&code, 60), description });
        }
        let access = answer.access_token.filter(|token| !token.is_empty());
        let access =
            access.ok_or_else(|| Error::Malformed { call: request.call(), path: "access_token".to_owned() })?;
        let end = |seconds| self.inner.clock.now().checked_add(SignedDuration::from_secs(seconds)).ok();
        Ok(UserToken {
            access,
            expires_at: answer.expires_in.and_then(end),
            refresh: answer.refresh_token.filter(|token| !token.is_empty()),
            refresh_expires_at: answer.refresh_token_expires_in.and_then(end),
        })
    }

    /// Whether GitHub takes client ID and client secret for a pair, without anybody signing in: it looks at them before it
    /// looks at the code, and the code sent here is nobody's.
    ///
    /// # Errors
    /// When GitHub does not answer the question.
    pub async fn accepts_client(&self, redirect_uri: &Url) -> Result<bool, OAuthError> {
        let (code, verifier) = (Secret::new("0".repeat(20)), Secret::new("0".repeat(43)));
        match self.exchange(&code, Some(redirect_uri), &verifier).await {
            // A token for a code that nobody got cannot be; the pair would be right all the same.
            Ok(_) => Ok(true),
            Err(OAuthError::Refused { code, .. }) if code == "incorrect_client_credentials" => Ok(false),
            Err(OAuthError::Refused { code, .. })
                if matches!(code.as_str(), "bad_verification_code" | "redirect_uri_mismatch") =>
            {
                Ok(true)
            }
            // github.com has no page for a client ID that is none.
            Err(OAuthError::GitHub(error)) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The client that acts as the person whom `token` belongs to, on this GitHub alone.
    #[must_use]
    pub fn as_user(&self, token: Secret) -> UserClient {
        UserClient { oauth: self.clone(), token }
    }

    /// Ends `token`: `DELETE /applications/{client_id}/token`. One that has ended already is no error.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the client secret is wrong.
    pub async fn revoke(&self, token: &Secret) -> Result<(), Error> {
        let credentials = &self.inner.credentials;
        let request = self
            .api(Method::DELETE, &["applications", &credentials.client_id, "token"])
            .json(&json!({ "access_token": token.expose() }));
        let password = credentials.client_secret.clone();
        let auth = Auth::Basic { user: credentials.client_id.clone(), password };
        match self.inner.transport.send(&request, &auth).await {
            Ok(_) => Ok(()),
            // 422 is what GitHub says of a token that is none any more.
            Err(Error::Rejected(answer)) if answer.status == 422 => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Requests sent so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner.transport.calls()
    }

    fn web(&self, segments: &[&str]) -> Url {
        append(&self.inner.credentials.endpoints.web, segments)
    }

    pub(crate) async fn send(&self, request: &Request, auth: &Auth) -> Result<Reply, Error> {
        self.inner.transport.send(request, auth).await
    }

    pub(crate) fn api(&self, method: Method, segments: &[&str]) -> Request {
        Request::new(method, &self.inner.credentials.endpoints.api, segments)
    }
}
