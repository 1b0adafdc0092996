//! What tests of several rooms share: the embedded table behind the real SDK, a vault, a clock and a source of
//! randomness that do as they are told, and a queue that remembers. Never linked into a function.

mod parts;
mod table;

pub use parts::{CountingRandom, MemoryVault, RecordingQueue, StoppedClock};
pub use table::{http, served_table, table};
