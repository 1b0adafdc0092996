//! The clients: as the App, as an installation, as an installation narrowed to one repository.
//!
//! Here a request gets its credential, and a refused credential its second chance. What is asked for lives in
//! `resources`, how it is sent in `transport`.

use std::{sync::Arc, time::Duration};

use covermark_types::{Clock, InstallationId, RepositoryId, RepositoryName, Timestamp};
use jiff::SignedDuration;
use reqwest::Method;
use tokio::time::sleep;
use url::Url;

use crate::{
    budget::{BudgetNews, Budgets, Caller},
    credentials::AppCredentials,
    endpoints::Endpoints,
    error::Error,
    etags::Etags,
    jwt::{Signer, is_about_time},
    permission::{Permission, Resource, Scope},
    private_key,
    reply::{Reply, http_date},
    request::{Auth, Request},
    token::{Minted, Token, Tokens},
    transport::Transport,
};

/// How young a token is that GitHub's replicas may not know yet.
pub(crate) const FRESH: SignedDuration = SignedDuration::from_secs(10);
/// The waits for them; 3.25 s in all.
pub(crate) const FRESH_WAITS: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_millis(1_000), Duration::from_millis(2_000)];

/// A GitHub App's client. Clones share connections, tokens and the call counter.
#[derive(Clone)]
pub struct GitHub {
    inner: Arc<Inner>,
}

struct Inner {
    endpoints: Endpoints,
    slug: String,
    clock: Arc<dyn Clock>,
    transport: Transport,
    signer: Signer,
    tokens: Tokens,
    budgets: Budgets,
    etags: Etags,
}

impl GitHub {
    /// The client of the App that `credentials` belong to. `http` must not follow redirections by itself
    /// (`redirect::Policy::none()`); which are followed is decided here.
    ///
    /// # Errors
    /// [`Error::PrivateKey`] when the key cannot be read.
    pub fn new(http: reqwest::Client, credentials: &AppCredentials, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let pasted = std::iter::once(&credentials.private_key).chain(&credentials.previous_private_key);
        let keys = pasted.map(|pem| private_key::load(&private_key::normalise(pem.expose())?));
        let keys = keys.collect::<Result<_, _>>()?;
        Ok(Self {
            inner: Arc::new(Inner {
                endpoints: credentials.endpoints.clone(),
                slug: credentials.slug.clone(),
                transport: Transport::new(http, clock.clone()),
                clock,
                signer: Signer::new(credentials.app_id, keys),
                tokens: Tokens::default(),
                budgets: Budgets::default(),
                etags: Etags::default(),
            }),
        })
    }

    /// Requests sent to GitHub so far by this client and its clones, repetitions and tokens included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner.transport.calls()
    }

    /// The addresses that it talks to.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    /// The App's slug; its comments are by `SLUG[bot]`.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.inner.slug
    }

    /// By how many seconds GitHub's clock is ahead of ours, as far as it had to be found out: 0 while our times are accepted.
    #[must_use]
    pub fn clock_skew(&self) -> i64 {
        self.inner.signer.skew()
    }

    /// What was heard of rate budgets since this was last asked: for whoever remembers it for other processes.
    #[must_use]
    pub fn news(&self, now: Timestamp) -> Vec<(Caller, BudgetNews)> {
        self.inner.budgets.news(now)
    }

    /// Holds a caller back until then without asking GitHub: another process was told to wait.
    pub fn hold(&self, caller: Caller, until: Timestamp, why: &str) {
        self.inner.budgets.hold(caller, until, why);
    }

    /// The client for one installation as a whole; it may read metadata only.
    #[must_use]
    pub fn installation_client(&self, installation: InstallationId) -> InstallationClient {
        let scope = Scope::new(installation, &[], &[Permission::read(Resource::Metadata)]);
        InstallationClient { github: self.clone(), scope }
    }

    /// The client for one repository, with no more than `permissions`. `name` is where the repository is now: after a
    /// rename reads are redirected and writes are refused ([`Error::Redirected`]).
    #[must_use]
    pub fn repository_client(
        &self,
        installation: InstallationId,
        repository: RepositoryId,
        name: &RepositoryName,
        permissions: &[Permission],
    ) -> RepositoryClient {
        let scope = Scope::new(installation, &[repository], permissions);
        RepositoryClient { github: self.clone(), scope, name: name.clone() }
    }

    pub(crate) fn request<S: AsRef<str>>(&self, method: Method, segments: &[S]) -> Request {
        Request::new(method, self.api(), segments)
    }

    fn api(&self) -> &Url {
        &self.inner.endpoints.api
    }

    /// Sends as the App; what is conditional is asked for with the tag of the answer that is kept.
    pub(crate) async fn send_as_app(&self, request: &Request) -> Result<Reply, Error> {
        let tagged = self.tagged(Caller::App, request);
        // Behind a pointer: every call goes through here, and futures nest.
        let reply = Box::pin(self.ask_as_app(tagged.as_ref().unwrap_or(request))).await?;
        match self.settled(Caller::App, request, reply) {
            Some(reply) => Ok(reply),
            None => Box::pin(self.ask_as_app(request)).await,
        }
    }

    fn tagged(&self, caller: Caller, request: &Request) -> Option<Request> {
        let tag = self.inner.etags.tag(caller, &request.url).filter(|_| request.conditional)?;
        Some(request.clone().with_tag(tag))
    }

    fn settled(&self, caller: Caller, request: &Request, reply: Reply) -> Option<Reply> {
        if request.conditional { self.inner.etags.settle(caller, &request.url, reply) } else { Some(reply) }
    }

    /// When GitHub refuses the JWT's times, they are set by its clock once; when it refuses the key and there is another
    /// one, that one signs from then on.
    async fn ask_as_app(&self, request: &Request) -> Result<Reply, Error> {
        let Inner { signer, clock, budgets, .. } = &*self.inner;
        budgets.check(Caller::App, &request.call(), clock.now())?;
        match self.send_signed(request).await {
            Err((Error::Unauthorized(refused), _)) if is_about_time(&refused.message) => {
                let Some(date) = refused.date.as_deref().and_then(http_date) else {
                    return Err(Error::Unauthorized(refused));
                };
                let skew_seconds = signer.repair(clock.now(), date);
                tracing::warn!(skew_seconds, "GitHub refused the times of our JWT; they are set by its clock now");
                match self.send_signed(request).await {
                    Err((Error::Unauthorized(answer), _)) if is_about_time(&answer.message) => {
                        Err(Error::ClockSkew { skew_seconds, answer })
                    }
                    outcome => outcome.map_err(|(error, _)| error),
                }
            }
            Err((Error::Unauthorized(_), key)) if signer.change_key(key) => {
                tracing::warn!("GitHub refused a private key of the App; the other one signs now");
                self.send_signed(request).await.map_err(|(error, _)| error)
            }
            outcome => outcome.map_err(|(error, _)| error),
        }
    }

    /// Sends with a JWT; a failure comes with the key that signed it.
    async fn send_signed(&self, request: &Request) -> Result<Reply, (Error, usize)> {
        let Inner { transport, signer, clock, .. } = &*self.inner;
        let signed = signer.token(clock.now()).map_err(|error| (error, 0))?;
        let sent = transport.send(request, &Auth::Bearer(signed.token)).await;
        self.heard(Caller::App, sent).map_err(|error| (error, signed.key))
    }

    /// Sends with the token of `scope`; what is conditional is asked for with the tag of the answer that is kept.
    pub(crate) async fn send_as_installation(&self, scope: &Scope, request: &Request) -> Result<Reply, Error> {
        let caller = Caller::Installation(scope.installation);
        let tagged = self.tagged(caller, request);
        let reply = Box::pin(self.ask_as_installation(scope, tagged.as_ref().unwrap_or(request))).await?;
        match self.settled(caller, request, reply) {
            Some(reply) => Ok(reply),
            None => Box::pin(self.ask_as_installation(scope, request)).await,
        }
    }

    /// A refusal of a token that was just made is waited out; one of an older token
    /// makes a new one, once. Both are safe for a POST: what was refused was not carried out.
    async fn ask_as_installation(&self, scope: &Scope, request: &Request) -> Result<Reply, Error> {
        let Inner { transport, tokens, clock, .. } = &*self.inner;
        let caller = Caller::Installation(scope.installation);
        self.inner.budgets.check(caller, &request.call(), clock.now())?;
        let mut waits = FRESH_WAITS.into_iter();
        let mut renewed = false;
        loop {
            let token = self.token(scope).await?;
            let sent = transport.send(request, &Auth::Bearer(token.secret.clone())).await;
            let error = match self.heard(caller, sent) {
                Ok(reply) => return Ok(reply),
                Err(error) => suspension(error, scope.installation),
            };
            let refused = matches!(error, Error::Unauthorized(_));
            let fresh = clock.now().duration_since(token.minted) < FRESH;
            let unknown_yet = fresh && (refused || matches!(error, Error::Forbidden(_)));
            match if unknown_yet { waits.next() } else { None } {
                Some(wait) => sleep(wait).await,
                None if refused && !renewed => {
                    renewed = true;
                    tokens.forget(scope, &token).await;
                }
                None => return Err(error),
            }
        }
    }

    /// Takes in what an answer says of the caller's budget.
    fn heard(&self, caller: Caller, sent: Result<Reply, Error>) -> Result<Reply, Error> {
        let Inner { budgets, clock, .. } = &*self.inner;
        match &sent {
            Ok(reply) => budgets.heard(caller, reply, clock.now()),
            Err(Error::RateLimited { wait, answer, .. }) => budgets.limited(caller, *wait, answer, clock.now()),
            Err(_) => {}
        }
        sent
    }

    async fn token(&self, scope: &Scope) -> Result<Token, Error> {
        let now = self.inner.clock.now();
        self.inner.tokens.get(scope, now, self.mint(scope)).await
    }

    async fn mint(&self, scope: &Scope) -> Result<Token, Error> {
        let id = scope.installation.to_string();
        // A token that nobody received harms nobody and ends by itself, so asking again is safe.
        let request = self
            .request(Method::POST, &["app", "installations", &id, "access_tokens"])
            .json(&scope.body())
            .repeatable();
        let reply = self.send_as_app(&request).await.map_err(|error| match error {
            Error::NotFound(answer) => Error::InstallationGone { installation: scope.installation, answer },
            error => suspension(error, scope.installation),
        })?;
        let minted: Minted = reply.json()?;
        Ok(Token::new(minted, self.inner.clock.now()))
    }
}

/// A 403 that says so means that the installation is suspended; GitHub has no code for it.
fn suspension(error: Error, installation: InstallationId) -> Error {
    match error {
        Error::Forbidden(answer) if answer.message.contains("suspended") => Error::Suspended { installation, answer },
        error => error,
    }
}

/// Acts as one installation; reads only.
#[derive(Clone)]
pub struct InstallationClient {
    pub(crate) github: GitHub,
    pub(crate) scope: Scope,
}

impl InstallationClient {
    /// The installation.
    #[must_use]
    pub fn id(&self) -> InstallationId {
        self.scope.installation
    }

    pub(crate) async fn send(&self, request: &Request) -> Result<Reply, Error> {
        self.github.send_as_installation(&self.scope, request).await
    }
}

/// Acts in one repository, as its installation.
#[derive(Clone)]
pub struct RepositoryClient {
    github: GitHub,
    scope: Scope,
    name: RepositoryName,
}

impl RepositoryClient {
    /// The repository's name, as given.
    #[must_use]
    pub fn name(&self) -> &RepositoryName {
        &self.name
    }

    /// A request below `/repos/{owner}/{name}`.
    pub(crate) fn request(&self, method: Method, segments: &[&str]) -> Request {
        let mut path = vec!["repos", self.name.owner(), self.name.name()];
        path.extend_from_slice(segments);
        self.github.request(method, &path)
    }

    pub(crate) async fn send(&self, request: &Request) -> Result<Reply, Error> {
        self.github.send_as_installation(&self.scope, request).await
    }
}
