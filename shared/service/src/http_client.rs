//! The one HTTP client of a process: GitHub and the AWS SDK share its connections, its TLS configuration and its roots.
//!
//! Roots are Mozilla's, compiled in: reading the system's store costs 9 to 10 ms of every cold start. A private
//! certificate authority (GitHub Enterprise Server) is added by `COVERMARK_CA_FILE`.

use std::{net::SocketAddr, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// Time to open a connection, TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time between two pieces of an answer. Whole requests are bounded by their callers.
pub const READ_TIMEOUT: Duration = Duration::from_secs(20);
/// How long an idle connection is kept: just under the 60 s after which AWS and GitHub close theirs.
pub const POOL_IDLE: Duration = Duration::from_secs(50);

/// Why the client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The private CA file holds no certificate that can be read.
    #[error("the private CA file holds no PEM certificate that can be read: {0}")]
    PrivateCa(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    Build(#[from] reqwest::Error),
}

/// Builds the process's client. `private_ca` is PEM text of certificates to trust besides the public ones.
///
/// # Errors
/// When the private CA cannot be read; the rest fails only on a broken build.
pub fn build(private_ca: Option<&[u8]>) -> Result<reqwest::Client, ClientError> {
    Ok(builder(private_ca)?.build()?)
}

/// A client that reaches `host` at `addresses` and nowhere else: a name that was looked up and found fit to be asked must
/// not mean another machine a moment later.
///
/// # Errors
/// As [`build`].
pub fn build_pinned(
    private_ca: Option<&[u8]>,
    host: &str,
    addresses: &[SocketAddr],
) -> Result<reqwest::Client, ClientError> {
    Ok(builder(private_ca)?.resolve_to_addrs(host, addresses).build()?)
}

fn builder(private_ca: Option<&[u8]>) -> Result<reqwest::ClientBuilder, ClientError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = private_ca {
        add_private_ca(&mut roots, pem)?;
    }
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent("covermark")
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        // No answer may send us to an address that a stranger chose: who may follow what is decided by the caller.
        .redirect(reqwest::redirect::Policy::none()))
}

fn add_private_ca(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), ClientError> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ClientError::PrivateCa(error.to_string()))?;
    if certificates.is_empty() {
        return Err(ClientError::PrivateCa("it holds none".to_owned()));
    }
    for certificate in certificates {
        roots.add(certificate)?;
    }
    Ok(())
}
