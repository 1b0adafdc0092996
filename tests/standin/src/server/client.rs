//! The one request that GitHub sends by itself: a webhook.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

/// GitHub waits ten seconds for the answer to a webhook.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 64 * 1024;

/// Posts `body` and answers with status and text, or with why there is none. Plain HTTP only: everything is loopback.
pub(crate) async fn post(url: &str, headers: &[(String, String)], body: Bytes) -> Result<(u16, String), String> {
    match tokio::time::timeout(PATIENCE, exchange(url, headers, body)).await {
        Ok(answer) => answer,
        Err(_) => Err("timed out".to_owned()),
    }
}

async fn exchange(url: &str, headers: &[(String, String)], body: Bytes) -> Result<(u16, String), String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let host = url.host_str().ok_or("the hook's address has no host")?;
    let port = url.port_or_known_default().ok_or("the hook's address has no port")?;
    let stream = TcpStream::connect((host, port)).await.map_err(|_| "failed to connect to host".to_owned())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let mut request =
        http::Request::post(url[url::Position::BeforePath..].to_owned()).header("host", format!("{host}:{port}"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
    let answer = async {
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        let text = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()).unwrap_or_default();
        Ok((status, text))
    };
    // The connection is driven only while its answer is awaited, so nothing is left running behind.
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        _ = connection => Err("the connection ended without an answer".to_owned()),
    }
}
