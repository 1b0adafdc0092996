//! The words every room uses: GitHub's ids as types, secrets that cannot be printed, the clock and the source of
//! randomness as arguments, and the one question an error answers for its caller.
//!
//! Nothing here knows HTTP, AWS or a function. `github` and `state` both stand on it, so that neither has to know the
//! other.

mod clock;
mod fault;
mod ids;
mod random;
mod secret;

pub use clock::{Clock, SystemClock};
pub use fault::{Fault, FaultClass};
pub use ids::{
    AccountId, AppId, CommitSha, DeliveryId, InstallationId, InvalidId, Provider, PullNumber, RepositoryId,
    RepositoryName, UploadId, UserId,
};
pub use jiff::Timestamp;
pub use random::{Random, SystemRandom, random_hex};
pub use secret::Secret;

#[cfg(test)]
mod tests;
