//! The AWS SDK's HTTP calls over the process's one `reqwest::Client`.
//!
//! One connection pool, one TLS stack and one set of roots for AWS and GitHub; without this the SDK brings a second
//! of each, and four fifths of a cold start go into loading certificates twice.

use std::{error::Error as _, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;

/// Gives a `reqwest::Client` to the SDK: `.http_client(SdkHttp::new(client))`.
#[derive(Clone, Debug)]
pub struct SdkHttp(reqwest::Client);

impl SdkHttp {
    /// Wraps `client`. Its own connect timeout holds: a pool has one connector, so the SDK's connect timeout
    /// cannot be applied here call by call.
    #[must_use]
    pub fn new(client: reqwest::Client) -> Self {
        Self(client)
    }
}

impl HttpClient for SdkHttp {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { client: self.0.clone(), read_timeout: settings.read_timeout() })
    }
}

#[derive(Debug)]
struct Connector {
    client: reqwest::Client,
    /// From the request's start to the response's head, by the SDK's definition.
    read_timeout: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.client.clone();
        let read_timeout = self.read_timeout;
        HttpConnectorFuture::new(async move {
            let answer = send(&client, request);
            match read_timeout {
                None => answer.await,
                Some(limit) => match tokio::time::timeout(limit, answer).await {
                    Ok(answered) => answered,
                    Err(elapsed) => Err(ConnectorError::timeout(elapsed.into())),
                },
            }
        })
    }
}

async fn send(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    // Bodies that are in memory stay retryable for reqwest; the SDK's streams are passed on as streams.
    let body = match body.bytes() {
        Some(bytes) => reqwest::Body::from(bytes::Bytes::copy_from_slice(bytes)),
        None => reqwest::Body::wrap(body),
    };
    let request = reqwest::Request::try_from(http::Request::from_parts(parts, body))
        .map_err(|error| ConnectorError::user(error.into()))?;
    let response = http::Response::from(client.execute(request).await.map_err(sort)?);
    HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
        .map_err(|error| ConnectorError::other(error.into(), None))
}

fn sort(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        return ConnectorError::timeout(error.into());
    }
    if error.is_builder() {
        return ConnectorError::user(error.into());
    }
    let io = error.is_connect() || error.is_request() || error.is_body() || error.source().is_some();
    if io { ConnectorError::io(error.into()) } else { ConnectorError::other(error.into(), None) }
}
