//! A town to tell stories in: Covermark, a GitHub, and the organisation `acme` with its repository `widgets`.

use std::{net::SocketAddr, path::Path, time::Duration};

use covermark::{Running, Start};
use covermark_github::CredentialsDocument;
use covermark_service::{
    access::InstanceRules,
    config::{ADMINISTRATORS, below},
    credentials,
};
use covermark_standin::{AppInstallation, GitHubStandIn, Owner, PullRequest, Repo};
use covermark_state::Hashed;
use covermark_testing::http;
use covermark_types::{Provider, RepositoryId, Secret};
use tempfile::TempDir;

/// The file that every story's repository holds on `main`: four lines of Python.
const MAIN: &[(&str, &str)] = &[
    ("src/parser.py", "def parse(text):\n    return text.split()\n\n"),
    ("src/main.py", "import parser\nprint(parser.parse('a b'))\n"),
];
/// The same on the pull request's branch: three lines more.
const TOPIC: &[(&str, &str)] = &[
    ("src/parser.py", "def parse(text):\n    if not text:\n        return []\n    return text.split()\n\n"),
    ("src/main.py", "import parser\nprint(parser.parse('a b'))\nprint(parser.parse(''))\n"),
];

/// The provider of github.com.
#[must_use]
pub fn gh() -> Provider {
    Provider::github()
}

/// Everything a story needs.
pub struct Town {
    /// GitHub.
    pub github: GitHubStandIn,
    /// The organisation.
    pub acme: Owner,
    /// Its repository.
    pub widgets: Repo,
    /// The App on it.
    pub installation: AppInstallation,
    /// Covermark; `None` while it is stopped.
    pub running: Option<Running>,
    /// The repository's upload token.
    pub token: Secret,
    /// Which GitHub this is to Covermark.
    pub provider: Provider,
    data: TempDir,
    rules: InstanceRules,
}

impl Town {
    /// A github.com with the App installed, its webhook delivered, and an upload token made.
    pub async fn new() -> Self {
        Self::on(GitHubStandIn::start().await, Provider::github(), InstanceRules::default()).await
    }

    /// The same, administered by `login`.
    pub async fn administered_by(login: &str) -> Self {
        let named = |name: &str| (name == ADMINISTRATORS).then(|| login.to_owned());
        let rules = InstanceRules::read(&named).expect("a login");
        Self::on(GitHubStandIn::start().await, Provider::github(), rules).await
    }

    /// An Enterprise Server instead.
    pub async fn on_enterprise_server() -> Self {
        Self::on(GitHubStandIn::start_enterprise().await, "ghe".parse().expect("a provider"), InstanceRules::default())
            .await
    }

    async fn on(github: GitHubStandIn, provider: Provider, rules: InstanceRules) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let running = ruled(data.path(), &rules).await;
        let Ok(document) = CredentialsDocument::parse(github.credentials_document().as_bytes()) else {
            panic!("the stand-in's credentials document is refused");
        };
        let rooms = &running.house.rooms;
        credentials::store(rooms.vault.as_ref(), &provider, &document, rooms.clock.now()).await.expect("stored");
        // The server looked for Apps when it started, and remembers for seconds that there was none.
        rooms.apps.forget(&provider).await;
        register(&github, &running, &provider);
        let acme = github.org("acme");
        let widgets = acme.repository("widgets");
        widgets.push("main", MAIN);
        widgets.push("topic", TOPIC);
        let installation = github.install_app(&acme);
        let token = Secret::new("00000000-0000-4000-8000-00000000abcd");
        let mut town =
            Self { github, acme, widgets, installation, running: Some(running), token, provider, data, rules };
        town.deliver().await;
        town.settled().await;
        town.make_token().await;
        town
    }

    async fn make_token(&mut self) {
        let rooms = &self.running().house.rooms;
        let hash = Hashed::of(&self.token);
        rooms
            .table
            .rotate_upload_token(&self.provider, self.repository(), &hash, rooms.clock.now())
            .await
            .expect("made");
    }

    /// The repository's id.
    #[must_use]
    pub fn repository(&self) -> RepositoryId {
        RepositoryId(self.widgets.state().id.0)
    }

    /// The running server.
    #[must_use]
    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("Covermark is running")
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        self.running().public_url.as_str().trim_end_matches('/').to_owned()
    }

    /// Delivers the webhooks that wait; all must be taken.
    pub async fn deliver(&self) {
        for delivery in self.github.deliver_all().await {
            let attempt = delivery.attempt.expect("sent");
            assert!((200..300).contains(&attempt.status), "{}: {} {}", delivery.event, attempt.status, attempt.body);
        }
    }

    /// Waits until everything that was asked for is done.
    pub async fn settled(&self) {
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, self.running().settled()).await.expect("work ends within a minute");
    }

    /// Opens the pull request of `topic`, and lets Covermark hear of it.
    pub async fn open_pull_request(&self) -> PullRequest {
        let pull = self.widgets.open_pull_request("Empty texts", "topic", "main");
        self.deliver().await;
        self.settled().await;
        pull
    }

    /// Stops Covermark in an orderly way.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Starts it again on the same folder (on another port: GitHub is told).
    pub async fn start(&mut self) {
        let running = ruled(self.data.path(), &self.rules).await;
        register(&self.github, &running, &self.provider);
        self.running = Some(running);
    }

    /// Ends the story: GitHub saw nothing that nobody expected, and every exchange was as it describes itself.
    pub async fn end(mut self) {
        self.stop().await;
        self.github.finish();
    }

    /// A client that reaches loopback alone.
    #[must_use]
    pub fn http(&self) -> reqwest::Client {
        http()
    }
}

/// Puts Covermark's addresses into the settings of the App at GitHub.
fn register(github: &GitHubStandIn, running: &Running, provider: &Provider) {
    github.set_hook_url(&below(&running.public_url, &format!("webhooks/{provider}")));
    github.add_callback_url(&below(&running.public_url, &format!("login/{provider}/callback")));
}

/// Covermark on a data folder; on an empty one it is as somebody has it who just started it: no App is connected.
pub async fn serve(data: &Path) -> Running {
    ruled(data, &InstanceRules::default()).await
}

async fn ruled(data: &Path, rules: &InstanceRules) -> Running {
    let mut start = Start {
        // Below, not in it: Covermark makes the folder itself, closed to others as it wants it.
        data: &data.join("covermark"),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        global_upload_token: None,
        uploads: Default::default(),
        rules: rules.clone(),
        private_ca: None,
    };
    // As an operator sets it who has a story of two hundred jobs.
    start.uploads.uploads_per_commit = 400;
    Running::start(start).await.expect("Covermark starts")
}
