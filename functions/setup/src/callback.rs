//! GitHub's answer to a manifest: the code becomes the App's credentials, which are stored before anything else is done,
//! because they are handed out once. No person sees them.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use covermark_github::{
    CredentialsDocument, Endpoints, GitHub,
    manifest::{self, Conversion, Created},
};
use covermark_service::{credentials, pages::ErrorPage};
use covermark_state::{Hashed, rows::setup::Draft};
use covermark_types::{Secret, random_hex};
use serde::Deserialize;

use crate::{guard::Guest, house::House, refusals, store};

/// Longer texts are no code of GitHub's.
const LONGEST_CODE: usize = 200;

#[derive(Deserialize)]
pub(crate) struct AnswerQuery {
    #[serde(default)]
    code: Option<Secret>,
    #[serde(default)]
    state: Option<Secret>,
}

pub(crate) async fn callback(
    State(house): State<House>,
    query: Result<Query<AnswerQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let guest = house.admitted(&headers).await?;
    let Ok(Query(AnswerQuery { code: Some(code), state: Some(state) })) = query else {
        return Err(refusals::foreign_state(&house));
    };
    let now = house.app.clock.now();
    // The state is spent before the code is used: a replay finds nothing, whatever becomes of this try.
    let under_way = house.app.table.take_manifest_state(&Hashed::of(&state), &guest.hash, now).await?;
    let draft = under_way.ok_or_else(|| refusals::foreign_state(&house))?.draft;
    if code.is_empty() || code.expose().len() > LONGEST_CODE {
        return Err(refusals::code_refused(&house));
    }
    let created = convert(&house, &draft, &code).await?;
    let page = created.app.endpoints.installation_page(&created.app.slug);
    keep(&house, &guest, &draft, created).await?;
    house.remember(&guest, draft).await?;
    Ok(Redirect::to(page.as_str()).into_response())
}

async fn convert(house: &House, draft: &Draft, code: &Secret) -> Result<Created, ErrorPage> {
    let http =
        house.http(draft.private_ca.as_deref()).map_err(|error| refusals::github_is_down(house).cause(&error))?;
    let conversion = Conversion {
        http,
        endpoints: Endpoints { web: draft.web_url.clone(), api: draft.api_url.clone() },
        private_ca: draft.private_ca.clone(),
        clock: house.app.clock.clone(),
    };
    manifest::convert(conversion, code).await.map_err(|error| match &error {
        error if error.is_not_found() => refusals::code_refused(house).cause(error),
        covermark_github::Error::Rejected(_) => refusals::code_refused(house).cause(&error),
        _ => refusals::github_is_down(house).cause(&error),
    })
}

/// Stores what GitHub handed out. Without a webhook secret of GitHub's one is made: stored first, so that deliveries signed
/// with it find it here, then told to GitHub.
async fn keep(house: &House, guest: &Guest, draft: &Draft, created: Created) -> Result<(), ErrorPage> {
    let app = &house.app;
    let given = created.webhook_secret.clone();
    let webhook_secret = given.clone().unwrap_or_else(|| Secret::new(random_hex::<32>(&*app.random)));
    let document = CredentialsDocument { app: created.app, webhook_secret };
    let stored = store(&*app.vault, &app.table, &draft.provider, &document, &guest.by(), app.clock.now()).await;
    stored.map_err(|error| refusals::not_stored(house).cause(&error))?;
    app.apps.forget(&draft.provider).await;
    if given.is_none() {
        tell_github(house, draft, &document).await;
    }
    Ok(())
}

/// That GitHub did not take the secret is no reason to stop: the credentials are stored, and the checks show that no delivery
/// arrives and what to do.
async fn tell_github(house: &House, draft: &Draft, document: &CredentialsDocument) {
    let told = async {
        let http = house.http(draft.private_ca.as_deref()).map_err(|error| error.to_string())?;
        let github = GitHub::new(http, &document.app, house.app.clock.clone()).map_err(|error| error.to_string())?;
        github.set_hook_secret(&document.webhook_secret).await.map_err(|error| error.to_string())
    };
    if let Err(cause) = told.await {
        tracing::error!(provider = %draft.provider, document = credentials::webhook_document(&draft.provider), cause,
            "GitHub was not told the webhook secret that was made");
    }
}
