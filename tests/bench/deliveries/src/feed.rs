//! The fake Runtime API of many instances that share their work, as Lambda gives every concurrent delivery an instance of
//! its own.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Barrier, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use covermark_bench::http::{Handler, Request, Response, serve};

/// Where events come from, and where answers go.
pub(crate) trait Work: Send + Sync + 'static {
    /// The event of this number; `None` when there are no more.
    fn event(&self, number: usize) -> Option<Vec<u8>>;
    /// What was answered to it; an error ends the measurement.
    fn answered(&self, number: usize, answer: &[u8]) -> anyhow::Result<()>;
}

#[derive(Default)]
struct Session {
    /// Event handed out → response posted.
    times: Vec<Duration>,
    failure: Option<String>,
    /// How many are answered, those that are not counted among them.
    answered: usize,
    /// When counting began.
    first: Option<Instant>,
    last: Option<Instant>,
}

/// What all instances share.
pub(crate) struct Feed {
    work: Arc<dyn Work>,
    next: AtomicUsize,
    total: usize,
    /// So many of them are answered before counting begins: engines that compile while they run get time for it.
    warm: usize,
    /// None gets anything before all are there.
    start: Barrier,
    session: Mutex<Session>,
    changed: Condvar,
}

/// One instance's Runtime API.
struct Instance {
    feed: Arc<Feed>,
    under_way: Mutex<Option<(usize, Instant)>>,
    started: AtomicBool,
}

/// What was measured.
pub(crate) struct Fed {
    pub(crate) all: Duration,
    pub(crate) times: Vec<Duration>,
}

impl Feed {
    /// Hands out `total` events to so many instances, a tenth of them (a thousand at most) before counting begins.
    pub(crate) fn new(work: Arc<dyn Work>, total: usize, instances: usize) -> Arc<Self> {
        Arc::new(Self {
            work,
            next: AtomicUsize::new(0),
            total,
            warm: (total / 10).min(1_000),
            start: Barrier::new(instances),
            session: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// The Runtime API of a further instance.
    pub(crate) fn instance(self: &Arc<Self>) -> anyhow::Result<SocketAddr> {
        serve(Arc::new(Instance { feed: self.clone(), under_way: Mutex::default(), started: AtomicBool::new(false) }))
            .context("no loopback port")
    }

    /// Waits until all is answered.
    ///
    /// # Errors
    /// When an instance fails, an answer is wrong, or it takes longer than `patience`.
    pub(crate) fn wait(&self, patience: Duration) -> anyhow::Result<Fed> {
        let unfinished = |session: &mut Session| session.failure.is_none() && session.answered < self.total;
        let waited = self.changed.wait_timeout_while(self.session(), patience, unfinished);
        let (mut session, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &session.failure {
            bail!("{failure}");
        }
        let (Some(first), Some(last)) = (session.first, session.last) else { bail!("no poll within {patience:?}") };
        if session.answered < self.total {
            bail!("only {} of {} answers within {patience:?}", session.answered, self.total);
        }
        Ok(Fed { all: last - first, times: std::mem::take(&mut session.times) })
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, failure: String) {
        self.session().failure.get_or_insert(failure);
        self.changed.notify_all();
    }
}

impl Instance {
    fn next(&self) -> Option<Response> {
        if !self.started.swap(true, Ordering::Relaxed) {
            self.feed.start.wait();
        }
        let number = self.feed.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.feed.total {
            return None;
        }
        let body = self.feed.work.event(number)?;
        let now = Instant::now();
        if self.feed.warm == 0 {
            self.feed.session().first.get_or_insert(now);
        }
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, now));
        Some(Response { status: 200, headers: headers(), body })
    }

    fn answered(&self, body: &[u8]) {
        let now = Instant::now();
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((number, sent)) = under_way else { return self.feed.fail("an answer to nothing".to_owned()) };
        if let Err(error) = self.feed.work.answered(number, body) {
            return self.feed.fail(format!("{error:#}"));
        }
        let mut session = self.feed.session();
        session.answered += 1;
        session.last = Some(now);
        if session.answered > self.feed.warm {
            session.times.push(now - sent);
        } else if session.answered == self.feed.warm {
            session.first = Some(now);
        }
        if session.answered >= self.feed.total {
            self.feed.changed.notify_all();
        }
    }
}

impl Handler for Instance {
    fn handle(&self, request: Request) -> Option<Response> {
        let done = |status| Some(Response { status, headers: Vec::new(), body: Vec::new() });
        match (request.method.as_str(), request.path.rsplit('/').next().unwrap_or_default()) {
            ("GET", "next") => self.next(),
            ("POST", "response") => {
                self.answered(&request.body);
                done(202)
            }
            ("POST", "error") => {
                self.feed.fail(format!("the function reported: {}", String::from_utf8_lossy(&request.body)));
                done(202)
            }
            _ => done(404),
        }
    }
}

fn headers() -> Vec<(&'static str, String)> {
    vec![
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        // Year 2100: no runtime may think that it is late.
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:bench".to_owned()),
    ]
}
