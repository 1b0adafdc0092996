//! Reading foreign JSON without depending on what is not used: null and missing are the same, a time may come in any of
//! GitHub's forms, and what cannot be read in an optional field is simply not there.

use std::fmt;

use covermark_types::{CommitSha, Timestamp};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

/// `null` reads as the default.
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A time as GitHub writes it: RFC 3339 text in REST answers, seconds since 1970 in some webhook payloads. Anything else
/// is no time.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Raw {
        Text(String),
        Seconds(i64),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Raw>::deserialize(deserializer)? {
        Some(Raw::Text(text)) => text.parse().ok(),
        Some(Raw::Seconds(seconds)) => Timestamp::from_second(seconds).ok(),
        Some(Raw::Other(_)) | None => None,
    })
}

/// A commit, where none is written as null, as an empty text or as forty zeros.
pub(crate) fn commit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CommitSha>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.filter(|text| text.bytes().any(|byte| byte != b'0')).and_then(|text| text.parse().ok()))
}

/// Where reading failed: a JSON path such as `repository.id`. Values are left out of it; they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place(pub(crate) String);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads `bytes` as `T`, or says where they are of another shape.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Place> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path: String = error.path().to_string().chars().filter(|c| !c.is_control()).take(100).collect();
        // A text that is no JSON at all fails nowhere in particular.
        let path = if path == "?" { ".".to_owned() } else { path };
        Place(missing_field(error.inner()).map_or(path.clone(), |field| join(&path, &field)))
    })?;
    json.end().map_err(|_| Place(".".to_owned()))?;
    Ok(value)
}

/// serde's path of a missing field ends at the object that lacks it; its name is in the message only.
fn missing_field(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let (name, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    Some(name.to_owned())
}

fn join(path: &str, field: &str) -> String {
    if path == "." { field.to_owned() } else { format!("{path}.{field}") }
}
