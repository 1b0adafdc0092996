//! What a query string or a form says of an upload: the legacy protocol's words, those of the curl recipe, and those of
//! clients from before they sent JSON. Read into the same fields as the client's JSON, with the habits of old uploaders
//! smoothed out.

use serde_json::Value;

use crate::fields::{Fields, Raw};

/// Branches as CI systems write them.
const BRANCH_PREFIXES: [&str; 3] = ["refs/heads/", "origin/", "refs/remotes/origin/"];

/// Reads a query string, or a form.
pub(crate) fn read(query: &str) -> Fields {
    let mut raw = Raw::default();
    let mut flags = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = value.into_owned();
        match &*name {
            "commit" | "commitid" => raw.commitid = value.into(),
            "parent" | "parent_commit_id" => raw.parent_commit_id = value.into(),
            "branch" => raw.branch = value.into(),
            "pr" | "pullid" => raw.pullid = value.into(),
            // Repeated, or one text with commas: both are written.
            "flag" | "flags" => flags.push(Value::from(value)),
            "name" => raw.name = value.into(),
            "code" => raw.code = value.into(),
            "ci_service" => raw.ci_service = value.into(),
            "job" | "job_code" => raw.job_code = value.into(),
            "service" => {
                raw.ci_service = value.clone().into();
                raw.service = value.into();
            }
            "build" => raw.build = value.into(),
            "build_url" | "ci_url" => raw.ci_url = value.into(),
            "slug" => raw.slug = value.into(),
            _ => {}
        }
    }
    raw.flags = Value::Array(flags);
    tidy(&mut raw);
    Fields(raw)
}

/// The token of a query string, as old uploaders send it.
pub(crate) fn token(query: &str) -> Option<String> {
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "token");
    found.map(|(_, value)| value.into_owned()).filter(|token| !token.trim().is_empty())
}

/// A branch named `pull/7` or `pr/7` is a pull request's, `HEAD` is none.
fn tidy(raw: &mut Raw) {
    let Some(given) = raw.branch.as_str() else { return };
    let branch = BRANCH_PREFIXES.iter().find_map(|prefix| given.strip_prefix(prefix)).unwrap_or(given);
    let number = branch.strip_prefix("pull/").or_else(|| branch.strip_prefix("pr/"));
    let number = number.and_then(|rest| rest.split('/').next()).filter(|number| number.parse::<u64>().is_ok());
    if let (Some(number), Value::Null) = (number, &raw.pullid) {
        raw.pullid = number.into();
    }
    raw.branch = if branch == "HEAD" || number.is_some() { Value::Null } else { branch.into() };
}

#[cfg(test)]
mod tests {
    use covermark_types::PullNumber;

    use super::{read, token};

    #[test]
    fn the_habits_of_old_uploaders_are_read() {
        let fields = read(
            "package=codecov-cli%2F11.3.1&commit=f50426d595a7de9835aa56510687900a0fb81b41&build=1234&branch=origin%2Fx%2Fy\
             &name=CI+-+test&slug=acme%2Fwidgets&service=github-actions&flags=unit&flags=linux,arm&pr=7&job=CI",
        );
        let (commit, upload) = (fields.commit().expect("a commit"), fields.upload().expect("an upload"));
        assert_eq!((commit.branch.as_deref(), commit.pull), (Some("x/y"), Some(PullNumber(7))));
        assert_eq!(upload.flags, ["unit", "linux", "arm"]);
        assert_eq!((upload.name.as_deref(), upload.job_code.as_deref()), (Some("CI - test"), Some("CI")));
        assert_eq!(fields.run().map(|run| run.0), Some(1234));
    }

    #[test]
    fn what_is_no_branch_is_left_away() {
        for (query, branch, pull) in [
            ("branch=HEAD", None, None),
            ("branch=refs/heads/main&pr=true", Some("main"), None),
            ("branch=pull/9/merge", None, Some(PullNumber(9))),
            ("branch=pr/9&pr=8", None, Some(PullNumber(8))),
            ("branch=pull/request", Some("pull/request"), None),
            ("", None, None),
        ] {
            let said = read(query).commit().expect(query);
            assert_eq!((said.branch.as_deref(), said.pull), (branch, pull), "{query}");
        }
        assert_eq!(token("commit=1&token=abc").as_deref(), Some("abc"));
        assert_eq!(token("token=+&commit=1"), None);
    }
}
