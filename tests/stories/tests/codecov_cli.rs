//! The real codecov-cli against `covermark serve`, the program: from the credentials to the comment.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
};

use covermark_standin::GitHubStandIn;
use covermark_stories::peer_file;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// The program, built beside this test.
fn program() -> PathBuf {
    let mut path = std::env::current_exe().expect("this test's path");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let program = path.join("covermark");
    assert!(program.exists(), "{} is not built: run `cargo build -p covermark`", program.display());
    program
}

fn covermark(data: &Path) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COVERMARK_")) {
        command.env_remove(name);
    }
    command.arg("--data").arg(data).kill_on_drop(true);
    command
}

async fn said(command: &mut Command) -> String {
    let output = command.output().await.expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Starts `covermark serve` and waits until it says where it listens.
async fn serve(data: &Path) -> (Child, String) {
    // A free port: the public address must be known before the start.
    let address = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
    let mut child =
        covermark(data).args(["serve", "--listen", &address]).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = lines.next_line().await.expect("read").expect("a line");
    let url = line.split_whitespace().last().expect("an address").to_owned();
    (child, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_client_uploads_in_every_way_and_the_comment_appears() {
    let python = peer_file("COVERMARK_VENV", "bin/python");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/codecov_cli.py");
    let github = GitHubStandIn::start().await;
    let acme = github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("README.md", "Widgets\n")]);
    let head = widgets.push("topic", &[("src/calc.py", "def add(a, b):\n    return a + b\n")]);
    let pull = widgets.open_pull_request("Adding", "topic", "main");
    github.install_app(&acme);
    github.lose_webhooks();

    let folder = tempfile::tempdir().expect("a folder");
    // Covermark makes its data folder itself: one that others can enter is refused.
    let data = folder.path().join("covermark");
    let document = folder.path().join("app.json");
    std::fs::write(&document, github.credentials_document()).expect("written");
    said(covermark(&data).args(["credentials", "import", "--provider", "gh"]).arg(&document)).await;
    // No webhook came: the state is read from GitHub.
    assert_eq!(said(covermark(&data).arg("sync")).await, "gh: 1 installation, 1 repository\n");
    let (mut server, url) = serve(&data).await;
    let health = covermark_testing::http().get(format!("{url}/health")).send().await.expect("an answer");
    assert_eq!(health.status(), 200);
    // The server is running: the command works beside it, on the same folder.
    let token = said(covermark(&data).args(["upload-token", "acme/widgets"])).await;

    let number = pull.state().number.to_string();
    let play = async |python: &Path, more: &[&str]| {
        let mut client = Command::new(python);
        client.arg(&script).args(["--url", &url, "--slug", "acme/widgets", "--token", token.trim()]);
        client.args(["--sha", head.as_str(), "--branch", "topic", "--pull", &number]).args(more);
        let output = client.output().await.expect("the client runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    };
    play(&peer_file("COVERMARK_VENV_OLD", "bin/python"), &["--old"]).await;
    play(&python, &[]).await;
    let comment = pull.expect_comment().await;
    assert!(comment.by_app);

    let id = server.id().expect("running").to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("kill runs").success());
    assert!(server.wait().await.expect("it ends").success(), "TERM ends it in an orderly way");
    assert_eq!(pull.comments().len(), 1);
    github.disregard_effects();
    github.finish();
}
