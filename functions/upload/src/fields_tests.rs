use covermark_types::PullNumber;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CommitFields, Fields, UploadFields};

fn fields(body: &Value) -> Fields {
    Fields::read(body.to_string().as_bytes()).expect("an object")
}

#[test]
fn what_codecov_cli_sends_is_read() {
    let read = fields(&json!({
        "ci_service": "github-actions", "ci_url": "https://github.com/acme/widgets/actions/runs/1234",
        "cli_args": {"verbose": false, "flags": ["unit"], "parent_sha": null}, "env": {"OS": null},
        "flags": ["unit", "linux", "unit"], "job_code": "CI", "name": "CI - test", "version": "11.3.1",
        "file_not_found": false, "branch": "feature", "code": "default",
        "commitid": "F50426d595a7de9835aa56510687900a0fb81b41", "parent_commit_id": null, "pullid": "7",
        "report_payload_bytes": 374
    }));
    read.check_code().expect("the default code");
    assert_eq!(read.sha().expect("a SHA").as_str(), "f50426d595a7de9835aa56510687900a0fb81b41");
    let commit = CommitFields { branch: Some("feature".to_owned()), pull: Some(PullNumber(7)), parent: None };
    assert_eq!(read.commit().expect("a commit"), commit);
    let upload = UploadFields {
        flags: vec!["unit".to_owned(), "linux".to_owned()],
        name: Some("CI - test".to_owned()),
        job_code: Some("CI".to_owned()),
        ci_service: Some("github-actions".to_owned()),
        build_url: Some("https://github.com/acme/widgets/actions/runs/1234".to_owned()),
        bytes: Some(374),
    };
    assert_eq!(read.upload().expect("an upload"), upload);
}

#[test]
fn a_pull_request_is_a_number_a_text_or_nothing() {
    for (given, expected) in [
        (json!("7"), Some(7)),
        (json!(7), Some(7)),
        (json!(null), None),
        (json!(""), None),
        (json!("false"), None),
        (json!(false), None),
    ] {
        let read = fields(&json!({ "pullid": given })).commit().expect("a commit");
        assert_eq!(read.pull, expected.map(PullNumber), "{given}");
    }
    for bad in [json!("seven"), json!(0), json!(-1), json!([7]), json!(7.5)] {
        assert!(fields(&json!({ "pullid": bad })).commit().is_err(), "{bad}");
    }
}

#[test]
fn flags_may_be_one_text_with_commas() {
    for given in [json!("unit,linux"), json!(["unit, linux"]), json!(["unit", "", null, "linux"])] {
        let read = fields(&json!({ "flags": given })).upload().expect("an upload");
        assert_eq!(read.flags, ["unit", "linux"], "{given}");
    }
}

#[test]
fn a_builds_address_that_no_page_may_link_to_is_left_away() {
    for bad in [
        json!("javascript:alert(1)"),
        json!("/actions/1"),
        json!(5),
        json!("https://h/".to_owned() + &"a".repeat(3000)),
    ] {
        let read = fields(&json!({ "ci_url": bad })).upload().expect("an upload");
        assert_eq!(read.build_url, None, "{bad}");
    }
}

#[test]
fn an_empty_body_is_an_empty_object_and_other_json_is_refused() {
    assert!(Fields::read(b" \n").is_ok());
    for bad in ["[]", "7", "{", "\"x\"", "null", "{\"flags\":[],\"flags\":[]}"] {
        assert!(Fields::read(bad.as_bytes()).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Fields::read(&body);
    }

    #[test]
    fn whatever_is_accepted_is_within_its_bounds(flags in proptest::collection::vec("\\PC{0,120}", 0..70), name in "\\PC{0,600}") {
        if let Ok(upload) = fields(&json!({ "flags": flags, "name": name })).upload() {
            prop_assert!(upload.flags.len() <= 50);
            prop_assert!(upload.flags.iter().all(|flag| (1..=100).contains(&flag.chars().count())));
            prop_assert!(upload.name.is_none_or(|name| (1..=500).contains(&name.chars().count())));
        }
    }
}
