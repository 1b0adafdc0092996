//! Trouble on order: what real GitHub does on bad days, at the route and as often as the test says.
//!
//! A fault that was ordered and never met a request fails `finish()`: a test of a bad day that never came proves nothing.

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};

/// When a disturbed request takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Applied {
    /// The request is answered without being carried out.
    Never,
    /// The request is carried out, and the client is not told.
    First,
}

#[derive(Clone)]
pub(crate) enum Trouble {
    /// An answer with this status instead of the true one.
    Status(u16),
    /// The connection ends without an answer.
    Reset,
    /// The primary rate limit is used up; it comes back in so many seconds.
    PrimaryLimit(u64),
    /// The secondary rate limit, with or without `retry-after`.
    SecondaryLimit(Option<u64>),
    /// The answer waits until the test lets it go.
    Hold(Gate),
}

/// A disturbance of one route.
#[derive(Clone)]
pub struct Fault {
    route: String,
    spared: u32,
    left: u32,
    applied: Applied,
    trouble: Trouble,
}

impl Fault {
    /// A fault on `METHOD /template` in the words of GitHub's description, such as
    /// `GET /repos/{owner}/{repo}/pulls/{pull_number}`. The method may be `*`, and the path may end in `*`.
    /// It strikes once and answers 500, unless told otherwise.
    #[must_use]
    pub fn on(route: &str) -> Self {
        Self { route: route.to_owned(), spared: 0, left: 1, applied: Applied::Never, trouble: Trouble::Status(500) }
    }

    /// Strikes the next `times` requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { left: times, ..self }
    }

    /// Lets the first `requests` through before it strikes: the second page of a list, say.
    #[must_use]
    pub fn after(self, requests: u32) -> Self {
        Self { spared: requests, ..self }
    }

    /// Answers with this status: 5xx as GitHub's front end does, 401 as for a token that is not yet known everywhere,
    /// 404 as for something that is gone.
    #[must_use]
    pub fn answers(self, status: u16) -> Self {
        Self { trouble: Trouble::Status(status), ..self }
    }

    /// Ends the connection without an answer.
    #[must_use]
    pub fn resets(self) -> Self {
        Self { trouble: Trouble::Reset, ..self }
    }

    /// Says that the primary rate limit is used up and comes back in `seconds`.
    #[must_use]
    pub fn rate_limited(self, seconds: u64) -> Self {
        Self { trouble: Trouble::PrimaryLimit(seconds), ..self }
    }

    /// Says that the secondary rate limit was hit; `retry_after` in seconds if GitHub says so.
    #[must_use]
    pub fn secondary_rate_limited(self, retry_after: Option<u64>) -> Self {
        Self { trouble: Trouble::SecondaryLimit(retry_after), ..self }
    }

    /// Carries the request out first: the client is told of a failure that did not happen.
    #[must_use]
    pub fn after_the_effect(self) -> Self {
        Self { applied: Applied::First, ..self }
    }

    pub(crate) fn held(route: &str, gate: Gate) -> Self {
        Self { trouble: Trouble::Hold(gate), ..Self::on(route) }
    }

    /// Whether this fault is meant for the route.
    pub(crate) fn concerns(&self, method: &str, template: &str) -> bool {
        let Some((wanted_method, wanted)) = self.route.split_once(' ') else { return false };
        let path_fits = match wanted.strip_suffix('*') {
            Some(prefix) => template.starts_with(prefix),
            None => template == wanted,
        };
        path_fits && (wanted_method == "*" || wanted_method == method)
    }

    pub(crate) fn route(&self) -> &str {
        &self.route
    }
}

/// What happens to one request.
pub(crate) struct Struck {
    pub(crate) trouble: Trouble,
    pub(crate) carried_out: bool,
}

/// The faults that are on order.
#[derive(Default)]
pub(crate) struct Faults {
    ordered: Vec<Fault>,
    /// How many uses of a fresh installation token are refused.
    pub(crate) token_lag: u32,
}

impl Faults {
    pub(crate) fn order(&mut self, fault: Fault) {
        self.ordered.push(fault);
    }

    /// The oldest fault for this request, once.
    pub(crate) fn strike(&mut self, method: &str, template: &str) -> Option<Struck> {
        let fault = self.ordered.iter_mut().find(|fault| fault.left > 0 && fault.concerns(method, template))?;
        if fault.spared > 0 {
            fault.spared -= 1;
            return None;
        }
        fault.left -= 1;
        Some(Struck { trouble: fault.trouble.clone(), carried_out: fault.applied == Applied::First })
    }

    /// Forgets what has met no request yet.
    pub(crate) fn calm_down(&mut self) {
        self.ordered.clear();
    }

    pub(crate) fn unused(&self) -> Vec<String> {
        let unused = self.ordered.iter().filter(|fault| fault.left > 0);
        unused.map(|fault| format!("{} × fault on {}", fault.left, fault.route)).collect()
    }
}

/// Holds one request back, so that a test can look at what happens meanwhile; no test has to sleep.
#[derive(Clone)]
pub struct Gate {
    arrived: Arc<Notify>,
    open: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { arrived: Arc::new(Notify::new()), open: Arc::new(Semaphore::new(0)) }
    }

    /// Waits until the request is there.
    pub async fn reached(&self) {
        self.arrived.notified().await;
    }

    /// Lets the request go on.
    pub fn release(&self) {
        self.open.add_permits(1);
    }

    pub(crate) async fn pass(&self) {
        self.arrived.notify_one();
        // The semaphore is never closed, so the only way on is a permit.
        if let Ok(permit) = self.open.acquire().await {
            permit.forget();
        }
    }
}
