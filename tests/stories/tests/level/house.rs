//! Webhook and sync as they run, on a table in memory and a queue that hands its messages out in any order.

use std::{sync::Arc, time::Duration};

use covermark_github::CredentialsDocument;
use covermark_service::{
    credentials::{self, Apps},
    repository_hooks::HookSecrets,
    webhook_secrets::WebhookSecrets,
};
use covermark_standin::{Fault, GitHubStandIn, Options};
use covermark_state::{
    Table,
    jobs::{Job as _, SyncJob, SyncMessage},
};
use covermark_sync::{PATIENCE, Sync};
use covermark_testing::{MemoryVault, RecordingQueue, StoppedClock, http, table};
use covermark_types::{Fault as _, FaultClass, Provider, Timestamp};
use covermark_webhook::Webhook;
use tokio::net::TcpListener;

use crate::history::Step;

/// Failures that GitHub has on bad days, each on whatever is asked next.
const TROUBLE: [&str; 5] = [
    "GET /installation/repositories",
    "GET /app/installations/{installation_id}",
    "POST /app/installations/{installation_id}/access_tokens",
    "GET /repos/{owner}/{repo}",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
];
/// A message that was tried this often without success shows a defect.
const PATIENT: u32 = 60;

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) deliveries: u64,
    pub(crate) doubled: u64,
    pub(crate) lost: u64,
    pub(crate) faults: u64,
    pub(crate) jobs: u64,
    pub(crate) retried: u64,
}

pub(crate) struct House {
    pub(crate) github: GitHubStandIn,
    pub(crate) table: Table,
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) counts: Counts,
    sync: Sync,
    queue: Arc<RecordingQueue>,
    waiting: Vec<(SyncMessage, u32)>,
    lossy: bool,
    random: u64,
}

impl House {
    pub(crate) async fn new(steps: &[Step], lossy: bool) -> Self {
        let clock = Arc::new(StoppedClock::default());
        let options = Options { clock: clock.clone(), ..Options::default() };
        let github = GitHubStandIn::start_with(options).await.expect("a free port");
        let (vault, table) = (Arc::new(MemoryVault::default()), table().await);
        let Ok(document) = CredentialsDocument::parse(github.credentials_document().as_bytes()) else {
            panic!("the stand-in's document is refused");
        };
        credentials::store(vault.as_ref(), &Provider::github(), &document, Timestamp::now()).await.expect("stored");
        let queue = Arc::new(RecordingQueue::default());
        let apps = Arc::new(Apps::new(vault.clone(), table.clone(), clock.clone(), http()));
        let sync = Sync {
            table: table.clone(),
            apps,
            sync: queue.clone(),
            feedback: Arc::new(RecordingQueue::default()),
            graves: Vec::new(),
            hooks: None,
            patience: PATIENCE,
            clock: clock.clone(),
        };
        let secrets = WebhookSecrets::new(vault.clone(), table.clone(), clock.clone());
        let hooks = HookSecrets::new(vault);
        let webhook = Webhook { table: table.clone(), sync: queue.clone(), secrets, hooks, clock: clock.clone() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        github.set_hook_url(&format!("http://{}/webhooks/gh", listener.local_addr().expect("an address")));
        let router = covermark_webhook::routes(Arc::new(webhook));
        tokio::spawn(async move { axum::serve(listener, router).await });
        // The same steps are the same story, with the same accidents.
        let seed = |random: u64, step: &Step| {
            let bytes = [step.kind, step.one, step.other].map(u64::from);
            bytes.into_iter().fold(random, |random, byte| random.wrapping_mul(257).wrapping_add(byte))
        };
        let random = steps.iter().fold(17, seed);
        let (waiting, counts) = (Vec::new(), Counts::default());
        Self { github, table, clock, counts, sync, queue, waiting, lossy, random }
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.random >> 33) % (bound.max(1) as u64)).unwrap_or(0)
    }

    pub(crate) fn pass(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    /// GitHub has a bad moment.
    pub(crate) fn trouble(&mut self) {
        let route = TROUBLE[self.below(TROUBLE.len())];
        let fault = match self.below(4) {
            0 => Fault::on(route).answers(500),
            1 => Fault::on(route).answers(401),
            2 => Fault::on(route).secondary_rate_limited(Some(30)),
            _ => Fault::on(route).answers(500).times(2),
        };
        self.counts.faults += 1;
        self.github.inject(fault);
    }

    /// What waits at GitHub is delivered: shuffled, some twice, and some not at all where things get lost.
    pub(crate) async fn deliver(&mut self) {
        let waiting = self.github.pending_webhooks().len();
        let mut picks: Vec<usize> = (0..waiting).collect();
        for last in (1..waiting).rev() {
            picks.swap(last, self.below(last + 1));
        }
        if self.lossy {
            let keep: Vec<bool> = (0..waiting).map(|_| self.below(3) > 0).collect();
            self.counts.lost += keep.iter().filter(|kept| !**kept).count() as u64;
            picks.retain(|pick| keep[*pick]);
        }
        for _ in 0..self.below(3) {
            if !picks.is_empty() {
                let again = picks[self.below(picks.len())];
                picks.push(again);
                self.counts.doubled += 1;
            }
        }
        self.github.arrange_webhooks(|ids| picks.iter().map(|pick| ids[*pick]).collect());
        // Now and then our own queue is out of order too: the webhook answers 503.
        let down = self.lossy && self.below(6) == 0;
        self.queue.set_down(down);
        self.counts.deliveries += self.github.deliver_all().await.len() as u64;
        self.queue.set_down(false);
    }

    /// Works on up to `most` messages, whichever comes.
    pub(crate) async fn work(&mut self, most: usize) {
        for _ in 0..most {
            self.take();
            if self.waiting.is_empty() {
                return;
            }
            let pick = self.below(self.waiting.len());
            let (message, tries) = self.waiting.swap_remove(pick);
            self.counts.jobs += 1;
            let Err(error) = covermark_sync::handle(&self.sync, message.clone()).await else { continue };
            self.counts.retried += 1;
            let class = error.class();
            assert!(class != FaultClass::Permanent, "{message:?}: {error}");
            assert!(tries < PATIENT, "{message:?} never ends: {error}");
            if let FaultClass::Retry(Some(wait)) = class {
                self.clock.advance(wait);
            }
            // What was refused is looked up anew after half a minute.
            self.clock.advance(Duration::from_secs(31));
            self.waiting.push((message, tries + 1));
        }
    }

    fn take(&mut self) {
        let new = self.queue.take();
        self.waiting.extend(new.iter().map(|body| (SyncMessage::from_body(body).expect("a job"), 0)));
    }

    pub(crate) async fn work_off(&mut self) {
        self.take();
        while !self.waiting.is_empty() {
            self.work(1).await;
            self.take();
        }
    }

    pub(crate) async fn reconcile(&mut self) {
        self.pass(1_000);
        self.waiting.push((SyncMessage::new(SyncJob::Reconcile { provider: Provider::github() }), 0));
        self.work_off().await;
    }

    /// One look through GitHub's deliveries, and what it brings: nothing gets lost any more.
    pub(crate) async fn redeliver(&mut self) {
        // What our own function took in and could not queue is taken up again after five minutes.
        self.pass(6 * 60 * 1_000);
        self.waiting.push((SyncMessage::new(SyncJob::Redeliver { provider: Provider::github() }), 0));
        self.work_off().await;
        self.counts.deliveries += self.github.deliver_all().await.len() as u64;
        self.work_off().await;
    }
}
