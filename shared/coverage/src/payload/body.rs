//! codecov-cli's JSON: `report_fixes`, `network_files`, `coverage_files`, `metadata`.
//!
//! Tolerant in what it does not need (unknown keys, nulls, odd numbers in the hints), exact in what it does. Strings
//! are borrowed from the body where JSON allows, so the base64 of a large report is not copied before it is decoded.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::fixes::Fixes;
use super::stream::{Data, PackedFile, Upload};
use super::{FileFixes, Limits, PayloadError};

pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Marks an error of ours inside serde's, to tell it from damaged JSON.
pub(super) const TOO_MANY_FILES: &str = "too many files";
pub(super) const TOO_MANY_PATHS: &str = "too many paths";

pub(super) fn open<'a>(body: &'a [u8], limits: &Limits) -> Result<Upload<'a>, PayloadError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = Body(limits).deserialize(&mut json).map_err(|error| named(&error, limits))?;
    let files = parsed.files.into_iter().map(|file| {
        let filename = file.filename.unwrap_or(Cow::Borrowed("report")).into_owned();
        let data = file.data.unwrap_or_default();
        // `base64+compressed` is what the client sends; data of any other format is the report itself.
        let data = match (file.format.as_deref(), data) {
            (Some("base64+compressed"), text) => Data::Base64(text),
            (_, Cow::Borrowed(text)) => Data::Plain(Cow::Borrowed(text.as_bytes())),
            (_, Cow::Owned(text)) => Data::Plain(Cow::Owned(text.into_bytes())),
        };
        PackedFile { filename, data }
    });
    Ok(Upload {
        files: files.collect(),
        network: parsed.network,
        ignored_lines: parsed.fixes,
        left: Cell::new(limits.total_bytes),
        limits: *limits,
    })
}

fn named(error: &serde_json::Error, limits: &Limits) -> PayloadError {
    let text = error.to_string();
    if text.starts_with(TOO_MANY_FILES) {
        PayloadError::TooMany { what: TOO_MANY_FILES, limit: limits.files }
    } else if text.starts_with(TOO_MANY_PATHS) {
        PayloadError::TooMany { what: TOO_MANY_PATHS, limit: limits.paths }
    } else {
        PayloadError::Json { line: error.line(), column: error.column() }
    }
}

#[derive(Default)]
struct Parsed<'de> {
    files: Vec<File<'de>>,
    network: Vec<String>,
    fixes: BTreeMap<String, FileFixes>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    filename: Option<Cow<'a, str>>,
    #[serde(borrow)]
    format: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    CoverageFiles,
    NetworkFiles,
    ReportFixes,
    PathFixes,
    #[serde(other)]
    Other,
}

struct Body<'l>(&'l Limits);

impl<'de> DeserializeSeed<'de> for Body<'_> {
    type Value = Parsed<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Body<'_> {
    type Value = Parsed<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an upload's JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parsed = Parsed::default();
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::CoverageFiles => parsed.files = map.next_value_seed(List::new(self.0.files, TOO_MANY_FILES))?,
                Key::NetworkFiles => {
                    parsed.network = map.next_value_seed(List::new(self.0.paths, TOO_MANY_PATHS))?;
                    // `git ls-files -z` leaves an empty name at the end.
                    parsed.network.retain(|name: &String| !name.is_empty());
                }
                Key::ReportFixes | Key::PathFixes => parsed.fixes = map.next_value_seed(Fixes(self.0.paths))?,
                Key::Other => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
        }
        Ok(parsed)
    }
}

/// A list of at most so many entries; null is an empty one.
struct List<T> {
    limit: usize,
    over: &'static str,
    of: PhantomData<T>,
}

impl<T> List<T> {
    fn new(limit: usize, over: &'static str) -> Self {
        List { limit, over, of: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for List<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            if list.len() == self.limit {
                return Err(de::Error::custom(self.over));
            }
            list.push(item);
        }
        Ok(list)
    }
}
