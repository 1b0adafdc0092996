//! The program as a person runs it: arguments in, words and exit codes out.

mod cloud;
mod credentials;
mod doctor;
mod tokens;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn covermark(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_covermark"));
    // What the machine's own Covermark is told must not reach the test's.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COVERMARK_") || name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    for file in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        command.env(file, data.join("not-there"));
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("COVERMARK_DATA", data).args(arguments).stdin(Stdio::null());
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    covermark(data, arguments).output().expect("the program runs")
}

fn said(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).expect("text")
}

fn import(data: &Path, document: &str) -> Output {
    let file = data.join("app.json");
    std::fs::write(&file, document).expect("written");
    run(data, &["credentials", "import", "--provider", "gh", file.to_str().expect("a path")])
}

#[test]
fn the_demo_leaves_one_comment_that_the_second_upload_changed_in_place() {
    let data = tempfile::tempdir().expect("a folder");
    let output = run(data.path(), &["demo", "--once", "--json"]);
    let text = said(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", said(&output.stderr));
    assert_eq!(said(&output.stderr), "", "nothing is refused, given up or tried again on the way");
    let last: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON on the last line");
    assert_eq!(last["comments"], 1);
    let body = last["comment"]["body"].as_str().expect("a body");
    assert!(body.contains("2 uploads"), "{body}");
    assert!(last["comment"]["url"].as_str().expect("an address").contains("/acme/widgets/pull/7#"));
    let contexts: Vec<&str> = last["check_runs"]
        .as_array()
        .expect("check runs")
        .iter()
        .map(|run| run["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(contexts, ["covermark/patch", "covermark/project"]);
    assert_eq!(last["uploads"].as_array().map(Vec::len), Some(4));
    assert!(last["github_calls"].as_u64() > Some(0));
    assert!(last["elapsed_ms"]["upload_to_comment"].as_f64() > Some(0.0));
    assert_eq!(last["statuses"], serde_json::json!([]), "where check runs may be made there are no statuses");
    assert!(!data.path().join("covermark.sqlite").exists(), "the demo must not touch the data folder");
}

#[test]
fn a_wrong_document_is_refused_with_every_wrong_field_and_no_value() {
    let data = tempfile::tempdir().expect("a folder");
    let output = import(
        data.path(),
        r#"{"app_id":"x","slug":"","client_id":"Iv1.abc","client_secret":"hush-hush","private_key":"-----BEGIN hush-----",
            "web_url":"http://ghe.example","api_url":"not an address"}"#,
    );
    assert_eq!(output.status.code(), Some(1));
    let sentence = said(&output.stderr);
    assert!(!sentence.contains("hush"), "a value was printed: {sentence}");
    for field in ["app_id", "slug", "private_key", "webhook_secret", "web_url", "api_url"] {
        assert!(sentence.contains(field), "{field} is not named: {sentence}");
    }
    assert!(!data.path().join("vault").exists(), "something was stored");
}

#[test]
fn what_is_asked_too_early_is_answered_with_what_to_do_first() {
    let data = tempfile::tempdir().expect("a folder");
    let token = run(data.path(), &["upload-token", "acme/widgets"]);
    assert_eq!(token.status.code(), Some(1));
    insta::assert_snapshot!(said(&token.stderr), @"covermark: acme/widgets is not known here. Install the GitHub App on it, then run `covermark sync` (or wait for the webhook).");
    let sync = run(data.path(), &["sync"]);
    assert_eq!(sync.status.code(), Some(1));
    insta::assert_snapshot!(said(&sync.stderr), @"covermark: no GitHub App is connected yet: run `covermark credentials import --provider gh FILE` first");
}

#[test]
fn the_help_names_every_command_and_its_environment() {
    let data = tempfile::tempdir().expect("a folder");
    insta::assert_snapshot!("help", said(&run(data.path(), &["--help"]).stdout));
    insta::assert_snapshot!("help serve", said(&run(data.path(), &["serve", "--help"]).stdout));
    insta::assert_snapshot!("help import", said(&run(data.path(), &["credentials", "import", "--help"]).stdout));
}

#[test]
fn two_servers_on_one_folder_are_refused_and_a_taken_port_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = run(data.path(), &["serve", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    let sentence = said(&output.stderr);
    assert!(sentence.contains(&address) && sentence.contains("is another Covermark running there?"), "{sentence}");
}

#[test]
fn the_data_folder_is_for_its_owner_alone_with_all_that_is_in_it() {
    let home = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o7777;
    let data = home.path().join("data");
    run(&data, &["upload-token", "acme/widgets"]);
    assert_eq!((mode(&data), mode(&data.join("covermark.sqlite"))), (0o700, 0o600));
    for entry in fs::read_dir(&data).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("a change of mode");
    let refused = run(home.path(), &["upload-token", "acme/widgets"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused.stderr).contains("run `chmod 700"), "{}", said(&refused.stderr));
}
