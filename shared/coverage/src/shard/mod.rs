//! Shards: a report as bytes, to be kept for years.
//!
//! ```text
//! magic "CMSH" · version u16 · reserved u16 · index length u32 · index raw length u32 · index digest u64
//!          24 bytes, little-endian; the digest is XXH3 of the raw index
//! index    zstd: the uploads' digests, the frames' lengths, then for all files their paths, digests, column lengths
//! frames   the columns of consecutive files, each column zstd of its own: about 256 KiB before compression
//! ```
//!
//! A frame holds one column of all its files after the other, because like compresses with like; `column` lists them.
//! Frames stand alone, so a few files are read out of a large shard with its first bytes and a ranged read for each
//! frame: [`Contents`].
//!
//! Shards are immutable and addressed by their content, so the same report is always the same bytes. A change of this
//! layout is a new version with a reader of its own; old versions stay readable.

mod column;
mod contents;
mod decode;
mod encode;
mod index;
mod place;
#[cfg(test)]
mod tests;
mod varint;

pub use contents::{Contents, Frame};
pub use decode::decode;
pub use encode::encode;

const MAGIC: [u8; 4] = *b"CMSH";
const VERSION: u16 = 1;
const HEADER: usize = 24;

/// A frame is closed when the columns in it reach this many bytes; one file is never split.
const FRAME_TARGET: usize = 256 * 1024;

/// The most that the index and all frames together may hold decompressed: about 100 million lines.
const MAX_RAW: usize = 256 * 1024 * 1024;

/// Bytes that are no shard this version can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// Not a shard at all.
    #[error("these bytes are not a coverage shard")]
    NotAShard,
    /// Written by a newer Covermark. Permanent for this version.
    #[error("the shard has version {found}, this program reads up to version 1; deploy the version that wrote it")]
    UnknownVersion {
        /// The version in the header.
        found: u16,
    },
    /// Larger than any report is.
    #[error("the shard claims {claimed} bytes, the limit is {limit}")]
    TooLarge {
        /// What its header says.
        claimed: usize,
        /// What is read at most.
        limit: usize,
    },
    /// Damaged: truncated, or its content contradicts its digests.
    #[error("the shard is damaged: {0}")]
    Damaged(&'static str),
}
