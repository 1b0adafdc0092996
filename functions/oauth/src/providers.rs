//! `GET /login`: the GitHubs that one can sign in with here. What signing out leads to, too.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use covermark_service::{
    credentials::CredentialsError,
    pages::{ErrorPage, LocalPath, Page},
};
use url::Url;

use crate::{House, landing, login_query::LoginQuery};

struct Way {
    label: String,
    href: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    signed_out: bool,
    ways: Vec<Way>,
    setup: String,
    plain_http: bool,
}

pub(crate) async fn show(
    State(house): State<House>,
    query: Result<Query<LoginQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let query = LoginQuery::read(query)?;
    let next = query.next(&house.site);
    let viewer = landing::viewer(&house, &headers).await;
    let body = Login {
        signed_out: query.signed_out() && viewer.is_none(),
        ways: house.ways(next.as_ref()).await?,
        setup: house.site.link("setup"),
        plain_http: !house.site.is_https(),
    };
    let title = if body.ways.is_empty() { "No GitHub App is connected yet" } else { "Sign in" };
    Ok(Page::new(title, body).viewer(viewer).render(&house.site))
}

impl House {
    /// Whether there is a GitHub to sign in with. While nobody can tell, yes: whoever tries is told what is wrong.
    pub(crate) async fn is_connected(&self) -> bool {
        self.ways(None).await.map_or(true, |ways| !ways.is_empty())
    }

    async fn ways(&self, next: Option<&LocalPath>) -> Result<Vec<Way>, ErrorPage> {
        let mut ways = Vec::new();
        for provider in self.app.apps.providers().await? {
            match self.app.apps.credentials(&provider).await {
                Ok(credentials) => {
                    let name = github_name(&credentials.endpoints.web);
                    let href = self.sign_in_link(&provider, next);
                    ways.push(Way { label: format!("Sign in with {name}"), href });
                }
                Err(CredentialsError::NotConfigured(_)) => {}
                // One App's damage does not shut out the people of the other.
                Err(error @ CredentialsError::Malformed(..)) => tracing::error!(%error, "a sign-in is not offered"),
                Err(error @ (CredentialsError::Vault(_) | CredentialsError::Budgets(_))) => return Err(error.into()),
            }
        }
        Ok(ways)
    }
}

/// What people call a GitHub: by its name if it is github.com, by its host if it is their own.
pub(crate) fn github_name(web: &Url) -> String {
    match (web.host_str(), web.port()) {
        (Some("github.com"), None) => "GitHub".to_owned(),
        (Some(host), None) => host.to_owned(),
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (None, _) => "GitHub".to_owned(),
    }
}
