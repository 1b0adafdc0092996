//! What can go wrong between us and GitHub, and what a caller does about it.
//!
//! `Display` is for operators: the call, GitHub's status and message, the request id that GitHub's support asks for, and
//! the permission that was missing. It never holds a token, and foreign text in it is bounded and free of control
//! characters. The sentences that people see are made elsewhere.

use std::{fmt, time::Duration};

use covermark_types::{Fault, FaultClass, InstallationId};

use crate::private_key::KeyProblem;

/// When a call comes again whose address has moved: time for the webhook of the rename, or for a reconciliation, to come
/// by. Whoever can look the new name up need not wait.
const MOVED: Duration = Duration::from_secs(10 * 60);

/// What GitHub answered when it did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Method and path, without query: `GET /repos/acme/widgets/pulls/7`.
    pub call: String,
    /// The HTTP status.
    pub status: u16,
    /// GitHub's message and the first of its field errors; at most 300 characters, one line. May be empty.
    pub message: String,
    /// `x-github-request-id`.
    pub request_id: Option<String>,
    /// `date`: when GitHub answered, by its own clock, as it came.
    pub date: Option<String>,
    /// `x-accepted-github-permissions`: which permission would have done, as in `pull_requests=write`.
    pub accepted_permissions: Option<String>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: GitHub answered {}", self.call, self.status)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        match (self.missing_permission(), &self.request_id) {
            (Some(permission), Some(id)) => write!(f, " (needs {permission}; request {id})"),
            (Some(permission), None) => write!(f, " (needs {permission})"),
            (None, Some(id)) => write!(f, " (request {id})"),
            (None, None) => Ok(()),
        }
    }
}

impl Answer {
    /// The permission that the call needs, when its lack may be the reason (403 and 404).
    #[must_use]
    pub fn missing_permission(&self) -> Option<&str> {
        self.accepted_permissions.as_deref().filter(|_| matches!(self.status, 403 | 404))
    }
}

/// Which of GitHub's limits was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The hourly budget of requests.
    Primary,
    /// Too much at once, or too much content made too quickly.
    Secondary,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
        })
    }
}

/// Why a call to GitHub failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No answer: connection refused, reset, or too slow.
    #[error("{call}: GitHub could not be reached: {reason}")]
    Unreachable {
        /// Method and path.
        call: String,
        /// What the network said.
        reason: String,
    },
    /// GitHub is in trouble (5xx).
    #[error("{answer}")]
    Unavailable {
        /// What it said.
        answer: Box<Answer>,
        /// How long it asked us to wait (`retry-after`), if it did.
        wait: Option<Duration>,
    },
    /// A rate limit was reached. Nothing was done; nothing should be asked before `wait` is over.
    #[error("{answer}: {limit} rate limit, wait {} s", wait.as_secs())]
    RateLimited {
        /// How long to wait, by GitHub's documented order of headers.
        wait: Duration,
        /// Which limit.
        limit: Limit,
        /// What it said.
        answer: Box<Answer>,
    },
    /// The credential was refused (401), also after it was made anew.
    #[error("{0}")]
    Unauthorized(Box<Answer>),
    /// The credential is good, the permission is lacking (403).
    #[error("{0}")]
    Forbidden(Box<Answer>),
    /// Not there, or not visible to the credential (404, 410). GitHub does not say which.
    #[error("{0}")]
    NotFound(Box<Answer>),
    /// Any other refusal (400, 409, 422, …).
    #[error("{0}")]
    Rejected(Box<Answer>),
    /// The installation has no tokens any more: it was removed, or the private key is another App's. Look again with
    /// [`crate::GitHub::installation`] before forgetting anything: a wrong key looks the same.
    #[error("installation {installation} is gone: {answer}")]
    InstallationGone {
        /// The installation that was asked for a token.
        installation: InstallationId,
        /// What GitHub said.
        answer: Box<Answer>,
    },
    /// The installation is suspended; nothing can be done in it until somebody unsuspends it.
    #[error("installation {installation} is suspended: {answer}")]
    Suspended {
        /// The suspended installation.
        installation: InstallationId,
        /// What GitHub said.
        answer: Box<Answer>,
    },
    /// GitHub refuses our JWT's times although they were set by its own clock.
    #[error("this machine's clock differs from GitHub's by {skew_seconds} s: {answer}")]
    ClockSkew {
        /// GitHub's time minus ours.
        skew_seconds: i64,
        /// What GitHub said.
        answer: Box<Answer>,
    },
    /// GitHub makes no diff of this size (406).
    #[error("{0}")]
    DiffTooLarge(Box<Answer>),
    /// The answer is larger than we read.
    #[error("{call}: the answer is larger than {limit} bytes")]
    TooLarge {
        /// Method and path.
        call: String,
        /// The bound, in bytes.
        limit: usize,
    },
    /// The answer points to another address, and following it would send the credential to a stranger or repeat a write.
    /// After a rename or transfer the repository's new name must be looked up first
    /// ([`crate::RepositoryClient::repository`] is a read and follows).
    #[error("{call}: not following a redirection to {to}")]
    Redirected {
        /// Method and path.
        call: String,
        /// Scheme and host of the target, or what is wrong with it.
        to: String,
    },
    /// The answer is not what GitHub documents.
    #[error("{call}: the answer cannot be read at `{path}`")]
    Malformed {
        /// Method and path.
        call: String,
        /// JSON path of the first field that is missing or of another kind. Values are not repeated.
        path: String,
    },
    /// A listing does not end within the bound.
    #[error("{call}: the listing goes on after {pages} pages")]
    TooManyPages {
        /// Method and path.
        call: String,
        /// The bound.
        pages: u32,
    },
    /// The private key cannot be used.
    #[error("the App's private key cannot be used: {0}")]
    PrivateKey(#[from] KeyProblem),
}

impl Error {
    /// What GitHub answered, if it answered.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Unauthorized(answer)
            | Self::Forbidden(answer)
            | Self::NotFound(answer)
            | Self::Rejected(answer)
            | Self::DiffTooLarge(answer)
            | Self::Unavailable { answer, .. }
            | Self::RateLimited { answer, .. }
            | Self::InstallationGone { answer, .. }
            | Self::Suspended { answer, .. }
            | Self::ClockSkew { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// `x-github-request-id` of the failed call.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.answer()?.request_id.as_deref()
    }

    /// Whether the thing asked for is not there (or not visible).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound(_))
    }

    /// Whether a permission is lacking: the call was refused for it, or GitHub gave no token with it, which is a 422.
    #[must_use]
    pub fn is_not_granted(&self) -> bool {
        match self {
            Self::Forbidden(_) => true,
            Self::Rejected(answer) => answer.status == 422 && answer.call.ends_with("/access_tokens"),
            _ => false,
        }
    }

    /// Whether trying again at once may help: no connection, or a gateway in GitHub's front that gave up.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Unavailable { answer, wait } => matches!(answer.status, 502..=504) && wait.is_none(),
            _ => false,
        }
    }
}

impl Fault for Error {
    fn class(&self) -> FaultClass {
        match self {
            Self::Unreachable { .. } => FaultClass::Retry(None),
            Self::Unavailable { wait, .. } => FaultClass::Retry(*wait),
            Self::RateLimited { wait, .. } => FaultClass::Retry(Some(*wait)),
            Self::Redirected { .. } => FaultClass::Retry(Some(MOVED)),
            Self::Unauthorized(_) | Self::ClockSkew { .. } | Self::PrivateKey(_) => FaultClass::Unauthorized,
            _ => FaultClass::Permanent,
        }
    }
}
