//! The client's hints about lines that are not code:
//! `{"format": "legacy", "value": {path: {"eof": 3, "lines": [1, 2]}}}`.
//!
//! Hints only. A number that is none is passed over, because it is no reason to lose the upload.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::FileFixes;
use super::body::TOO_MANY_PATHS;

/// Reads the hints of at most so many files.
pub(super) struct Fixes(pub(super) usize);

impl<'de> DeserializeSeed<'de> for Fixes {
    type Value = BTreeMap<String, FileFixes>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fixes {
    type Value = BTreeMap<String, FileFixes>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object with a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fixes = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == "value" {
                fixes = map.next_value_seed(Files(self.0))?;
            } else {
                map.next_value::<de::IgnoredAny>()?;
            }
        }
        Ok(fixes)
    }
}

struct Files(usize);

impl<'de> DeserializeSeed<'de> for Files {
    type Value = BTreeMap<String, FileFixes>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Files {
    type Value = BTreeMap<String, FileFixes>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object of files")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fixes = BTreeMap::new();
        while let Some((path, hint)) = map.next_entry::<String, Hint>()? {
            if fixes.len() == self.0 {
                return Err(de::Error::custom(TOO_MANY_PATHS));
            }
            let mut lines: Vec<u32> = hint.lines.into_iter().flatten().filter_map(|number| number.0).collect();
            lines.sort_unstable();
            fixes.insert(path, FileFixes { eof: hint.eof.and_then(|number| number.0), lines });
        }
        Ok(fixes)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Hint {
    eof: Option<Number>,
    lines: Option<Vec<Number>>,
}

/// A line number; `None` for any other scalar.
struct Number(Option<u32>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Number;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a line number")
            }

            fn visit_u64<E>(self, line: u64) -> Result<Number, E> {
                Ok(Number(u32::try_from(line).ok()))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_str<E>(self, text: &str) -> Result<Number, E> {
                Ok(Number(text.parse().ok()))
            }

            fn visit_unit<E>(self) -> Result<Number, E> {
                Ok(Number(None))
            }
        }
        from.deserialize_any(Any)
    }
}
