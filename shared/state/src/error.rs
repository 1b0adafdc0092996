//! What can go wrong in the state, and what the caller does about it.
//!
//! A condition that did not hold is never an error: it is the typed outcome of the call. Everything here is either
//! worth a retry, refused for want of a right, or permanent.

use std::{error::Error as StdError, time::Duration};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use covermark_types::{Fault, FaultClass};

type Source = Box<dyn StdError + Send + Sync>;

/// How long a caller waits after AWS has said "slower".
const THROTTLED: Duration = Duration::from_secs(2);

/// A failure of the table, a queue, the vault or the blobs. Its text is for operators and holds no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A row that cannot be read as what its key says it is.
    #[error("the row {key} is malformed: {reason}")]
    Malformed {
        /// The row's partition and sort key.
        key: String,
        /// What was wrong, by serde.
        reason: String,
    },
    /// More than one item, message or blob may hold.
    #[error("{what} has {size} bytes; at most {limit} are allowed")]
    TooLarge {
        /// What was too large.
        what: String,
        /// Bytes that it has.
        size: u64,
        /// Bytes that are allowed.
        limit: u64,
    },
    /// The service asked us to slow down.
    #[error("{what} was throttled")]
    Throttled {
        /// The call that was made.
        what: &'static str,
        /// The service's answer.
        source: Source,
    },
    /// The service did not answer, or with a failure of its own.
    #[error("{what} failed for now: {source}")]
    Unavailable {
        /// The call that was made.
        what: &'static str,
        /// The cause.
        source: Source,
    },
    /// Others wrote the same thing all the time; nothing is wrong with it.
    #[error("{what} was changed by others at the same time, too often to go on")]
    Contended {
        /// What was contended for.
        what: &'static str,
    },
    /// Our credentials are missing, expired or lack the right.
    #[error("{what} was denied: {source}")]
    Denied {
        /// The call that was made.
        what: &'static str,
        /// The service's answer.
        source: Source,
    },
    /// The service says that the request itself is wrong.
    #[error("{what} was rejected: {source}")]
    Rejected {
        /// The call that was made.
        what: &'static str,
        /// The service's answer.
        source: Source,
    },
    /// A secret's file that other users of the machine can read.
    #[error(
        "{path} can be read by other users of this machine (mode {mode:04o}): run `chmod 600 {path}`, and consider its content known"
    )]
    Exposed {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// Something of ours that cannot be read: a job, a queue message, a key, a name.
    #[error("{what} cannot be read: {reason}")]
    Unreadable {
        /// What it should have been.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A secret that is not there to be overwritten.
    #[error("there is no secret named {name}: deploy the stack first, it makes the secrets")]
    NoSuchSecret {
        /// The full name.
        name: String,
    },
    /// The data folder is in use by another process.
    #[error("{path} is in use by another running Covermark")]
    InUse {
        /// The folder.
        path: String,
    },
}

impl Error {
    /// A failure of the file system.
    pub(crate) fn io(what: &'static str, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::PermissionDenied => Self::Denied { what, source: source.into() },
            _ => Self::Unavailable { what, source: source.into() },
        }
    }

    pub(crate) fn unreadable(what: &'static str, reason: impl ToString) -> Self {
        Self::Unreadable { what, reason: reason.to_string() }
    }

    /// Sorts an AWS SDK failure of the call `what`.
    pub(crate) fn aws<E, R>(what: &'static str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static + StatusCode,
    {
        let status = error.raw_response().map_or(0, StatusCode::status);
        let Some(service) = error.as_service_error() else {
            let source = flat(&error);
            // Nothing was sent: the request was wrong before it left.
            let ours = matches!(error, SdkError::ConstructionFailure(_));
            return if ours { Self::Rejected { what, source } } else { Self::Unavailable { what, source } };
        };
        let source = Source::from(describe(service));
        Self::by_code(what, service.code().unwrap_or_default(), status, source)
    }

    fn by_code(what: &'static str, code: &str, status: u16, source: Source) -> Self {
        match code {
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException"
            | "Throttling"
            | "RequestThrottled"
            | "LimitExceededException" => Self::Throttled { what, source },
            "AccessDeniedException"
            | "AccessDenied"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "ExpiredTokenException"
            | "ExpiredToken"
            | "MissingAuthenticationTokenException"
            | "KMS.AccessDeniedException" => Self::Denied { what, source },
            "TransactionConflictException" | "TransactionInProgressException" | "ReplicatedWriteConflictException" => {
                Self::Contended { what }
            }
            // A table, queue or index that is not there is a deployment under way or gone wrong: the work must not be
            // thrown away for it.
            "ResourceNotFoundException" | "QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" => {
                Self::Unavailable { what, source }
            }
            _ if status >= 500 || status == 0 => Self::Unavailable { what, source },
            _ => Self::Rejected { what, source },
        }
    }
}

impl Fault for Error {
    fn class(&self) -> FaultClass {
        match self {
            Self::Throttled { .. } => FaultClass::Retry(Some(THROTTLED)),
            Self::Unavailable { .. } | Self::Contended { .. } | Self::InUse { .. } => FaultClass::Retry(None),
            Self::Denied { .. } => FaultClass::Unauthorized,
            Self::Malformed { .. }
            | Self::TooLarge { .. }
            | Self::Rejected { .. }
            | Self::Exposed { .. }
            | Self::Unreadable { .. }
            | Self::NoSuchSecret { .. } => FaultClass::Permanent,
        }
    }
}

/// The HTTP status of a raw SDK response.
pub(crate) trait StatusCode {
    /// The number.
    fn status(&self) -> u16;
}

impl StatusCode for aws_smithy_runtime_api::client::orchestrator::HttpResponse {
    fn status(&self) -> u16 {
        self.status().as_u16()
    }
}

/// `code: message` of a service's answer. The SDK's own `Display` says "service error" and no more.
fn describe<E: ProvideErrorMetadata>(service: &E) -> String {
    let code = service.code().unwrap_or("unknown error");
    service.message().map_or_else(|| code.to_owned(), |message| format!("{code}: {message}"))
}

/// The chain of causes in one text.
fn flat(error: &dyn StdError) -> Source {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text.into()
}
