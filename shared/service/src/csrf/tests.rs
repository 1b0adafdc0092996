use axum::http::{HeaderMap, HeaderValue, header};
use covermark_types::{Secret, SystemRandom};
use url::Url;

use super::{Csrf, Sender, sender};
use crate::pages::Site;

fn site() -> Site {
    Site::new(&Url::parse("https://cov.example/coverage/").expect("an address"))
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value))).collect()
}

#[test]
fn a_token_fits_its_own_browser_and_no_other() {
    let (mine, other) = (Csrf::bound_to(&Secret::new("a")), Csrf::bound_to(&Secret::new("b")));
    assert!(mine.check(&site(), mine.token()).is_ok());
    for wrong in [other.token(), "", &mine.token()[..63], &mine.token().to_uppercase()] {
        assert!(mine.check(&site(), wrong).is_err(), "{wrong}");
    }
    assert_eq!(mine.field().to_string(), format!("<input type=\"hidden\" name=\"csrf\" value=\"{}\">", mine.token()));
}

#[test]
fn who_is_not_signed_in_gets_a_cookie_of_their_own_once() {
    let (csrf, cookie) = Csrf::for_visitor(&site(), &HeaderMap::new(), &SystemRandom);
    let cookie = cookie.expect("a cookie");
    let pair = cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned();
    let back = HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(pair).expect("a header"))]);
    let (again, second) = Csrf::for_visitor(&site(), &back, &SystemRandom);
    assert!(second.is_none(), "the cookie that is there stays");
    assert!(again.matches(csrf.token()));
    assert!(Csrf::of_visitor(&site(), &back).expect("a token").matches(csrf.token()));
    assert!(Csrf::of_visitor(&site(), &HeaderMap::new()).is_none(), "no cookie, no form of ours");
}

#[test]
fn the_browser_itself_says_whose_page_sent_a_form() {
    for (given, expected) in [
        (vec![("sec-fetch-site", "same-origin")], Sender::Ours),
        (vec![("sec-fetch-site", "none")], Sender::Ours),
        (vec![("sec-fetch-site", "same-site")], Sender::Foreign),
        (vec![("sec-fetch-site", "cross-site"), ("origin", "https://cov.example")], Sender::Foreign),
        (vec![("sec-fetch-site", "same-origin"), ("origin", "null")], Sender::Ours),
        (vec![("origin", "https://cov.example")], Sender::Ours),
        (vec![("origin", "https://cov.example:8443")], Sender::Foreign),
        (vec![("origin", "http://cov.example")], Sender::Foreign),
        (vec![("origin", "https://cov.example.evil.test")], Sender::Foreign),
        (vec![("origin", "null")], Sender::Foreign),
        (vec![], Sender::Unsaid),
    ] {
        assert_eq!(sender(&site(), &headers(&given)), expected, "{given:?}");
    }
}
