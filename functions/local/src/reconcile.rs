//! `covermark sync`: one pass of making the state level with GitHub's, now, in this process.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::bail;
use async_trait::async_trait;
use covermark_state::{
    Error,
    jobs::{Job as _, SyncJob, SyncMessage},
    queue::Queue,
};
use covermark_types::Provider;

use crate::rooms::Rooms;

/// Reads every installation and its repositories from GitHub, whatever webhooks were lost. Answers a line for each
/// provider.
pub(crate) async fn once(rooms: &Rooms, only: Option<Provider>) -> anyhow::Result<Vec<String>> {
    let providers = match only {
        Some(provider) => vec![provider],
        None => rooms.connected().await?,
    };
    if providers.is_empty() {
        bail!("no GitHub App is connected yet: run `covermark credentials import --provider gh FILE` first");
    }
    let queue = Arc::new(Gathered::default());
    let sync = rooms.sync(queue.clone(), queue.clone(), Vec::new(), None);
    let mut lines = Vec::new();
    for provider in providers {
        covermark_sync::level(&sync, &SyncJob::Reconcile { provider: provider.clone() }).await?;
        while let Some(body) = queue.take() {
            covermark_sync::handle(&sync, SyncMessage::from_body(&body)?).await?;
        }
        lines.push(summary(rooms, &provider).await?);
    }
    Ok(lines)
}

async fn summary(rooms: &Rooms, provider: &Provider) -> anyhow::Result<String> {
    let installations = rooms.table.installations(provider).await?;
    let mut repositories = 0;
    for installation in &installations {
        repositories += rooms.table.repositories_of(provider, installation.id).await?.len();
    }
    let noun = if repositories == 1 { "repository" } else { "repositories" };
    let plural = if installations.len() == 1 { "" } else { "s" };
    Ok(format!("{provider}: {} installation{plural}, {repositories} {noun}", installations.len()))
}

/// The queue of a pass that does its jobs itself: a server on the same folder has the real one.
#[derive(Default)]
struct Gathered(Mutex<Vec<String>>);

impl Gathered {
    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

#[async_trait]
impl Queue for Gathered {
    async fn send(&self, body: &str, _delay: Duration) -> Result<(), Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(body.to_owned());
        Ok(())
    }
}
