//! What a request shows as its credential, read from the `Authorization` header. Whether it is worth anything is
//! decided in `access`.

use covermark_types::Secret;
use http::{HeaderMap, header::AUTHORIZATION};

/// Longer values are no token of ours, nor an OIDC token of a GitHub.
const LONGEST: usize = 16 * 1024;

/// The credential of a request.
pub(crate) enum Shown {
    /// No header, or one without a value: `codecov-cli` without a token, or with an empty CI secret.
    Nothing,
    /// A value.
    Token(Secret),
    /// A header that is neither a bare value nor `token VALUE` or `Bearer VALUE`.
    Unreadable,
}

/// Reads the header. The scheme's case does not matter; a bare value is accepted because people write their own curl
/// calls that way and the incumbent's instance tokens worked so.
pub(crate) fn shown(headers: &HeaderMap) -> Shown {
    let Some(value) = headers.get(AUTHORIZATION) else { return Shown::Nothing };
    let Ok(text) = value.to_str() else { return Shown::Unreadable };
    if text.len() > LONGEST {
        return Shown::Unreadable;
    }
    let mut words = text.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (None, _, _) => Shown::Nothing,
        (Some(only), None, _) if is_scheme(only) => Shown::Nothing,
        (Some(bare), None, _) => Shown::Token(as_given_out(bare)),
        (Some(scheme), Some(value), None) if is_scheme(scheme) => Shown::Token(as_given_out(value)),
        _ => Shown::Unreadable,
    }
}

/// The oldest clients read a token as a UUID and send its digits alone: the form that we gave out has hyphens.
pub(crate) fn as_given_out(text: &str) -> Secret {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let uuid = Some(text).filter(|_| digits).and_then(|text| uuid::Uuid::try_parse(text).ok());
    uuid.map_or_else(|| Secret::new(text), |uuid| Secret::new(uuid.hyphenated().to_string()))
}

fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("token") || word.eq_ignore_ascii_case("bearer")
}

/// Whether the value is a JSON Web Token by its look: three dotted parts, the first of which starts like `{"` does in
/// base64.
pub(crate) fn looks_like_oidc(token: &Secret) -> bool {
    token.expose().starts_with("eyJ") && token.expose().split('.').count() == 3
}

#[cfg(test)]
mod tests {
    use covermark_types::Secret;
    use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
    use proptest::prelude::*;

    use super::{Shown, looks_like_oidc, shown};

    fn read(value: &[u8]) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(value).map_err(|_| ())?);
        match shown(&headers) {
            Shown::Nothing => Ok(None),
            Shown::Token(token) => Ok(Some(token.expose().to_owned())),
            Shown::Unreadable => Err(()),
        }
    }

    #[test]
    fn a_token_comes_with_either_scheme_or_bare() {
        for value in ["token abc", "Token abc", "bearer abc", "Bearer   abc", "abc", " abc "] {
            assert_eq!(read(value.as_bytes()), Ok(Some("abc".to_owned())), "{value}");
        }
        for value in ["", "token", "token ", "Bearer"] {
            assert_eq!(read(value.as_bytes()), Ok(None), "{value}");
        }
        for value in ["Basic abc", "token a b", "a b c"] {
            assert_eq!(read(value.as_bytes()), Err(()), "{value}");
        }
        assert_eq!(read("token \u{e9}".as_bytes()), Err(()));
        assert_eq!(read("a".repeat(20_000).as_bytes()), Err(()));
    }

    #[test]
    fn a_uuid_without_hyphens_is_the_token_that_was_given_out() {
        let given = "00000000-0000-4000-8000-00000000abcd";
        assert_eq!(read(format!("token {}", given.replace('-', "")).as_bytes()), Ok(Some(given.to_owned())));
        assert_eq!(read(b"token 0123456789abcdef"), Ok(Some("0123456789abcdef".to_owned())));
    }

    #[test]
    fn an_oidc_token_is_known_by_its_look() {
        assert!(looks_like_oidc(&Secret::new("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln")));
        assert!(!looks_like_oidc(&Secret::new("00000000-0000-4000-8000-000000000001")));
    }

    proptest! {
        #[test]
        fn any_word_is_read_back_whole(token in "[!-~]{1,300}") {
            prop_assume!(!token.eq_ignore_ascii_case("token") && !token.eq_ignore_ascii_case("bearer"));
            prop_assert_eq!(read(format!("token {token}").as_bytes()), Ok(Some(token)));
        }

        #[test]
        fn no_header_makes_it_panic(value in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&value);
        }
    }
}
