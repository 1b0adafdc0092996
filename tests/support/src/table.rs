//! The table: a real DynamoDB API in memory, on loopback, reached by the real SDK.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use covermark_state::{Table, sdk_http::SdkHttp};
use tokio::net::TcpListener;

/// An HTTP client without a single root: loopback speaks plain HTTP, and nothing else may be reached.
#[must_use]
pub fn http() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
    builder.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// A fresh table of its own; its server ends with the test's runtime.
pub async fn table() -> Table {
    served_table().await.0
}

/// The same, and where it is served, for processes of their own.
pub async fn served_table() -> (Table, String) {
    let database = dynoxide::Database::memory().expect("a database");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(&endpoint)
        .http_client(SdkHttp::new(http()))
        .build();
    let table = Table::new(aws_sdk_dynamodb::Client::from_conf(config), "covermark");
    table.create_if_missing().await.expect("a table");
    (table, endpoint)
}
