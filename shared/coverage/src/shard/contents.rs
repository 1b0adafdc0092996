//! Reading parts of a shard: its contents from its first bytes, then the frames that hold the files one wants.

use std::ops::Range;

use twox_hash::XxHash3_64;

use super::column::inflate;
use super::index::Index;
use super::{HEADER, MAGIC, MAX_RAW, ShardError, VERSION, decode};
use crate::FileReport;

/// What a shard holds, without its lines.
#[derive(Debug)]
pub struct Contents {
    pub(super) index: Index,
    /// Where the first frame begins.
    frames: u64,
}

/// Where a file's coverage is in a shard, together with its neighbours'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    number: usize,
    /// The bytes of the shard to read.
    pub range: Range<u64>,
}

impl Contents {
    /// How many bytes from the start of the shard [`Contents::open`] needs. `head` are its first 24 bytes or more.
    ///
    /// # Errors
    /// When these bytes do not begin a shard of a version that is known.
    pub fn length(head: &[u8]) -> Result<usize, ShardError> {
        if head.len() < HEADER || head[..4] != MAGIC {
            return Err(ShardError::NotAShard);
        }
        let version = u16::from_le_bytes([head[4], head[5]]);
        if version != VERSION {
            return Err(ShardError::UnknownVersion { found: version });
        }
        Ok(HEADER.saturating_add(field(head, 8)))
    }

    /// Reads the contents from the first bytes of a shard; what comes after them is not looked at.
    ///
    /// # Errors
    /// When the bytes are no shard, of a newer version, too few or damaged. None of these goes away by trying again.
    pub fn open(bytes: &[u8]) -> Result<Contents, ShardError> {
        let length = Contents::length(bytes)?;
        let packed = bytes.get(HEADER..length).ok_or(ShardError::Damaged("its index is cut off"))?;
        let raw = inflate(packed, field(bytes, 12))?;
        if XxHash3_64::oneshot(&raw).to_le_bytes() != bytes[16..HEADER] {
            return Err(ShardError::Damaged("its index does not match its digest"));
        }
        let index = Index::read(&raw).ok_or(ShardError::Damaged("its index cannot be read"))?;
        // A line can be a bit on disk and is four bytes and more in memory.
        let lines = index.batches.iter().flat_map(|batch| &batch.files).map(|file| file.lines.saturating_mul(4));
        let bytes = index.batches.iter().map(|batch| batch.raw_length);
        let claimed = bytes.chain(lines).fold(raw.len(), usize::saturating_add);
        if claimed > MAX_RAW {
            return Err(ShardError::TooLarge { claimed, limit: MAX_RAW });
        }
        Ok(Contents { index, frames: length as u64 })
    }

    /// The files in order: path and digest ([`FileReport::digest`]).
    pub fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.index.batches.iter().flat_map(|batch| &batch.files).map(|file| (file.path.as_str(), file.digest))
    }

    /// All frames in order.
    pub fn frames(&self) -> impl Iterator<Item = Frame> {
        self.index.batches.iter().enumerate().scan(self.frames, |start, (number, batch)| {
            let range = *start..start.saturating_add(batch.length as u64);
            *start = range.end;
            Some(Frame { number, range })
        })
    }

    /// The frame that holds a file; `None` when the shard does not have it.
    #[must_use]
    pub fn frame_of(&self, path: &str) -> Option<Frame> {
        let holds = |frame: &Frame| {
            let files = &self.index.batches[frame.number].files;
            files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok()
        };
        let batch =
            self.index.batches.partition_point(|batch| batch.files.last().is_none_or(|last| last.path.as_str() < path));
        self.frames().nth(batch).filter(holds)
    }

    /// The files of a frame, from the bytes in its range.
    ///
    /// # Errors
    /// When they are damaged or not this frame's.
    pub fn read(&self, frame: &Frame, bytes: &[u8]) -> Result<Vec<FileReport>, ShardError> {
        match self.index.batches.get(frame.number) {
            Some(batch) if batch.length == bytes.len() => decode::read_frame(batch, bytes),
            _ => Err(ShardError::Damaged("a frame is cut off")),
        }
    }
}

fn field(head: &[u8], at: usize) -> usize {
    u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) as usize
}
