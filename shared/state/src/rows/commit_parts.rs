//! What a commit's row says of the parts of its report: its flags, and what was carried forward to it. Bounded, because
//! flags are the uploader's to choose and a row holds 400 KB.

use covermark_types::{CommitSha, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::Totals;

/// Flags that are kept, and bytes of their names in all.
const MAX_FLAGS: usize = 200;
const MAX_NAMES: usize = 64 * 1024;

/// Uploads that are told apart from others by a flag, or by having none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagRow {
    /// The flag; `None` for the uploads without one.
    #[serde(default)]
    pub name: Option<String>,
    /// How many uploads that could be read have it.
    pub uploads: u32,
}

/// What was known when the commit's verdict was given with nothing left to wait for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Concluded {
    /// Whether uploads were missing that had been waited for.
    pub incomplete: bool,
    /// What was carried forward to it.
    pub carried: Vec<CarriedRow>,
}

/// A report that was uploaded for an earlier commit and stands in for one that was not uploaded for this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedRow {
    /// The flag.
    pub name: String,
    /// The commit that it was uploaded for.
    pub from: CommitSha,
    /// How many commits that lies back.
    #[serde(default)]
    pub behind: Option<u32>,
    /// When it was uploaded.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
    /// The blob key of the report under this commit's line numbers.
    pub report: String,
}

/// The blob beside a report with what its flags add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagSums {
    /// Digest of the rules by which they were summed up.
    pub rules: String,
    /// Flag → its sums.
    pub flags: std::collections::BTreeMap<String, Totals>,
}

impl FlagSums {
    /// The blob key, beside the report's own.
    #[must_use]
    pub fn blob_key(report: &str) -> String {
        format!("{report}.flags")
    }
}

/// The first of the flags, as many as a row has room for.
#[must_use]
pub fn bounded(mut flags: Vec<FlagRow>) -> Vec<FlagRow> {
    flags.sort_by(|a, b| a.name.cmp(&b.name));
    flags.truncate(MAX_FLAGS);
    let mut room = MAX_NAMES;
    flags.retain(|flag| {
        let bytes = flag.name.as_ref().map_or(0, String::len);
        let fits = bytes <= room;
        room -= if fits { bytes } else { 0 };
        fits
    });
    flags
}

/// The same for what was carried.
#[must_use]
pub fn bounded_carried(mut carried: Vec<CarriedRow>) -> Vec<CarriedRow> {
    carried.truncate(MAX_FLAGS);
    let mut room = MAX_NAMES;
    carried.retain(|one| {
        let fits = one.name.len() <= room;
        room -= if fits { one.name.len() } else { 0 };
        fits
    });
    carried
}

#[cfg(test)]
mod tests {
    use super::{FlagRow, bounded};

    #[test]
    fn flags_of_a_thousand_bytes_fill_no_row() {
        let flags = (0..500).map(|n| FlagRow { name: Some(format!("{n:04}{}", "x".repeat(1_000))), uploads: 1 });
        let kept = bounded(std::iter::once(FlagRow { name: None, uploads: 2 }).chain(flags).collect());
        let bytes: usize = kept.iter().filter_map(|flag| flag.name.as_ref()).map(String::len).sum();
        assert!(bytes <= 64 * 1024 && kept.len() > 50, "{bytes} bytes in {}", kept.len());
        assert_eq!(kept[0].name, None);
    }
}
