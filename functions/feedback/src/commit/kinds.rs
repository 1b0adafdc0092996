//! Which uploads are the same one on two commits: by name, flags and job.
//!
//! What CI makes anew for every run (build numbers, commits) is taken out of names first, or nothing would ever be the
//! same. Several uploads may be of one kind, so kinds are counted.

use std::collections::BTreeMap;

use covermark_policy::Flags;
use covermark_state::rows::upload::Upload;

/// Between the parts of a kind. Control characters are taken out of the parts.
const BETWEEN: char = '\t';
/// What stands for something that differs from run to run.
const RUN: char = '…';

/// The uploads' kinds, with how many there are of each.
pub(super) fn count<'a>(uploads: impl Iterator<Item = &'a Upload>) -> BTreeMap<String, u32> {
    let mut kinds = BTreeMap::new();
    for upload in uploads {
        *kinds.entry(kind(upload)).or_default() += 1;
    }
    kinds
}

/// The kind of an upload: name, flags, job.
pub(super) fn kind(upload: &Upload) -> String {
    let text = |text: &Option<String>| steady(text.as_deref().unwrap_or_default());
    let mut flags: Vec<_> = upload.flags.iter().map(|flag| clean(flag)).collect();
    flags.sort();
    flags.dedup();
    [text(&upload.name), flags.join(", "), text(&upload.job_code)].join(&BETWEEN.to_string())
}

/// Where an upload comes from whatever its flags: its name and job. `None` when it has neither.
pub(crate) fn origin(upload: &Upload) -> Option<(String, String)> {
    let text = |text: &Option<String>| steady(text.as_deref().unwrap_or_default());
    let origin = (text(&upload.name), text(&upload.job_code));
    (origin != Default::default()).then_some(origin)
}

/// How people know a kind: the name, with the flags where those say more; else the flags; else the job.
pub(super) fn label(kind: &str) -> String {
    let mut parts = kind.split(BETWEEN);
    let mut part = || parts.next().unwrap_or_default();
    let (name, flags, job) = (part(), part(), part());
    match (name, flags, job) {
        ("", "", "") => "an upload without a name".to_owned(),
        ("", "", job) => job.to_owned(),
        ("", flags, _) => flags.to_owned(),
        (name, flags, _) if flags.is_empty() || name.contains(flags) => name.to_owned(),
        (name, flags, _) => format!("{name} ({flags})"),
    }
}

/// Whether all that uploads of this kind report is carried forward from the base while it is not uploaded.
pub(super) fn is_carried(kind: &str, rules: &Flags) -> bool {
    let flags = kind.split(BETWEEN).nth(1).unwrap_or_default();
    !flags.is_empty() && flags.split(", ").all(|flag| rules.rule(flag).carryforward)
}

/// What `before` has more of than `now`, as people know it, and how many that is.
pub(super) fn lacking(before: &BTreeMap<String, u32>, now: &BTreeMap<String, u32>) -> (Vec<String>, usize) {
    let mut names = Vec::new();
    let mut total = 0;
    for (kind, wanted) in before {
        let lacks = wanted.saturating_sub(now.get(kind).copied().unwrap_or_default());
        total += lacks as usize;
        match lacks {
            0 => {}
            1 => names.push(label(kind)),
            more => names.push(format!("{} ×{more}", label(kind))),
        }
    }
    (names, total)
}

/// One line without what differs from run to run: numbers of five digits and more, and what looks like a commit's hash.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    for word in clean(text).split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let end = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        let (word, rest) = word.split_at(end);
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let hash = word.len() >= 7 && digits > 0 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hash || (digits >= 5 && digits == word.len()) {
            steady.push(RUN);
        } else {
            steady.push_str(word);
        }
        steady.push_str(rest);
    }
    steady
}

fn clean(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::{label, lacking, steady};

    #[test]
    fn what_differs_from_run_to_run_is_taken_out_of_names() {
        for (name, wanted) in [
            ("unit-1234567890", "unit-…"),
            ("unit 3.12", "unit 3.12"),
            ("e2e (deadbeef01, linux)", "e2e (…, linux)"),
            ("coverage-20260301", "coverage-…"),
            ("windows-2025", "windows-2025"),
            ("  facade\n", "facade"),
            ("测试 12", "测试 12"),
        ] {
            assert_eq!(steady(name), wanted);
        }
    }

    #[test]
    fn a_kind_is_shown_as_people_know_it() {
        for (kind, wanted) in [
            ("unit\t\tCI", "unit"),
            ("unit\tunit\tCI", "unit"),
            ("coverage\te2e\tCI", "coverage (e2e)"),
            ("\te2e, slow\tCI", "e2e, slow"),
            ("\t\tCI", "CI"),
            ("\t\t", "an upload without a name"),
        ] {
            assert_eq!(label(kind), wanted);
        }
    }

    #[test]
    fn kinds_are_counted() {
        let of = |kinds: &[(&str, u32)]| kinds.iter().map(|(kind, n)| ((*kind).to_owned(), *n)).collect();
        let (names, total) = lacking(&of(&[("a\t\t", 3), ("b\t\t", 1)]), &of(&[("a\t\t", 1), ("c\t\t", 9)]));
        assert_eq!((names.join(", "), total), ("a ×2, b".to_owned(), 3));
    }
}
