//! The embedded DynamoDB: the real protocol on loopback, on a SQLite file, so that the code which runs on AWS runs here
//! as it is. It checks no signatures: whoever has an account on this machine reaches it while it runs (README,
//! "Operating it").

use std::path::Path;

use anyhow::Context as _;
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use covermark_state::{Table, sdk_http::SdkHttp};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::private;

const TABLE: &str = "covermark";

/// The running database.
pub(crate) struct Database {
    endpoint: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), String>>,
}

impl Database {
    /// Opens the file and serves it on a free port of this machine alone.
    pub(crate) async fn open(file: &Path) -> anyhow::Result<Self> {
        private::database(file).with_context(|| format!("the database {} cannot be opened", file.display()))?;
        let path = file.to_str().context("the data folder's path is not UTF-8")?;
        let database = dynoxide::Database::new(path)
            .map_err(|error| anyhow::anyhow!("the database {path} cannot be opened: {error}"))?;
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port on this machine")?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, async {
            // The sender dropped means the same: the process ends.
            let _ = stopped.await;
        }));
        Ok(Self { endpoint, stop, task })
    }

    /// The table, through the real SDK.
    pub(crate) fn table(&self, http: &reqwest::Client) -> Table {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::from_keys("local", "local", None))
            .endpoint_url(&self.endpoint)
            .http_client(SdkHttp::new(http.clone()))
            .build();
        Table::new(aws_sdk_dynamodb::Client::from_conf(config), TABLE)
    }

    /// Ends the server after what it is doing.
    pub(crate) async fn close(self) {
        let _ = self.stop.send(());
        let ended = match self.task.await {
            Ok(ended) => ended,
            Err(error) => Err(error.to_string()),
        };
        if let Err(cause) = ended {
            tracing::error!(cause, "the database did not end cleanly");
        }
    }
}
