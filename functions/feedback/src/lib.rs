//! The feedback function: a stored report becomes a comment and statuses on GitHub.
//!
//! Five steps, each of which can be run again and ends in the same place: `ingest` (raw upload → shard), `assemble`
//! (shards → the commit's report), `judge` (report, base, diff, policy → verdicts), `render` (verdicts → texts), `post`
//! (texts against what is there → the fewest calls). `evidence` asks GitHub what `judge` needs, `commit` runs the steps in
//! order, `invoke` is where AWS comes in. How reports are read and compared lives in `covermark-coverage`.

mod app;
mod assemble;
mod commit;
mod error;
mod evidence;
mod ingest;
mod invoke;
mod judge;
mod outcome;
mod post;
mod render;
mod skip;
mod totals;
mod verdict;

pub use app::{Feedback, handle};
pub use error::FeedbackError;
pub use invoke::{Lambda, enter, invoke};
pub use skip::Skip;
