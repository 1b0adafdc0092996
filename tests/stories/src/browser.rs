//! A browser as people use one: a headless Chromium with a fresh profile, driven by chromedriver. It sees loopback and
//! nothing else, and it ends with its test, however that ends: chromedriver is killed when the [`Browser`] is dropped,
//! and a Chromium that is driven through a pipe ends when the pipe does.
//!
//! What a page looks like goes to `tests/out/`; what is wrong with it for somebody who cannot see it, axe-core says.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fantoccini::{Client, ClientBuilder, Locator, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::peer_file;

const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
const CHROMIUM: &str = "/usr/bin/chromium";

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// A desk by day.
    Light,
    /// A desk by night.
    Dark,
    /// A telephone, 390 pixels wide.
    Phone,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Phone];

    fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Phone => "phone",
        }
    }
}

/// A browser with one window.
pub struct Browser {
    client: Client,
    driver: Driver,
    folder: TempDir,
}

/// chromedriver on a port of its own choice, killed when dropped.
struct Driver {
    process: Child,
    /// Kept open: a driver that cannot write ends.
    output: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Driver {
    async fn start(folder: &Path) -> Self {
        assert!(
            Path::new(CHROMEDRIVER).exists() && Path::new(CHROMIUM).exists(),
            "{CHROMEDRIVER} or {CHROMIUM} is not there: run `tests/run`, which installs them"
        );
        let mut process = Command::new(CHROMEDRIVER)
            .arg("--port=0")
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver starts");
        let output = process.stdout.take().expect("a pipe");
        let mut output = BufReader::new(output).lines();
        while let Some(line) = output.next_line().await.expect("text") {
            let port = line.split_once("started successfully on port ").map(|(_, port)| port.trim_end_matches('.'));
            if let Some(port) = port.and_then(|port| port.parse().ok()) {
                return Self { process, output, port };
            }
        }
        panic!("chromedriver ended without saying where it listens");
    }
}

impl Browser {
    /// Opens a browser that has never been anywhere.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let driver = Driver::start(folder.path()).await;
        let capabilities = json!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "binary": CHROMIUM, "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--remote-debugging-pipe", "--window-size=1000,800",
                format!("--user-data-dir={}", folder.path().join("profile").display()),
            ] },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object was written") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("a session");
        let browser = Self { client, driver, folder };
        browser.view_as(View::Light).await;
        browser
    }

    /// Closes it in an orderly way. No page of the story may have asked for what the browser forbids or cannot do.
    pub async fn close(self) {
        let complaints = self.complaints().await;
        let Self { client, mut driver, folder } = self;
        client.close().await.expect("closed");
        driver.process.kill().await.expect("ended");
        drop((driver.output, folder));
        assert!(complaints.is_empty(), "the browser complained: {complaints:#?}");
    }

    /// The driver's client, for what there is no word for here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Types an address.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url} cannot be opened: {error}"));
    }

    /// Where it is.
    pub async fn url(&self) -> Url {
        self.client.current_url().await.expect("an address")
    }

    /// Clicks the link that reads `text`.
    pub async fn follow(&self, text: &str) {
        let link = self.client.wait().for_element(Locator::LinkText(text)).await;
        link.unwrap_or_else(|error| panic!("no link \"{text}\": {error}")).click().await.expect("clicked");
    }

    /// Presses the button that reads `text`.
    pub async fn press(&self, text: &str) {
        let path = format!("//button[normalize-space()='{text}']");
        let button = self.client.wait().for_element(Locator::XPath(&path)).await;
        button.unwrap_or_else(|error| panic!("no button \"{text}\": {error}")).click().await.expect("clicked");
    }

    /// Waits for the page with this heading.
    pub async fn arrives_at(&self, heading: &str) {
        let path = format!("//h1[normalize-space()='{heading}']");
        if let Err(error) = self.client.wait().for_element(Locator::XPath(&path)).await {
            panic!("no page \"{heading}\": {error}; at {}: {}", self.url().await, self.text("body").await);
        }
    }

    /// What is read in the first element that fits the selector.
    pub async fn text(&self, selector: &str) -> String {
        loop {
            let element = self.client.wait().for_element(Locator::Css(selector)).await;
            match element.unwrap_or_else(|error| panic!("no {selector}: {error}")).text().await {
                Err(error) if has_left(&error) => {}
                text => return text.expect("text"),
            }
        }
    }

    /// Runs a script in the page and answers what it returns.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("the script runs")
    }

    /// Looks at the page in every way: pictures of it go to `tests/out/NAME-VIEW.png`, it must not be wider than the
    /// window, and axe-core must have nothing to say against it.
    pub async fn look(&self, name: &str) {
        for view in View::ALL {
            self.view_as(view).await;
            self.picture(&format!("{name}-{}.png", view.name())).await;
            let room = "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]";
            let [wide, room] = serde_json::from_value(self.script(room).await).expect("two numbers");
            let (wide, room): (u64, u64) = (wide, room);
            assert!(wide <= room, "{name}, {view:?}: {wide} pixels wide in a window of {room}");
            let barriers = self.barriers().await;
            assert!(barriers.is_empty(), "{name}, {view:?}: {barriers:#?}");
        }
        self.view_as(View::Light).await;
    }

    /// What axe-core finds on this page as it is looked at now, one line each.
    pub async fn barriers(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(peer_file("COVERMARK_NPM", "axe-core/axe.min.js")).expect("axe-core");
        self.client.execute(&axe, Vec::new()).await.expect("axe-core loads");
        let run = "const done = arguments[arguments.length - 1];
            axe.run(document).then(found => done(found.violations.flatMap(violation => violation.nodes.map(node =>
                `${violation.id}: ${node.target} ${node.failureSummary} ${node.html}`))), error => done([String(error)]))";
        let found = self.client.execute_async(run, Vec::new()).await.expect("axe-core runs");
        serde_json::from_value(found).expect("lines")
    }

    async fn view_as(&self, view: View) {
        let scheme = if view == View::Dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
        let (width, height) = if view == View::Phone { (390, 844) } else { (1000, 800) };
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": view == View::Phone });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// The whole page, also what is below the window's end.
    async fn picture(&self, file: &str) {
        let shot = self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        let picture = STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../out");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(file), picture).expect("written");
    }

    /// What the browser's console said since it was last asked, apart from answers that are errors: those are the stories'
    /// own business.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.send(Extension::new("se/log", json!({ "type": "browser" }))).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().filter(|entry| entry["source"] != "network").map(Value::to_string).collect()
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.send(Extension::new("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))).await
    }

    async fn send(&self, command: Extension) -> Value {
        let path = command.path;
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// A command that only chromedriver knows.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: String,
}

impl Extension {
    fn new(path: &'static str, body: Value) -> Self {
        Self { path, body: body.to_string() }
    }
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.clone()))
    }
}

/// Whether the page was left, or loaded itself anew, between finding an element and reading it; the driver has two words
/// for that.
fn has_left(error: &fantoccini::error::CmdError) -> bool {
    error.is_stale_element_reference() || error.to_string().contains("does not belong to the document")
}
