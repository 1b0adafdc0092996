//! `covermark doctor`, as a person runs it.

use covermark_standin::GitHubStandIn;
use serde_json::Value;

use crate::{covermark, said};

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_is_wrong_fails_for_it_and_speaks_to_programs_too() {
    let github = GitHubStandIn::start().await;
    let acme = github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a", "b")]);
    let id = github.install_app(&acme).id.to_string();
    github.lose_webhooks();
    github.set_hook_url("https://covermark.example/webhooks/gh");
    let folder = tempfile::tempdir().expect("a folder");
    let (data, document) = (folder.path().join("data"), folder.path().join("app.json"));
    std::fs::write(&document, github.credentials_document()).expect("written");
    let run = async |arguments: &[&str]| {
        let mut command = tokio::process::Command::from(covermark(&data, arguments));
        let output = command.output().await.expect("the program runs");
        let said = |bytes: &[u8]| said(bytes).replace(&id, "INSTALLATION").replace(&github.web_url(), "GITHUB");
        (output.status.code(), said(&output.stdout), said(&output.stderr))
    };
    let (code, text, error) = run(&["doctor"]).await;
    insta::assert_snapshot!("doctor without an App", text);
    insta::assert_snapshot!(error.trim(), @"covermark: something is wrong: No GitHub App is connected.");
    assert_eq!(code, Some(1));

    run(&["credentials", "import", document.to_str().expect("a path")]).await;
    run(&["sync"]).await;
    let url = ["--public-url", "https://covermark.example"];
    let (code, text, error) = run(&[&["doctor"], &url[..]].concat()).await;
    assert_eq!((code, error.as_str()), (Some(0), ""), "{text}");
    insta::assert_snapshot!("doctor of the instance", text);
    let (code, text, _) = run(&[&["doctor", "acme/widgets"], &url[..]].concat()).await;
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!("doctor of a repository", text);

    let (code, text, _) = run(&["doctor", "--json", "acme/widgets#7"]).await;
    let found: Value = serde_json::from_str(&text).expect("one JSON object");
    assert_eq!((code, &found["subject"], &found["verdict"]), (Some(1), &"acme/widgets#7".into(), &"bad".into()));
    let checks = found["sections"].as_array().into_iter().flatten().flat_map(|section| section["checks"].as_array());
    let unknown = checks.flatten().find(|check| check["code"] == "pull.unknown").expect("it is not there");
    assert!(unknown["seen"].is_string() && unknown["next"].is_string(), "{unknown}");

    let (code, text, _) = run(&["doctor", "acme/nowhere"]).await;
    assert!(code == Some(1) && text.contains("acme/nowhere is not known here"), "{text}");
    for wrong in ["acme", "acme/widgets#", "acme/widgets#0", "acme/widgets/pull/7"] {
        let (code, _, error) = run(&["doctor", wrong]).await;
        assert_eq!(code, Some(2), "{wrong}: {error}");
    }
    github.disregard_effects();
}
