//! AWS's clients on the process's one HTTP client. Built once, before the first event.

use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use covermark_state::{
    Table,
    blobs::{Blobs, S3Bucket},
    queue::{Graves, SqsQueue},
    rows::dead_letter::QueueName,
    sdk_http::SdkHttp,
    vault::SecretsManager,
};
use covermark_types::Clock;
use url::Url;

use crate::{
    config::{self, ConfigError, Reader},
    credentials::Apps,
    http_client::{self, ClientError},
};

/// The variable by which every AWS SDK is pointed at another S3; the SDK itself reads those of the other services.
const S3_ENDPOINT: &str = "AWS_ENDPOINT_URL_S3";

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment is not complete.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The HTTP client cannot be built.
    #[error(transparent)]
    Http(#[from] ClientError),
    /// The private CA's file cannot be read.
    #[error("COVERMARK_CA_FILE cannot be read: {0}")]
    CaFile(std::io::Error),
    /// The environment names no region or no credentials; Lambda always sets both.
    #[error("the environment names no AWS {0}")]
    Aws(&'static str),
    /// Another S3's address cannot be read.
    #[error("AWS_ENDPOINT_URL_S3 is not an address")]
    Endpoint(#[from] url::ParseError),
    /// Storage cannot be set up.
    #[error(transparent)]
    State(#[from] covermark_state::Error),
}

/// AWS as one function sees it.
pub struct Cloud {
    sdk: SdkConfig,
    http: reqwest::Client,
}

impl Cloud {
    /// Reads region and credentials from the environment, as Lambda sets them.
    ///
    /// # Errors
    /// When the private CA named by the environment cannot be used.
    pub async fn connect() -> Result<Self, StartError> {
        let private_ca = match config::from_environment(config::CA_FILE) {
            Some(path) => Some(std::fs::read(path).map_err(StartError::CaFile)?),
            None => None,
        };
        Ok(Self::through(http_client::build(private_ca.as_deref())?).await)
    }

    /// The same through a client that is there already. Outside Lambda region and credentials may also come from a
    /// profile.
    pub async fn through(http: reqwest::Client) -> Self {
        let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(SdkHttp::new(http.clone())).load().await;
        Self { sdk, http }
    }

    /// The region that the environment or the profile names.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.sdk.region().map(AsRef::as_ref)
    }

    /// The process's HTTP client.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The table.
    #[must_use]
    pub fn table(&self, name: String) -> Table {
        Table::new(aws_sdk_dynamodb::Client::new(&self.sdk), name)
    }

    /// A queue.
    #[must_use]
    pub fn queue(&self, url: String) -> Arc<SqsQueue> {
        Arc::new(SqsQueue::new(aws_sdk_sqs::Client::new(&self.sdk), url))
    }

    /// Where queues put what they give up, each the queue with that URL.
    #[must_use]
    pub fn graves<const N: usize>(&self, queues: [(QueueName, String); N]) -> Vec<(QueueName, Arc<dyn Graves>)> {
        let grave = |url| -> Arc<dyn Graves> { self.queue(url) };
        queues.map(|(name, url)| (name, grave(url))).into()
    }

    /// The vault. `prefix` is the environment's, `covermark`; a secret's name is `covermark/gh/app`.
    #[must_use]
    pub fn vault(&self, prefix: String) -> Arc<SecretsManager> {
        let folder = format!("{}/", prefix.trim_end_matches('/'));
        Arc::new(SecretsManager::new(aws_sdk_secretsmanager::Client::new(&self.sdk), folder))
    }

    /// The connected Apps, whose secrets' names start with `prefix`, on the process's HTTP client.
    #[must_use]
    pub fn apps(&self, prefix: String, table: &Table, clock: Arc<dyn Clock>) -> Arc<Apps> {
        Arc::new(Apps::new(self.vault(prefix), table.clone(), clock, self.http.clone()))
    }

    /// The bucket.
    ///
    /// # Errors
    /// When region or credentials are missing.
    pub fn blobs(&self, bucket: String) -> Result<Blobs, StartError> {
        let region = self.sdk.region().ok_or(StartError::Aws("region"))?.to_string();
        let credentials = self.sdk.credentials_provider().ok_or(StartError::Aws("credentials"))?;
        let endpoint = config::from_environment(S3_ENDPOINT).map(|text| Url::parse(&text)).transpose()?;
        Ok(Blobs::s3(&S3Bucket { bucket, region, endpoint }, self.http.clone(), credentials)?)
    }
}

/// The values of the variables named, from the process's environment.
///
/// # Errors
/// Names every variable that is missing.
pub fn settings<const N: usize>(names: [&str; N]) -> Result<[String; N], ConfigError> {
    let mut reader = Reader::new(&config::from_environment);
    let values = names.map(|name| reader.text(name));
    reader.finish(values)
}
