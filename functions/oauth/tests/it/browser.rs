//! A browser as far as the pages need one: it keeps cookies by their rules, follows nothing by itself, and reads pages as
//! a person does.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
}

pub(crate) struct Shown {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl Browser {
    pub(crate) fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookies: BTreeMap::new() }
    }

    /// The headers that it sends along.
    pub(crate) fn headers(&self) -> HeaderMap {
        let all: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        HeaderMap::from_iter([(header::COOKIE, all.join("; ").parse().expect("a header"))])
    }

    pub(crate) async fn open(&mut self, address: &str) -> Shown {
        self.send(Request::get(address), Body::empty()).await
    }

    pub(crate) async fn submit(&mut self, address: &str, form: &str) -> Shown {
        let request = Request::post(address).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(form.to_owned())).await
    }

    pub(crate) async fn send(&mut self, mut request: axum::http::request::Builder, body: Body) -> Shown {
        if !self.cookies.is_empty() {
            request = request.header(header::COOKIE, self.headers()[header::COOKIE].clone());
        }
        let response = self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().expect("text"));
        }
        let (parts, body) = response.into_parts();
        let html = String::from_utf8(body.collect().await.expect("a body").to_bytes().to_vec()).expect("text");
        Shown { status: parts.status, headers: parts.headers, html }
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, marks) = cookie.split_once(';').expect("marks");
        let (name, value) = pair.split_once('=').expect("a pair");
        assert!(marks.contains("HttpOnly") && marks.contains("SameSite=Lax") && marks.contains("Path=/"), "{cookie}");
        assert_eq!(name.starts_with("__Host-"), marks.contains("Secure"), "{cookie}");
        assert!(!marks.contains("Domain"), "{cookie}");
        if marks.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Shown {
    /// Where the browser is sent, if it is.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().expect("text"))
    }

    /// A hidden field of the page's form.
    pub(crate) fn field(&self, name: &str) -> &str {
        let start = self.html.split_once(&format!("name=\"{name}\" value=\"")).expect("the field").1;
        start.split_once('"').expect("its end").0
    }

    /// The page as a reader sees it, with where its links lead; ids that differ on each run are replaced.
    pub(crate) fn text(&self) -> String {
        let main = self.html.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>"));
        let main = main.unwrap_or_else(|| panic!("a page, not {}: {}", self.status, self.html)).0;
        let main = main.split_once('>').expect("a tag's end").1;
        let title =
            self.html.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).expect("a title").0;
        let mut text = format!("{} [{title}]\n", self.status.as_u16());
        let mut link = None;
        for part in main.split('<') {
            let (tag, words) = part.split_once('>').unwrap_or(("", part));
            if let Some(rest) = tag.strip_prefix("a ") {
                link = rest
                    .split_once("href=\"")
                    .and_then(|(_, rest)| rest.split_once('"'))
                    .map(|(href, _)| href.to_owned());
            }
            if tag == "/a" {
                text.push_str(&format!(" ({})", link.take().unwrap_or_default()));
            }
            if let Some(rest) = tag.strip_prefix("form ") {
                let action = rest.split_once("action=\"").and_then(|(_, rest)| rest.split_once('"'));
                text.push_str(&format!("form to {}:\n", action.expect("an action").0));
            }
            if tag.starts_with("td") || tag.starts_with("th ") || tag.starts_with("dd") {
                text.push_str(" | ");
            }
            if tag.starts_with("button") {
                text.push_str("button: ");
            }
            text.push_str(words);
        }
        let text = self.mask(&text);
        let lines = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
        lines.collect::<Vec<_>>().join("\n").replace("&#39;", "'").replace("&#38;", "&")
    }

    fn mask(&self, text: &str) -> String {
        let text = match text.split_once("Request id ") {
            Some((before, rest)) => format!("{before}Request id …{}", rest.get(16..).unwrap_or_default()),
            None => text.to_owned(),
        };
        let mut parts = text.split("127.0.0.1:");
        let mut masked = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            masked.push_str("github.test");
            masked.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
        }
        masked
    }
}
