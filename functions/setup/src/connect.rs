//! The third step of whoever created the App by a link or by hand: its credentials, typed, pasted or uploaded. They are tried
//! as soon as they are there, and stored when they are good.

use askama::Template;
use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use covermark_github::{CredentialsDocument, Endpoints, FieldProblem, GitHub};
use covermark_service::{
    csrf::CsrfField,
    pages::{ErrorPage, Page},
};
use covermark_state::rows::setup::Draft;
use covermark_types::{Secret, random_hex};
use serde_json::json;

use crate::{
    check::{Check, Report, Subject, check},
    guard::Guest,
    house::{House, github_name},
    refusals,
    steps::{At, Step, steps},
    store,
};

/// What was typed. The secrets stay in the form when it comes back, to whoever typed them, because GitHub shows a client
/// secret once. The key does not: it is a file that is at hand, and no page should hold one.
#[derive(Default)]
struct Typed {
    csrf: String,
    app_id: String,
    client_id: String,
    client_secret: String,
    private_key: String,
    webhook_secret: String,
}

impl Typed {
    /// Reads the form; the uploaded file stands for the pasted key when there is one.
    async fn read(mut form: Multipart) -> Option<Self> {
        let mut typed = Self::default();
        let mut file = String::new();
        while let Some(field) = form.next_field().await.ok()? {
            let name = field.name().unwrap_or_default().to_owned();
            // A file that is no text is no key; what it is then is said by the check of the key.
            let value = String::from_utf8_lossy(&field.bytes().await.ok()?).into_owned();
            match name.as_str() {
                "csrf" => typed.csrf = value,
                "app_id" => typed.app_id = value.trim().to_owned(),
                "client_id" => typed.client_id = value.trim().to_owned(),
                "client_secret" => typed.client_secret = value.trim().to_owned(),
                "private_key" => typed.private_key = value,
                "key_file" => file = value,
                "webhook_secret" => typed.webhook_secret = value.trim().to_owned(),
                _ => {}
            }
        }
        if !file.trim().is_empty() {
            typed.private_key = file;
        }
        Some(typed)
    }
}

#[derive(Template)]
#[template(path = "credentials.html")]
struct Form<'a> {
    steps: Vec<Step>,
    action: String,
    csrf: CsrfField,
    github: String,
    settings: String,
    typed: &'a Typed,
    problems: Vec<String>,
    checks: Vec<Check>,
}

pub(crate) async fn form(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let guest = house.admitted(&headers).await?;
    let draft = guest.session.draft.as_ref().ok_or_else(|| refusals::nothing_chosen(&house))?;
    Ok(page(&house, &guest, draft, &Typed::default(), Vec::new(), Vec::new()))
}

fn page(
    house: &House,
    guest: &Guest,
    draft: &Draft,
    typed: &Typed,
    problems: Vec<String>,
    checks: Vec<Check>,
) -> Response {
    let chosen = crate::create::Chosen::of(house, draft);
    let failed = !problems.is_empty() || !checks.is_empty();
    let body = Form {
        steps: steps(At::Credentials),
        action: house.site.link("setup/credentials"),
        csrf: guest.csrf.field(),
        github: github_name(&chosen.endpoints),
        settings: chosen.owner.list_page(&chosen.endpoints.web).to_string(),
        typed,
        problems,
        checks,
    };
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = if failed { "These credentials cannot be stored" } else { "The App’s credentials" };
    Page::new(title, body).status(status).render(&house.site)
}

pub(crate) async fn connect(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ErrorPage> {
    let typed = match form {
        Ok(form) => Typed::read(form).await,
        Err(_) => None,
    };
    let typed = typed.ok_or_else(|| refusals::unreadable_form(&house))?;
    let guest = house.admitted_form(&headers, &typed.csrf).await?;
    let draft = guest.session.draft.clone().ok_or_else(|| refusals::nothing_chosen(&house))?;
    let mut document = match document(&house, &draft, &typed) {
        Ok(document) => document,
        Err(problems) => {
            let problems = problems.iter().map(in_words).collect();
            return Ok(page(&house, &guest, &draft, &typed, problems, Vec::new()));
        }
    };
    let http =
        house.http(draft.private_ca.as_deref()).map_err(|error| refusals::github_is_down(&house).cause(&error))?;
    let report = tried(&house, &draft, &document, http.clone()).await;
    let Some(app) = report.app.as_ref().filter(|_| report.may_be_stored()) else {
        return Ok(page(&house, &guest, &draft, &typed, Vec::new(), report.checks));
    };
    document.app.slug = app.slug.clone().unwrap_or(document.app.slug);
    let (house_of, by) = (&house.app, guest.by());
    store(&*house_of.vault, &house_of.table, &draft.provider, &document, &by, house_of.clock.now()).await?;
    house.app.apps.forget(&draft.provider).await;
    if typed.webhook_secret.is_empty() {
        set_secret(&house, &document, http).await?;
    }
    Ok(Redirect::to(&house.site.link(&format!("setup/result/{}", draft.provider))).into_response())
}

/// GitHub learns the secret that was made here, after it was stored.
async fn set_secret(house: &House, document: &CredentialsDocument, http: reqwest::Client) -> Result<(), ErrorPage> {
    let github = GitHub::new(http, &document.app, house.app.clock.clone())?;
    let told = github.set_hook_secret(&document.webhook_secret).await;
    if let Err(error) = told {
        // The checks show what is wrong with the webhook; without one there is nothing to set.
        tracing::warn!(cause = %error, "GitHub was not told the webhook secret that was made");
    }
    Ok(())
}

async fn tried(house: &House, draft: &Draft, document: &CredentialsDocument, http: reqwest::Client) -> Report {
    let subject = Subject {
        provider: &draft.provider,
        app: &document.app,
        public_url: &house.app.public_url,
        http,
        clock: house.app.clock.clone(),
    };
    check(&subject).await
}

/// The form as a document, read as strictly as an imported one. The App's name in addresses is not asked for: GitHub tells it.
fn document(house: &House, draft: &Draft, typed: &Typed) -> Result<CredentialsDocument, Vec<FieldProblem>> {
    let webhook_secret = if typed.webhook_secret.is_empty() {
        random_hex::<32>(&*house.app.random)
    } else {
        typed.webhook_secret.clone()
    };
    if typed.app_id.parse::<u64>().is_err() && typed.client_id.parse::<u64>().is_ok() {
        let problem = "it and the client ID are swapped; the App ID is the number".to_owned();
        return Err(vec![FieldProblem { field: "app_id".to_owned(), problem }]);
    }
    let endpoints = Endpoints { web: draft.web_url.clone(), api: draft.api_url.clone() };
    let json = json!({
        "web_url": endpoints.web,
        "api_url": endpoints.api,
        "private_ca": draft.private_ca,
        "app_id": typed.app_id,
        "slug": "unknown-yet",
        "client_id": typed.client_id,
        "client_secret": typed.client_secret,
        "private_key": typed.private_key,
        "webhook_secret": webhook_secret,
    });
    let text = Secret::new(json.to_string());
    CredentialsDocument::parse(text.expose().as_bytes())
}

/// The document's words for its fields, as the form has them.
fn in_words(problem: &FieldProblem) -> String {
    let label = match problem.field.as_str() {
        "app_id" => "App ID",
        "client_id" => "Client ID",
        "client_secret" => "Client secret",
        "private_key" => "Private key",
        "webhook_secret" => "Webhook secret",
        other => other,
    };
    format!("{label}: {}.", problem.problem)
}
