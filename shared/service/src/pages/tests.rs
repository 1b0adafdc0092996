use askama::Template;
use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
    middleware::from_fn_with_state,
    routing::get,
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use url::Url;

use super::{ErrorPage, LocalPath, Page, Site, assets, dress};
use crate::problem::REQUEST_ID;

#[derive(Template)]
#[template(source = "<p>{{ name }}</p>", ext = "html")]
struct Hello {
    name: &'static str,
}

fn site(address: &str) -> Site {
    Site::new(&Url::parse(address).expect("an address"))
}

fn router(site: Site) -> Router {
    let (page, posting) = (site.clone(), site.clone());
    let github = Url::parse("https://github.com/settings/apps/new?state=1").expect("an address");
    Router::new()
        .route("/", get(async move || Page::new("Hello", Hello { name: "<b>&" }).render(&page)))
        .route("/form", get(async move || Page::new("Form", Hello { name: "x" }).posts_to(&github).render(&posting)))
        .route(
            "/error",
            get(async || ErrorPage::new(StatusCode::BAD_GATEWAY, "It broke", "Why.", "Do this.").retry_after(9)),
        )
        .merge(assets())
        .layer(from_fn_with_state(site, dress))
}

async fn ask(site: &Site, path: &str) -> Response<Body> {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    router(site.clone()).oneshot(request).await.expect("an answer")
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn headers(response: &Response<Body>) -> String {
    let mut lines: Vec<_> =
        response.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text"))).collect();
    lines.retain(|line| !line.starts_with("content-length"));
    lines.sort();
    lines.join("\n")
}

#[tokio::test]
async fn a_page_is_framed_and_what_it_shows_is_escaped() {
    let page = text(ask(&site("https://c.example/cov/"), "/").await).await;
    let mut lines: Vec<_> = page.lines().collect();
    lines.retain(|line| !line.contains("/cov/assets/"));
    assert_eq!(page.lines().count(), lines.len() + 2, "icon and stylesheet, whose names change with them");
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_page_over_https_lets_nothing_in_and_nothing_out() {
    insta::assert_snapshot!(headers(&ask(&site("https://c.example/"), "/").await));
}

#[tokio::test]
async fn over_plain_http_no_browser_is_told_to_insist_on_https() {
    let response = ask(&site("http://127.0.0.1:8080/"), "/").await;
    assert!(!response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
}

#[tokio::test]
async fn only_a_page_that_asks_for_it_may_post_to_another_origin() {
    let policy =
        |response: &Response<Body>| response.headers()[header::CONTENT_SECURITY_POLICY].to_str().map(str::to_owned);
    let site = site("https://c.example/");
    let with = policy(&ask(&site, "/form").await).expect("text");
    assert!(with.contains("form-action 'self' https://github.com;"), "{with}");
    assert!(!policy(&ask(&site, "/").await).expect("text").contains("github.com"));
}

#[tokio::test]
async fn an_error_says_what_why_what_to_do_and_last_the_requests_id() {
    let site = site("https://c.example/");
    let request = Request::get("/error").header(REQUEST_ID, "00112233aabbccdd").body(Body::empty()).expect("a request");
    let response = router(site).oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(response.headers()[header::RETRY_AFTER], "9");
    assert_eq!(response.headers()[REQUEST_ID], "00112233aabbccdd");
    assert_eq!(response.headers().get_all(header::CONTENT_TYPE).iter().count(), 1);
    let page = text(response).await;
    let main = page.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).expect("a main part").0;
    insta::assert_snapshot!(main);
}

#[tokio::test]
async fn an_error_has_an_id_when_nobody_gave_one_and_takes_none_that_is_not_one() {
    let given = "<script>alert(1)</script>";
    let request = Request::get("/error").header(REQUEST_ID, given).body(Body::empty()).expect("a request");
    let response = router(site("https://c.example/")).oneshot(request).await.expect("an answer");
    let id = response.headers()[REQUEST_ID].to_str().expect("text").to_owned();
    assert_eq!(id.len(), 16);
    let page = text(response).await;
    assert!(page.contains(&format!("<code>{id}</code>")) && !page.contains("alert"), "{page}");
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_a_year_under_its_own_name_and_not_at_all_under_another() {
    let site = site("https://c.example/");
    let page = text(ask(&site, "/").await).await;
    let name = page.split("href=\"").find_map(|part| part.split_once(".css\"")).expect("a stylesheet").0;
    let current = ask(&site, &format!("{name}.css")).await;
    assert_eq!(current.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(current.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    let older = ask(&site, "/assets/000000000000.css").await;
    assert_eq!(
        (older.status(), &older.headers()[header::CACHE_CONTROL]),
        (StatusCode::OK, &"no-cache".parse().expect("a value"))
    );
    assert_eq!(ask(&site, "/assets/secrets.txt").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(ask(&site, "/assets/..%2f..%2fCargo.toml").await.status(), StatusCode::NOT_FOUND);
}

#[test]
fn a_browser_is_sent_to_local_paths_and_nowhere_else() {
    let site = site("https://c.example/");
    for (given, meant) in [
        ("/account", "/account"),
        ("/gh/acme/widgets/pull/7?x=1&y=//z#top", "/gh/acme/widgets/pull/7?x=1&y=//z#top"),
        ("/a/../b", "/b"),
        ("/ä b", "/%C3%A4%20b"),
        ("/https://evil.example", "/https://evil.example"),
        ("/loginish", "/loginish"),
    ] {
        assert_eq!(LocalPath::parse(given, &site).map(|path| path.to_string()).as_deref(), Some(meant), "{given}");
    }
    let long = format!("/{}", "a".repeat(1024));
    for bad in [
        "",
        "account",
        "//host",
        "///host",
        "/\\host",
        "\\/host",
        "https:host",
        "https://host/",
        "javascript:alert(1)",
        "/.//host",
        "/..//host",
        "/%2e//host",
        "/.\\host",
        "/a/..//host",
        "/\t/host",
        "/a\r\nset-cookie: x=1",
        "/\u{0}",
        "/a\u{85}b",
        " /account",
        "/login",
        "/login/gh",
        "/logout",
        "/x/../login/gh?next=/login/gh",
        &long,
    ] {
        assert_eq!(LocalPath::parse(bad, &site), None, "{bad:?}");
    }
}

#[test]
fn a_site_below_a_path_links_below_it_and_signs_in_below_it() {
    let site = site("https://c.example/cov/");
    assert_eq!((site.link(""), site.link("account")), ("/cov/".to_owned(), "/cov/account".to_owned()));
    assert_eq!(site.address("login/gh"), "https://c.example/cov/login/gh");
    assert_eq!(LocalPath::parse("/cov/login/gh", &site), None);
    assert!(LocalPath::parse("/cov/account", &site).is_some());
}
