//! The row types, each in a file of its own with its keys, its bounds and its access functions on [`Table`].
//!
//! Keys are GitHub's numeric ids with the provider, never names. Times are kept as epoch milliseconds, because
//! conditions compare them as numbers. Rows that mirror GitHub carry its `updated_at` and `seen_at`, the moment just
//! before GitHub was asked: what was asked for earlier never replaces what was asked for later.
//!
//! [`Table`]: crate::Table

pub mod access;
pub mod branch;
pub mod budget;
pub mod commit;
pub mod commit_parts;
pub mod dead_letter;
pub mod delivery;
pub mod installation;
pub mod last_delivery;
pub mod lease;
pub mod listing;
pub mod login;
pub mod outcome;
pub mod provider;
pub mod pull;
pub mod quota;
pub mod reconcile;
pub mod redelivery;
pub mod repository;
pub mod repository_hook;
pub mod repository_settings;
pub mod seen;
pub mod session;
pub mod setup;
pub mod timing;
mod totals;
pub mod upload;
mod upload_notes;
pub mod upload_token;

use covermark_types::Timestamp;
pub use totals::Totals;

/// What became of a write of something that GitHub owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirrored {
    /// It is in the table now.
    Stored,
    /// The table holds something newer; nothing was written.
    Older,
    /// The thing is deleted and stays so; nothing was written.
    Deleted,
}

impl Mirrored {
    /// Whether it is in the table now.
    #[must_use]
    pub fn stored(self) -> bool {
        self == Self::Stored
    }
}

/// The `ttl` attribute of a row that lives `seconds` from `now` on.
pub(crate) fn ttl(now: Timestamp, seconds: i64) -> i64 {
    now.as_second().saturating_add(seconds)
}

/// Cuts `text` to at most `bytes`, at a character's edge, and says so with an ellipsis.
pub(crate) fn cut(text: &mut String, bytes: usize) {
    if text.len() <= bytes {
        return;
    }
    let end = (0..=bytes.saturating_sub('…'.len_utf8())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.truncate(end);
    text.push('…');
}
