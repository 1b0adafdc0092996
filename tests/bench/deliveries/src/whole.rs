//! The whole local path: deliveries over HTTP to a server as `covermark serve` starts it, on its data folder with the
//! embedded DynamoDB and the durable queues, until every job is done at a stand-in GitHub.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use covermark::{Running, Start};
use covermark_bench::events::signature;
use covermark_github::CredentialsDocument;
use covermark_service::{config::below, credentials};
use covermark_standin::{GitHubStandIn, Options};
use covermark_types::{Provider, Secret};
use reqwest::Client;

use crate::{
    ledger::Ledger,
    lines::{HEAD, Line},
    mix::{self, Place},
    plan, rows,
};

/// Deliveries.
pub(crate) const DELIVERIES: usize = 50_000;
/// Connections, each with one delivery at a time.
const CONNECTIONS: usize = 8;
const OWNERS: usize = 20;
const REPOSITORIES: usize = 5;
const PULLS: usize = 10;

/// The server, and its GitHub.
struct Town {
    github: GitHubStandIn,
    running: Running,
    places: Vec<Place>,
    /// Holds the data folder as long as it lives.
    _data: tempfile::TempDir,
}

impl Town {
    async fn new() -> anyhow::Result<Self> {
        let github = GitHubStandIn::start_with(Options::default()).await?;
        github.set_rate_limit(u64::from(u32::MAX));
        let data = tempfile::tempdir()?;
        let running = Running::start(Start {
            data: &data.path().join("covermark"),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            global_upload_token: None,
            uploads: Default::default(),
            rules: Default::default(),
            private_ca: None,
        })
        .await?;
        let document = CredentialsDocument::parse(github.credentials_document().as_bytes())
            .map_err(|problems| anyhow::anyhow!("the stand-in's credentials document is refused: {problems:?}"))?;
        let rooms = &running.house.rooms;
        credentials::store(rooms.vault.as_ref(), &Provider::github(), &document, rooms.clock.now()).await?;
        github.set_hook_url(&below(&running.public_url, "webhooks/gh"));
        let mut town = Self { github, running, places: Vec::new(), _data: data };
        for owner in 0..OWNERS {
            town.settle(&format!("acme-{owner}")).await?;
        }
        Ok(town)
    }

    /// An owner with repositories and pull requests; Covermark hears of all of them as usual.
    async fn settle(&mut self, owner: &str) -> anyhow::Result<()> {
        let account = self.github.org(owner);
        for number in 0..REPOSITORIES {
            let name = format!("widgets-{number}");
            let repository = account.repository(&name);
            let main = repository.push("main", &[("a.rs", "fn a() {}\n")]);
            for pull in 0..PULLS {
                let branch = format!("topic-{pull}");
                repository.branch(&branch, &main);
                repository.push(&branch, &[("a.rs", &*format!("fn a() {{}}\nfn b{pull}() {{}}\n"))]);
                let pull = repository.open_pull_request("Faster", &branch, "main").state().number.0;
                let (repository, name) = (repository.state().id.0, format!("{owner}/{name}"));
                self.places.push(Place { installation: 0, repository, name, pull });
            }
        }
        let installation = self.github.install_app(&account).state().id.0;
        self.places
            .iter_mut()
            .filter(|place| place.installation == 0)
            .for_each(|place| place.installation = installation);
        for delivery in self.github.deliver_all().await {
            let attempt = delivery.attempt.context("it was not sent")?;
            ensure!((200..300).contains(&attempt.status), "{}: {}", delivery.event, attempt.body);
        }
        self.running.settled().await;
        Ok(())
    }
}

/// What every connection works with.
struct Sender {
    http: Client,
    url: String,
    app: String,
    secret: Secret,
    places: Vec<Place>,
    order: Vec<u32>,
    next: AtomicUsize,
    ledger: Ledger,
}

impl Sender {
    /// One connection: the next delivery as soon as the one before was answered.
    async fn send(self: Arc<Self>) -> anyhow::Result<Vec<Duration>> {
        let mut times = Vec::new();
        while let Some(index) = self.order.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let delivery = mix::delivery(*index as usize, &self.places);
            let request = self
                .http
                .post(&self.url)
                .header("content-type", "application/json")
                .header("user-agent", "GitHub-Hookshot/044aadd")
                .header("x-github-delivery", &delivery.guid)
                .header("x-github-event", delivery.event)
                .header("x-github-hook-installation-target-id", &self.app)
                .header("x-github-hook-installation-target-type", "integration")
                .header("x-hub-signature-256", signature(self.secret.expose(), &delivery.body))
                .body(delivery.body);
            let start = Instant::now();
            let answer = request.send().await?;
            let (status, body) = (answer.status().as_u16(), answer.text().await?);
            times.push(start.elapsed());
            self.ledger.answered(*index as usize, status, &body);
        }
        Ok(times)
    }
}

/// Sends all as fast as they are answered, and waits for the last job.
pub(crate) async fn measure(count: usize) -> anyhow::Result<String> {
    let town = Town::new().await?;
    let calls = town.github.call_count();
    let sender = Arc::new(Sender {
        http: covermark_testing::http(),
        url: below(&town.running.public_url, "webhooks/gh"),
        app: town.github.app_id().to_string(),
        secret: town.github.webhook_secret(),
        places: town.places.clone(),
        order: plan::doubled_and_shuffled(count),
        next: AtomicUsize::new(0),
        ledger: Ledger::new(count),
    });
    let start = Instant::now();
    let connections: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(sender.clone().send())).collect();
    let mut times = Vec::new();
    for connection in connections {
        times.extend(connection.await??);
    }
    let answered = start.elapsed();
    town.running.settled().await;
    let all = start.elapsed();
    let calls = town.github.call_count() - calls;
    sender.ledger.verify(false)?;
    let rows = rows::verify(&town.running.house.rooms.table, &sender.ledger).await?;
    town.github.disregard_effects();
    let lines = [("until answered", answered), ("until every job was done", all)]
        .map(|(name, all)| Line { name: name.to_owned(), at_once: CONNECTIONS, all, times: times.clone() }.render());
    town.running.stop().await;
    Ok(format!(
        "{count} deliveries, a tenth of them doubled, shuffled, through the whole local path:\n\n{HEAD}{}\n\
         {rows} rows, each taken up once and done, with {calls} calls to GitHub, which is not far away. Times are those of \
         the answers. The mix: {}.\n",
        lines.concat(),
        mix::words()
    ))
}
