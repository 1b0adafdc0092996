//! The console's parts on AWS.

use std::sync::Arc;

use covermark_service::{
    aws::StartError,
    config,
    front::Front,
    repository_hooks::{HookSecrets, RepositoryHooks},
};

use crate::{Console, doctor::Doctor};

/// The settings that [`on_aws`] takes, besides those of every function that a browser enters.
pub const ON_AWS: [&str; 4] = [config::BUCKET, config::SECRETS_PREFIX, config::SYNC_QUEUE, config::FEEDBACK_QUEUE];

/// The console on what every function that a browser enters has, with the values of [`ON_AWS`].
///
/// # Errors
/// When the bucket cannot be used.
pub fn on_aws(front: Front, [bucket, prefix, sync, feedback]: [String; 4]) -> Result<Console, StartError> {
    let blobs = front.cloud.blobs(bucket)?;
    let (sync, feedback) = (front.cloud.queue(sync), front.cloud.queue(feedback));
    let secrets = HookSecrets::new(front.cloud.vault(prefix));
    let Front { table, apps, access, public_url, clock, random, .. } = front;
    let hooks = Arc::new(RepositoryHooks {
        table: table.clone(),
        apps: apps.clone(),
        secrets,
        public_url: public_url.clone(),
        clock: clock.clone(),
        random: random.clone(),
    });
    let doctor = Arc::new(Doctor {
        table: table.clone(),
        apps: apps.clone(),
        hooks: hooks.clone(),
        public_url: Some(public_url.clone()),
        queues: vec![("sync", sync.clone()), ("feedback", feedback)],
        clock: clock.clone(),
    });
    Ok(Console { table, blobs, apps, access, hooks, doctor, sync, public_url, clock, random })
}
