//! Forms that come back from a page of ours, and from nowhere else.
//!
//! Every form carries a token that follows from the cookie of the browser it was made for: nothing has to be stored, and
//! the token does not give the cookie away. Signed in, that is the session's; before that (the set-up pages) one of its
//! own. Beside it, [`crate::pages::dress()`] refuses what a browser itself says comes from another site, so that a handler
//! that forgets its token is not open to the world.
//!
//! In a handler: `csrf.field()` goes into the template as it is (`{{ csrf }}`), and on POST
//! `csrf.check(&site, &form.csrf)?` comes first.

use std::{fmt, time::Duration};

use askama::filters::HtmlSafe;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use covermark_types::{Random, Secret, random_hex};
use sha2::{Digest as _, Sha256};

use crate::{
    cookies::CookieName,
    pages::{ErrorPage, Site},
    session::Current,
};

mod origin;

pub(crate) use origin::{Sender, sender};

/// The name of the field.
pub const FIELD: &str = "csrf";
/// How long a browser keeps the cookie that forms before a sign-in are bound to.
const VISIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The token of one browser's forms.
#[derive(Clone)]
pub struct Csrf(Secret);

impl Csrf {
    /// Of a session's forms.
    #[must_use]
    pub fn of(current: &Current) -> Self {
        Self::bound_to(current.id())
    }

    /// Of the forms of whoever holds this cookie: 256 random bits that nobody else knows.
    #[must_use]
    pub fn bound_to(cookie: &Secret) -> Self {
        use std::fmt::Write as _;
        let digest = Sha256::new().chain_update(b"covermark csrf v1\0").chain_update(cookie.expose()).finalize();
        Self(Secret::new(digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })))
    }

    /// Of the forms that are shown to nobody in particular, for a GET: bound to a cookie that is made where there is none.
    /// The `Set-Cookie` value goes out with the page.
    #[must_use]
    pub fn for_visitor(site: &Site, headers: &HeaderMap, random: &dyn Random) -> (Self, Option<HeaderValue>) {
        match Self::of_visitor(site, headers) {
            Some(csrf) => (csrf, None),
            None => {
                let cookie = Secret::new(random_hex::<32>(random));
                (Self::bound_to(&cookie), site.cookies().set(CookieName::Visitor, &cookie, VISIT))
            }
        }
    }

    /// The same for a POST: `None` when the browser has no such cookie, and so no form of ours.
    #[must_use]
    pub fn of_visitor(site: &Site, headers: &HeaderMap) -> Option<Self> {
        site.cookies().read(headers, CookieName::Visitor).map(|cookie| Self::bound_to(&cookie))
    }

    /// The hidden field, for a template: `{{ csrf }}`.
    #[must_use]
    pub fn field(&self) -> CsrfField {
        CsrfField(self.0.clone())
    }

    /// The token alone, where a form is not made by a template.
    #[must_use]
    pub fn token(&self) -> &str {
        self.0.expose()
    }

    /// Whether a form's token is this browser's, in constant time.
    #[must_use]
    pub fn matches(&self, token: &str) -> bool {
        self.0.matches(token)
    }

    /// Lets a form of this browser's pages pass.
    ///
    /// # Errors
    /// The page for whoever sent another one: nothing was done.
    pub fn check(&self, site: &Site, token: &str) -> Result<(), ErrorPage> {
        if self.matches(token) { Ok(()) } else { Err(forged(site)) }
    }
}

/// A form's hidden field with its token. Needs no escaping: hexadecimal digits.
pub struct CsrfField(Secret);

impl fmt::Display for CsrfField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<input type=\"hidden\" name=\"{FIELD}\" value=\"{}\">", self.0.expose())
    }
}

impl HtmlSafe for CsrfField {}

/// The page for a form that is not of this browser's pages, or of an earlier session's. Say the way on with
/// [`ErrorPage::way_on`].
#[must_use]
pub fn forged(site: &Site) -> ErrorPage {
    ErrorPage::new(
        StatusCode::FORBIDDEN,
        "Nothing was changed",
        "The form came from a page of an earlier session, from another browser, or from another site.",
        "Go back, load the page again, and send the form once more.",
    )
    .way_on("Front page", site.link(""))
}

#[cfg(test)]
mod tests;
