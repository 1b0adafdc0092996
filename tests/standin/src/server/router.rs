//! Routes by template, in the words of GitHub's description.

use std::collections::BTreeMap;

use super::{Call, Needs, Outcome};

/// One endpoint: what it is called, what it asks of the caller, what it does.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) template: &'static str,
    pub(crate) needs: Needs,
    pub(crate) serve: fn(&mut Call<'_>) -> Outcome,
}

/// Places that may span slashes: paths of files, and branches, which people name `feature/x`.
const SPANNING: [&str; 4] = ["{path}", "{basehead}", "{ref}", "{file}"];

/// What stands at the template's places, decoded; `None` when the path is another one.
pub(crate) fn matches(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let wanted: Vec<&str> = template.split('/').collect();
    let given: Vec<&str> = path.split('/').collect();
    let mut found = BTreeMap::new();
    walk(&wanted, &given, &mut found).then_some(found)
}

fn walk(wanted: &[&str], given: &[&str], found: &mut BTreeMap<String, String>) -> bool {
    let Some((place, rest)) = wanted.split_first() else { return given.is_empty() };
    if SPANNING.contains(place) {
        // The one empty place that GitHub takes is the path of the root: `/contents/`.
        let root = *place == "{path}" && given == [""];
        return (1..=given.len()).any(|length| {
            let mut attempt = found.clone();
            let fits = walk(rest, &given[length..], &mut attempt) && (root || !given[0].is_empty());
            if fits {
                attempt.insert(name_of(place), decode(&given[..length].join("/")));
                *found = attempt;
            }
            fits
        });
    }
    let Some((segment, after)) = given.split_first() else { return false };
    if place.starts_with('{') {
        if segment.is_empty() {
            return false;
        }
        found.insert(name_of(place), decode(segment));
        return walk(rest, after, found);
    }
    place == segment && walk(rest, after, found)
}

fn name_of(place: &str) -> String {
    place.trim_matches(['{', '}']).to_owned()
}

/// Percent-decoding of a path, where `+` is a plus.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
