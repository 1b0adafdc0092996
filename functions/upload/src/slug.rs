//! `owner::::name`, the form in which upload clients put a repository into a path. Decoding only; whether we know the
//! repository is decided elsewhere.

use covermark_types::RepositoryName;

/// Between owner and name, as codecov-cli encodes it.
const BEFORE_NAME: &str = "::::";
/// Between the groups of an owner on services that nest them; GitHub does not.
const BETWEEN_GROUPS: &str = ":::";

/// Why a slug names no repository of a GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SlugError {
    /// No owner, no name, or characters that GitHub does not allow.
    #[error("The repository in the address is not one: OWNER/NAME is expected, sent as OWNER::::NAME.")]
    NotAName,
    /// `group:::subgroup::::name`.
    #[error(
        "The repository in the address lies in a sub-group, which GitHub does not have: OWNER/NAME is expected, sent as OWNER::::NAME."
    )]
    SubGroup,
}

/// Decodes one path segment. Colons may be percent-encoded, since curl's users and proxies do that.
pub(crate) fn decode(segment: &str) -> Result<RepositoryName, SlugError> {
    let slug = segment.replace("%3A", ":").replace("%3a", ":");
    let (owner, name) = slug.rsplit_once(BEFORE_NAME).ok_or(SlugError::NotAName)?;
    if owner.contains(BETWEEN_GROUPS) {
        return Err(SlugError::SubGroup);
    }
    RepositoryName::new(owner, name).map_err(|_| SlugError::NotAName)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SlugError, decode};

    #[test]
    fn a_slug_is_owner_four_colons_name() {
        for slug in ["acme::::widgets", "acme%3A%3A%3A%3Awidgets", "acme%3a%3a%3a%3awidgets"] {
            assert_eq!(decode(slug).map(|name| name.to_string()), Ok("acme/widgets".to_owned()), "{slug}");
        }
        for bad in ["", "acme", "acme/widgets", "acme:::widgets", "::::widgets", "acme::::", "acme:::::w", "acme::::.."]
        {
            assert_eq!(decode(bad), Err(SlugError::NotAName), "{bad}");
        }
        assert_eq!(decode("grp:::sub::::widgets"), Err(SlugError::SubGroup));
    }

    proptest! {
        #[test]
        fn what_the_client_encodes_is_decoded(owner in "[A-Za-z0-9-]{1,39}", name in "[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}") {
            prop_assert_eq!(decode(&format!("{owner}::::{name}")).map(|n| n.to_string()), Ok(format!("{owner}/{name}")));
        }

        #[test]
        fn no_segment_makes_it_panic_or_escape(segment in "\\PC{0,200}") {
            if let Ok(name) = decode(&segment) {
                prop_assert!(!name.name().contains('/') && name.name() != "..");
            }
        }
    }
}
