//! A page: a function's content in the frame that all pages share.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use url::Url;

use super::{Site, assets};

/// Another origin that a form of this page posts to; [`super::dress`] lets it through the content security policy.
#[derive(Clone, Debug)]
pub(super) struct FormTarget(pub(super) String);

/// Who looks at a page, as far as the page was told.
#[derive(Debug)]
enum Viewer {
    Person(String),
    Stranger,
    Unknown,
}

/// A function's content with its title, ready to be framed.
#[derive(Debug)]
pub struct Page<B> {
    title: String,
    body: B,
    viewer: Viewer,
    status: StatusCode,
    posts_to: Option<String>,
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Layout<'a, B: Template> {
    title: &'a str,
    body: &'a B,
    home: String,
    corner: &'a str,
    corner_href: String,
    stylesheet: String,
    icon: String,
}

impl<B: Template> Page<B> {
    /// A page that names its thing in `title` (heading and browser tab alike).
    pub fn new(title: impl Into<String>, body: B) -> Self {
        Self { title: title.into(), body, viewer: Viewer::Unknown, status: StatusCode::OK, posts_to: None }
    }

    /// Names who is signed in at the head of the page, or offers to sign in to nobody (`None`). A page that was not
    /// told does neither.
    #[must_use]
    pub fn viewer(mut self, login: Option<String>) -> Self {
        self.viewer = login.map_or(Viewer::Stranger, Viewer::Person);
        self
    }

    /// Answers with another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Lets this page's form post to another origin: a GitHub that makes an App from a manifest. No page may otherwise.
    #[must_use]
    pub fn posts_to(mut self, target: &Url) -> Self {
        self.posts_to = Some(target.origin().ascii_serialization());
        self
    }

    /// The answer.
    #[must_use]
    pub fn render(self, site: &Site) -> Response {
        let (corner, corner_href) = match &self.viewer {
            Viewer::Person(login) => (login.as_str(), site.link("account")),
            Viewer::Stranger => ("Sign in", site.link("login")),
            Viewer::Unknown => ("Account", site.link("account")),
        };
        let layout = Layout {
            title: &self.title,
            body: &self.body,
            home: site.link(""),
            corner,
            corner_href,
            stylesheet: assets::stylesheet(site),
            icon: assets::icon(site),
        };
        let html = match layout.render() {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, title = %self.title, "a page could not be written");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let html_type = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
        let mut response = (self.status, html_type, html).into_response();
        if let Some(origin) = self.posts_to {
            response.extensions_mut().insert(FormTarget(origin));
        }
        response
    }
}
