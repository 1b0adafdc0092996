//! What the stories share: Covermark as a server on a data folder of its own, a stand-in GitHub with a pull request on
//! it, a CI job that uploads, and a person's browser. The stories themselves are in `tests/`.

mod browser;
mod ci;
mod corpus;
mod town;

pub use browser::{Browser, View};
pub use ci::{CiJob, uploaded};
pub use corpus::{Deliverer, headers, peer_file};
pub use town::{Town, gh, serve};
