//! Where a GitHub lives: its web address and its API address. Nothing else in the workspace builds a GitHub address from
//! a host name, so GitHub Enterprise Server, ghe.com and the stand-in differ from github.com in these two values alone.

use url::{Host, Url};

/// The two addresses of one GitHub. Neither ends in a slash that matters: paths are appended segment by segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// What people open: `https://github.com`.
    pub web: Url,
    /// Where the REST API answers: `https://api.github.com`, `https://HOST/api/v3` on Enterprise Server.
    pub api: Url,
}

/// The web address of github.com.
pub(crate) const GITHUB_WEB: &str = "https://github.com/";
/// The API address of github.com.
pub(crate) const GITHUB_API: &str = "https://api.github.com/";

impl Endpoints {
    /// github.com.
    ///
    /// # Panics
    /// Never: both addresses are constants that a test parses.
    #[must_use]
    pub fn github_com() -> Self {
        let constant = |text: &str| Url::parse(text).expect("a constant that parses");
        Self { web: constant(GITHUB_WEB), api: constant(GITHUB_API) }
    }

    /// The GitHub that somebody names by any address on it: an Enterprise Server, an enterprise on ghe.com, or github.com.
    ///
    /// # Errors
    /// A sentence that does not repeat the value.
    pub fn named(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        // People paste a host as often as an address.
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut web = Url::parse(&whole).map_err(|_| "not an address; https://HOST is expected")?;
        web.set_path("/");
        web.set_query(None);
        web.set_fragment(None);
        let web = address(web.as_str())?;
        let api = match web.domain() {
            Some("github.com" | "www.github.com" | "api.github.com") => return Ok(Self::github_com()),
            Some(host) if host.ends_with(".ghe.com") && !host.starts_with("api.") => {
                Url::parse(&format!("https://api.{host}/")).map_err(|_| "not an address; https://HOST is expected")?
            }
            _ => append(&web, &["api", "v3"]),
        };
        Ok(Self { web, api })
    }

    /// Whether this is an Enterprise Server: its API is below `/api/v3` of its own host, and it keeps some pages at other
    /// paths.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.api.path().trim_end_matches('/').ends_with("/api/v3")
    }

    /// Where somebody chooses the account to install the App `slug` on.
    #[must_use]
    pub fn installation_page(&self, slug: &str) -> Url {
        self.page(&[if self.is_server() { "github-apps" } else { "apps" }, slug, "installations", "new"])
    }

    /// Whether it is an Enterprise Server, which remembers some things for longer than github.com.
    #[must_use]
    pub fn is_enterprise_server(&self) -> bool {
        self.api.path().trim_end_matches('/').ends_with("/api/v3")
    }

    /// The address of a page: `segments` appended to the web address, each percent-encoded.
    #[must_use]
    pub fn page(&self, segments: &[&str]) -> Url {
        append(&self.web, segments)
    }
}

/// `base` with `segments` appended, each percent-encoded: a slash inside a segment stays inside it.
pub(crate) fn append<S: AsRef<str>>(base: &Url, segments: &[S]) -> Url {
    let mut url = base.clone();
    // Only addresses without a host refuse to be extended; `address` lets none of those in.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// Reads an address that secrets will be sent to.
///
/// # Errors
/// A sentence that does not repeat the value: it may hold a password.
pub(crate) fn address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "not an address; https://HOST/… is expected")?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err("not an address; https://HOST/… is expected"),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => return Err("https is required (plain http only for this machine's own addresses)"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not hold a query or fragment");
    }
    Ok(url)
}
