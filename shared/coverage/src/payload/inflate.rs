//! Decompression that stops: by what all files together may hold, and by how much one may grow.

use std::io::Read;

use super::{Limits, ProblemReason};

/// What may still come out of an upload.
pub(super) struct Budget {
    left: usize,
    limits: Limits,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Budget {
        Budget { left: limits.total_bytes, limits: *limits }
    }

    pub(super) fn take(&mut self, bytes: usize) -> Result<(), ProblemReason> {
        self.left = self.left.checked_sub(bytes).ok_or(ProblemReason::TooLarge { limit: self.limits.total_bytes })?;
        Ok(())
    }
}

/// Decompresses a body or a file that is compressed as a whole: gzip, zstd or zlib, by its first bytes. `None` when it
/// is not compressed.
pub(super) fn unwrap(bytes: &[u8], budget: &mut Budget) -> Result<Option<Vec<u8>>, ProblemReason> {
    match bytes {
        [0x1F, 0x8B, ..] => drain(flate2::read::MultiGzDecoder::new(bytes), bytes.len(), budget).map(Some),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            let decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|_| ProblemReason::Compression)?;
            drain(decoder, bytes.len(), budget).map(Some)
        }
        // zlib's two bytes are a multiple of 31. They could also begin a text ("x^"), so failing is no error here.
        [0x78, second, ..] if (0x7800 + u16::from(*second)).is_multiple_of(31) => match zlib(bytes, budget) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ProblemReason::Compression) => Ok(None),
            Err(reason) => Err(reason),
        },
        _ => Ok(None),
    }
}

/// Decompresses a zlib stream.
pub(super) fn zlib(bytes: &[u8], budget: &mut Budget) -> Result<Vec<u8>, ProblemReason> {
    drain(flate2::read::ZlibDecoder::new(bytes), bytes.len(), budget)
}

/// Reads to the end or to the limit, whichever comes first; only a success is charged.
fn drain(mut from: impl Read, packed: usize, budget: &mut Budget) -> Result<Vec<u8>, ProblemReason> {
    let by_ratio = packed.saturating_mul(budget.limits.ratio).max(Limits::RATIO_SLACK);
    let allowed = by_ratio.min(budget.left);
    let mut out = Vec::new();
    // One byte more than allowed tells "exactly at the limit" from "over it".
    let read = from.by_ref().take(allowed as u64 + 1).read_to_end(&mut out);
    if out.len() > allowed {
        return Err(if by_ratio < budget.left {
            ProblemReason::Ratio { limit: budget.limits.ratio }
        } else {
            ProblemReason::TooLarge { limit: budget.limits.total_bytes }
        });
    }
    read.map_err(|_| ProblemReason::Compression)?;
    budget.take(out.len())?;
    Ok(out)
}
