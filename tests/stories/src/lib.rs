//! What the stories share: Covermark as a server on a data folder of its own, a stand-in GitHub with a pull request on
//! it, and a CI job that uploads. The stories themselves are in `tests/`.

mod ci;
mod corpus;
mod town;

pub use ci::{CiJob, uploaded};
pub use corpus::{Deliverer, headers, peer_file};
pub use town::{Town, gh};
