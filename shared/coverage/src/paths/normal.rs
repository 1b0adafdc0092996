//! One spelling for one path: slashes, no drive letter, no `.` and `..`, no scheme.

use crate::formats::MAX_PATH;

/// A report's path, cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Normal {
    /// Components joined by `/`, without one in front.
    pub(super) path: String,
    pub(super) absolute: bool,
    /// It led above its start (`../src/a.c`, gcov in a build folder): where it begins is not known.
    pub(super) escapes: bool,
}

/// `None` when nothing is left, it is too long, or it has control characters in it.
pub(super) fn normalise(raw: &str) -> Option<Normal> {
    let raw = raw.trim();
    if raw.len() > MAX_PATH || raw.chars().any(char::is_control) {
        return None;
    }
    let raw = raw.strip_prefix("file://").unwrap_or(raw).replace('\\', "/");
    // A leading slash before the drive is how file URLs of Windows look: file:///C:/src.
    let without_slash = raw.strip_prefix('/').unwrap_or(&raw);
    let (rest, drive) = match without_slash.as_bytes() {
        [letter, b':', b'/', ..] if letter.is_ascii_alphabetic() => (&without_slash[2..], true),
        _ => (raw.as_str(), false),
    };
    let absolute = drive || rest.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    let mut escapes = false;
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => escapes |= parts.pop().is_none(),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| Normal { path: parts.join("/"), absolute, escapes: escapes && !absolute })
}

/// A folder in front of a relative path.
pub(super) fn join(folder: &Normal, path: &str) -> String {
    format!("{}/{path}", folder.path)
}

impl Normal {
    /// With the slash in front that an absolute path has.
    pub(super) fn spelled(&self) -> String {
        format!("{}{}", if self.absolute { "/" } else { "" }, self.path)
    }
}
