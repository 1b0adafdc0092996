//! Rotations on a vault and a GitHub that fail at every point, seen by readers that have read at every moment.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use covermark_github::CredentialsDocument;
use covermark_service::{
    credentials::{self, LIFETIME},
    webhook_secrets::WebhookSecrets,
};
use covermark_standin::{Fault, GitHubStandIn, Options};
use covermark_state::{Error, Table, vault::Vault};
use covermark_testing::{MemoryVault, StoppedClock, http, table};
use covermark_types::{Clock as _, Provider, Secret, SystemRandom};

use super::{Progress, Redelivery, Rotation, RotationError, SETTLE};

const OVERLAP: Duration = Duration::from_secs(3600);

/// A vault whose nth writing fails: before it took effect, or after.
struct Flaky {
    vault: MemoryVault,
    writings: AtomicUsize,
    fails: usize,
    after_the_effect: bool,
}

#[async_trait]
impl Vault for Flaky {
    async fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        self.vault.get(name).await
    }

    async fn put(&self, name: &str, value: &Secret) -> Result<(), Error> {
        let fails = self.writings.fetch_add(1, Ordering::SeqCst) == self.fails;
        if !fails || self.after_the_effect {
            self.vault.put(name, value).await?;
        }
        if fails {
            return Err(Error::Unavailable { what: "the test's vault", source: "interrupted".into() });
        }
        Ok(())
    }
}

struct World {
    vault: Arc<Flaky>,
    table: Table,
    clock: Arc<StoppedClock>,
    github: GitHubStandIn,
    provider: Provider,
    http: reqwest::Client,
    readers: Vec<WebhookSecrets>,
}

impl World {
    async fn new(fails: usize, after_the_effect: bool) -> Self {
        let clock = Arc::new(StoppedClock::default());
        let options = Options { clock: clock.clone(), ..Options::default() };
        let github = GitHubStandIn::start_with(options).await.expect("started");
        github.set_hook_url("http://127.0.0.1:9/");
        let vault = Flaky { vault: MemoryVault::default(), writings: AtomicUsize::new(0), fails, after_the_effect };
        let document = CredentialsDocument::parse(github.credentials_document().as_bytes()).expect("a document");
        let provider = Provider::github();
        credentials::store(&vault.vault, &provider, &document, clock.now()).await.expect("stored");
        let (table, http) = (table().await, http());
        Self { vault: Arc::new(vault), table, clock, github, provider, http, readers: Vec::new() }
    }

    fn rotation(&self) -> Rotation<'_> {
        Rotation {
            vault: &*self.vault,
            provider: &self.provider,
            http: &self.http,
            clock: self.clock.clone(),
            random: &SystemRandom,
        }
    }

    /// Somebody who takes deliveries in has read the secrets just now.
    async fn somebody_reads(&mut self) {
        let reader = WebhookSecrets::new(self.vault.clone(), self.table.clone(), self.clock.clone());
        reader.of(&self.provider).await.expect("read");
        self.readers.push(reader);
    }

    /// What GitHub signs with is taken in by everybody, whenever they have read.
    async fn nobody_refuses(&self, when: &str) {
        let signed_with = self.github.webhook_secret();
        let fits = |secrets: &[Secret]| secrets.iter().any(|secret| secret.matches(signed_with.expose()));
        for (number, reader) in self.readers.iter().enumerate() {
            let known = reader.of(&self.provider).await.expect("read");
            let taken = fits(&known) || fits(&reader.after_mismatch(&self.provider).await.expect("read"));
            assert!(taken, "{when}: reader {number} of {} refuses", self.readers.len());
        }
    }

    /// Asks until it is done, as somebody does who is told of each failure. After each step somebody new has read.
    async fn rotate(&mut self, how: &str) -> u32 {
        let mut failures = 0;
        for step in 0..12 {
            self.somebody_reads().await;
            let when = format!("{how}, step {step}");
            let outcome = match self.rotation().advance().await {
                Ok(Progress::Settling { until }) => {
                    self.nobody_refuses(&when).await;
                    self.clock.advance(until.duration_since(self.clock.now()).unsigned_abs());
                    Ok(())
                }
                Ok(Progress::Told) => {
                    self.nobody_refuses(&when).await;
                    self.somebody_reads().await;
                    match self.rotation().finish(OVERLAP).await {
                        Ok(_) => return failures,
                        Err(error) => Err(error),
                    }
                }
                Err(error) => Err(error),
            };
            failures += u32::from(outcome.is_err());
            self.nobody_refuses(&when).await;
        }
        panic!("{how}: it never ends");
    }

    async fn accepted(&self) -> usize {
        let document = credentials::stored_webhook(&*self.vault, &self.provider).await.expect("read").expect("stored");
        document.accepted(self.clock.now()).len()
    }
}

#[tokio::test]
async fn a_rotation_that_is_interrupted_at_any_writing_refuses_nothing_and_goes_on() {
    for fails in 0..3 {
        for after_the_effect in [false, true] {
            let mut world = World::new(fails, after_the_effect).await;
            let former = world.github.webhook_secret();
            let how = format!("writing {fails}, after the effect: {after_the_effect}");
            let failures = world.rotate(&how).await;
            // There are two writings; the end of the second one is seen even if its answer is lost.
            let told = fails == 0 || (fails == 1 && !after_the_effect);
            assert_eq!(failures, u32::from(told), "{how}");
            world.nobody_refuses(&how).await;
            assert!(!world.github.webhook_secret().matches(former.expose()), "{how}: GitHub signs with a new one");
            assert_eq!(world.accepted().await, 2, "{how}");
            world.clock.advance(OVERLAP);
            world.nobody_refuses(&how).await;
            assert_eq!(world.accepted().await, 1, "{how}: the one before is over");
        }
    }
}

#[tokio::test]
async fn whatever_github_does_when_it_is_told_nothing_is_refused() {
    const ROUTE: &str = "PATCH /app/hook/config";
    // A PATCH is repeated twice by itself.
    for fault in [
        Fault::on(ROUTE).answers(500).times(1),
        Fault::on(ROUTE).answers(502).times(3),
        Fault::on(ROUTE).answers(502).times(3).after_the_effect(),
        Fault::on(ROUTE).resets().times(3),
        Fault::on(ROUTE).resets().times(3).after_the_effect(),
        Fault::on(ROUTE).answers(403),
        Fault::on(ROUTE).answers(404),
        Fault::on(ROUTE).rate_limited(60),
    ] {
        let mut world = World::new(usize::MAX, false).await;
        world.github.inject(fault);
        assert_eq!(world.rotate("GitHub fails").await, 1);
        world.clock.advance(OVERLAP + LIFETIME);
        world.nobody_refuses("long after").await;
        assert!(world.github.calls(ROUTE) > 1, "the fault met a request");
    }
}

#[tokio::test]
async fn two_who_rotate_at_once_end_up_with_one_secret() {
    let mut world = World::new(usize::MAX, false).await;
    world.somebody_reads().await;
    let (one, other) = (world.rotation(), world.rotation());
    let (first, second) = futures::join!(one.advance(), other.advance());
    assert!(matches!((first, second), (Ok(Progress::Settling { .. }), Ok(Progress::Settling { .. }))));
    world.clock.advance(SETTLE);
    let (first, second) = futures::join!(one.advance(), other.advance());
    assert_eq!((first.expect("told"), second.expect("told")), (Progress::Told, Progress::Told));
    world.nobody_refuses("told twice").await;
    let (first, second) = futures::join!(one.finish(OVERLAP), other.finish(OVERLAP));
    assert!(first.is_ok() && second.is_ok());
    world.nobody_refuses("finished twice").await;
    assert_eq!(world.accepted().await, 2, "the other one's secret is not among them");
}

#[tokio::test]
async fn github_is_not_told_before_everybody_accepts() {
    let world = World::new(usize::MAX, false).await;
    let rotation = world.rotation();
    let Ok(Progress::Settling { until }) = rotation.advance().await else { panic!("it begins") };
    assert_eq!(until, world.clock.now() + SETTLE);
    world.clock.advance(SETTLE - Duration::from_secs(1));
    assert_eq!(rotation.advance().await.expect("asked too early"), Progress::Settling { until });
    assert_eq!(world.github.calls("PATCH /app/hook/config"), 0);
}

#[tokio::test]
async fn five_rotations_within_one_overlap_are_the_most() {
    let mut world = World::new(usize::MAX, false).await;
    for _ in 0..4 {
        world.rotate("again").await;
    }
    let error = world.rotation().advance().await.expect_err("a refusal");
    assert!(matches!(error, RotationError::TooMany(5)), "{error}");
    world.nobody_refuses("afterwards").await;
    world.clock.advance(OVERLAP);
    world.rotate("after the overlap").await;
}

#[tokio::test]
async fn nothing_is_rotated_where_nothing_is_connected() {
    let world = World::new(usize::MAX, false).await;
    let rotation = Rotation { provider: &"ghe".parse().expect("a provider"), ..world.rotation() };
    let error = rotation.advance().await.expect_err("a refusal").to_string();
    assert!(error.starts_with("no GitHub App is connected for provider `ghe`"), "{error}");
}

#[tokio::test]
async fn a_delivery_that_github_sends_again_tells_whether_the_new_secret_is_taken() {
    let world = World::new(usize::MAX, false).await;
    let rotation = world.rotation();
    assert_eq!(rotation.verify(1).await.expect("asked"), Redelivery::NothingSent);
    world.github.ping();
    world.github.deliver_all().await;
    assert_eq!(rotation.verify(1).await.expect("asked"), Redelivery::UnderWay);
    world.github.deliver_all().await;
    let github = world.github.clone();
    let delivering = async {
        // As soon as it was asked for.
        while github.deliver_next().await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    let (verified, ()) = futures::join!(rotation.verify(u32::MAX), delivering);
    assert!(matches!(verified.expect("asked"), Redelivery::Refused(0, _)), "nobody listens there");
}
