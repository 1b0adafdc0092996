//! Deliveries come without pause, forged ones among them, while a webhook secret is replaced: none of GitHub's is refused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::Router;
use covermark_github::CredentialsDocument;
use covermark_service::{
    credentials::{self, LIFETIME},
    repository_hooks::HookSecrets,
    webhook_secrets::WebhookSecrets,
};
use covermark_setup::rotation::{Progress, Rotation};
use covermark_standin::{GitHubStandIn, Options};
use covermark_state::Table;
use covermark_testing::{MemoryVault, RecordingQueue, StoppedClock, http, table};
use covermark_types::{Clock as _, Provider, SystemRandom};
use covermark_webhook::Webhook;
use serde_json::json;

const OVERLAP: Duration = Duration::from_secs(3600);
/// Functions that run at the same time, each with a memory of its own.
const FUNCTIONS: usize = 3;
/// Connections over which GitHub delivers at the same time.
const SENDERS: usize = 4;

struct World {
    github: GitHubStandIn,
    vault: Arc<MemoryVault>,
    clock: Arc<StoppedClock>,
    http: reqwest::Client,
    /// The addresses of all functions.
    functions: Vec<String>,
    /// Deliveries that were taken in.
    sent: AtomicUsize,
}

async fn world() -> World {
    let clock = Arc::new(StoppedClock::default());
    let github =
        GitHubStandIn::start_with(Options { clock: clock.clone(), ..Options::default() }).await.expect("started");
    let vault = Arc::new(MemoryVault::default());
    let document = CredentialsDocument::parse(github.credentials_document().as_bytes()).expect("a document");
    credentials::store(&*vault, &Provider::github(), &document, clock.now()).await.expect("stored");
    let (table, mut functions) = (table().await, Vec::new());
    for _ in 0..FUNCTIONS {
        functions.push(function(&table, &vault, &clock).await);
    }
    World { github, vault, clock, http: http(), functions, sent: AtomicUsize::new(0) }
}

/// One instance of the function that takes deliveries in.
async fn function(table: &Table, vault: &Arc<MemoryVault>, clock: &Arc<StoppedClock>) -> String {
    let app = Webhook {
        table: table.clone(),
        sync: Arc::new(RecordingQueue::default()),
        secrets: WebhookSecrets::new(vault.clone(), table.clone(), clock.clone()),
        hooks: HookSecrets::new(vault.clone()),
        clock: clock.clone(),
    };
    let router: Router = covermark_webhook::routes(Arc::new(app));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/webhooks/gh", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

impl World {
    /// GitHub delivers over several connections, to one function after the other, until `done`.
    async fn deliver(&self, done: &AtomicBool) {
        let next = AtomicUsize::new(0);
        let sender = || async {
            while !done.load(Ordering::SeqCst) {
                let turn = next.fetch_add(1, Ordering::SeqCst);
                self.github.set_hook_url(&self.functions[turn % FUNCTIONS]);
                self.github.announce("push", &json!({ "ref": "refs/heads/main", "after": "0".repeat(40) }));
                let Some(delivery) = self.github.deliver_next().await else { continue };
                let attempt = delivery.attempt.expect("it was sent");
                assert_eq!(attempt.status, 202, "{}", attempt.body);
                self.sent.fetch_add(1, Ordering::SeqCst);
            }
        };
        futures::future::join_all((0..SENDERS).map(|_| sender())).await;
    }

    /// A stranger makes every function read the secrets whenever that is possible at all.
    async fn forge(&self, done: &AtomicBool) {
        while !done.load(Ordering::SeqCst) {
            for url in &self.functions {
                let request = self
                    .http
                    .post(url)
                    .header("content-type", "application/json")
                    .header("x-github-event", "push")
                    .header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
                    .header("x-hub-signature-256", format!("sha256={}", "0".repeat(64)))
                    .body("{}");
                assert_eq!(request.send().await.expect("an answer").status().as_u16(), 403);
            }
        }
    }

    /// Waits until some deliveries more were taken in.
    async fn let_some_pass(&self) {
        let goal = self.sent.load(Ordering::SeqCst) + 40;
        while self.sent.load(Ordering::SeqCst) < goal {
            tokio::task::yield_now().await;
        }
    }

    async fn rotate(&self) {
        let provider = Provider::github();
        let rotation = Rotation {
            vault: &*self.vault,
            provider: &provider,
            http: &self.http,
            clock: self.clock.clone(),
            random: &SystemRandom,
        };
        self.let_some_pass().await;
        while let Progress::Settling { until } = rotation.advance().await.expect("it goes on") {
            self.let_some_pass().await;
            // Half of the time, so that functions read in the middle of it, too.
            let rest = until.duration_since(self.clock.now()).unsigned_abs();
            self.clock.advance((rest / 2).max(Duration::from_secs(1)).min(rest));
        }
        self.let_some_pass().await;
        rotation.finish(OVERLAP).await.expect("finished");
        self.let_some_pass().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_delivery_is_refused_while_the_secret_is_rotated_twice_under_load_and_forgeries() {
    let world = world().await;
    let first = world.github.webhook_secret();
    let done = AtomicBool::new(false);
    let rotations = async {
        for _ in 0..2 {
            world.rotate().await;
        }
        // To the end of the overlap, and to where everything is read anew.
        world.clock.advance(OVERLAP + LIFETIME);
        world.let_some_pass().await;
        done.store(true, Ordering::SeqCst);
    };
    tokio::join!(world.deliver(&done), world.forge(&done), rotations);
    let sent = world.sent.load(Ordering::SeqCst);
    assert!(sent >= 360, "{sent} deliveries");
    assert!(!world.github.webhook_secret().matches(first.expose()));
    assert_eq!(world.github.calls("PATCH /app/hook/config"), 2);
    // Each function: at the start, then at most once in half a minute, however many deliveries were forged.
    let reads = world.vault.reads();
    assert!(reads < 100, "{reads} reads of the vault for {sent} deliveries and as many forgeries");
}
