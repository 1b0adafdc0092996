//! The settings page.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use covermark_service::{
    csrf::{Csrf, CsrfField},
    pages::{ErrorPage, Page},
    session::Current,
};
use covermark_state::rows::{
    repository::Repository, repository_settings::RepositorySettings, upload_token::UploadToken,
};
use covermark_types::Timestamp;

use super::{
    configuration::{self, Configuration},
    tokens,
    webhook::{self, State, Webhook},
};
use crate::{House, rights};

/// What came of the last button.
pub(super) struct Notice {
    text: String,
    good: bool,
}

impl Notice {
    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self { text: text.into(), good: false }
    }

    /// What an address says was done; anything else is nothing.
    pub(super) fn of_done(done: &str) -> Option<Self> {
        let text = match done {
            "switches" => "Saved. It holds from the next report on.",
            "revoked" => "The token is void.",
            "badge" => "Saved. Addresses with the former token show nothing any more.",
            "checking" => "GitHub is read anew; that takes a moment.",
            _ => return None,
        };
        Some(Self { text: text.to_owned(), good: true })
    }
}

struct Token {
    name: String,
    fingerprint: String,
    made: String,
    used: String,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Body {
    here: String,
    csrf: CsrfField,
    notice: Option<Notice>,
    typed: String,
    tokens: Vec<Token>,
    switches: RepositorySettings,
    changed: String,
    default_branch: String,
    badge: String,
    snippet: String,
    private: bool,
    webhook: Webhook,
    configuration: Configuration,
    overview: String,
    doctor: String,
}

pub(super) async fn render(
    house: &House,
    repository: &Repository,
    current: &Current,
    notice: Option<Notice>,
    typed: &str,
) -> Result<Response, ErrorPage> {
    let scope = tokens::scope(repository);
    let (tokens, switches) = tokio::try_join!(
        house.app.table.upload_tokens_of(&scope),
        house.app.table.repository_settings(&repository.provider, repository.id),
    )?;
    let path = rights::overview(repository);
    let status = if notice.as_ref().is_some_and(|notice| !notice.good) { StatusCode::CONFLICT } else { StatusCode::OK };
    let badge = badge(repository, &switches);
    let link = |rest: &str| house.site.link(&format!("{path}{rest}"));
    let body = Body {
        here: link("/settings"),
        csrf: Csrf::of(current).field(),
        notice,
        typed: typed.to_owned(),
        tokens: tokens.iter().map(token).collect(),
        changed: match (&switches.changed_by, switches.changed_at) {
            (Some(who), Some(at)) => format!("Last changed by {who} on {}.", day(at)),
            _ => String::new(),
        },
        default_branch: repository.default_branch.clone(),
        snippet: badge
            .as_ref()
            .map(|query| {
                let page = house.site.address(&path);
                format!("[![coverage]({page}/badge.svg{query})]({page})")
            })
            .unwrap_or_default(),
        badge: badge.map(|query| link(&format!("/badge.svg{query}"))).unwrap_or_default(),
        private: repository.private,
        switches,
        webhook: webhook::look(house, repository).await?,
        configuration: configuration::read(house, repository).await?,
        overview: link(""),
        doctor: link("/doctor"),
    };
    let title = format!("Settings of {}", repository.name);
    let page = Page::new(title, body).viewer(Some(current.session.login.clone())).status(status);
    Ok(page.render(&house.site))
}

/// What the badge's address ends in; none for a private repository that nobody made a token for.
fn badge(repository: &Repository, switches: &RepositorySettings) -> Option<String> {
    match (repository.private, &switches.badge_token) {
        (false, _) => Some(String::new()),
        (true, Some(token)) => Some(format!("?token={token}")),
        (true, None) => None,
    }
}

fn token(token: &UploadToken) -> Token {
    Token {
        name: token.name.clone(),
        fingerprint: token.fingerprint().to_owned(),
        made: day(token.created_at),
        used: token.last_used_at.map_or_else(|| "never".to_owned(), day),
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}
