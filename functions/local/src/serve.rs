//! `covermark serve`: everything in one process, until it is asked to end.

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::Context as _;
use covermark_service::access::InstanceRules;
use covermark_types::Secret;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use url::Url;

use crate::{
    house::{House, Settings},
    upkeep, workers,
};

/// A server that runs.
pub struct Running {
    /// The address it listens on.
    pub address: SocketAddr,
    /// The address that people and CI jobs were told.
    pub public_url: Url,
    /// What it is made of.
    pub house: Arc<House>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// How to start.
pub struct Start<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the world reaches us, if not at the listening address.
    pub public_url: Option<Url>,
    /// A token that may upload for every repository.
    pub global_upload_token: Option<Secret>,
    /// The limits and liberties of uploads.
    pub uploads: covermark_upload::Settings,
    /// Who may sign in, and who administers.
    pub rules: InstanceRules,
    /// PEM text of a private certificate authority.
    pub private_ca: Option<Vec<u8>>,
}

impl Running {
    /// Opens the data folder, starts the queues' workers, asks for the upkeep, then takes requests: who is
    /// answered finds everything ready.
    pub async fn start(start: Start<'_>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(start.listen)
            .await
            .with_context(|| format!("cannot listen on {}; is another Covermark running there?", start.listen))?;
        let address = listener.local_addr()?;
        let public_url = match start.public_url {
            Some(url) => url,
            None => Url::parse(&format!("http://{address}"))?,
        };
        let settings = Settings {
            public_url: public_url.clone(),
            global_upload_token: start.global_upload_token,
            uploads: start.uploads,
            rules: start.rules,
            private_ca: start.private_ca,
        };
        let house = Arc::new(House::open(start.data, &settings).await?);
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(workers::run(house.clone(), stopped.clone())),
            tokio::spawn(upkeep::regularly(house.clone(), stopped.clone())),
            tokio::spawn(listen(listener, house.clone(), stopped)),
        ];
        Ok(Self { address, public_url, house, stop, tasks })
    }

    /// Waits until everything that was asked for is done: nothing is left in the queues but what was put off for long.
    pub async fn settled(&self) {
        let House { sync_queue, feedback_queue, .. } = &*self.house;
        // `sync` may hand work to `feedback`, and does so before its own message is gone.
        while sync_queue.unsettled() + feedback_queue.unsettled() > 0 {
            sync_queue.drained().await;
            feedback_queue.drained().await;
        }
    }

    /// Takes no more requests, finishes what is under way, closes the database.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(cause = %error, "a part did not end cleanly");
            }
        }
        match Arc::try_unwrap(self.house) {
            Ok(house) => house.close().await,
            Err(_) => tracing::debug!("somebody still holds the house; the database ends with the process"),
        }
    }
}

async fn listen(listener: TcpListener, house: Arc<House>, mut stop: watch::Receiver<bool>) {
    let served = axum::serve(listener, house.router()).with_graceful_shutdown(async move {
        // An error means that the sender is gone, which is the same wish.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    if let Err(error) = served.await {
        tracing::error!(cause = %error, "the server ended");
    }
}
