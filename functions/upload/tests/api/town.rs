//! The function beside the stand-in GitHub: acme/widgets with the App on it, a fork with an open pull request and a
//! workflow run, a branch with another, on one clock that stands.

use std::{sync::Arc, time::Duration};

use covermark_github::CredentialsDocument;
use covermark_service::credentials;
use covermark_standin::{AppInstallation, GitHubStandIn, Options, Owner, PullRequest, Repo};
use covermark_state::rows::repository::Repository;
use covermark_testing::{MemoryVault, StoppedClock};
use covermark_types::{Clock as _, CommitSha, Provider, RepositoryId};
use covermark_upload::Settings;
use serde_json::{Value, json};

use crate::support::{Answer, World};

pub(crate) const PUBLIC_URL: &str = "https://covermark.example/base";

/// Everything.
pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) github: GitHubStandIn,
    pub(crate) acme: Owner,
    pub(crate) installation: AppInstallation,
    pub(crate) widgets: Repo,
    pub(crate) fork: Repo,
    /// From `mona:faster`.
    pub(crate) pull: PullRequest,
    /// Its workflow run, under way.
    pub(crate) run: u64,
    /// Where the App's credentials are.
    pub(crate) vault: Arc<MemoryVault>,
}

impl Town {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::built(settings, None).await
    }

    /// As [`Town::new`], where the App may not read workflow runs.
    pub(crate) async fn without_actions() -> Self {
        Self::without("actions").await
    }

    /// As [`Town::new`], where the App was not granted a permission.
    pub(crate) async fn without(permission: &str) -> Self {
        Self::built(Settings::default(), Some(permission)).await
    }

    async fn built(settings: Settings, without: Option<&str>) -> Self {
        let (clock, vault) = (Arc::new(StoppedClock::default()), Arc::new(MemoryVault::default()));
        let options = Options { clock: clock.clone(), ..Options::default() };
        let github = GitHubStandIn::start_with(options).await.expect("a port");
        if let Some(permission) = without {
            github.set_app_permission(permission, None);
        }
        let (acme, mona) = (github.org("acme"), github.user("mona"));
        let widgets = acme.repository("widgets");
        widgets.publish();
        widgets.push("main", &[("src/lib.rs", "fn one() {}\n"), ("codecov.yml", "ignore:\n  - generated\n")]);
        let fork = widgets.fork(&mona);
        fork.push("faster", &[("src/lib.rs", "fn two() {}\n"), ("README.md", "x\n"), ("generated/x.rs", "x\n")]);
        let pull = widgets.open_pull_request_from(&fork, "Faster", "faster", "main");
        let installation = github.install_app(&acme);
        let run = pull.start_run();
        github.lose_webhooks();
        let document = CredentialsDocument::parse(github.credentials_document().as_bytes())
            .unwrap_or_else(|problems| panic!("{problems:?}"));
        credentials::store(vault.as_ref(), &Provider::github(), &document, covermark_types::Timestamp::now())
            .await
            .expect("stored");
        let world = World::empty(PUBLIC_URL, settings, vault.clone(), clock).await;
        let town = Self { world, github, acme, installation, widgets, fork, pull, run, vault };
        town.know(&town.widgets).await;
        town
    }

    /// Puts a repository of the stand-in into the table, as `sync` would.
    pub(crate) async fn know(&self, repo: &Repo) {
        let (state, now) = (repo.state(), self.world.clock.now());
        let row = Repository {
            provider: Provider::github(),
            id: state.id,
            name: repo.name(),
            owner_id: state.owner,
            installation: Some(self.installation.id),
            private: state.private,
            archived: false,
            fork: state.fork_of.is_some(),
            default_branch: state.default_branch,
            updated_at: now,
            seen_at: now,
            removed_at: None,
            version: 0,
        };
        assert!(self.world.table.put_repository(&row).await.expect("written").stored());
    }

    pub(crate) fn id(&self) -> RepositoryId {
        self.widgets.id
    }

    pub(crate) fn head(&self) -> CommitSha {
        self.pull.head_sha()
    }

    /// What codecov-cli sends from the fork's run.
    pub(crate) fn of_fork(&self) -> Value {
        json!({
            "commitid": self.head(), "branch": "mona:faster", "pullid": self.pull.number.to_string(),
            "ci_service": "github-actions", "flags": [], "parent_commit_id": "0".repeat(40),
            "ci_url": format!("{}/acme/widgets/actions/runs/{}", self.github.web_url(), self.run),
        })
    }

    /// `upload-coverage` without a token.
    pub(crate) async fn upload(&self, body: &Value) -> Answer {
        self.call("POST", "upload-coverage", None, body).await
    }

    /// `upload-coverage` with a token of GitHub Actions that says `claims`.
    pub(crate) async fn upload_with(&self, claims: &Value, body: &Value) -> Answer {
        let mut said = json!({ "aud": PUBLIC_URL });
        for (name, value) in claims.as_object().into_iter().flatten() {
            said[name] = value.clone();
        }
        let token = self.github.oidc_token(&self.widgets, &said);
        self.call("POST", "upload-coverage", Some(&format!("token {token}")), body).await
    }

    pub(crate) async fn call(&self, method: &str, tail: &str, header: Option<&str>, body: &Value) -> Answer {
        let path = format!("/base/upload/github/acme::::widgets/{tail}");
        self.world.send(method, &path, header, body.to_string()).await
    }

    pub(crate) fn later(&self, minutes: u64) {
        self.world.clock.advance(Duration::from_secs(minutes * 60));
    }
}
