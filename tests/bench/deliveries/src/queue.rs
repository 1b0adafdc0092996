//! A fake SQS for senders: takes messages over AWS's JSON protocol and hands them on in this process.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::Context as _;
use covermark_bench::http::{Handler, Request, Response, serve};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The queues, all in one.
pub(crate) struct Queue {
    messages: UnboundedSender<String>,
    sent: AtomicU64,
}

impl Queue {
    /// Serves until the process ends; what is sent comes out of the receiver.
    pub(crate) fn start() -> anyhow::Result<(SocketAddr, UnboundedReceiver<String>)> {
        let (messages, received) = unbounded_channel();
        let address = serve(Arc::new(Self { messages, sent: AtomicU64::new(0) })).context("no loopback port")?;
        Ok((address, received))
    }
}

impl Handler for Queue {
    fn handle(&self, request: Request) -> Option<Response> {
        if request.header("x-amz-target") != Some("AmazonSQS.SendMessage") {
            let body = json!({"__type": "com.amazonaws.sqs#UnsupportedOperation", "message": "messages are sent here"});
            return Some(Response::json(400, &body));
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let message = body["MessageBody"].as_str().unwrap_or_default().to_owned();
        if self.messages.send(message).is_err() {
            return Some(Response::json(500, &json!({"__type": "InternalError", "message": "nobody listens"})));
        }
        let id = self.sent.fetch_add(1, Ordering::Relaxed);
        Some(Response::json(200, &json!({"MessageId": format!("00000000-0000-4000-8000-{id:012x}")})))
    }
}
