//! Covermark and a GitHub far away.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context as _, ensure};
use covermark::{Running, Start};
use covermark_github::CredentialsDocument;
use covermark_service::{config::below, credentials};
use covermark_standin::{GitHubStandIn, Options, Repo};
use covermark_types::{CommitSha, Provider, Secret};
use tempfile::TempDir;

use crate::reports;

/// How far GitHub is, there and back.
pub(crate) const DISTANCE: Duration = Duration::from_millis(100);
/// What may upload everywhere.
const TOKEN: &str = "00000000-0000-4000-8000-00000000abcd";

/// Covermark, GitHub, and a client.
pub(crate) struct Town {
    pub(crate) github: GitHubStandIn,
    pub(crate) running: Running,
    pub(crate) http: reqwest::Client,
    /// Holds the data folder as long as it lives.
    pub(crate) data: TempDir,
}

/// A repository, and the tip of its `main`.
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) repository: Repo,
    pub(crate) main: CommitSha,
}

impl Town {
    /// An empty one. GitHub is near until [`Town::go_far`].
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let github = GitHubStandIn::start_with(Options::default()).await?;
        github.set_rate_limit(1_000_000);
        let data = tempfile::tempdir()?;
        let running = Running::start(Start {
            data: &data.path().join("covermark"),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            global_upload_token: Some(Secret::new(TOKEN)),
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
        Ok(Self { github, running, http: covermark_testing::http(), data })
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.data.path().join("covermark")
    }

    /// A repository with `files` files on `main`, covered by the App.
    pub(crate) async fn repository(&self, owner: &str, files: usize) -> anyhow::Result<Place> {
        let acme = self.github.org(owner);
        let repository = acme.repository("widgets");
        let sources: Vec<_> = (0..files).map(|n| (reports::path(n), reports::source(10, 0))).collect();
        let listed: Vec<_> = sources.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let main = repository.push("main", &listed);
        self.github.install_app(&acme);
        self.told().await?;
        Ok(Place { name: format!("{owner}::::widgets"), repository, main })
    }

    /// Delivers the webhooks that wait, and lets Covermark do what they are about.
    pub(crate) async fn told(&self) -> anyhow::Result<()> {
        for delivery in self.github.deliver_all().await {
            let attempt = delivery.attempt.context("it was not sent")?;
            ensure!((200..300).contains(&attempt.status), "{}: {}", delivery.event, attempt.body);
        }
        self.running.settled().await;
        Ok(())
    }

    /// From now on GitHub is far away.
    pub(crate) fn go_far(&self) {
        self.github.set_distance(DISTANCE);
    }

    /// Opens an upload and says where to PUT it.
    pub(crate) async fn open(&self, place: &Place, commit: &CommitSha, pull: Option<u64>) -> anyhow::Result<String> {
        let pull = pull.map(|number| format!("&pr={number}")).unwrap_or_default();
        let path = format!("upload/github/{}/report?commit={commit}&branch=main&flag=unit{pull}", place.name);
        let request =
            self.http.post(below(&self.running.public_url, &path)).header("authorization", format!("token {TOKEN}"));
        let answer = request.send().await?;
        ensure!(answer.status() == 201, "{}", answer.text().await?);
        Ok(answer.text().await?.trim().to_owned())
    }

    /// PUTs a report.
    pub(crate) async fn put(&self, slot: &str, report: String) -> anyhow::Result<()> {
        let answer = self.http.put(slot).body(report).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.text().await?);
        Ok(())
    }

    /// Uploads a report for the tip of `main`, and waits until it was judged.
    pub(crate) async fn report_main(&self, place: &Place, report: String) -> anyhow::Result<()> {
        let slot = self.open(place, &place.main, None).await?;
        self.put(&slot, report).await?;
        self.running.settled().await;
        Ok(())
    }
}
