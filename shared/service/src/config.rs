//! Configuration from the environment. All that is missing or wrong is named at once, so that a deployment is mended in
//! one go and not once a variable.

use std::{fmt, time::Duration};

use covermark_types::Secret;
use url::{Host, Url};

/// The DynamoDB table's name.
pub const TABLE: &str = "COVERMARK_TABLE";
/// The bucket of reports.
pub const BUCKET: &str = "COVERMARK_BUCKET";
/// URL of the queue that `sync` drains.
pub const SYNC_QUEUE: &str = "COVERMARK_SYNC_QUEUE_URL";
/// URL of the queue that `feedback` drains.
pub const FEEDBACK_QUEUE: &str = "COVERMARK_FEEDBACK_QUEUE_URL";
/// The URL of the sync queue's dead letters.
pub const SYNC_DEAD_LETTERS: &str = "COVERMARK_SYNC_DEAD_LETTERS_URL";
/// The URL of the feedback queue's dead letters.
pub const FEEDBACK_DEAD_LETTERS: &str = "COVERMARK_FEEDBACK_DEAD_LETTERS_URL";
/// What the names of our secrets start with in Secrets Manager, without the final slash.
pub const SECRETS_PREFIX: &str = "COVERMARK_SECRETS_PREFIX";
/// Where people and CI jobs reach us: scheme, host, and a path prefix if there is one.
pub const PUBLIC_URL: &str = "COVERMARK_PUBLIC_URL";
/// A token that may upload for every repository of the instance.
pub const GLOBAL_UPLOAD_TOKEN: &str = "COVERMARK_GLOBAL_UPLOAD_TOKEN";
/// Most uploads of one commit.
pub const UPLOADS_PER_COMMIT: &str = "COVERMARK_UPLOADS_PER_COMMIT";
/// Most bytes that one repository may upload in one day.
pub const UPLOAD_BYTES_PER_DAY: &str = "COVERMARK_UPLOAD_BYTES_PER_DAY";
/// `true` lets everybody upload for public repositories without a token.
pub const PUBLIC_WITHOUT_TOKEN: &str = "COVERMARK_PUBLIC_WITHOUT_TOKEN";
/// `true` takes OIDC tokens whose audience is `https://codecov.io` too.
pub const OIDC_CODECOV_AUDIENCE: &str = "COVERMARK_OIDC_CODECOV_AUDIENCE";
/// The slug of an enterprise on github.com that issues OIDC tokens under its own name.
pub const OIDC_ENTERPRISE: &str = "COVERMARK_OIDC_ENTERPRISE";
/// The organisations whose members may sign in; everybody may, when neither these nor teams are named.
pub const ALLOWED_ORGANISATIONS: &str = "COVERMARK_ALLOWED_ORGANISATIONS";
/// The teams whose members may sign in.
pub const ALLOWED_TEAMS: &str = "COVERMARK_ALLOWED_TEAMS";
/// The people who administer this instance.
pub const ADMINISTRATORS: &str = "COVERMARK_ADMINISTRATORS";
/// `true` lets the set-up ask machines of private networks whether they are a GitHub Enterprise Server.
pub const PRIVATE_NETWORKS: &str = "COVERMARK_PRIVATE_NETWORKS";
/// PEM file of a private certificate authority to trust besides the public ones.
pub const CA_FILE: &str = "COVERMARK_CA_FILE";

/// How long a presigned upload address is good for: the client PUTs at once, but a slow runner on a slow line gets its
/// time.
pub const UPLOAD_SLOT_LIFETIME: Duration = Duration::from_secs(30 * 60);

/// The largest report that is let in, taken and read, in bytes as it is sent: what fits into the memory of `feedback`
/// together with what it becomes. Who invites an upload, who takes it and who reads it must mean the same.
pub const MAX_REPORT: u64 = 200 * 1024 * 1024;
/// [`MAX_REPORT`] as people read it.
pub const MAX_REPORT_TEXT: &str = "200 MiB";

/// Everything that is wrong with the environment.
#[derive(Debug)]
pub struct ConfigError {
    problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is not complete: {}", self.problems.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// Reads variables and collects what is wrong with them.
pub struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Reads through `lookup`; see [`from_environment`].
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// A variable that must be there. Empty counts as missing.
    pub fn text(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is not set"));
            String::new()
        })
    }

    /// A variable that may be missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.trim().is_empty())
    }

    /// Notes something that is wrong with a variable, as a clause that begins with its name.
    pub fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// The address under which the world reaches us, without a final slash.
    pub fn public_url(&mut self) -> Url {
        let text = self.text(PUBLIC_URL);
        parse_public_url(&text).unwrap_or_else(|problem| {
            if !text.is_empty() {
                self.problems.push(format!("{PUBLIC_URL} {problem}"));
            }
            LOOPBACK.clone()
        })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Names every variable that is missing or wrong.
    pub fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() { Ok(value) } else { Err(ConfigError { problems: self.problems }) }
    }
}

static LOOPBACK: std::sync::LazyLock<Url> =
    std::sync::LazyLock::new(|| Url::parse("http://127.0.0.1/").expect("a constant address"));

/// Reads an address under which the world reaches us.
///
/// # Errors
/// A clause that says what is wrong with it.
pub fn parse_public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("must start with https:// (or http:// on this machine) and name a host".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err("must be a plain address without user name, query or fragment".to_owned());
    }
    Ok(url)
}

/// Whether an address is this machine's own, which others cannot reach.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Reads a global upload token as an operator gave it. What surrounds it is dropped: a file or `echo` ends in a line
/// break, and no header could carry one. Nothing but space is no token, so that nobody holds it.
#[must_use]
pub fn global_upload_token(text: &str) -> Option<Secret> {
    Some(text.trim()).filter(|token| !token.is_empty()).map(Secret::new)
}

/// `base` with `path` (no leading slash) appended below its own path.
#[must_use]
pub fn below(base: &Url, path: &str) -> String {
    format!("{}/{path}", base.as_str().trim_end_matches('/'))
}

/// The process's environment as a lookup for [`Reader`].
#[must_use]
pub fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::{MAX_REPORT, MAX_REPORT_TEXT, global_upload_token};

    #[test]
    fn a_token_that_a_file_gave_is_without_the_files_last_line_break() {
        for given in ["t0ken", "t0ken\n", " t0ken\r\n"] {
            assert!(global_upload_token(given).expect("a token").matches("t0ken"), "{given:?}");
        }
        assert!(global_upload_token("").is_none() && global_upload_token(" \n").is_none());
    }

    #[test]
    fn people_read_the_limit_that_holds() {
        assert_eq!(MAX_REPORT_TEXT, format!("{} MiB", MAX_REPORT / 1024 / 1024));
    }
}
