//! One Covermark for a story: `acme/widgets` on the stand-in GitHub, a pull request that adds four lines, and the rows
//! that `sync` would have written.

use std::sync::Arc;

use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use covermark_feedback::{Feedback, FeedbackError, handle};
use covermark_github::CredentialsDocument;
use covermark_service::{credentials, http_client};
use covermark_standin::{AppInstallation, GitHubStandIn, Options, PullRequest, Repo, state::Level};
use covermark_state::{
    Table,
    blobs::Blobs,
    jobs::{FeedbackJob, Job as _},
    queue::Queue,
    report_view::ReportView,
    rows::{
        installation::{Installation, Selection},
        pull::{Pull, PullState},
        repository::Repository,
        upload::{OpenedBy, Upload, UploadKey},
    },
    sdk_http::SdkHttp,
    vault::FileVault,
};
use covermark_types::{
    AccountId, AppId, Clock, CommitSha, Fault as _, FaultClass, Provider, PullNumber, Secret, SystemRandom, UploadId,
    random_hex,
};

use crate::parts::{TestClock, TestQueue};

pub(crate) const PATH: &str = "src/lib.rs";

pub(crate) struct House {
    pub(crate) feedback: Arc<Feedback>,
    pub(crate) github: GitHubStandIn,
    pub(crate) widgets: Repo,
    pub(crate) pull: PullRequest,
    pub(crate) installation: AppInstallation,
    pub(crate) queue: Arc<TestQueue>,
    pub(crate) clock: Arc<TestClock>,
    /// The tip of `main`, from which the pull request branched off.
    pub(crate) main: CommitSha,
    pub(crate) head: CommitSha,
    pub(crate) folder: tempfile::TempDir,
}

/// `count` lines of a source file.
pub(crate) fn source(count: usize) -> String {
    (1..=count).map(|line| format!("let line_{line} = {line};\n")).collect()
}

/// An LCOV report of one file: which lines are covered, of how many.
pub(crate) fn lcov(path: &str, lines: u32, covered: impl Fn(u32) -> bool) -> String {
    let records: String = (1..=lines).map(|line| format!("DA:{line},{}\n", u32::from(covered(line)))).collect();
    format!("TN:\nSF:{path}\n{records}end_of_record\n")
}

impl House {
    /// `main` has ten lines; the pull request adds lines 11 to 14.
    pub(crate) async fn new() -> Self {
        Self::with_files(&[]).await
    }

    /// With more files on `main`. The App may look at checks and not make any, so verdicts are statuses.
    pub(crate) async fn with_files(more: &[(&str, &str)]) -> Self {
        let house = Self::with_all_rights(more).await;
        house.installation.grant("checks", Level::Read);
        house.sync().await;
        house
    }

    /// With more files on `main`. The App may do all that it asks for, so verdicts are check runs.
    pub(crate) async fn with_all_rights(more: &[(&str, &str)]) -> Self {
        let clock = TestClock::at("2026-03-01T12:00:00Z");
        let options = Options { clock: clock.clone(), ..Options::default() };
        let github = GitHubStandIn::start_with(options).await.expect("a port");
        let acme = github.org("acme");
        let widgets = acme.repository("widgets");
        let ten = source(10);
        let mut files = vec![(PATH, ten.as_str())];
        files.extend_from_slice(more);
        let main = widgets.push("main", &files);
        widgets.branch("faster", &main);
        let head = widgets.push("faster", &[(PATH, source(14))]);
        let pull = widgets.open_pull_request("Faster widgets", "faster", "main");
        let installation = github.install_app(&acme);
        let folder = tempfile::tempdir().expect("a folder");
        let (feedback, queue) = parts(&github, &clock, folder.path()).await;
        let house = Self { feedback, github, widgets, pull, installation, queue, clock, main, head, folder };
        house.sync().await;
        house
    }

    /// Writes the rows that `sync` writes.
    pub(crate) async fn sync(&self) {
        let (now, state) = (self.clock.now(), self.installation.state());
        let level = |level: &covermark_standin::state::Level| format!("{level:?}").to_ascii_lowercase();
        let installation = Installation {
            provider: Provider::github(),
            id: state.id,
            app_id: AppId(1),
            account_id: state.account,
            account: "acme".to_owned(),
            account_type: "Organization".to_owned(),
            selection: Selection::All,
            permissions: state.permissions.iter().map(|(name, granted)| (name.clone(), level(granted))).collect(),
            events: Vec::new(),
            suspended_at: None,
            created_at: now,
            updated_at: now,
            seen_at: now,
            reconciled_at: None,
            version: 0,
        };
        self.feedback.table.put_installation(&installation).await.expect("a row");
        let widgets = self.widgets.state();
        let repository = Repository {
            provider: Provider::github(),
            id: widgets.id,
            name: "acme/widgets".parse().expect("a name"),
            owner_id: AccountId(1),
            installation: Some(state.id),
            private: true,
            archived: false,
            fork: false,
            default_branch: "main".to_owned(),
            updated_at: now,
            seen_at: now,
            removed_at: None,
            version: 0,
        };
        self.feedback.table.put_repository(&repository).await.expect("a row");
    }

    /// Writes the pull request's row as `sync` does when its webhook came.
    pub(crate) async fn remember_pull(&self) {
        let (state, now) = (self.pull.state(), self.clock.now());
        let row = Pull {
            provider: Provider::github(),
            repository: self.widgets.state().id,
            number: state.number,
            title: "Faster widgets".to_owned(),
            author: None,
            head_sha: self.pull.head_sha(),
            head_ref: "faster".to_owned(),
            head_repository: Some(self.widgets.state().id),
            base_sha: self.pull.base_sha(),
            base_ref: "main".to_owned(),
            state: PullState::Open,
            draft: false,
            updated_at: now,
            seen_at: now,
            comment: None,
            chosen_base: None,
            version: 0,
        };
        self.feedback.table.put_pull(&row).await.expect("a row");
    }

    /// The App hears that something of the head's CI ended.
    pub(crate) async fn wake(&self) {
        let (provider, repository, commit) = (Provider::github(), self.widgets.state().id, self.head.clone());
        let job = FeedbackJob::Wake { provider, repository, commit, at: None };
        handle(&self.feedback, job).await.expect("done");
    }

    /// Opens an upload, as the upload function does.
    pub(crate) async fn open(&self, commit: &CommitSha, name: &str, pull: bool) -> UploadKey {
        self.open_for(commit, name, pull.then(|| self.pull.state().number)).await
    }

    /// The same for any pull request.
    pub(crate) async fn open_for(&self, commit: &CommitSha, name: &str, pull: Option<PullNumber>) -> UploadKey {
        let upload = self.upload(commit, name, pull);
        assert!(self.feedback.table.open_upload(&upload).await.expect("a row").applied());
        upload.key
    }

    /// An upload that is not opened yet.
    pub(crate) fn upload(&self, commit: &CommitSha, name: &str, pull: Option<PullNumber>) -> Upload {
        let bytes = random_hex::<16>(&SystemRandom);
        let id = [&bytes[..8], &bytes[8..12], &bytes[12..16], &bytes[16..20], &bytes[20..]].join("-");
        let key = UploadKey {
            provider: Provider::github(),
            repository: self.widgets.state().id,
            commit: commit.clone(),
            upload: id.parse::<UploadId>().expect("an id"),
        };
        let mut upload = Upload::new(key, OpenedBy::RepositoryToken, self.clock.now());
        upload.name = Some(name.to_owned());
        upload.pull = pull;
        upload.branch = Some(if pull.is_some() { "faster" } else { "main" }.to_owned());
        upload
    }

    /// PUTs the report of an upload.
    pub(crate) async fn store(&self, key: &UploadKey, report: impl AsRef<[u8]>) {
        let report = report.as_ref().to_vec();
        self.feedback.blobs.put(&key.blob_key(), report.into()).await.expect("a blob");
    }

    /// PUTs an upload of `bytes` zeros without making them.
    pub(crate) fn store_zeros(&self, key: &UploadKey, bytes: u64) {
        let path = self.folder.path().join("blobs").join(key.blob_key());
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::File::create(path).and_then(|file| file.set_len(bytes)).expect("a file");
    }

    pub(crate) async fn handle(&self, key: &UploadKey) -> Result<(), FeedbackError> {
        handle(&self.feedback, job(key)).await
    }

    /// A whole upload for the pull request's head, from opening to feedback.
    pub(crate) async fn report(&self, name: &str, report: String) -> UploadKey {
        let key = self.open(&self.head, name, true).await;
        self.store(&key, report).await;
        self.handle(&key).await.expect("feedback");
        key
    }

    /// `main` is covered but for `missed` of its ten lines.
    pub(crate) async fn report_on_main(&self, missed: u32) {
        let key = self.open(&self.main, "unit", false).await;
        self.store(&key, lcov(PATH, 10, |line| line > missed)).await;
        self.handle(&key).await.expect("feedback");
        self.github.disregard_effects();
    }

    /// Works off the function's own queue as Lambda does: what must wait is waited for. Says how many jobs there were.
    pub(crate) async fn drain(&self) -> usize {
        let mut done = 0;
        // Longer than anything is waited for.
        for _ in 0..40 {
            for body in self.queue.due() {
                done += 1;
                let job = FeedbackJob::from_body(&body).expect("a job");
                if let Err(error) = handle(&self.feedback, job).await {
                    match error.class() {
                        FaultClass::Retry(after) => {
                            self.queue.send(&body, after.unwrap_or_default()).await.expect("sent");
                        }
                        class => panic!("{class:?}: {error}"),
                    }
                }
            }
            self.clock.advance(5);
        }
        done
    }

    /// A text with the addresses that differ from run to run made the same.
    pub(crate) fn masked(&self, text: &str) -> String {
        text.replace(&self.github.web_url(), "https://github.example")
            .replace(self.main.as_str(), "MAIN")
            .replace(self.main.short(), "MAIN")
            .replace(self.head.as_str(), "HEAD")
            .replace(&format!(":{}:", self.widgets.state().id), ":REPO:")
    }

    /// What the row of a commit remembers of why something was not posted.
    pub(crate) async fn skipped(&self, commit: &CommitSha) -> Vec<String> {
        let id = self.widgets.state().id;
        let row = self.feedback.table.commit(&Provider::github(), id, commit).await.expect("the table");
        row.and_then(|row| row.posted).map(|posted| posted.skipped).unwrap_or_default()
    }

    /// State and sentence of the latest status of a context.
    pub(crate) fn status(&self, commit: &CommitSha, context: &str) -> Option<(String, String)> {
        let statuses = self.widgets.statuses(commit);
        let latest = statuses.iter().filter(|status| status.context == context).max_by_key(|status| status.id)?;
        Some((latest.state.clone(), self.masked(latest.description.as_deref().unwrap_or_default())))
    }

    /// State (or conclusion) and title of the latest check run of a name.
    pub(crate) fn check(&self, commit: &CommitSha, name: &str) -> Option<(String, String)> {
        let runs = self.widgets.check_runs(commit);
        let latest = runs.iter().filter(|run| run.name == name).max_by_key(|run| run.id)?;
        let state = latest.conclusion.clone().unwrap_or_else(|| latest.status.clone());
        Some((state, self.masked(latest.title.as_deref().unwrap_or_default())))
    }

    /// What the report page shows of the head.
    pub(crate) async fn view(&self) -> ReportView {
        let id = self.widgets.state().id;
        let view = self.feedback.blobs.report_view(&Provider::github(), id, &self.head).await;
        view.expect("the storage").expect("a report")
    }

    /// The only comment on the pull request.
    pub(crate) fn comment(&self) -> String {
        let comments = self.pull.comments();
        assert_eq!(comments.len(), 1, "{comments:#?}");
        self.masked(&comments[0].body)
    }
}

pub(crate) fn job(key: &UploadKey) -> FeedbackJob {
    key.clone().into()
}

async fn parts(
    github: &GitHubStandIn,
    clock: &Arc<TestClock>,
    folder: &std::path::Path,
) -> (Arc<Feedback>, Arc<TestQueue>) {
    let http = http_client::build(None).expect("a client");
    let vault = Arc::new(FileVault::new(folder.join("vault")));
    let document = CredentialsDocument::parse(github.credentials_document().as_bytes()).expect("a document");
    credentials::store(&*vault, &Provider::github(), &document, covermark_types::Timestamp::now())
        .await
        .expect("stored");
    let queue = TestQueue::new(clock.clone());
    let public_url: url::Url = "https://cov.example/".parse().expect("an address");
    let slots = Secret::new("0123456789abcdef0123456789abcdef");
    let table = table(http.clone()).await;
    let feedback = Feedback {
        table: table.clone(),
        blobs: Blobs::folder(&folder.join("blobs"), public_url.clone(), &slots).expect("a folder"),
        apps: Arc::new(credentials::Apps::new(vault, table, clock.clone(), http)),
        queue: queue.clone(),
        public_url,
        bucket: "reports".to_owned(),
        clock: clock.clone(),
        random: Arc::new(SystemRandom),
    };
    (Arc::new(feedback), queue)
}

async fn table(http: reqwest::Client) -> Table {
    let database = dynoxide::Database::memory().expect("a database");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", None, None, "tests"))
        .http_client(SdkHttp::new(http))
        .build();
    let table = Table::new(aws_sdk_dynamodb::Client::from_conf(config), "covermark");
    table.create_if_missing().await.expect("a table");
    table
}
