//! A reconciliation of many repositories by `sync`, as it is deployed, under a fake Runtime API: how long, how many calls to
//! a GitHub 50 ms away, and how much memory.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use covermark_bench::{aws::Aws, stats::seconds, surroundings::environment};
use covermark_github::CredentialsDocument;
use covermark_service::credentials;
use covermark_standin::{GitHubStandIn, Options};
use covermark_state::{Table, vault::Vault as _};
use covermark_testing::MemoryVault;
use covermark_types::{InstallationId, Provider, Timestamp};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    arguments::Arguments,
    feed::Work,
    instances::{Needed, Subject, run},
    queue::Queue,
};

/// Repositories of the one installation.
pub(crate) const MANY: usize = 10_000;
/// How far GitHub is, there and back.
const DISTANCE: Duration = Duration::from_millis(50);

/// `sync`, its GitHub and its AWS.
struct Scene<'a> {
    arguments: &'a Arguments,
    github: GitHubStandIn,
    installation: InstallationId,
    table: Table,
    environment: BTreeMap<String, String>,
    jobs: UnboundedReceiver<String>,
}

/// What one reconciliation took.
#[derive(Default)]
struct Took {
    time: Duration,
    calls: usize,
    invocations: usize,
    peak: u64,
}

/// One event, and nothing may have failed.
struct Once(Value);

impl Work for Once {
    fn event(&self, _: usize) -> Option<Vec<u8>> {
        Some(self.0.to_string().into_bytes())
    }

    fn answered(&self, _: usize, answer: &[u8]) -> anyhow::Result<()> {
        let answer: Value = serde_json::from_slice(answer)?;
        let failures = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
        ensure!(failures == 0, "a message was not worked off: {answer}");
        Ok(())
    }
}

impl<'a> Scene<'a> {
    async fn new(arguments: &'a Arguments, repositories: usize) -> anyhow::Result<Self> {
        let github = GitHubStandIn::start_with(Options::default()).await?;
        github.set_rate_limit(u64::from(u32::MAX));
        let acme = github.org("acme");
        for number in 0..repositories {
            let _ = acme.repository(&format!("a-service-with-a-name-of-usual-length-{number:05}"));
        }
        let installation = github.install_app(&acme).state().id;
        // Nobody heard of any of it: that is what a reconciliation is for.
        github.lose_webhooks();
        github.set_distance(DISTANCE);
        let document = CredentialsDocument::parse(github.credentials_document().as_bytes())
            .map_err(|problems| anyhow::anyhow!("the stand-in's credentials document is refused: {problems:?}"))?;
        let (vault, provider) = (MemoryVault::default(), Provider::github());
        credentials::store(&vault, &provider, &document, Timestamp::now()).await?;
        let secret = async |name: String| {
            let secret = vault.get(&name).await?.context("a secret is not stored")?;
            anyhow::Ok(secret.expose().to_owned())
        };
        let app = secret(credentials::app_document(&provider)).await?;
        let webhook = secret(credentials::webhook_document(&provider)).await?;
        let (table, database) = covermark_testing::served_table().await;
        let (queue, jobs) = Queue::start()?;
        let mut environment = environment(Aws { app, webhook }.start()?, &arguments.key);
        environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), database);
        environment.insert("AWS_ENDPOINT_URL_SQS".to_owned(), format!("http://{queue}"));
        Ok(Self { arguments, github, installation, table, environment, jobs })
    }

    /// The schedule's event, then every message that comes of it, each in an instance of its own: none finds a token or
    /// a connection that another has left.
    async fn reconcile(&mut self) -> anyhow::Result<Took> {
        let mut took = Took::default();
        let before = self.github.call_count();
        let mut event = Some(json!({"reconcile": true}));
        while let Some(next) = event {
            let subject = Subject::ours(self.arguments, "sync", self.environment.clone());
            let Needed { fed, peak } = run(self.arguments, &subject, 1, (Arc::new(Once(next)), 1)).await?;
            took.time += fed.all;
            took.invocations += 1;
            took.peak = took.peak.max(peak);
            event = self.jobs.try_recv().ok().map(|message| batch(&message));
        }
        took.calls = self.github.call_count() - before;
        Ok(took)
    }

    async fn known(&self) -> anyhow::Result<usize> {
        Ok(self.table.repositories_of(&Provider::github(), self.installation).await?.len())
    }
}

/// A batch of one message, as SQS hands it to Lambda.
fn batch(message: &str) -> Value {
    json!({"Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": message,
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
    }]})
}

/// Once when nothing is known yet, and once when nothing has changed.
pub(crate) async fn measure(arguments: &Arguments, repositories: usize) -> anyhow::Result<String> {
    let mut scene = Scene::new(arguments, repositories).await?;
    let mut text = format!(
        "Reconciliation of {repositories} repositories by `sync`, GitHub at {} ms:\n\n\
         | | calls to GitHub | time | invocations | peak resident MiB |\n|---|---:|---:|---:|---:|\n",
        DISTANCE.as_millis()
    );
    for what in ["all new", "nothing changed"] {
        let took = scene.reconcile().await?;
        let known = scene.known().await?;
        ensure!(known == repositories, "{known} of {repositories} repositories are known");
        text.push_str(&format!(
            "| {what} | {} | {} | {} | {} |\n",
            took.calls,
            seconds(took.time),
            took.invocations,
            took.peak / 1024
        ));
    }
    scene.github.disregard_effects();
    Ok(text)
}
