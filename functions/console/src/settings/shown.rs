//! A secret that is shown once.

use askama::Template;
use axum::response::Response;
use covermark_service::{pages::Page, session::Current};
use covermark_state::rows::repository::Repository;
use covermark_types::Secret;

use crate::{House, rights};

/// The page with a secret on it.
#[derive(Template)]
#[template(path = "secret.html")]
pub(super) struct Shown {
    title: String,
    why: &'static str,
    secret: String,
    step: Option<String>,
    back: String,
}

impl Shown {
    pub(super) fn token(house: &House, repository: &Repository, name: &str, token: &Secret) -> Self {
        let url = house.site.address("");
        Self {
            title: format!("Upload token “{name}”"),
            why: "It is shown this once; only its hash is kept. Put it into a secret of your CI, then upload with it. One \
                  that it replaces has stopped working.",
            secret: token.expose().to_owned(),
            step: Some(format!(
                "- uses: codecov/codecov-action@v5\n  with:\n    url: {}\n    token: ${{{{ secrets.COVERMARK_TOKEN }}}}",
                url.trim_end_matches('/')
            )),
            back: back(house, repository),
        }
    }

    pub(super) fn hook(house: &House, repository: &Repository, secret: &Secret) -> Self {
        Self {
            title: "Webhook secret".to_owned(),
            why: "What GitHub signs this repository's deliveries with. Whoever has it can send deliveries in the name of this \
                  repository. It need not be typed anywhere: Create Web Hook sets it.",
            secret: secret.expose().to_owned(),
            step: None,
            back: back(house, repository),
        }
    }

    /// The page as an answer.
    pub(super) fn render_for(self, house: &House, current: &Current) -> Response {
        Page::new(self.title.clone(), self).viewer(Some(current.session.login.clone())).render(&house.site)
    }
}

fn back(house: &House, repository: &Repository) -> String {
    house.site.link(&format!("{}/settings", rights::overview(repository)))
}
