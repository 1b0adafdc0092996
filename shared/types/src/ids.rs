//! GitHub's ids as types. Parsed at the edge, never again.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A text that is not the id it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}: {rule}")]
pub struct InvalidId {
    /// What it should have been.
    pub what: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let rule = "a positive whole number is expected";
                match text.parse() {
                    Ok(0) | Err(_) => Err(InvalidId { what: stringify!($name), rule }),
                    Ok(number) => Ok(Self(number)),
                }
            }
        }
    };
}

number_id!(/// GitHub's id of an App (`app_id`).
    AppId);
number_id!(/// GitHub's id of a user or organisation.
    AccountId);
number_id!(/// GitHub's id of a user who signed in.
    UserId);
number_id!(/// GitHub's id of an App's installation on an account.
    InstallationId);
number_id!(/// GitHub's id of a repository: it stays through renames and transfers.
    RepositoryId);
number_id!(/// A pull request's number in its repository.
    PullNumber);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

text_id!(
    /// Which GitHub: `gh` (github.com), `ghe` (the first Enterprise Server), or a further slug.
    Provider
);
text_id!(
    /// A commit's SHA-1, 40 lower-case hexadecimal digits.
    CommitSha
);
text_id!(
    /// The GUID of a webhook delivery (`X-GitHub-Delivery`); the same on every redelivery.
    DeliveryId
);
text_id!(
    /// Our id of one upload: a UUID.
    UploadId
);

impl Provider {
    /// github.com.
    #[must_use]
    pub fn github() -> Self {
        Self("gh".to_owned())
    }
}

impl FromStr for Provider {
    type Err = InvalidId;

    /// Reads a path segment or configuration value; the incumbent's names are aliases of ours.
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let name = match text {
            "github" => "gh",
            "github_enterprise" | "github-enterprise" => "ghe",
            other => other,
        };
        let fits = (1..=32).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !name.starts_with('-');
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidId { what: "provider", rule: "up to 32 lower-case letters, digits and hyphens are expected" })
        }
    }
}

impl CommitSha {
    /// The first seven digits, as people write commits.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

impl FromStr for CommitSha {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidId { what: "commit SHA", rule: "40 hexadecimal digits are expected" })
        }
    }
}

fn guid(text: &str, what: &'static str) -> Result<String, InvalidId> {
    let hyphens = [8, 13, 18, 23];
    let fits = text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| if hyphens.contains(&i) { b == b'-' } else { b.is_ascii_hexdigit() });
    if fits {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(InvalidId { what, rule: "a GUID of 36 characters is expected" })
    }
}

impl FromStr for DeliveryId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        guid(text, "delivery id").map(Self)
    }
}

impl FromStr for UploadId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        guid(text, "upload id").map(Self)
    }
}

/// `owner/name` as GitHub writes it. Compared without regard to case, as GitHub does; shown as given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryName {
    owner: String,
    name: String,
}

impl RepositoryName {
    /// From its two parts.
    ///
    /// # Errors
    /// When a part is empty, too long, or holds a character that GitHub does not allow.
    pub fn new(owner: &str, name: &str) -> Result<Self, InvalidId> {
        let fits = |text: &str, longest: usize| {
            (1..=longest).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        // "." and ".." would be path segments of another meaning in every URL that is built from the name.
        if fits(owner, 100) && fits(name, 100) && !matches!(name, "." | "..") && !matches!(owner, "." | "..") {
            Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
        } else {
            Err(InvalidId { what: "repository name", rule: "OWNER/NAME is expected, as in the repository's address" })
        }
    }

    /// The account's login.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The form to look names up by: lower case.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.owner, self.name).to_ascii_lowercase()
    }
}

impl PartialEq for RepositoryName {
    fn eq(&self, other: &Self) -> bool {
        self.owner.eq_ignore_ascii_case(&other.owner) && self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl Eq for RepositoryName {}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl FromStr for RepositoryName {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (owner, name) = text.split_once('/').unwrap_or((text, ""));
        Self::new(owner, name)
    }
}

impl TryFrom<String> for RepositoryName {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<RepositoryName> for String {
    fn from(name: RepositoryName) -> String {
        name.to_string()
    }
}
