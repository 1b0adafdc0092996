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
    /// GitHub has an installation, and gives no token for it: it is being changed, or another App's key was used.
    #[error("GitHub has the installation and gives no token for it: {0}")]
    NoToken(covermark_github::Error),
    /// The installation's list of repositories is long, and the one that is asked for is not on its first part.
    #[error("the installation's repositories are still being read, and this one is not among those that were")]
    StillListing,
    /// GitHub remembers a delivery no longer.
    #[error("GitHub does not have the delivery any more: {0}")]
    Forgotten(covermark_github::Error),
    /// The job or event is none that we know.
    #[error("not an event for sync: {0}")]
    Event(String),
}

impl Fault for SyncError {
    fn class(&self) -> FaultClass {
        match self {
            Self::GitHub(error) => error.class(),
            Self::State(error) => error.class(),
            Self::NoToken(_) => FaultClass::Retry(None),
            Self::StillListing => FaultClass::Retry(Some(crate::PATIENCE)),
            Self::Credentials(error) => error.class(),
            Self::Event(_) | Self::Forgotten(_) => FaultClass::Permanent,
        }
    }
}
