//! `/setup/openpgp`: credentials handed over by those who may not open the set-up. How to encrypt them is for everybody to
//! read; the message is taken from whoever was let in, and what is in it is tried and stored as on the other ways.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use covermark_github::{CredentialsDocument, Endpoints};
use covermark_service::{
    credentials::LIFETIME,
    csrf::CsrfField,
    pages::{ErrorPage, Page},
};
use covermark_types::{Provider, Timestamp};
use tokio::sync::Mutex;

use crate::{
    bundle::{self, BundleError, TEMPLATE},
    check::{Check, Subject, check},
    guard::Guest,
    house::House,
    openpgp::{KeyError, deployment_key},
    reach, refusals, store,
};

/// The public half of the deployment's key, as it is shown.
pub(crate) struct PublicKey {
    armored: String,
    fingerprint: String,
}

/// The public half, kept for [`LIFETIME`]: everybody may ask for it, and every look into the vault costs.
#[derive(Default)]
pub(crate) struct KeyMemory(Mutex<Option<(Timestamp, Arc<PublicKey>)>>);

impl House {
    /// The deployment's public key, made now if it is the first time that anybody asks.
    async fn public_key(&self) -> Result<Arc<PublicKey>, KeyError> {
        let (app, now) = (&self.app, self.app.clock.now());
        // The lock is held while reading, so that of many who ask at first one makes the key.
        let mut kept = self.key.0.lock().await;
        if let Some((at, key)) = kept.as_ref().filter(|(at, _)| now.duration_since(*at).unsigned_abs() < LIFETIME) {
            tracing::debug!(read = %at, "the public key is known");
            return Ok(key.clone());
        }
        let name = format!("Covermark at {}", self.site.address(""));
        let key = deployment_key(&*app.vault, &name, &*app.random, now).await?;
        let key = Arc::new(PublicKey { armored: key.public()?, fingerprint: key.fingerprint() });
        *kept = Some((now, key.clone()));
        Ok(key)
    }
}

/// `/setup/openpgp.asc`.
pub(crate) async fn key(State(house): State<House>) -> Result<Response, ErrorPage> {
    let key = house.public_key().await.map_err(|error| refusals::no_key(&house, &error))?;
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/pgp-keys"))];
    Ok((kind, key.armored.clone()).into_response())
}

/// `/setup/openpgp/bundle.txt`.
pub(crate) async fn template() -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
    (kind, TEMPLATE).into_response()
}

#[derive(Template)]
#[template(path = "handover.html")]
struct Shown<'a> {
    key: String,
    template: String,
    fingerprint: &'a str,
    /// What is only for those who were let in: the form.
    form: Option<Form<'a>>,
    open: String,
}

struct Form<'a> {
    action: String,
    csrf: CsrfField,
    typed: &'a Typed,
    problem: Option<String>,
    checks: Vec<Check>,
}

/// What was typed.
#[derive(Default)]
struct Typed {
    csrf: String,
    slug: String,
    message: Vec<u8>,
}

impl Typed {
    /// Reads the form; the uploaded file stands for the pasted message when there is one.
    async fn read(mut form: Multipart) -> Option<Self> {
        let mut typed = Self::default();
        while let Some(field) = form.next_field().await.ok()? {
            let name = field.name().unwrap_or_default().to_owned();
            let value = field.bytes().await.ok()?;
            match name.as_str() {
                "csrf" => typed.csrf = String::from_utf8_lossy(&value).into_owned(),
                "slug" => typed.slug = String::from_utf8_lossy(&value).trim().to_owned(),
                "message" | "file" if !value.is_empty() => typed.message = value.to_vec(),
                _ => {}
            }
        }
        Some(typed)
    }

    /// What goes back into the form: only text that is a message. Anything else may hold somebody's secrets.
    fn text(&self) -> &str {
        let text = std::str::from_utf8(&self.message).unwrap_or_default();
        if text.contains("-----BEGIN PGP MESSAGE-----") { text } else { "" }
    }
}

/// `/setup/openpgp`.
pub(crate) async fn show(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let guest = house.guest(&headers).await?;
    page(&house, guest.as_ref(), &Typed { slug: "gh".to_owned(), ..Typed::default() }, None, Vec::new()).await
}

async fn page(
    house: &House,
    guest: Option<&Guest>,
    typed: &Typed,
    problem: Option<String>,
    checks: Vec<Check>,
) -> Result<Response, ErrorPage> {
    let key = house.public_key().await.map_err(|error| refusals::no_key(house, &error))?;
    let failed = problem.is_some();
    let action = house.site.link("setup/openpgp");
    let body = Shown {
        key: house.site.address("setup/openpgp.asc"),
        template: house.site.address("setup/openpgp/bundle.txt"),
        fingerprint: &key.fingerprint,
        form: guest.map(|guest| Form { action, csrf: guest.csrf.field(), typed, problem, checks }),
        open: house.site.link("setup"),
    };
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page::new("Hand credentials over, encrypted", body).status(status).render(&house.site))
}

/// The message, in the hands of whoever was let in.
pub(crate) async fn import(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ErrorPage> {
    let typed = match form {
        Ok(form) => Typed::read(form).await,
        Err(_) => None,
    };
    let typed = typed.ok_or_else(|| refusals::message_too_large(&house))?;
    let guest = house.admitted_form(&headers, &typed.csrf).await?;
    let app = &house.app;
    let (provider, document) = match read(&house, &typed).await {
        Ok(read) => read,
        Err(problem) => return page(&house, Some(&guest), &typed, Some(problem), Vec::new()).await,
    };
    let http = house.http(document.app.private_ca.as_deref());
    let http = http.map_err(|error| refusals::github_is_down(&house).cause(&error))?;
    let (public_url, clock) = (&app.public_url, app.clock.clone());
    let report = check(&Subject { provider: &provider, app: &document.app, public_url, http, clock }).await;
    if !report.may_be_stored() {
        let problem = "Nothing was stored: the credentials in the message do not work.".to_owned();
        return page(&house, Some(&guest), &typed, Some(problem), report.checks).await;
    }
    store(&*app.vault, &app.table, &provider, &document, &guest.by(), app.clock.now()).await?;
    app.apps.forget(&provider).await;
    Ok(Redirect::to(&house.site.link(&format!("setup/result/{provider}"))).into_response())
}

/// What the message says, as far as it can be known without asking GitHub; or what is wrong, in sentences.
async fn read(house: &House, typed: &Typed) -> Result<(Provider, CredentialsDocument), String> {
    let provider: Provider = typed.slug.parse().map_err(|_| {
        "The name must be lower-case letters, digits and hyphens, as in gh for github.com or ghe for your own GitHub.".to_owned()
    })?;
    if typed.message.is_empty() {
        return Err("Paste the message, or choose the file.".to_owned());
    }
    let document = bundle::sealed(&*house.app.vault, &typed.message).await.map_err(|error| {
        if let BundleError::Key(error) = &error {
            tracing::error!(cause = %error, "the deployment's OpenPGP key cannot be used");
            return "The message cannot be opened now: this deployment's storage does not answer. Try again."
                .to_owned();
        }
        error.to_string()
    })?;
    let endpoints = &document.app.endpoints;
    if *endpoints != Endpoints::github_com() {
        // Whoever wrote the message chose the address, so it is looked at as closely as one that was typed.
        let found = reach::look(house, endpoints.web.as_str(), document.app.private_ca.as_deref()).await?;
        if found.endpoints != *endpoints {
            return Err(format!(
                "The API of {} is at {}, and the message names another address.",
                endpoints.web, found.endpoints.api
            ));
        }
    }
    Ok((provider, document))
}
