//! The function's parts on AWS.

use std::sync::Arc;

use covermark_service::{
    aws::{Cloud, StartError},
    config::{self, Reader},
    repository_hooks::{HookSecrets, RepositoryHooks},
};
use covermark_state::rows::dead_letter::QueueName;
use covermark_types::{SystemClock, SystemRandom};

use crate::{Lambda, PATIENCE, Sync};

/// The settings that [`on_aws`] takes, besides the public address.
pub const ON_AWS: [&str; 6] = [
    config::TABLE,
    config::SYNC_QUEUE,
    config::FEEDBACK_QUEUE,
    config::SECRETS_PREFIX,
    config::SYNC_DEAD_LETTERS,
    config::FEEDBACK_DEAD_LETTERS,
];

/// The function on AWS, with the values of [`ON_AWS`].
///
/// # Errors
/// When AWS cannot be used, or the public address is none.
pub async fn on_aws(settings: [String; 6]) -> Result<Lambda, StartError> {
    let [table, sync, feedback, prefix, sync_dead, feedback_dead] = settings;
    let mut reader = Reader::new(&config::from_environment);
    let public_url = reader.public_url();
    reader.finish(())?;
    let (cloud, clock) = (Cloud::connect().await?, Arc::new(SystemClock));
    let (table, queue, feedback) = (cloud.table(table), cloud.queue(sync), cloud.queue(feedback));
    let apps = cloud.apps(prefix.clone(), &table, clock.clone());
    let graves = cloud.graves([(QueueName::Sync, sync_dead), (QueueName::Feedback, feedback_dead)]);
    let hooks = Arc::new(RepositoryHooks {
        table: table.clone(),
        apps: apps.clone(),
        // No secret is made here, and the function may not read the key: it takes hooks away and makes none.
        secrets: HookSecrets::new(cloud.vault(prefix)),
        public_url,
        clock: clock.clone(),
        random: Arc::new(SystemRandom),
    });
    let hooks = Some(hooks);
    let app = Sync { table, apps, sync: queue.clone(), feedback, graves, hooks, patience: PATIENCE, clock };
    Ok(Lambda { app, queue })
}
