//! The server in this process: what it does without being asked, and how it is reached below a path.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use covermark::{Running, Start};
use covermark_github::CredentialsDocument;
use covermark_service::credentials;
use covermark_standin::{GitHubStandIn, Repo};
use covermark_state::{
    Hashed,
    jobs::{Job as _, SyncJob, SyncMessage},
    queue::{LocalQueue, Queue as _},
};
use covermark_types::{Provider, RepositoryId, Secret, SystemClock};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

async fn start(data: &Path, public_url: Option<&str>) -> Running {
    let public_url = public_url.map(|url| Url::parse(url).expect("an address"));
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let uploads = covermark_upload::Settings::default();
    Running::start(Start {
        data,
        listen,
        public_url,
        global_upload_token: None,
        uploads,
        rules: Default::default(),
        private_ca: None,
    })
    .await
    .expect("Covermark starts")
}

async fn settled(running: &Running) {
    tokio::time::timeout(Duration::from_secs(60), running.settled()).await.expect("work ends within a minute");
}

/// Connects the App, installs it on `acme/widgets`, and lets Covermark hear of it at `webhooks`.
async fn connect(github: &GitHubStandIn, running: &Running, webhooks: &str) -> Repo {
    let Ok(document) = CredentialsDocument::parse(github.credentials_document().as_bytes()) else {
        panic!("the stand-in's credentials document is refused");
    };
    let rooms = &running.house.rooms;
    credentials::store(rooms.vault.as_ref(), &Provider::github(), &document, rooms.clock.now()).await.expect("stored");
    rooms.apps.forget(&Provider::github()).await;
    github.set_hook_url(webhooks);
    let acme = github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("src/a.py", "a = 1\n")]);
    github.install_app(&acme);
    for delivery in github.deliver_all().await {
        let attempt = delivery.attempt.expect("sent");
        assert!((200..300).contains(&attempt.status), "{}: {} {}", delivery.event, attempt.status, attempt.body);
    }
    settled(running).await;
    widgets
}

/// Puts a job among the dead letters, as five failed tries do.
async fn give_up(queue: &Path, job: SyncJob) {
    let queue = LocalQueue::open(queue, Arc::new(SystemClock), Duration::ZERO).expect("a queue");
    let body = SyncMessage::new(job).to_body().expect("a body");
    queue.send(&body, Duration::ZERO).await.expect("sent");
    for _ in 0..5 {
        assert_eq!(queue.receive(1).expect("received").len(), 1);
    }
    assert!(queue.receive(1).expect("received").is_empty());
    assert_eq!(queue.list_dead(9).expect("listed").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_an_outage_had_given_up_is_done_after_the_next_start() {
    let (data, github) = (tempfile::tempdir().expect("a folder"), GitHubStandIn::start().await);
    let running = start(data.path(), None).await;
    let widgets = connect(&github, &running, &format!("http://{}/webhooks/gh", running.address)).await;
    running.stop().await;
    widgets.push("topic", &[("src/a.py", "a = 2\n")]);
    let pull = widgets.open_pull_request("Two", "topic", "main").state().number;
    let (provider, repository) = (Provider::github(), RepositoryId(widgets.state().id.0));
    let job = SyncJob::Pull { provider: provider.clone(), repository, pull, installation: None };
    give_up(&data.path().join("queues/sync"), job).await;

    let running = start(data.path(), None).await;
    let read = async {
        while running.house.rooms.table.pull(&provider, repository, pull).await.expect("read").is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("the pull request is read within a minute");
    settled(&running).await;
    for queue in [&running.house.sync_queue, &running.house.feedback_queue] {
        assert!(queue.list_dead(9).expect("listed").is_empty());
    }
    running.stop().await;
}

/// Asks at the listening address, as a reverse proxy does that passes the path on.
struct Proxy {
    address: SocketAddr,
    http: reqwest::Client,
}

impl Proxy {
    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("http://{}{path}", self.address))
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let answer = self.request(Method::GET, path).send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("text"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_everything_is_served_with_it_and_without() {
    let (data, github) = (tempfile::tempdir().expect("a folder"), GitHubStandIn::start().await);
    let running = start(data.path(), Some("http://host.example/covermark/")).await;
    // Deliveries first: they must come through below the path.
    let widgets = connect(&github, &running, &format!("http://{}/covermark/webhooks/gh", running.address)).await;
    let proxy = Proxy { address: running.address, http: covermark_testing::http() };
    for prefix in ["/covermark", ""] {
        assert_eq!(proxy.get(&format!("{prefix}/health")).await.0, StatusCode::OK);
        assert_eq!(proxy.get(&format!("{prefix}/login/gh")).await.0, StatusCode::SEE_OTHER);
        assert_eq!(proxy.get(&format!("{prefix}/nothing/here")).await.0, StatusCode::NOT_FOUND);
        let unsigned = proxy.request(Method::POST, &format!("{prefix}/webhooks/gh")).body("{}").send().await;
        assert_eq!(unsigned.expect("an answer").status().as_u16() / 100, 4);
    }
    assert_eq!(proxy.get("/covermark").await.0, StatusCode::OK);
    assert_eq!(proxy.get("/covermarks").await.0, StatusCode::NOT_FOUND);
    let (status, page) = proxy.get("/covermark/").await;
    assert_eq!(status, StatusCode::OK);
    let style = page.split('"').find(|text| text.ends_with(".css")).expect("a style sheet");
    assert!(style.starts_with("/covermark/assets/"), "{style}");
    assert_eq!(proxy.get(style).await.0, StatusCode::OK);
    upload(&proxy, &running, &widgets).await;
    running.stop().await;
}

/// Opens an upload below the path and PUTs a report where the answer says.
async fn upload(proxy: &Proxy, running: &Running, widgets: &Repo) {
    let (rooms, token) = (&running.house.rooms, Secret::new("00000000-0000-4000-8000-00000000abcd"));
    let repository = RepositoryId(widgets.state().id.0);
    let now = rooms.clock.now();
    rooms.table.rotate_upload_token(&Provider::github(), repository, &Hashed::of(&token), now).await.expect("made");
    let head = widgets.push("main", &[("src/b.py", "b = 1\n")]);
    for prefix in ["/covermark", "/covermark/", ""] {
        let opened = proxy
            .request(Method::POST, &format!("{prefix}/upload/github/acme::::widgets/upload-coverage"))
            .header("authorization", format!("token {}", token.expose()))
            .json(&json!({ "commitid": head, "branch": "main" }))
            .send()
            .await
            .expect("an answer");
        assert_eq!(opened.status(), StatusCode::CREATED, "{prefix}");
        let answer: Value = opened.json().await.expect("JSON");
        let location = answer["raw_upload_location"].as_str().expect("an address");
        let path = location.strip_prefix("http://host.example").expect("below the public address");
        assert!(path.starts_with("/covermark/blobs/"), "{path}");
        let put = proxy.request(Method::PUT, path).body("SF:src/b.py\nDA:1,1\nend_of_record\n").send().await;
        assert_eq!(put.expect("an answer").status(), StatusCode::OK);
    }
}
