//! The verbs of stories: what people do at GitHub, and what a test wants to know afterwards.
//!
//! A verb that is used wrongly (a branch that is not there, an account nobody made) panics with a sentence: it is a
//! mistake in the test. What the App does goes over HTTP and never panics.

mod changes;
mod ci;
mod commit;
mod expect;
mod hooks;
pub(crate) mod installation;
mod keys;
mod late;
mod owner;
mod people;
mod pull_request;
mod pushing;
mod registration;
mod repo;
mod webhooks;
mod workflow_run;

use std::{io, net::SocketAddr, sync::Arc};

use covermark_types::{AppId, Clock, Secret, SystemClock};
use serde_json::json;
use url::Url;

pub use commit::CommitDraft;
pub use installation::AppInstallation;
pub use late::LateCommit;
pub use owner::Owner;
pub use pull_request::PullRequest;
pub(crate) use pull_request::pull_changes;
pub use repo::Repo;

use crate::{
    faults::{Fault, Gate},
    journal::Exchange,
    routes,
    server::{Server, Shared},
    state::{Account, AccountKind, Level, Origin, World},
};

/// How a stand-in is started.
pub struct Options {
    /// Where "now" comes from.
    pub clock: Arc<dyn Clock>,
    /// Whether it behaves as an Enterprise Server: the API under `/api/v3`.
    pub enterprise: bool,
    /// Where it listens. Loopback; port 0 takes a free one.
    pub listen: SocketAddr,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), enterprise: false, listen: SocketAddr::from(([127, 0, 0, 1], 0)) }
    }
}

/// A GitHub on loopback. Clones are the same GitHub; it stops when the last one goes.
#[derive(Clone)]
pub struct GitHubStandIn {
    pub(crate) shared: Arc<Shared>,
    _server: Arc<Server>,
}

impl GitHubStandIn {
    /// Starts an empty github.com with the App on it.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await.expect("a free port on loopback")
    }

    /// Starts an empty Enterprise Server with the App on it.
    pub async fn start_enterprise() -> Self {
        let options = Options { enterprise: true, ..Options::default() };
        Self::start_with(options).await.expect("a free port on loopback")
    }

    /// Starts with options.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start_with(options: Options) -> io::Result<Self> {
        let (listener, address) = Server::bind(options.listen).await?;
        let web = format!("http://{address}");
        let api = if options.enterprise { format!("{web}/api/v3") } else { web.clone() };
        let origin = Origin { web, api, enterprise: options.enterprise };
        let mut world = World::new(origin, options.clock);
        let bot = format!("{}[bot]", world.app.slug);
        world.make_account(&bot, AccountKind::Bot);
        let owner = world.make_account("covermark-dev", AccountKind::Organization);
        debug_assert!(world.accounts.contains_key(&owner));
        let shared = Arc::new(Shared::new(world));
        let server = Server::run(listener, Arc::clone(&shared));
        Ok(Self { shared, _server: Arc::new(server) })
    }

    /// The address of the pages, without a slash at the end.
    #[must_use]
    pub fn web_url(&self) -> String {
        self.shared.lock().origin.web.clone()
    }

    /// The address of the API, without a slash at the end.
    #[must_use]
    pub fn api_url(&self) -> String {
        self.shared.lock().origin.api.clone()
    }

    /// What the App's owner downloads: the document that `covermark credentials import` takes.
    #[must_use]
    pub fn credentials_document(&self) -> String {
        let world = self.shared.lock();
        let app = &world.app;
        json!({
            "web_url": world.origin.web,
            "api_url": world.origin.api,
            "app_id": app.id,
            "slug": app.slug,
            "client_id": app.client_id,
            "client_secret": app.client_secret.expose(),
            "private_key": app.key.private_pem.expose(),
            "webhook_secret": app.webhook_secret.expose(),
        })
        .to_string()
    }

    /// The App's number.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.shared.lock().app.id
    }

    /// The secret that webhooks are signed with.
    #[must_use]
    pub fn webhook_secret(&self) -> Secret {
        self.shared.lock().app.webhook_secret.clone()
    }

    /// Signs webhooks with another secret from now on, as after a rotation on GitHub's side.
    pub fn rotate_webhook_secret(&self, secret: Secret) {
        self.shared.lock().app.webhook_secret = secret;
    }

    /// Where webhooks go from now on. Before this is set none are made, as with an App whose webhook is not active.
    pub fn set_hook_url(&self, url: &str) {
        self.shared.lock().app.hook_url = Some(url.to_owned());
    }

    /// Registers an address that sign-in may lead back to.
    pub fn add_callback_url(&self, url: &str) {
        self.shared.lock().app.callback_urls.push(url.to_owned());
    }

    /// What installations made from now on grant; `None` takes the permission away.
    pub fn set_app_permission(&self, name: &str, level: Option<Level>) {
        let mut world = self.shared.lock();
        match level {
            Some(level) => world.app.permissions.insert(name.to_owned(), level),
            None => world.app.permissions.remove(name),
        };
    }

    /// Subscribes the App to a further event, for installations made from now on.
    pub fn subscribe_app(&self, event: &str) {
        self.shared.lock().app.events.push(event.to_owned());
    }

    /// How many requests an hour each caller has; 5,000 unless told otherwise.
    pub fn set_rate_limit(&self, limit: u64) {
        self.shared.lock().limits.limit = limit;
    }

    /// How long every request and its answer are on their way together, from now on: for benchmarks, since no test may
    /// depend on time.
    pub fn set_distance(&self, round_trip: std::time::Duration) {
        self.shared.lock().distance = round_trip;
    }

    /// Orders trouble.
    pub fn inject(&self, fault: Fault) {
        let known = routes::API.iter().chain(routes::WEB).any(|route| fault.concerns(route.method, route.template));
        assert!(known, "no route of the stand-in is called \"{}\"", fault.route());
        self.shared.lock().faults.order(fault);
    }

    /// Holds back the next request of the route until the gate is released.
    #[must_use]
    pub fn hold(&self, route: &str) -> Gate {
        let gate = Gate::new();
        self.inject(Fault::held(route, gate.clone()));
        gate
    }

    /// Every installation token minted from now on is answered 401 for its first `uses` uses, as GitHub sometimes does.
    pub fn fresh_tokens_lag(&self, uses: u32) {
        self.shared.lock().faults.token_lag = uses;
    }

    /// Every exchange so far, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Exchange> {
        self.shared.lock().journal.exchanges().to_vec()
    }

    /// How many API requests there were so far.
    #[must_use]
    pub fn call_count(&self) -> usize {
        self.shared.lock().journal.exchanges().len()
    }

    /// How many requests of one route there were so far: `POST /repos/{owner}/{repo}/statuses/{sha}`.
    #[must_use]
    pub fn calls(&self, route: &str) -> usize {
        let world = self.shared.lock();
        world.journal.exchanges().iter().filter(|exchange| exchange.route() == route).count()
    }

    /// A snapshot of an account.
    #[must_use]
    pub fn account(&self, login: &str) -> Option<Account> {
        self.shared.lock().account_by_login(login).cloned()
    }

    /// An absolute address of a page.
    #[must_use]
    pub fn page(&self, path: &str) -> Url {
        format!("{}{path}", self.web_url()).parse().expect("a path that starts with a slash")
    }
}
