//! A public address with a path (`https://example.org/covermark/`): a reverse proxy may pass that path on or take it
//! off, so every route is served with it and without.

use axum::{
    Router,
    extract::Request,
    http::{Uri, uri::PathAndQuery},
    middleware::map_request,
    response::Response,
};
use std::convert::Infallible;
use tower::{Layer as _, Service};

/// `routes`, and the same below `prefix`, the path of the public address. As a service around them, because a layer of
/// a router comes after the route was chosen.
pub(crate) fn also_below(
    prefix: &str,
    routes: Router,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static {
    let prefix = prefix.trim_end_matches('/').to_owned();
    map_request(move |mut request: Request| {
        if let Some(uri) = without(&prefix, request.uri()) {
            *request.uri_mut() = uri;
        }
        std::future::ready(request)
    })
    .layer(routes)
}

/// The address without the prefix; `None` when it does not start with it as whole segments.
fn without(prefix: &str, uri: &Uri) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    let rest = match rest.chars().next() {
        Some('/') => rest.to_owned(),
        None | Some('?') => format!("/{rest}"),
        Some(_) => return None,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn only_whole_segments_at_the_start_are_taken_off() {
        let rest = |path: &str| without("/covermark", &path.parse().expect("an address")).map(|uri| uri.to_string());
        for (path, expected) in [
            ("/covermark", "/"),
            ("/covermark/", "/"),
            ("/covermark?next=%2F", "/?next=%2F"),
            ("/covermark/blobs/a%2Fb?expires=1", "/blobs/a%2Fb?expires=1"),
            ("/covermark/covermark/x", "/covermark/x"),
            ("/covermark//host/x", "//host/x"),
            ("http://host/covermark/x", "http://host/x"),
        ] {
            assert_eq!(rest(path).as_deref(), Some(expected), "{path}");
        }
        for path in ["/", "/health", "/covermarks/x", "/x/covermark/y", "*"] {
            assert_eq!(rest(path), None, "{path}");
        }
        assert_eq!(without("", &"/health".parse().expect("an address")), None);
    }
}
