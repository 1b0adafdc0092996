//! The setup function: from an empty deployment to a connected GitHub App. It is the only one that may write credentials.
//!
//! [`check`] tries a set of credentials against its GitHub, [`store`] puts it where the other functions read it. The pages
//! and the command line use the same two.

mod check;
mod store;

pub use check::{Arrival, ArrivalError, Check, Outcome, Report, Subject, arrival, check};
pub use store::{By, store};
