//! Where a request goes: API, web page, or the redirect of a repository that was renamed.

use std::collections::BTreeMap;

use super::{Answer, Request, Route, router::matches};
use crate::{routes, state::World};

/// Where a request goes.
pub(super) struct Destination {
    pub(super) route: Option<&'static Route>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) api: bool,
}

impl Destination {
    pub(super) fn template<'a>(&self, request: &'a Request) -> &'a str {
        self.route.map_or(request.path.as_str(), |route| route.template)
    }
}

/// Finds the route. The API is at the root of github.com's API host and under `/api/v3` of an Enterprise Server; the
/// stand-in has one host for API and web, so the API is asked first.
pub(super) fn find(world: &World, request: &mut Request) -> Destination {
    let prefix = if world.origin.enterprise { "/api/v3" } else { "" };
    let inside = request.path.strip_prefix(prefix).filter(|path| path.starts_with('/')).map(str::to_owned);
    if let Some(path) = inside {
        let path = by_name(world, &path);
        let reserved = ["/repos", "/app/", "/app-manifests/", "/installation", "/user", "/applications", "/rate_limit"];
        let api = world.origin.enterprise || path == "/app" || reserved.iter().any(|start| path.starts_with(start));
        if let Some((route, parameters)) = lookup(routes::API, &request.method, &path) {
            request.path = path;
            return Destination { route: Some(route), parameters, api: true };
        }
        if api {
            request.path = path;
            return Destination { route: None, parameters: BTreeMap::new(), api: true };
        }
    }
    match lookup(routes::WEB, &request.method, &request.path) {
        Some((route, parameters)) => Destination { route: Some(route), parameters, api: false },
        None => Destination { route: None, parameters: BTreeMap::new(), api: false },
    }
}

fn lookup(table: &'static [Route], method: &str, path: &str) -> Option<(&'static Route, BTreeMap<String, String>)> {
    table.iter().filter(|route| route.method == method).find_map(|route| Some((route, matches(route.template, path)?)))
}

/// `/repositories/{id}/…`, where redirects of renamed repositories lead, as `/repos/{owner}/{repo}/…`.
fn by_name(world: &World, path: &str) -> String {
    let rest = path.strip_prefix("/repositories/");
    let Some((id, rest)) = rest.map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len()))) else {
        return path.to_owned();
    };
    match id.parse().ok().filter(|id| world.repositories.contains_key(id)) {
        Some(id) => format!("/repos/{}{rest}", world.full_name(id)),
        None => path.to_owned(),
    }
}

/// GitHub's redirect for a repository that has another name now.
pub(super) fn moved(world: &World, request: &Request, (owner, name): (&str, &str)) -> Option<Answer> {
    if world.repository_by_name(owner, name).is_some() {
        return None;
    }
    let was = |former: &(String, String)| former.0.eq_ignore_ascii_case(owner) && former.1.eq_ignore_ascii_case(name);
    let repository = world.repositories.values().find(|repository| repository.former_names.iter().any(was))?;
    let rest: Vec<&str> = request.path.splitn(5, '/').skip(4).collect();
    let rest = rest.first().map_or_else(String::new, |rest| format!("/{rest}"));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&request.query);
    let query = query.finish();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    let location = format!("{}/repositories/{}{rest}{query}", world.origin.api, repository.id);
    let (status, message) =
        if request.method == "GET" { (301, "Moved Permanently") } else { (307, "Temporary Redirect") };
    let body = serde_json::json!({
        "message": message,
        "url": location,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    });
    Some(Answer::json(status, body).with("location", location))
}
