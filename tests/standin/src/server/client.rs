//! The requests that GitHub sends by itself: webhooks. The crate's own tests speak to the stand-in with it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

/// GitHub waits ten seconds for the answer to a webhook.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Posts `body` and answers with status and text, or with why there is none. Plain HTTP only: everything is loopback.
pub(crate) async fn post(url: &str, headers: &[(String, String)], body: Bytes) -> Result<(u16, String), String> {
    let answer = send("POST", url, headers, body).await?;
    Ok((answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned()))
}

/// One request of any method; its whole answer.
pub(crate) async fn send(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Bytes,
) -> Result<http::Response<Bytes>, String> {
    match tokio::time::timeout(PATIENCE, exchange(method, url, headers, body)).await {
        Ok(answer) => answer,
        Err(_) => Err("timed out".to_owned()),
    }
}

async fn exchange(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Bytes,
) -> Result<http::Response<Bytes>, String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let host = url.host_str().ok_or("the hook's address has no host")?;
    let port = url.port_or_known_default().ok_or("the hook's address has no port")?;
    let stream = TcpStream::connect((host, port)).await.map_err(|_| "failed to connect to host".to_owned())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let mut request = http::Request::builder()
        .method(method)
        .uri(url[url::Position::BeforePath..].to_owned())
        .header("host", format!("{host}:{port}"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
    let answer = async {
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await.map_err(|error| error.to_string())?;
        Ok(http::Response::from_parts(head, body.to_bytes()))
    };
    // The connection is driven only while its answer is awaited, so nothing is left running behind.
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        _ = connection => Err("the connection ended without an answer".to_owned()),
    }
}
