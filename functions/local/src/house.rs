//! All functions in one process: the same libraries that run on Lambda, on parts that need no AWS. The table is a real
//! DynamoDB API on a SQLite file, reached by the same SDK; queues, vault and reports are folders.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{Router, middleware};
use covermark_console::{Console, doctor::Doctor};
use covermark_feedback::Feedback;
use covermark_oauth::OAuth;
use covermark_service::{
    access::{Access, InstanceRules, Parts},
    config, problem,
    repository_hooks::{HookSecrets, RepositoryHooks},
    webhook_secrets::WebhookSecrets,
};
use covermark_setup::{Reach, Setup};
use covermark_state::{
    blobs::Blobs,
    queue::{Graves, LocalQueue},
    rows::dead_letter::QueueName,
};
use covermark_sync::Sync;
use covermark_types::Secret;
use covermark_upload::{Proofs, Upload};
use covermark_webhook::Webhook;
use url::Url;

use crate::{blob_store, prefix, rooms::Rooms};

/// The bucket's name in events: reports lie in a folder, and direct invocations may name it.
pub(crate) const BUCKET: &str = "local";

/// What differs from one start to the next.
pub struct Settings {
    /// Where the world reaches us.
    pub public_url: Url,
    /// A token that may upload for every repository.
    pub global_upload_token: Option<Secret>,
    /// The limits and liberties of uploads.
    pub uploads: covermark_upload::Settings,
    /// Who may sign in, and who administers.
    pub rules: InstanceRules,
    /// PEM text of a private certificate authority.
    pub private_ca: Option<Vec<u8>>,
}

/// How long a job has before its message is handed out again. No job takes a fraction of it; a worker that died gives its
/// message back with the next start anyway.
const VISIBILITY: Duration = Duration::from_secs(6 * 60);

/// Every function, wired.
pub struct House {
    /// The parts that commands share.
    pub rooms: Rooms,
    /// What `sync` drains.
    pub sync_queue: Arc<LocalQueue>,
    /// What `feedback` drains.
    pub feedback_queue: Arc<LocalQueue>,
    /// The `sync` function.
    pub sync: Arc<Sync>,
    /// The `feedback` function.
    pub feedback: Arc<Feedback>,
    /// The webhooks of repositories' own.
    pub hooks: Arc<RepositoryHooks>,
    router: Router,
}

impl House {
    /// Wires the functions to the rooms, as the template does on AWS. The queues belong to one server at a time.
    pub async fn open(data: &Path, settings: &Settings) -> anyhow::Result<Self> {
        let rooms = Rooms::in_folder(data, settings.private_ca.as_deref()).await?;
        let (clock, random) = (rooms.clock.clone(), rooms.random.clone());
        HookSecrets::ensure_key(rooms.vault.as_ref(), random.as_ref()).await?;
        let slots = blob_store::slot_key(rooms.vault.as_ref(), random.as_ref()).await?;
        let blobs = Blobs::folder(&data.join("blobs"), settings.public_url.clone(), &slots)?;
        let queue = |name: &str| LocalQueue::open(data.join("queues").join(name), clock.clone(), VISIBILITY);
        let (sync_queue, feedback_queue) = (Arc::new(queue("sync")?), Arc::new(queue("feedback")?));
        let graves: Vec<(QueueName, Arc<dyn Graves>)> =
            vec![(QueueName::Sync, sync_queue.clone()), (QueueName::Feedback, feedback_queue.clone())];
        let hooks = Arc::new(RepositoryHooks {
            table: rooms.table.clone(),
            apps: rooms.apps.clone(),
            secrets: HookSecrets::new(rooms.vault.clone()),
            public_url: settings.public_url.clone(),
            clock: clock.clone(),
            random: random.clone(),
        });
        let sync = Arc::new(rooms.sync(sync_queue.clone(), feedback_queue.clone(), graves, Some(hooks.clone())));
        let feedback = Arc::new(Feedback {
            table: rooms.table.clone(),
            blobs: blobs.clone(),
            apps: rooms.apps.clone(),
            queue: feedback_queue.clone(),
            public_url: settings.public_url.clone(),
            bucket: BUCKET.to_owned(),
            clock: clock.clone(),
            random: random.clone(),
        });
        let webhook = Webhook {
            table: rooms.table.clone(),
            sync: sync_queue.clone(),
            secrets: WebhookSecrets::new(rooms.vault.clone(), rooms.table.clone(), clock.clone()),
            hooks: HookSecrets::new(rooms.vault.clone()),
            clock: clock.clone(),
        };
        let upload = Upload {
            table: rooms.table.clone(),
            blobs: blobs.clone(),
            feedback: feedback_queue.clone(),
            apps: rooms.apps.clone(),
            public_url: settings.public_url.clone(),
            global_token: settings.global_upload_token.clone(),
            settings: settings.uploads.clone(),
            proofs: Proofs::new(clock.clone()),
            clock: clock.clone(),
            random: random.clone(),
        };
        let access = Access::new(Parts {
            table: rooms.table.clone(),
            apps: rooms.apps.clone(),
            vault: rooms.vault.clone(),
            rules: settings.rules.clone(),
            public_url: settings.public_url.clone(),
            clock: clock.clone(),
            random: random.clone(),
        });
        let oauth = OAuth {
            table: rooms.table.clone(),
            apps: rooms.apps.clone(),
            access: access.clone(),
            public_url: settings.public_url.clone(),
            clock: clock.clone(),
            random: random.clone(),
        };
        // On a laptop the private network is the one that this machine lives in.
        let reach = Reach { private: true, this_machine: config::is_loopback(&settings.public_url) };
        let setup = Setup {
            table: rooms.table.clone(),
            vault: rooms.vault.clone(),
            apps: rooms.apps.clone(),
            public_url: settings.public_url.clone(),
            reach,
            access: access.clone(),
            clock: clock.clone(),
            random: random.clone(),
        };
        let doctor = Arc::new(Doctor {
            table: rooms.table.clone(),
            apps: rooms.apps.clone(),
            hooks: hooks.clone(),
            public_url: Some(settings.public_url.clone()),
            queues: vec![("sync", sync_queue.clone()), ("feedback", feedback_queue.clone())],
            clock: clock.clone(),
        });
        let console = Console {
            table: rooms.table.clone(),
            blobs: blobs.clone(),
            apps: rooms.apps.clone(),
            access,
            hooks: hooks.clone(),
            doctor,
            sync: sync_queue.clone(),
            public_url: settings.public_url.clone(),
            clock: clock.clone(),
            random,
        };
        let store =
            blob_store::BlobStore { table: rooms.table.clone(), blobs, feedback: feedback_queue.clone(), clock };
        let at_the_root = Router::new()
            .merge(covermark_console::routes(Arc::new(console)))
            .merge(covermark_webhook::routes(Arc::new(webhook)))
            .merge(covermark_setup::routes(Arc::new(setup)))
            .merge(covermark_oauth::router(Arc::new(oauth)))
            .merge(blob_store::routes(Arc::new(store)));
        // `upload` reads the path itself: its clients' doubled slashes are beyond what can be stripped.
        let router = Router::new()
            .fallback_service(prefix::also_below(settings.public_url.path(), at_the_root))
            .layer(middleware::from_fn_with_state(Arc::new(upload), covermark_upload::intercept))
            .layer(middleware::from_fn(problem::request_id));
        Ok(Self { rooms, sync_queue, feedback_queue, sync, feedback, hooks, router })
    }

    /// Ends the database cleanly.
    pub async fn close(self) {
        self.rooms.close().await;
    }

    /// All routes.
    pub fn router(&self) -> Router {
        self.router.clone()
    }
}
