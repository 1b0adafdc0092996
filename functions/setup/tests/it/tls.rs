//! Certificates of an Enterprise Server: which are told apart, and that one's own authority is trusted for it alone.
//!
//! The certificates beside this file are of an authority that nobody trusts, made with `openssl`: good for a hundred years
//! from 2026 (`good`: localhost, `named`: ghe.example) or over since 2021 (`expired`: localhost), with one key for all.

use std::sync::Arc;

use axum::http::StatusCode;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

use crate::house::House;

const AUTHORITY: &str = include_str!("certificates/authority.pem");
const ANOTHER_AUTHORITY: &str = include_str!("certificates/another-authority.pem");
const GOOD: &str = include_str!("certificates/good.pem");
const NAMED: &str = include_str!("certificates/named.pem");
const EXPIRED: &str = include_str!("certificates/expired.pem");
const KEY: &str = include_str!("certificates/server-key.pem");

const META: &str = r#"{"verifiable_password_authentication":true,"installed_version":"3.20.1"}"#;

/// A server that answers like GitHub, with this certificate. Answers its address.
async fn server(certificate: &str) -> String {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate with its key");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config))));
    format!("https://localhost:{port}")
}

async fn serve(listener: tokio::net::TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        // A client that does not trust the certificate ends here.
        let Ok(mut stream) = acceptor.accept(stream).await else { continue };
        let mut request = vec![0; 4096];
        let Ok(_) = stream.read(&mut request).await else { continue };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            META.len()
        );
        let _ = stream.write_all(format!("{head}{META}").as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

#[tokio::test]
async fn a_servers_own_authority_is_trusted_when_it_is_given() {
    let mut house = House::opened().await;
    let address = server(GOOD).await;
    let shown = house.choose(&[("address", &address), ("private_ca", AUTHORITY)]).await;
    assert_eq!(shown.location(), "/setup/create", "{}", shown.text());
    let page = house.browser.open("/setup/create").await.text();
    assert!(page.contains("GitHub Enterprise Server 3.20.1"), "{page}");
}

#[tokio::test]
async fn a_bad_certificate_is_told_by_what_is_wrong_with_it() {
    let mut house = House::opened().await;
    for (certificate, private_ca, expected) in [
        (GOOD, "", "is from an authority that is not a public one"),
        (GOOD, ANOTHER_AUTHORITY, "is from an authority that is not a public one"),
        (EXPIRED, AUTHORITY, "has expired"),
        (NAMED, AUTHORITY, "is for another name"),
    ] {
        let address = server(certificate).await;
        let shown = house.choose(&[("address", &address), ("private_ca", private_ca)]).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(shown.html.contains(expected), "{expected}: {}", shown.text());
    }
}
