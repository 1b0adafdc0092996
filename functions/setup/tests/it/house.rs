//! A deployment with nothing connected, a browser before it, and an Enterprise Server beside it.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use covermark_service::{
    access::{Access, InstanceRules, Parts},
    config::ADMINISTRATORS,
    credentials::Apps,
};
use covermark_setup::{Reach, Setup, new_code, router};
use covermark_standin::{GitHubStandIn, Options};
use covermark_state::{
    Hashed, Table,
    rows::session::{SealedToken, Session},
};
use covermark_testing::{MemoryVault, StoppedClock, http, table};
use covermark_types::{Provider, Secret, SystemRandom, UserId};
use url::Url;

use crate::browser::{Browser, Shown};

pub(crate) struct House {
    pub(crate) router: Router,
    pub(crate) table: Table,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) apps: Arc<Apps>,
    pub(crate) clock: Arc<StoppedClock>,
    github_clock: Arc<StoppedClock>,
    pub(crate) github: GitHubStandIn,
    pub(crate) browser: Browser,
}

pub(crate) fn ghe() -> Provider {
    "ghe".parse().expect("a provider")
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::at("http://127.0.0.1:8080/", Reach { private: false, this_machine: true }).await
    }

    pub(crate) async fn at(public_url: &str, reach: Reach) -> Self {
        let clock = Arc::new(StoppedClock::default());
        let github_clock = Arc::new(StoppedClock::default());
        let options = Options { clock: github_clock.clone(), enterprise: true, ..Options::default() };
        let github = GitHubStandIn::start_with(options).await.expect("a free port");
        let acme = github.org("acme");
        acme.add_member(&github.user("octocat"));
        let (table, vault) = (table().await, Arc::new(MemoryVault::default()));
        let apps = Arc::new(Apps::new(vault.clone(), table.clone(), clock.clone(), http()));
        let public_url: Url = public_url.parse().expect("an address");
        let rules = |name: &str| (name == ADMINISTRATORS).then(|| "ghe:octocat".to_owned());
        let access = Access::new(Parts {
            table: table.clone(),
            apps: apps.clone(),
            vault: vault.clone(),
            rules: InstanceRules::read(&rules).expect("a rule"),
            public_url: public_url.clone(),
            clock: clock.clone(),
            random: Arc::new(SystemRandom),
        });
        let setup = Setup {
            access,
            table: table.clone(),
            vault: vault.clone(),
            apps: apps.clone(),
            public_url,
            reach,
            clock: clock.clone(),
            random: Arc::new(SystemRandom),
        };
        let router = router(Arc::new(setup));
        let browser = Browser::new(&router);
        Self { router, table, vault, apps, clock, github_clock, github, browser }
    }

    /// Lets time pass, here and at GitHub.
    pub(crate) fn pass(&self, seconds: u64) {
        let time = std::time::Duration::from_secs(seconds);
        self.clock.advance(time);
        self.github_clock.advance(time);
    }

    /// Somebody who was let in with a new code.
    pub(crate) async fn opened() -> Self {
        let mut house = Self::new().await;
        let code = house.code().await;
        let shown = house.bring(code.expose()).await;
        assert_eq!(shown.location(), "/setup");
        house
    }

    /// Somebody signed in with the Enterprise Server a moment ago, in this browser.
    pub(crate) async fn sign_in(&mut self, login: &str) {
        let id = covermark_types::random_hex::<32>(&SystemRandom);
        let now = covermark_types::Clock::now(&*self.clock);
        let session = Session {
            id: Hashed::of(&Secret::new(id.clone())),
            provider: ghe(),
            user: UserId(if login == "octocat" { 1 } else { 2 }),
            login: login.to_owned(),
            agent: String::new(),
            created_at: now,
            expires_at: now + std::time::Duration::from_secs(3600),
            used_at: now,
            confirmed_at: now,
            token: SealedToken { sealed: String::new(), ends_at: None, version: 0 },
        };
        self.table.put_session(&session).await.expect("stored");
        self.browser.cookies.insert("covermark_session".to_owned(), id);
    }

    pub(crate) async fn code(&self) -> Secret {
        new_code(&self.table, &SystemRandom).await.expect("a code")
    }

    /// Brings a code to the door.
    pub(crate) async fn bring(&mut self, code: &str) -> Shown {
        let door = self.browser.open("/setup").await;
        let form = format!("csrf={}&code={code}", door.field("csrf"));
        self.browser.submit("/setup/open", &form).await
    }

    /// Sends the first step's form, for the Enterprise Server and an App of acme's, with `more` fields.
    pub(crate) async fn choose(&mut self, more: &[(&str, &str)]) -> Shown {
        let page = self.browser.open("/setup").await;
        let address = self.github.web_url();
        let mut fields = vec![
            ("csrf", page.field("csrf").to_owned()),
            ("github", "other".to_owned()),
            ("address", address),
            ("slug", "ghe".to_owned()),
            ("owner_kind", "organization".to_owned()),
            ("owner", "acme".to_owned()),
            ("name", "Covermark acme".to_owned()),
            ("optional", "contents".to_owned()),
        ];
        for (name, value) in more {
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = (*value).to_owned(),
                None => fields.push((name, (*value).to_owned())),
            }
        }
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.browser.submit("/setup/app", &form).await
    }

    /// Chosen, and on the page with the three ways.
    pub(crate) async fn chosen() -> Self {
        let mut house = Self::opened().await;
        let shown = house.choose(&[]).await;
        assert_eq!(shown.location(), "/setup/create", "{}", shown.html);
        house
    }

    /// What the browser does with the one-click form: posts it to GitHub, presses the button there, and is sent back.
    pub(crate) async fn create_in_one_click(&mut self) -> Url {
        let page = self.browser.open("/setup/create").await;
        let action = page.html.split_once("action=\"").expect("a form").1.split_once('"').expect("its end").0;
        let (action, manifest) = (unescaped(action), unescaped(page.field("manifest")));
        let form = form(&[("manifest", &manifest)]);
        let asked = post(&action, form).await;
        let key = asked.1.split_once("name=\"key\" value=\"").unwrap_or_else(|| panic!("{}", asked.1)).1;
        let key = key.split_once('"').expect("its end").0.to_owned();
        let made = post(&format!("{}/settings/apps/manifest", self.github.web_url()), form_of("key", &key)).await;
        made.0.expect("GitHub sends the browser back").parse().expect("an address")
    }

    /// The form for the five values, with the stand-in App's own unless `other` says otherwise.
    pub(crate) async fn enter(&mut self, other: &[(&str, &str)]) -> Shown {
        let page = self.browser.open("/setup/credentials").await;
        let document: serde_json::Value =
            serde_json::from_str(&self.github.credentials_document()).expect("a document");
        let text = |name: &str| document[name].as_str().map_or_else(|| document[name].to_string(), str::to_owned);
        let mut fields = vec![("csrf", page.field("csrf").to_owned())];
        for name in ["app_id", "client_id", "client_secret", "private_key", "webhook_secret"] {
            fields.push((name, text(name)));
        }
        for (name, value) in other {
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = (*value).to_owned(),
                None => fields.push((name, (*value).to_owned())),
            }
        }
        let mut body = String::new();
        for (name, value) in &fields {
            body.push_str(&format!("--sep\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        body.push_str("--sep--\r\n");
        let request =
            Request::post("/setup/credentials").header(header::CONTENT_TYPE, "multipart/form-data; boundary=sep");
        self.browser.send(request, Body::from(body)).await
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn form_of(name: &str, value: &str) -> String {
    form(&[(name, value)])
}

/// Posts a form as a browser that follows nothing by itself: where it is sent, and the page.
async fn post(url: &str, form: String) -> (Option<String>, String) {
    let request = http().post(url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
    let answer = request.send().await.expect("an answer");
    let location = answer.headers().get(header::LOCATION).map(|value| value.to_str().expect("text").to_owned());
    (location, answer.text().await.expect("a body"))
}

/// Attributes as the browser reads them.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#39;", "'")
}
