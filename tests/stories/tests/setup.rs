//! From an empty deployment to a working App, in a real browser: by one click, by the filled-in form, and by hand with a key
//! that is wrong and then right. What it takes, in clicks and seconds, goes to `tests/out/setup.txt`.

use std::{path::PathBuf, time::Instant};

use covermark::Running;
use covermark_standin::{GitHubStandIn, Owner};
use covermark_stories::{Browser, serve};
use covermark_types::{Provider, SystemRandom};
use fantoccini::Locator;
use tempfile::TempDir;

/// A deployment with nothing in it, an Enterprise Server with an organisation, and a browser that counts.
struct Walk {
    covermark: Running,
    github: GitHubStandIn,
    acme: Owner,
    browser: Browser,
    clicks: usize,
    began: Instant,
    _data: TempDir,
}

impl Walk {
    /// At the door, with the code in hand.
    async fn begin() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let (covermark, browser) = (serve(data.path()).await, Browser::open().await);
        let github = GitHubStandIn::start_enterprise().await;
        let acme = github.org("acme");
        acme.add_member(&github.user("ada"));
        acme.repository("widgets").push("main", &[("src/a.py", "a = 1\n")]);
        Self { covermark, github, acme, browser, clicks: 0, began: Instant::now(), _data: data }
    }

    fn ours(&self, path: &str) -> String {
        self.covermark.public_url.join(path).expect("an address").to_string()
    }

    /// Their name for it: the host and port of the stand-in.
    fn server(&self) -> String {
        self.github.web_url().trim_start_matches("http://").to_owned()
    }

    async fn press(&mut self, button: &str) {
        self.browser.press(button).await;
        self.clicks += 1;
    }

    async fn follow(&mut self, link: &str) {
        self.browser.follow(link).await;
        self.clicks += 1;
    }

    async fn tick(&mut self, css: &str) {
        let element = self.browser.client().wait().for_element(Locator::Css(css)).await;
        element.unwrap_or_else(|error| panic!("no {css}: {error}")).click().await.expect("clicked");
        self.clicks += 1;
    }

    async fn fill(&self, css: &str, text: &str) {
        let element = self.browser.client().wait().for_element(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("no {css}: {error}"));
        // A file's place cannot be cleared.
        if !css.contains("file") {
            element.clear().await.expect("cleared");
        }
        element.send_keys(text).await.expect("typed");
    }

    /// Through the door and past the first step.
    async fn choose(&mut self) {
        let table = &self.covermark.house.rooms.table;
        let code = covermark_setup::new_code(table, &SystemRandom).await.expect("a code");
        self.browser.goto(&self.ours("setup")).await;
        self.browser.arrives_at("Set up Covermark").await;
        self.browser.look("setup-door").await;
        self.began = Instant::now();
        self.fill("#code", code.expose()).await;
        self.press("Open the set-up").await;
        self.browser.arrives_at("Connect a GitHub App").await;
        self.tick("#github-other").await;
        self.tick("summary").await;
        self.fill("#address", &self.github.web_url()).await;
        self.fill("#owner", "acme").await;
        self.browser.look("setup-choose").await;
        self.press("Continue").await;
        self.browser.arrives_at("Create the App").await;
    }

    /// Everything that GitHub has to say is sent until nothing is left.
    async fn deliver(&self) {
        self.github.deliver_all().await;
        let settled = tokio::time::timeout(std::time::Duration::from_secs(60), self.covermark.settled()).await;
        settled.expect("work ends within a minute");
    }

    /// Looks until the test delivery is here: GitHub sends it when it is asked to.
    async fn until_connected(&self, app: &str) {
        for _ in 0..30 {
            self.github.deliver_all().await;
            self.browser.goto(&self.ours("setup/result/ghe")).await;
            if self.browser.text("h1").await == format!("{app} is connected") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        panic!("not connected: {}", self.browser.text("main").await);
    }

    async fn is_installed(&self) -> bool {
        let ghe: Provider = "ghe".parse().expect("a provider");
        let installations = self.covermark.house.rooms.table.installations(&ghe).await.expect("read");
        installations.iter().any(|installation| installation.account == self.acme.login)
    }

    fn note(&self, what: &str) {
        let line = format!("{what}: {} clicks, {:.1} seconds\n", self.clicks, self.began.elapsed().as_secs_f64());
        eprint!("{line}");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../out");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(format!("setup-{}.txt", what.replace(' ', "-"))), line).expect("written");
    }

    async fn end(self) {
        self.browser.close().await;
        self.covermark.stop().await;
        self.github.disregard_effects();
        self.github.finish();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_installed_in_one_click_at_github() {
    let mut walk = Walk::begin().await;
    walk.choose().await;
    walk.browser.look("setup-create").await;
    walk.press(&format!("Create it on {}", walk.server())).await;
    walk.browser.arrives_at("Create GitHub App").await;
    walk.press("Create GitHub App for acme").await;
    walk.browser.arrives_at("Install Covermark acme").await;
    walk.press("Install").await;
    walk.browser.arrives_at("Authorize Covermark acme").await;
    walk.note("one click, from nothing to installed");
    walk.deliver().await;
    assert!(walk.is_installed().await, "the installation's webhook was let in");
    walk.browser.press("Authorize").await;
    walk.browser.arrives_at("Your account").await;
    walk.until_connected("Covermark acme").await;
    walk.browser.look("setup-connected").await;
    walk.browser.goto(&walk.ours("setup")).await;
    assert!(walk.browser.text("main").await.contains("set-up code"), "who stored it is shown");
    walk.browser.look("setup-overview").await;
    walk.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_githubs_form_filled_in_by_the_link() {
    let mut walk = Walk::begin().await;
    walk.choose().await;
    walk.follow("Open the filled-in form").await;
    walk.browser.arrives_at("Register new GitHub App").await;
    walk.press("Create GitHub App").await;
    walk.browser.arrives_at("Covermark acme").await;
    let (app_id, client_id) = (walk.browser.text("#app-id").await, walk.browser.text("#client-id").await);
    walk.press("Generate a new client secret").await;
    let secret = walk.browser.text("#client-secret").await;
    let key = walk.covermark_key(walk.github.private_key().expose());

    walk.browser.goto(&walk.ours("setup/credentials")).await;
    walk.browser.arrives_at("The App’s credentials").await;
    walk.browser.look("setup-credentials").await;
    walk.fill("#app-id", &app_id).await;
    walk.fill("#client-id", &client_id).await;
    walk.fill("#client-secret", &secret).await;
    walk.fill("#key-file", &key).await;
    walk.press("Try and store").await;
    walk.browser.arrives_at("Covermark acme: what is left to do").await;
    assert!(walk.browser.text("main").await.contains("GitHub has not sent its ping yet"));
    walk.browser.look("setup-waiting").await;
    walk.until_connected("Covermark acme").await;
    walk.note("with the filled-in form, until the test delivery came");
    walk.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_with_a_wrong_key_and_then_the_right_one() {
    let mut walk = Walk::begin().await;
    walk.choose().await;
    walk.follow("Show the table").await;
    walk.browser.arrives_at("Create the App by hand").await;
    walk.browser.look("setup-by-hand").await;
    walk.github.set_hook_url(&walk.ours("webhooks/ghe"));
    walk.github.add_callback_url(&walk.ours("login/ghe/callback"));
    walk.github.ping();
    walk.follow("Enter the credentials").await;

    let document: serde_json::Value = serde_json::from_str(&walk.github.credentials_document()).expect("a document");
    let text = |name: &str| document[name].as_str().map_or_else(|| document[name].to_string(), str::to_owned);
    let stranger = GitHubStandIn::start_enterprise().await;
    stranger.register_another_app();
    walk.fill("#app-id", &text("app_id")).await;
    walk.fill("#client-id", &text("client_id")).await;
    walk.fill("#client-secret", &text("client_secret")).await;
    walk.fill("#key-file", &walk.covermark_key(stranger.private_key().expose())).await;
    walk.press("Try and store").await;
    walk.browser.arrives_at("These credentials cannot be stored").await;
    let said = walk.browser.text("main").await;
    assert!(said.contains("it is another App’s, or was deleted"), "{said}");
    walk.browser.look("setup-wrong-key").await;
    assert!(walk.covermark.house.rooms.connected().await.expect("read").is_empty(), "nothing was stored");

    // What was typed is still there; only the key is given anew.
    walk.fill("#key-file", &walk.covermark_key(&text("private_key"))).await;
    walk.press("Try and store").await;
    walk.browser.arrives_at("Covermark: what is left to do").await;
    let lacks = walk.browser.text("main").await;
    assert!(lacks.contains("The App is not subscribed to"), "{lacks}");
    walk.browser.look("setup-lacking").await;
    walk.end().await;
}

impl Walk {
    /// A key as the file that the browser downloaded.
    fn covermark_key(&self, pem: &str) -> String {
        let path = self._data.path().join("downloaded.private-key.pem");
        std::fs::write(&path, pem).expect("written");
        path.display().to_string()
    }
}

/// Encrypts as the page says, with the key that the page offers.
async fn encrypted(walk: &Walk, text: &str) -> String {
    let key = fetched(&walk.ours("setup/openpgp.asc")).await;
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("covermark.asc"), key).expect("written");
    std::fs::write(home.path().join("bundle.txt"), text).expect("written");
    let output = std::process::Command::new("gpg")
        .args(["--encrypt", "--armor", "--recipient-file", "covermark.asc", "--output", "bundle.asc", "bundle.txt"])
        .current_dir(home.path())
        .env("GNUPGHOME", home.path())
        .output()
        .expect("gpg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(home.path().join("bundle.asc")).expect("read")
}

async fn fetched(url: &str) -> String {
    let answer = covermark_testing::http().get(url).send().await.expect("an answer");
    answer.text().await.expect("a text")
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_message_that_gpg_encrypted_and_then_to_a_new_webhook_secret() {
    let mut walk = Walk::begin().await;
    walk.choose().await;
    walk.browser.goto(&walk.ours("setup/openpgp")).await;
    walk.browser.arrives_at("Hand credentials over, encrypted").await;
    walk.browser.look("setup-handover").await;
    walk.fill("#slug", "ghe").await;
    walk.fill("#message", &walk.github.credentials_document()).await;
    walk.press("Open, try and store").await;
    walk.browser.arrives_at("Hand credentials over, encrypted").await;
    assert!(walk.browser.text("main").await.contains("It is not encrypted"));
    walk.browser.look("setup-handover-refused").await;
    walk.fill("#slug", "ghe").await;
    let message = encrypted(&walk, &walk.github.credentials_document()).await;
    walk.fill("#message", &message).await;
    walk.press("Open, try and store").await;
    walk.browser.arrives_at("Covermark: what is left to do").await;
    walk.browser.goto(&walk.ours("setup/rotate/ghe")).await;
    walk.browser.arrives_at("Change the App’s secrets").await;
    walk.browser.look("setup-rotate").await;
    walk.press("Make a new webhook secret").await;
    assert!(walk.browser.text("main").await.contains("GitHub can be told in"));
    walk.end().await;
}
