//! Why a job failed; what to do about it is its class.

use covermark_service::credentials::CredentialsError;
use covermark_types::{Fault, FaultClass};

/// Why the state could not be made level.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// GitHub did not give what was asked for.
    #[error(transparent)]
    GitHub(#[from] covermark_github::Error),
    /// Our state could not be read or written.
    #[error(transparent)]
    State(#[from] covermark_state::Error),
    /// There are no credentials to ask GitHub with.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The job or event is none that we know.
    #[error("not an event for sync: {0}")]
    Event(String),
}

impl Fault for SyncError {
    fn class(&self) -> FaultClass {
        match self {
            Self::GitHub(error) => error.class(),
            Self::State(error) => error.class(),
            Self::Credentials(error) => error.class(),
            Self::Event(_) => FaultClass::Permanent,
        }
    }
}
