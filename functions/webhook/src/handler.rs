//! `POST /webhooks/{provider}`, from raw bytes to the answer.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use covermark_github::webhook::{Delivery, Event, HookTarget, Refused, Verified, verify};
use covermark_service::{
    body::{self, BodyError},
    credentials::CredentialsError,
    hints::{self, Hinted},
    problem::{Chain, Problem},
    repository_hooks::HookSecrets,
    webhook_secrets::WebhookSecrets,
};
use covermark_state::{
    Table,
    jobs::{Job as _, SyncJob, SyncMessage},
    queue::Queue,
    rows::{
        delivery::{DeliveryOutcome, Received},
        provider::Ping,
    },
};
use covermark_types::{Clock, Provider};

use crate::own_hook::{self, OwnHook};

/// The largest delivery that is read, in bytes: GitHub does not send larger ones.
pub const MAX_BODY: usize = 25 * 1024 * 1024;

/// What the function works with; its rights are no wider than this.
pub struct Webhook {
    /// Remembers deliveries.
    pub table: Table,
    /// Where jobs go.
    pub sync: Arc<dyn Queue>,
    /// What deliveries are signed with.
    pub secrets: WebhookSecrets,
    /// What the deliveries of repositories' own hooks are signed with.
    pub hooks: HookSecrets,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The function's routes.
pub fn routes(app: Arc<Webhook>) -> Router {
    Router::new().route("/webhooks/{provider}", post(receive)).with_state(app)
}

async fn receive(
    State(app): State<Arc<Webhook>>,
    Path(provider): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let provider: Provider = provider
        .parse()
        .map_err(|_| Problem::not_found("There is no such provider. Webhooks go to /webhooks/gh, /webhooks/ghe, or the name of a further one that is connected."))?;
    let (parts, body) = request.into_parts();
    let body = read_body(&parts.headers, body).await?;
    // Whose secret it is, is decided by a header and before anything of the body is looked at.
    if let HookTarget::Repository(repository) = HookTarget::of(&parts.headers) {
        let (delivery, hook) = own_hook::verified(&app, &provider, repository, &parts.headers, body).await?;
        return app.accept(&provider, &delivery, Some(&hook)).await;
    }
    let delivery = app.verified(&provider, &parts.headers, body).await?;
    app.accept(&provider, &delivery, None).await
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    body::read(headers, body, MAX_BODY).await.map_err(|error| match error {
        BodyError::TooLarge => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The delivery is larger than 25 MB."),
        BodyError::Incomplete => Problem::bad_request("The delivery ended before its body was complete."),
    })
}

impl Webhook {
    /// The delivery, once its signature is known to be GitHub's. Nothing of the body is looked at before.
    async fn verified(
        &self,
        provider: &Provider,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Verified<Delivery>, Problem> {
        let secrets = self.secrets.of(provider).await.map_err(not_ready)?;
        let refused = match verify(&secrets, headers, body.clone()) {
            Ok(delivery) => return Ok(delivery),
            Err(refused) => refused,
        };
        if !matches!(refused, Refused::SignatureMismatch) {
            return Err(refusal(refused));
        }
        // The secret may have been rotated since it was read.
        let secrets = self.secrets.after_mismatch(provider).await.map_err(not_ready)?;
        verify(&secrets, headers, body).map_err(refusal)
    }

    /// Remembers the delivery and queues what it hints at. What we have no use for costs neither a row nor a message.
    async fn accept(
        &self,
        provider: &Provider,
        delivery: &Verified<Delivery>,
        own: Option<&OwnHook>,
    ) -> Result<Response, Problem> {
        let job = match delivery.event() {
            Ok(event) => {
                let known = if matches!(event, Event::Other) { "unknown" } else { "known" };
                tracing::info!(metric = "webhook_event", event = delivery.event, known, github_delivery_id = %delivery.id);
                match own {
                    Some(hook) if event == Event::Ping => return own_hook::ping(self, provider, hook).await,
                    Some(hook) if matches!(event, Event::HookDeleted { .. }) => {
                        return own_hook::gone(self, provider, hook).await;
                    }
                    Some(hook) => own_hook::job(provider, delivery, &event, hook)?,
                    None if event == Event::Ping => {
                        self.remember_ping(provider, delivery).await?;
                        return Ok(accepted("pong"));
                    }
                    None => hints::of(provider, delivery, &event),
                }
            }
            Err(error) => {
                // A payload that we should understand and do not is our defect: an error answer would only make
                // GitHub show it as failed for ever. The alarm is on this line.
                tracing::error!(metric = "webhook_unreadable", event = delivery.event, github_delivery_id = %delivery.id,
                    cause = %Chain(&error), "a known event could not be read");
                None
            }
        };
        let Some(hinted) = job else { return Ok(accepted("nothing to do")) };
        if hinted.if_waited_for && !self.is_waited_for(&hinted).await? {
            return Ok(accepted("nothing to do"));
        }
        self.is_ours(provider, delivery).await?;
        self.queue(provider, delivery, hinted.job).await
    }

    /// Two Apps may have been given one secret; what another one was sent is none of our business. Looked at only when
    /// there is something to do, since it may cost a read.
    async fn is_ours(&self, provider: &Provider, delivery: &Delivery) -> Result<(), Problem> {
        let Some(theirs) = delivery.target_id else { return Ok(()) };
        match self.secrets.app(provider).await? {
            Some(ours) if ours != theirs => {
                tracing::warn!(metric = "webhook_refused", reason = "other_app", app = %theirs, "a delivery was refused");
                Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    format!("The delivery is for the App {theirs}, and the one connected here is {ours}."),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Whoever sets the App up is waiting to see it.
    async fn remember_ping(&self, provider: &Provider, delivery: &Delivery) -> Result<(), Problem> {
        let ping = Ping { delivery: delivery.id.clone(), received_at: self.clock.now() };
        Ok(self.table.put_ping(provider, &ping).await?)
    }

    /// Whether a commit's verdict waits for its CI. Of all that ends on GitHub that is little, and one read tells it.
    async fn is_waited_for(&self, hinted: &Hinted) -> Result<bool, Problem> {
        let SyncJob::Commit { provider, repository, commit, .. } = &hinted.job else { return Ok(true) };
        let Some(timing) = self.table.timing(provider, *repository, commit).await? else { return Ok(false) };
        let echo = hinted.context.as_ref().is_some_and(|context| timing.contexts.contains(context));
        Ok(!timing.concluded && !echo)
    }

    async fn queue(&self, provider: &Provider, delivery: &Delivery, job: SyncJob) -> Result<Response, Problem> {
        let now = self.clock.now();
        let message = SyncMessage::new(job).of(delivery.id.clone()).asked(now);
        if self.table.receive_delivery(provider, &delivery.id, &delivery.event, now).await? == Received::Known {
            return Ok(accepted("already known"));
        }
        if let Err(error) = self.sync.send(&message.to_body()?, std::time::Duration::ZERO).await {
            // Marked as failed, so that the redelivery of the same GUID is not taken for a double.
            let failed = self.table.finish_delivery(provider, &delivery.id, DeliveryOutcome::Failed, now).await;
            if let Err(error) = failed {
                tracing::error!(cause = %Chain(&error), github_delivery_id = %delivery.id, "a failed delivery could not be marked");
            }
            return Err(Problem::from(error));
        }
        Ok(accepted("queued"))
    }
}

pub(crate) fn accepted(what: &'static str) -> Response {
    (StatusCode::ACCEPTED, what).into_response()
}

fn not_ready(error: CredentialsError) -> Problem {
    match error {
        CredentialsError::NotConfigured(provider) => {
            tracing::warn!(%provider, "a delivery came for a provider that has no App");
            // Not a 5xx: any stranger can ask for a provider that has none, and 5xx are what the alarm counts.
            Problem::new(
                StatusCode::NOT_FOUND,
                "No GitHub App is connected for this provider yet. Import its credentials, then redeliver.",
            )
        }
        other => Problem::from(other),
    }
}

pub(crate) fn refusal(refused: Refused) -> Problem {
    tracing::warn!(metric = "webhook_refused", reason = refused.code(), "a delivery was refused");
    match refused {
        Refused::SignatureMismatch => Problem::new(
            StatusCode::FORBIDDEN,
            "The signature does not fit. The webhook secret of the App and the one stored here differ.",
        ),
        Refused::SignatureMissing => Problem::unauthorized(
            "The delivery is not signed. Set a webhook secret in the App's settings; it must be the one stored here.",
        ),
        Refused::Sha1Only => {
            Problem::unauthorized("Only X-Hub-Signature (SHA-1) was sent. Covermark accepts X-Hub-Signature-256 alone.")
        }
        Refused::SignatureMalformed => Problem::new(
            StatusCode::FORBIDDEN,
            "X-Hub-Signature-256 has not the form `sha256=` and 64 hexadecimal digits.",
        ),
        Refused::NotJson => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The delivery is sent as a form. Set the webhook's content type to application/json.",
        ),
        other => Problem::bad_request(format!("Not a delivery of GitHub's: {other}.")),
    }
}
