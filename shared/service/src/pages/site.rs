//! The address under which people reach us, and what follows from it: links, cookie names, HSTS.

use std::sync::Arc;

use url::Url;

use crate::{config::below, cookies::Cookies};

/// Where the pages live. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Site(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    public_url: Url,
    /// Path of the public address without its final slash: empty for most.
    prefix: String,
}

impl Site {
    /// The site at `public_url`, whose path, if it has one, is part of every link.
    #[must_use]
    pub fn new(public_url: &Url) -> Self {
        let prefix = public_url.path().trim_end_matches('/').to_owned();
        Self(Arc::new(Parts { public_url: public_url.clone(), prefix }))
    }

    /// A link to a page of ours from any other: `path` without a leading slash; empty for the front page.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}/{path}", self.0.prefix)
    }

    /// The same with scheme and host, for those who are not on our pages.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        below(&self.0.public_url, path)
    }

    /// The public address.
    #[must_use]
    pub fn public_url(&self) -> &Url {
        &self.0.public_url
    }

    /// Whether browsers reach us encrypted; on plain HTTP (a laptop) cookies cannot be `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.public_url.scheme() == "https"
    }

    /// How cookies are named and marked here.
    #[must_use]
    pub fn cookies(&self) -> Cookies {
        Cookies::new(self.is_https())
    }
}
