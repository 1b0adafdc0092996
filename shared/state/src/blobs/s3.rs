//! S3 through the process's one HTTP client and the SDK's own credentials.
//!
//! `object_store` would look for credentials by itself, in fewer places than the SDK does, and with a client of its own.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use object_store::{
    ClientOptions, CredentialProvider, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AwsCredential},
    client::{HttpClient, HttpConnector},
};
use url::Url;

use super::sort;
use crate::Error;

/// A function lives for seconds: what S3 does not give in this time is the queue's to try again.
const RETRIES: usize = 3;
const RETRY_TIMEOUT: Duration = Duration::from_secs(15);

/// Which bucket.
#[derive(Clone, Debug)]
pub struct S3Bucket {
    /// Its name.
    pub bucket: String,
    /// Its region, for the signatures.
    pub region: String,
    /// Another S3 than AWS's, reached by path (`{endpoint}/{bucket}/{key}`); plain HTTP is allowed there.
    pub endpoint: Option<Url>,
}

pub(super) fn store(
    bucket: &S3Bucket,
    http: reqwest::Client,
    credentials: SharedCredentialsProvider,
) -> Result<AmazonS3, Error> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.bucket)
        .with_region(&bucket.region)
        .with_credentials(Arc::new(Credentials(credentials)))
        .with_http_connector(Shared(http))
        .with_retry(RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() });
    builder = match &bucket.endpoint {
        None => builder.with_virtual_hosted_style_request(true),
        Some(endpoint) => builder
            .with_endpoint(endpoint.as_str().trim_end_matches('/'))
            .with_allow_http(true)
            .with_virtual_hosted_style_request(false),
    };
    builder.build().map_err(|error| sort("configuring the bucket", error))
}

/// The SDK's provider, which caches and renews: a function's environment credentials change while it lives.
#[derive(Debug)]
struct Credentials(SharedCredentialsProvider);

#[async_trait]
impl CredentialProvider for Credentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let found = self.0.provide_credentials().await;
        let found = found.map_err(|error| object_store::Error::Unauthenticated {
            path: "AWS credentials".to_owned(),
            source: error.into(),
        })?;
        Ok(Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(ToOwned::to_owned),
        }))
    }
}

/// Hands out the one client, whatever options are asked for: timeouts and TLS are set where it is made.
#[derive(Debug)]
struct Shared(reqwest::Client);

impl HttpConnector for Shared {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}
