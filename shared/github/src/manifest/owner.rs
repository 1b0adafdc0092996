//! Whose an App is: it decides at which address the App is created and changed.

use url::Url;

use crate::endpoints::append;

/// The account that an App belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppOwner {
    /// The person who is signed in at GitHub.
    Personal,
    /// An organisation, by its name in addresses.
    Organization(String),
    /// An enterprise, by its name in addresses.
    Enterprise(String),
}

/// A text that is no account's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is letters, digits, hyphens and underscores, as in https://github.com/NAME")]
pub struct InvalidOwner;

impl AppOwner {
    /// Reads a kind (`personal`, `organization`, `enterprise`) and a name. A pasted address of the account is as good as
    /// its name.
    ///
    /// # Errors
    /// When the kind is another word, or the name could not be one.
    pub fn read(kind: &str, name: &str) -> Result<Self, InvalidOwner> {
        let name = name.trim().trim_end_matches('/');
        let name = name.rsplit('/').next().unwrap_or(name).trim_start_matches('@');
        let fits = (1..=100).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        match (kind, fits) {
            ("personal", _) => Ok(Self::Personal),
            ("organization", true) => Ok(Self::Organization(name.to_owned())),
            ("enterprise", true) => Ok(Self::Enterprise(name.to_owned())),
            _ => Err(InvalidOwner),
        }
    }

    /// The word that [`AppOwner::read`] reads.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Organization(_) => "organization",
            Self::Enterprise(_) => "enterprise",
        }
    }

    /// The name in addresses; empty for a personal account, whose pages are the same for everybody.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Personal => "",
            Self::Organization(name) | Self::Enterprise(name) => name,
        }
    }

    /// Whether GitHub takes a manifest for it: not for an enterprise's own Apps.
    #[must_use]
    pub fn takes_manifest(&self) -> bool {
        !matches!(self, Self::Enterprise(_))
    }

    /// GitHub's form for a new App, at the web address `web`.
    #[must_use]
    pub fn creation_page(&self, web: &Url) -> Url {
        self.below(web, &["new"])
    }

    /// The list of the account's Apps.
    #[must_use]
    pub fn list_page(&self, web: &Url) -> Url {
        self.below(web, &[])
    }

    /// The settings of the App `slug`; `part` is one of its pages, such as `permissions`, or empty.
    #[must_use]
    pub fn settings_page(&self, web: &Url, slug: &str, part: &str) -> Url {
        if part.is_empty() { self.below(web, &[slug]) } else { self.below(web, &[slug, part]) }
    }

    fn below(&self, web: &Url, rest: &[&str]) -> Url {
        let mut segments = match self {
            Self::Personal => vec![],
            Self::Organization(name) => vec!["organizations", name.as_str()],
            Self::Enterprise(name) => vec!["enterprises", name.as_str()],
        };
        segments.extend(["settings", "apps"]);
        segments.extend(rest);
        append(web, &segments)
    }
}
