//! What a caller does about an error, which is the one thing it must know of it.

use std::time::Duration;

/// What the caller does about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultClass {
    /// Trying again cannot help: record it, acknowledge the job.
    Permanent,
    /// Trying again may help, not before the time given (`None`: whenever the queue's own back-off says).
    Retry(Option<Duration>),
    /// The credential was refused: look whether it was changed, and say so to the operator.
    Unauthorized,
}

/// An error that knows its class. Every error enum of `github` and `state` implements it.
pub trait Fault: std::error::Error {
    /// What the caller does about it.
    fn class(&self) -> FaultClass;
}
