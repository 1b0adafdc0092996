//! A clock that the story moves, a queue that goes by it, and a queue and a bucket that refuse.

use std::sync::{Arc, Mutex};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use covermark_state::{
    Error,
    blobs::{Blobs, S3Bucket},
    queue::Queue,
};
use covermark_types::{Clock, Timestamp};
use jiff::SignedDuration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(crate) fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().expect("a time"))))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        *self.0.lock().expect("unpoisoned") += SignedDuration::from_secs(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("unpoisoned")
    }
}

/// A queue whose messages become due by the story's clock.
pub(crate) struct TestQueue {
    clock: Arc<TestClock>,
    waiting: Mutex<Vec<(Timestamp, String)>>,
}

#[async_trait::async_trait]
impl Queue for TestQueue {
    async fn send(&self, body: &str, delay: std::time::Duration) -> Result<(), Error> {
        self.waiting.lock().expect("unpoisoned").push((self.clock.now() + delay, body.to_owned()));
        Ok(())
    }
}

impl TestQueue {
    pub(crate) fn new(clock: Arc<TestClock>) -> Arc<Self> {
        Arc::new(Self { clock, waiting: Mutex::default() })
    }

    /// How many messages there are, due or not.
    pub(crate) fn len(&self) -> usize {
        self.waiting.lock().expect("unpoisoned").len()
    }

    /// Takes the messages whose time has come.
    pub(crate) fn due(&self) -> Vec<String> {
        let now = self.clock.now();
        let mut waiting = self.waiting.lock().expect("unpoisoned");
        let (due, later) = waiting.drain(..).partition(|(at, _)| *at <= now);
        *waiting = later;
        due.into_iter().map(|(_, body): (Timestamp, String)| body).collect()
    }
}

/// A queue that is down.
pub(crate) struct NoQueue;

#[async_trait::async_trait]
impl Queue for NoQueue {
    async fn send(&self, _: &str, _: std::time::Duration) -> Result<(), Error> {
        Err(Error::Unavailable { what: "SQS SendMessage", source: "it is down".into() })
    }
}

/// A bucket in which nothing may be read or written.
pub(crate) async fn forbidden_bucket() -> Blobs {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 16 * 1024]).await;
            let body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
            let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    let endpoint = Some(endpoint.parse().expect("an address"));
    let bucket = S3Bucket { bucket: "reports".to_owned(), region: "eu-west-1".to_owned(), endpoint };
    let http = covermark_service::http_client::build(None).expect("a client");
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "tests");
    Blobs::s3(&bucket, http, SharedCredentialsProvider::new(credentials)).expect("a bucket")
}
