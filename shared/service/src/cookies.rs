//! Cookies: read from a request, written with every mark that a browser knows for keeping them safe.
//!
//! Over HTTPS the names carry the `__Host-` prefix: then a browser takes them only `Secure`, for `/` and from this very
//! host, so that no neighbouring subdomain can plant one. On plain HTTP (a laptop) browsers refuse that prefix, and a
//! `Secure` cookie would be dropped without a word: the names are others and the mark is missing, so that neither kind
//! is ever taken for the other.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time};
use covermark_types::Secret;

/// Digits of the 256-bit values that our cookies hold.
const VALUE_LENGTH: usize = 64;

/// One of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieName {
    /// The session's id.
    Session,
    /// Binds sign-ins under way to the browser that started them.
    Login,
    /// Binds the setting up of an App to the browser that was let in.
    Setup,
    /// Binds forms to the browser of somebody who is not signed in.
    Visitor,
}

/// How cookies are named and marked at one site.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// For HTTPS (`secure`) or plain HTTP.
    #[must_use]
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// The name as the browser knows it.
    #[must_use]
    pub fn name(self, cookie: CookieName) -> &'static str {
        match (cookie, self.secure) {
            (CookieName::Session, true) => "__Host-covermark_session",
            (CookieName::Session, false) => "covermark_session",
            (CookieName::Login, true) => "__Host-covermark_login",
            (CookieName::Login, false) => "covermark_login",
            (CookieName::Setup, true) => "__Host-covermark_setup",
            (CookieName::Setup, false) => "covermark_setup",
            (CookieName::Visitor, true) => "__Host-covermark_visitor",
            (CookieName::Visitor, false) => "covermark_visitor",
        }
    }

    /// The cookie's value, if the request has one that we could have made: 64 hexadecimal digits.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, cookie: CookieName) -> Option<Secret> {
        let name = self.name(cookie);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .find(|found| found.name() == name && is_ours(found.value()))
            .map(|found| Secret::new(found.value()))
    }

    /// The `Set-Cookie` value that stores `value` for `lifetime`.
    #[must_use]
    pub fn set(self, cookie: CookieName, value: &Secret, lifetime: Duration) -> Option<HeaderValue> {
        self.header(cookie, value.expose(), lifetime)
    }

    /// The `Set-Cookie` value that removes the cookie.
    #[must_use]
    pub fn clear(self, cookie: CookieName) -> Option<HeaderValue> {
        self.header(cookie, "", Duration::ZERO)
    }

    fn header(self, cookie: CookieName, value: &str, lifetime: Duration) -> Option<HeaderValue> {
        let cookie = Cookie::build((self.name(cookie), value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            // Lax, not Strict: the way back from GitHub is a navigation from another site and must bring the cookies.
            .same_site(SameSite::Lax)
            .max_age(time::Duration::seconds(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)))
            .build();
        let mut header = HeaderValue::try_from(cookie.to_string()).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

fn is_ours(value: &str) -> bool {
    value.len() == VALUE_LENGTH && value.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn a_cookie_is_marked_with_all_that_keeps_it_safe() {
        let (value, day) = (Secret::new("ab".repeat(32)), Duration::from_secs(86_400));
        let set = |secure| Cookies::new(secure).set(CookieName::Session, &value, day).expect("a header");
        insta::assert_snapshot!(set(true).to_str().expect("text"));
        insta::assert_snapshot!(set(false).to_str().expect("text"));
        assert!(set(true).is_sensitive(), "it stays out of logs");
        let cleared = Cookies::new(true).clear(CookieName::Login).expect("a header");
        insta::assert_snapshot!(cleared.to_str().expect("text"));
    }

    #[test]
    fn a_cookie_is_found_among_others_and_only_in_the_form_that_we_gave_it() {
        let good = "0123456789abcdef".repeat(4);
        let read = |cookies: &[&str]| {
            let found = Cookies::new(true).read(&sent(cookies), CookieName::Session);
            found.map(|value| value.expose().to_owned())
        };
        let ours = format!("__Host-covermark_session={good}");
        assert_eq!(read(&["a=b; theme=dark", &format!("x=y;{ours} ; z")]).as_deref(), Some(good.as_str()));
        assert_eq!(read(&["__Host-covermark_session=planted", &ours]).as_deref(), Some(good.as_str()));
        let foreign = [
            format!("covermark_session={good}"),
            format!("__Host-covermark_login={good}"),
            format!("__Host-covermark_session={}", good.to_uppercase()),
            format!("__Host-covermark_session={good}0"),
            "__Host-covermark_session=".to_owned(),
            ";;;=;".to_owned(),
        ];
        for cookie in &foreign {
            assert_eq!(read(&[cookie]), None, "{cookie}");
        }
    }
}
