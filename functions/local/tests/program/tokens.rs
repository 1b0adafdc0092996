//! Upload tokens from the command line: made, listed by name and fingerprint, revoked.

use covermark_standin::GitHubStandIn;

use crate::{covermark, said};

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_listed_and_revoked_by_name() {
    let github = GitHubStandIn::start().await;
    let acme = github.org("acme");
    acme.repository("widgets").push("main", &[("a", "b")]);
    github.install_app(&acme);
    github.lose_webhooks();
    let folder = tempfile::tempdir().expect("a folder");
    let (data, document) = (folder.path().join("data"), folder.path().join("app.json"));
    std::fs::write(&document, github.credentials_document()).expect("written");
    let run = async |arguments: &[&str]| {
        let mut command = tokio::process::Command::from(covermark(&data, arguments));
        let output = command.output().await.expect("the program runs");
        (output.status.code(), said(&output.stdout), said(&output.stderr))
    };
    run(&["credentials", "import", document.to_str().expect("a path")]).await;
    run(&["sync"]).await;

    let mut tokens = Vec::new();
    for target in [&["acme/widgets"][..], &["--org", "ACME"], &["--instance"]] {
        let of = |action: &[&'static str]| [&["upload-token"], action, target].concat();
        let (code, token, error) = run(&[of(&["create"]), vec!["--name", "ci"]].concat()).await;
        assert_eq!((code, token.trim().len(), error.as_str()), (Some(0), 36, ""), "the token alone: {token}");
        tokens.push(token);
        let (code, _, error) = run(&[of(&["create"]), vec!["--name", "ci"]].concat()).await;
        assert!(code == Some(1) && error.contains("there is a token `ci`"), "{error}");
        let (_, list, _) = run(&of(&["list"])).await;
        let columns: Vec<_> = list.lines().nth(1).expect("a line").split_whitespace().collect();
        assert!(columns[0] == "ci" && columns[1].len() == 8 && columns[3] == "never", "{list}");
        assert!(tokens.iter().all(|token| !list.contains(token.trim())), "a list shows no token");
        let (code, _, _) = run(&[of(&["revoke"]), vec!["--name", "ci"]].concat()).await;
        assert_eq!(code, Some(0));
        let (_, list, _) = run(&of(&["list"])).await;
        assert!(list.starts_with("No upload tokens for"), "{list}");
    }

    let (code, first, _) = run(&["upload-token", "acme/widgets"]).await;
    assert_eq!(code, Some(0));
    let (_, second, _) = run(&["upload-token", "acme/widgets"]).await;
    assert_ne!(first, second, "made anew");
    let (_, list, _) = run(&["upload-token", "list", "acme/widgets"]).await;
    assert_eq!(list.lines().count(), 2, "{list}");
    for wrong in
        [&["list"][..], &["list", "acme/widgets", "--instance"], &["create", "--instance", "--name", "a b"], &[]]
    {
        let (code, _, error) = run(&[&["upload-token"], wrong].concat()).await;
        assert_eq!(code, Some(2), "{wrong:?}: {error}");
    }
    let (code, _, error) = run(&["upload-token", "list", "--org", "nobody"]).await;
    assert!(code == Some(1) && error.contains("nobody is not known here"), "{error}");
    github.disregard_effects();
}
