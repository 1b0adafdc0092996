use crate::{CommitSha, DeliveryId, Provider, PullNumber, RepositoryName, Secret};

#[test]
fn the_incumbents_provider_names_are_aliases_of_ours() {
    for (given, ours) in [("gh", "gh"), ("github", "gh"), ("ghe", "ghe"), ("github_enterprise", "ghe")] {
        assert_eq!(given.parse::<Provider>().map(|p| p.to_string()), Ok(ours.to_owned()));
    }
    for bad in ["", "GH", "-x", "a/b", "a_b", &"a".repeat(33)] {
        assert!(bad.parse::<Provider>().is_err(), "{bad}");
    }
}

#[test]
fn a_commit_is_forty_hexadecimal_digits_in_lower_case() {
    let sha: CommitSha = "ABCDEF0123456789ABCDEF0123456789ABCDEF01".parse().expect("a SHA");
    assert_eq!(sha.as_str(), "abcdef0123456789abcdef0123456789abcdef01");
    assert_eq!(sha.short(), "abcdef0");
    assert!("abcdef0".parse::<CommitSha>().is_err());
    assert!("é".repeat(20).parse::<CommitSha>().is_err());
}

#[test]
fn ids_that_come_from_outside_are_checked_when_deserialised() {
    assert!(serde_json::from_str::<DeliveryId>("\"72d3162e-cc78-11e3-81ab-4c9367dc0958\"").is_ok());
    assert!(serde_json::from_str::<DeliveryId>("\"not-a-guid\"").is_err());
    assert!("0".parse::<PullNumber>().is_err());
    assert!("-7".parse::<PullNumber>().is_err());
}

#[test]
fn repository_names_compare_without_case_and_refuse_what_github_refuses() {
    let name: RepositoryName = "Acme/Widgets".parse().expect("a name");
    assert_eq!(name, "acme/widgets".parse().expect("a name"));
    assert_eq!(name.to_string(), "Acme/Widgets");
    for bad in ["acme", "acme/", "/widgets", "acme/wid gets", "acme/a/b", "acme/..", "../x"] {
        assert!(bad.parse::<RepositoryName>().is_err(), "{bad}");
    }
}

#[test]
fn a_secret_matches_only_itself() {
    let secret = Secret::new("s3cret");
    assert!(secret.matches("s3cret"));
    assert!(!secret.matches("s3cre"));
    assert!(!secret.matches("S3cret"));
}
