//! `covermark credentials`, as a person runs it: against the stand-in GitHub and the real gpg.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use covermark_service::{credentials::webhook_document, webhook_document::WebhookDocument};
use covermark_setup::openpgp::deployment_key;
use covermark_standin::GitHubStandIn;
use covermark_state::vault::{FileVault, Vault as _};
use covermark_types::{Provider, Secret, SystemRandom, Timestamp};
use tempfile::TempDir;

use crate::{run, said};

/// A data folder, and somebody's gpg.
struct World {
    home: TempDir,
    github: GitHubStandIn,
}

impl World {
    async fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let gpg = home.path().join("gpg");
        std::fs::create_dir(&gpg).expect("a folder");
        std::fs::set_permissions(&gpg, std::fs::Permissions::from_mode(0o700)).expect("a change of mode");
        Self { home, github: GitHubStandIn::start().await }
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn vault(&self) -> FileVault {
        FileVault::new(self.data().join("vault"))
    }

    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, contents).expect("written");
        path.display().to_string()
    }

    async fn credentials(&self, arguments: &[&str]) -> Output {
        let mut all = vec!["credentials"];
        all.extend_from_slice(arguments);
        let (data, all): (_, Vec<String>) = (self.data(), all.into_iter().map(str::to_owned).collect());
        tokio::task::spawn_blocking(move || {
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            run(&data, &all)
        })
        .await
        .expect("joined")
    }

    async fn good(&self, arguments: &[&str]) -> String {
        let output = self.credentials(arguments).await;
        assert!(output.status.success(), "{arguments:?}: {}{}", said(&output.stdout), said(&output.stderr));
        self.anonymous(&said(&output.stdout))
    }

    async fn bad(&self, arguments: &[&str]) -> String {
        let output = self.credentials(arguments).await;
        assert_eq!(output.status.code(), Some(1), "{}", said(&output.stdout));
        self.anonymous(&said(&output.stderr))
    }

    async fn import(&self) {
        let file = self.file("app.json", self.github.credentials_document());
        self.good(&["import", &file]).await;
    }

    /// Without what is another one in each run.
    fn anonymous(&self, text: &str) -> String {
        let text = text
            .replace(&self.github.web_url(), "http://GITHUB")
            .replace(&self.home.path().display().to_string(), "HOME");
        let document: serde_json::Value = serde_json::from_str(&self.github.credentials_document()).expect("JSON");
        text.replace(document["client_id"].as_str().expect("text"), "CLIENT_ID")
    }

    fn gpg(&self, script: &str) -> String {
        let output = Command::new("bash")
            .args(["-euc", script])
            .current_dir(self.home.path())
            .env("GNUPGHOME", self.home.path().join("gpg"))
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{script}: {}", said(&output.stderr));
        said(&output.stdout)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // The agent that gpg started for this folder.
        let _ =
            Command::new("gpgconf").arg("--homedir").arg(self.home.path().join("gpg")).args(["--kill", "all"]).status();
    }
}

/// Fingerprints and times are others in each run.
fn masked(text: &str) -> String {
    let is_hash = |word: &str| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mask = |word: &str| match word {
        _ if word.contains("SHA256:") => "SHA256:…".to_owned(),
        _ if word.starts_with("20") && word.trim_end_matches([')', ',']).ends_with('Z') => "TIME".to_owned(),
        _ if is_hash(word) => "12345678".to_owned(),
        _ => word.to_owned(),
    };
    let lines = text.lines().map(|line| line.split(' ').map(mask).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_gpg_encrypted_as_the_set_up_page_says_is_imported() {
    let world = World::new().await;
    std::fs::create_dir(world.data()).expect("a folder");
    let early = world.file("early.asc", "-----BEGIN PGP MESSAGE-----\n");
    insta::assert_snapshot!(world.bad(&["import", &early]).await, @"covermark: HOME/early.asc cannot be used; nothing was stored: This deployment has no OpenPGP key yet, so the message is for another one. Take the key from /setup/openpgp.asc, where it is made, and encrypt to that.");
    let key = deployment_key(&world.vault(), "Covermark", &SystemRandom, Timestamp::now()).await.expect("a key");
    world.file("covermark.asc", key.public().expect("armored"));
    world.file("bundle.txt", world.github.credentials_document());
    world.gpg("gpg --encrypt --armor --recipient-file covermark.asc --output bundle.asc bundle.txt");
    let bundle = world.home.path().join("bundle.asc").display().to_string();
    insta::assert_snapshot!(world.good(&["import", "--provider", "gh", &bundle]).await, @r#"
    Stored the credentials of App 414243 (`covermark` on http://GITHUB/) for provider `gh`.
    At GitHub this is left to do:
    lacks    Events: The App is not subscribed to 7 events.
             Tick them under Subscribe to events, at the end of the page, and press Save changes.
             Public: made public
             Check run: re-run asked for
             Check suite: CI has ended: the verdict need not wait longer
             Status: CI outside of GitHub Actions has ended
             Create: a branch was made
             Delete: a branch was deleted
             Workflow run: a workflow has ended
             http://GITHUB/organizations/covermark-dev/settings/apps/covermark/permissions
    "#);
    let shown = world.good(&["show"]).await;
    assert!(shown.contains(&key.fingerprint()), "{shown}");
    let cut = std::fs::read_to_string(&bundle).expect("read");
    let cut = world.file("cut.asc", &cut[..cut.len() / 2]);
    insta::assert_snapshot!(world.bad(&["import", &cut]).await, @"covermark: HOME/cut.asc cannot be used; nothing was stored: It is damaged: a part is missing, or was changed on the way. Copy the whole message, or send the file itself.");
    let large = world.file("large.asc", vec![b'x'; 50_000_000]);
    insta::assert_snapshot!(world.bad(&["import", &large]).await, @"covermark: HOME/large.asc is larger than 256 KiB: not a file with credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_for_the_recipient_alone_and_can_be_imported_elsewhere() {
    let world = World::new().await;
    world.import().await;
    world.gpg(
        "gpg --batch --quiet --passphrase '' --quick-generate-key op@example.org ed25519 sign,cert never
         gpg --batch --quiet --passphrase '' --quick-add-key $(gpg --with-colons -k | awk -F: '/^fpr/{print $10; exit}') cv25519 encr never
         gpg --armor --export op@example.org >op.asc",
    );
    let key = world.home.path().join("op.asc").display().to_string();
    let output = world.credentials(&["export", "--to", &key]).await;
    let message = said(&output.stdout);
    assert!(message.starts_with("-----BEGIN PGP MESSAGE-----"), "{message}{}", said(&output.stderr));
    let noted = said(&output.stderr);
    let fingerprint = world.gpg("gpg --with-colons -k | awk -F: '/^fpr/{print $10; exit}'");
    assert!(noted.replace(' ', "").contains(fingerprint.trim()), "{noted}");
    world.file("exported.asc", &message);
    let text = world.gpg("gpg --batch --quiet --decrypt exported.asc");
    let original: serde_json::Value = serde_json::from_str(&world.github.credentials_document()).expect("JSON");
    let exported: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for field in ["app_id", "client_secret", "private_key", "webhook_secret"] {
        assert_eq!(exported[field], original[field], "{field}");
    }
    let again = world.file("again.json", text);
    world.good(&["import", "--provider", "second", &again]).await;
    let no_key = world.file("no-key.asc", "hello");
    insta::assert_snapshot!(world.bad(&["export", "--to", &no_key]).await, @"covermark: HOME/no-key.asc cannot be encrypted to: It is not an OpenPGP public key. One begins with `-----BEGIN PGP PUBLIC KEY BLOCK-----`; `gpg --armor --export YOU@EXAMPLE.ORG` prints yours.");
    insta::assert_snapshot!(world.bad(&["export", "--provider", "ghe", "--to", &key]).await, @"covermark: no GitHub App is connected for provider `ghe`: open /setup, or run `covermark credentials import --provider ghe FILE` (on AWS with `--table` and `--secrets-prefix`)");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_fingerprints_are_shown_and_no_secret() {
    let world = World::new().await;
    insta::assert_snapshot!(world.good(&["show"]).await, @"No GitHub App is connected.");
    world.import().await;
    let shown = world.good(&["show"]).await;
    insta::assert_snapshot!(masked(&shown), @r#"
    gh: App 414243 (`covermark` on http://GITHUB/)
      client ID       CLIENT_ID
      client secret   12345678
      private key     SHA256:…
      webhook secret  12345678
    "#);
    let document: serde_json::Value = serde_json::from_str(&world.github.credentials_document()).expect("JSON");
    for field in ["client_secret", "webhook_secret"] {
        assert!(!shown.contains(document[field].as_str().expect("text")), "{field} is shown");
    }
    assert!(!shown.contains("PRIVATE KEY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stored_credentials_are_tried_and_each_answer_is_printed() {
    let world = World::new().await;
    world.import().await;
    let output = world.credentials(&["check", "--public-url", "https://cov.example"]).await;
    assert_eq!(output.status.code(), Some(1), "the webhook does not lead here");
    insta::assert_snapshot!(world.anonymous(&said(&output.stdout)), @r#"
    good     Private key: It is a whole RSA key, and it signs.
    good     App: GitHub knows the key as “Covermark”, owned by covermark-dev.
    good     App ID and client ID: App ID 414243 and client ID CLIENT_ID are this App’s.
    good     Client ID and secret: GitHub accepts them as a pair: people can sign in.
    less     Permissions: Everything that is needed is granted. 3 optional permissions are not, which is fine:
             Merge queues: Read-only. Commits of a merge queue get no verdict; do not require the check there.
             Webhooks: Read and write. The button Create Web Hook is not offered. The App's own webhook does not need it.
             Members: Read-only. Signing in cannot be limited to organisations or teams: with such rules nobody but administrators comes in.
             http://GITHUB/organizations/covermark-dev/settings/apps/covermark/permissions
    lacks    Events: The App is not subscribed to 7 events.
             Tick them under Subscribe to events, at the end of the page, and press Save changes.
             Public: made public
             Check run: re-run asked for
             Check suite: CI has ended: the verdict need not wait longer
             Status: CI outside of GitHub Actions has ended
             Create: a branch was made
             Delete: a branch was deleted
             Workflow run: a workflow has ended
             http://GITHUB/organizations/covermark-dev/settings/apps/covermark/permissions
    lacks    Webhook: The App has no webhook URL.
             Set Webhook URL to https://cov.example/webhooks/gh and tick Active.
             http://GITHUB/organizations/covermark-dev/settings/apps/covermark
    "#);
    insta::assert_snapshot!(said(&output.stderr), @"covermark: not everything is as it should be (see above)");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_github_does_not_accept_are_not_stored() {
    let world = World::new().await;
    let mut document: serde_json::Value = serde_json::from_str(&world.github.credentials_document()).expect("JSON");
    document["client_secret"] = "another".into();
    let file = world.file("app.json", document.to_string());
    insta::assert_snapshot!(world.bad(&["import", &file]).await, @r#"
    covermark: GitHub does not accept the credentials; nothing was stored:
    bad      Client ID and secret: GitHub does not accept client ID and client secret as a pair.
             Press Generate a new client secret on the App’s settings page and copy it before leaving the page: GitHub shows it once.
    "#);
    assert!(world.vault().names().await.expect("listed").is_empty());
    world.good(&["import", "--untried", &file]).await;
    assert_eq!(world.vault().names().await.expect("listed"), ["gh/app", "gh/webhook"]);
}

/// A rotation that somebody interrupted a while ago.
async fn interrupted(vault: &FileVault) {
    let name = webhook_document(&Provider::github());
    let stored = vault.get(&name).await.expect("read").expect("stored");
    let document = WebhookDocument::parse(&stored).expect("a document");
    let begun = Timestamp::now() - std::time::Duration::from_secs(600);
    let next = document.prepare(Secret::new("the-next-secret"), begun).expect("room");
    vault.put(&name, &next.to_secret()).await.expect("stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_rotation_of_the_webhook_secret_goes_on_where_it_was() {
    let world = World::new().await;
    world.import().await;
    interrupted(&world.vault()).await;
    insta::assert_snapshot!(masked(&world.good(&["show"]).await), @r#"
    gh: App 414243 (`covermark` on http://GITHUB/)
      client ID       CLIENT_ID
      client secret   12345678
      private key     SHA256:…
      webhook secret  12345678
      webhook secret  12345678 (accepted since TIME GitHub is not told yet)
    "#);
    insta::assert_snapshot!(masked(&world.good(&["rotate", "webhook-secret"]).await), @r#"
    GitHub has been told, and signs with the new secret.
    GitHub has delivered nothing for days, so there was nothing to try it with.
    The secret before is accepted until TIME for deliveries that were signed with it. Done.
    "#);
    assert!(world.github.webhook_secret().matches("the-next-secret"));
    insta::assert_snapshot!(masked(&world.good(&["show"]).await), @r#"
    gh: App 414243 (`covermark` on http://GITHUB/)
      client ID       CLIENT_ID
      client secret   12345678
      private key     SHA256:…
      webhook secret  12345678
      webhook secret  12345678 (accepted until TIME
    "#);
    insta::assert_snapshot!(world.bad(&["rotate", "webhook-secret", "--provider", "ghe"]).await, @"covermark: no GitHub App is connected for provider `ghe`: open /setup, or run `covermark credentials import --provider ghe FILE` (on AWS with `--table` and `--secrets-prefix`)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_not_taken_in_after_the_rotation_lets_both_secrets_live() {
    let world = World::new().await;
    world.import().await;
    interrupted(&world.vault()).await;
    // Nobody listens there.
    world.github.set_hook_url("http://127.0.0.1:9/");
    world.github.ping();
    world.github.deliver_all().await;
    let github = world.github.clone();
    let redelivered = async {
        while github.deliver_next().await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    let (refused, ()) = tokio::join!(world.bad(&["rotate", "webhook-secret"]), redelivered);
    let (sentence, _) = refused.split_once("GitHub says").expect("GitHub's words");
    insta::assert_snapshot!(sentence, @"covermark: the last delivery was sent again, signed with the new secret, and was not taken in:");
    let shown = world.good(&["show"]).await;
    assert!(shown.contains("GitHub is not told yet") && !shown.contains("accepted until"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_key_is_tried_before_it_is_stored_and_the_one_before_stays() {
    let world = World::new().await;
    world.import().await;
    let same = world.file("same.pem", {
        let document: serde_json::Value = serde_json::from_str(&world.github.credentials_document()).expect("JSON");
        document["private_key"].as_str().expect("text").to_owned()
    });
    insta::assert_snapshot!(masked(&world.bad(&["rotate", "private-key", &same]).await), @"covermark: this private key is the one in use SHA256:… Generate another one at GitHub, and give that one");
    let no_key = world.file("no.pem", "hello");
    insta::assert_snapshot!(world.bad(&["rotate", "private-key", &no_key]).await, @"covermark: the new private key cannot be used: not a PEM text; the .pem file that GitHub offers for download is expected");
    let foreign = world.file("foreign.pem", GitHubStandIn::start().await.generate_private_key().expose());
    insta::assert_snapshot!(world.bad(&["rotate", "private-key", &foreign]).await, @"covermark: GitHub does not accept the new private key for App 414243: it is another App's, or was deleted. Nothing was stored");
    let new = world.github.generate_private_key();
    let file = world.file("new.pem", new.expose());
    insta::assert_snapshot!(masked(&world.good(&["rotate", "private-key", &file]).await), @r#"
    GitHub accepts the new private key, and it is in use:
      SHA256:…
    The one before still works for functions that have read it already:
      SHA256:…
    Delete that one at GitHub in ten minutes (http://GITHUB/organizations/covermark-dev/settings/apps/covermark, Private keys), and HOME/new.pem too.
    "#);
    insta::assert_snapshot!(masked(&world.good(&["rotate", "private-key"]).await), @r#"
    SHA256:…  GitHub accepts it
    SHA256:…  GitHub accepts it
    To replace it: press Generate a private key at http://GITHUB/organizations/covermark-dev/settings/apps/covermark, then run
      covermark credentials rotate private-key --provider gh THE-FILE.pem
    Both are used until the old one is deleted at GitHub.
    "#);
    world.github.delete_oldest_private_key();
    insta::assert_snapshot!(masked(&world.good(&["rotate", "private-key"]).await), @r#"
    SHA256:…  GitHub accepts it
    SHA256:…  GitHub does not know it (any longer)
    To replace it: press Generate a private key at http://GITHUB/organizations/covermark-dev/settings/apps/covermark, then run
      covermark credentials rotate private-key --provider gh THE-FILE.pem
    Both are used until the old one is deleted at GitHub.
    "#);
    insta::assert_snapshot!(masked(&world.good(&["show"]).await), @r#"
    gh: App 414243 (`covermark` on http://GITHUB/)
      client ID       CLIENT_ID
      client secret   12345678
      private key     SHA256:…
      webhook secret  12345678
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_is_tried_before_it_is_stored() {
    let world = World::new().await;
    world.import().await;
    insta::assert_snapshot!(world.good(&["rotate", "client-secret"]).await, @r#"
    GitHub takes several client secrets at a time, and shows a new one once. Press Generate a new client secret at http://GITHUB/organizations/covermark-dev/settings/apps/covermark, put it into a file, and run
      covermark credentials rotate client-secret --provider gh FILE
    It is tried before it is stored. Delete the old one at GitHub ten minutes later.
    "#);
    let wrong = world.file("wrong", "another\n");
    insta::assert_snapshot!(world.bad(&["rotate", "client-secret", &wrong]).await, @"covermark: GitHub does not accept the new client secret for client ID CLIENT_ID. Nothing was stored");
    let document: serde_json::Value = serde_json::from_str(&world.github.credentials_document()).expect("JSON");
    let right = world.file("right", format!("{}\n", document["client_secret"].as_str().expect("text")));
    insta::assert_snapshot!(world.good(&["rotate", "client-secret", &right]).await, @"GitHub accepts the new client secret, and it is in use. Functions that have read the old one use it for at most ten minutes: delete it after that at http://GITHUB/organizations/covermark-dev/settings/apps/covermark, and HOME/right now.");
    let empty = world.file("empty", "\n");
    insta::assert_snapshot!(world.bad(&["rotate", "client-secret", &empty]).await, @"covermark: HOME/empty must hold one line with the secret and nothing else");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let output = run(Path::new(&home.path().join("data")), &["credentials", "import", "/nowhere/app.json"]);
    insta::assert_snapshot!(said(&output.stderr), @"covermark: /nowhere/app.json cannot be read: No such file or directory (os error 2)");
}
