//! A fake of Lambda's Runtime API (version 2018-06-01) for one function process: hands out the same event a given number
//! of times and takes the time. It measures where the real one does: from the poll to the posted response.

use std::{
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use covermark_bench::http::{Handler, Request, Response, serve};

/// What one process did.
#[derive(Default)]
struct Session {
    first_poll: Option<Instant>,
    sent: Option<Instant>,
    /// Event handed out → response posted, in order.
    invocations: Vec<Duration>,
    last_response: Vec<u8>,
    /// What the function reported as its failure, if it did.
    failure: Option<String>,
}

/// The fake, and what it has seen so far.
pub(crate) struct RuntimeApi {
    event: Vec<u8>,
    /// How many times the event is handed out; the poll after the last one is left waiting.
    rounds: usize,
    session: Mutex<Session>,
    changed: Condvar,
}

impl RuntimeApi {
    /// Starts one on a port of its own.
    pub(crate) fn start(event: Vec<u8>, rounds: usize) -> anyhow::Result<(Arc<Self>, SocketAddr)> {
        let api = Arc::new(Self { event, rounds, session: Mutex::default(), changed: Condvar::new() });
        let address = serve(api.clone()).context("no loopback port")?;
        Ok((api, address))
    }

    /// Waits until every round is done.
    ///
    /// # Errors
    /// When the function reports a failure, or is not done within `patience`.
    pub(crate) fn wait(&self, patience: Duration) -> anyhow::Result<Finished> {
        let unfinished = |session: &mut Session| session.failure.is_none() && session.invocations.len() < self.rounds;
        let (session, _) = self
            .changed
            .wait_timeout_while(self.session(), patience, unfinished)
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &session.failure {
            bail!("the function reported: {failure}");
        }
        let Some(first_poll) = session.first_poll else { bail!("no poll within {patience:?}") };
        if session.invocations.len() < self.rounds {
            bail!("only {} of {} responses within {patience:?}", session.invocations.len(), self.rounds);
        }
        let (invocations, response) = (session.invocations.clone(), session.last_response.clone());
        Ok(Finished { first_poll, invocations, response })
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Response> {
        let now = Instant::now();
        let mut session = self.session();
        session.first_poll.get_or_insert(now);
        if session.invocations.len() >= self.rounds {
            return None;
        }
        let response = Response { status: 200, headers: invocation_headers(), body: self.event.clone() };
        session.sent = Some(Instant::now());
        Some(response)
    }

    fn answered(&self, body: Vec<u8>) -> Response {
        let now = Instant::now();
        let mut session = self.session();
        if let Some(sent) = session.sent.take() {
            session.invocations.push(now - sent);
        }
        session.last_response = body;
        self.changed.notify_all();
        Response { status: 202, headers: Vec::new(), body: Vec::new() }
    }

    fn failed(&self, body: &[u8]) -> Response {
        self.session().failure = Some(String::from_utf8_lossy(body).into_owned());
        self.changed.notify_all();
        Response { status: 202, headers: Vec::new(), body: Vec::new() }
    }
}

impl Handler for RuntimeApi {
    fn handle(&self, request: Request) -> Option<Response> {
        match (request.method.as_str(), request.path.rsplit('/').next().unwrap_or_default()) {
            ("GET", "next") => self.next(),
            ("POST", "response") => Some(self.answered(request.body)),
            ("POST", "error") => Some(self.failed(&request.body)),
            _ => Some(Response { status: 404, headers: Vec::new(), body: Vec::new() }),
        }
    }
}

/// What was measured of one process that did all its rounds.
pub(crate) struct Finished {
    /// When the first poll came in.
    pub(crate) first_poll: Instant,
    /// Event handed out → response posted, in order.
    pub(crate) invocations: Vec<Duration>,
    /// The body of the last response.
    pub(crate) response: Vec<u8>,
}

fn invocation_headers() -> Vec<(&'static str, String)> {
    vec![
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        // Year 2100: no runtime may think that it is late.
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:bench".to_owned()),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpStream,
    };

    use super::*;

    fn send(stream: &mut TcpStream, request: &str) -> String {
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).expect("answered");
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    const POLL: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";

    #[test]
    fn the_event_is_handed_out_as_often_as_asked_for_and_each_answer_is_timed() {
        let (api, address) = RuntimeApi::start(b"{\"a\":1}".to_vec(), 2).expect("a port");
        let mut stream = TcpStream::connect(address).expect("connected");
        for _ in 0..2 {
            assert!(send(&mut stream, POLL).ends_with("{\"a\":1}"));
            let post = "POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nContent-Length: 2\r\n\r\nok";
            assert!(send(&mut stream, post).starts_with("HTTP/1.1 202 "));
        }
        let finished = api.wait(Duration::from_secs(5)).expect("both rounds");
        assert_eq!((finished.invocations.len(), finished.response.as_slice()), (2, b"ok".as_slice()));
    }

    #[test]
    fn a_function_that_reports_a_failure_is_not_waited_for() {
        let (api, address) = RuntimeApi::start(Vec::new(), 1).expect("a port");
        let mut stream = TcpStream::connect(address).expect("connected");
        send(&mut stream, "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nContent-Length: 4\r\n\r\nboom");
        let failure = api.wait(Duration::from_secs(5)).err().expect("a failure");
        assert_eq!(failure.to_string(), "the function reported: boom");
    }
}
