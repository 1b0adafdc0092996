//! What can stop a job, and whether it should come again.

use std::time::Duration;

use covermark_service::credentials::CredentialsError;
use covermark_types::{Fault, FaultClass};

/// When a job comes again that met another one on the same pull request.
pub(crate) const BUSY_RETRY: Duration = Duration::from_secs(2);

/// Why a job was not done. Uploads and reports stay where they are.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedbackError {
    /// The table, the blobs or the queue.
    #[error("our storage failed: {0}")]
    State(#[from] covermark_state::Error),
    /// The App's credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// GitHub.
    #[error("GitHub did not do its part: {0}")]
    GitHub(#[from] covermark_github::Error),
    /// Another run is posting on the same pull request; it takes this one's upload with it, or this one comes again.
    #[error("another run is posting on the same pull request")]
    Busy,
    /// Uploads kept coming in while their commit was worked on.
    #[error("the commit's uploads kept changing")]
    Contended,
    /// A piece of the work was cut off with its thread.
    #[error("the work was cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
}

impl Fault for FeedbackError {
    fn class(&self) -> FaultClass {
        match self {
            Self::State(error) => error.class(),
            Self::Credentials(error) => error.class(),
            Self::GitHub(error) => error.class(),
            Self::Busy | Self::Contended => FaultClass::Retry(Some(BUSY_RETRY)),
            Self::CutOff(_) => FaultClass::Retry(None),
        }
    }
}
