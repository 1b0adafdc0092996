//! The address of an Enterprise Server: looked at before it is taken.

use axum::{Router, http::StatusCode, response::Html, routing::get};
use covermark_setup::Reach;

use crate::house::House;

/// A web server on loopback that is no GitHub.
async fn stranger(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

impl House {
    /// Gives an address, and reads the sentence about it.
    async fn said_of(&mut self, address: &str) -> String {
        let shown = self.choose(&[("address", address)]).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(shown.html.contains("value=\"acme\""), "what was typed stays");
        let problem = shown.html.split_once("role=\"alert\">").expect("a problem").1;
        crate::house::unescaped(problem.split_once("</p>").expect("its end").0)
    }
}

#[tokio::test]
async fn a_server_that_answers_like_github_is_taken_with_its_version() {
    let mut house = House::chosen().await;
    let page = house.browser.open("/setup/create").await.text();
    assert!(page.contains("GitHub Enterprise Server 3.19.0"), "{page}");
    assert_eq!(house.github.calls("GET /meta"), 1);
}

#[tokio::test]
async fn what_is_no_github_is_told_in_a_sentence() {
    let mut house = House::opened().await;
    let html = || get(|| async { Html("<h1>Intranet</h1>") });
    let page = stranger(Router::new().route("/api/v3/meta", html())).await;
    let json = stranger(Router::new().route("/api/v3/meta", get(|| async { r#"{"hello":"world"}"# }))).await;
    let missing = stranger(Router::new()).await;
    let elsewhere = || get(|| async { axum::response::Redirect::temporary("https://login.example/sso?from=x") });
    let moved = stranger(Router::new().route("/api/v3/meta", elsewhere())).await;
    let mut said = String::new();
    for (what, address) in [
        ("answers HTML", page.as_str()),
        ("answers other JSON", &json),
        ("answers 404", &missing),
        ("redirects", &moved),
        ("refuses the connection", "http://127.0.0.1:9"),
        ("plain HTTP", "http://ghe.example"),
        ("no address", "not an address"),
        ("with a password", "https://user:hunter2@ghe.example"),
        ("does not exist", "https://ghe.invalid"),
        ("a private address", "https://10.1.2.3"),
        ("a private address, IPv6", "https://[fd00::1]"),
        ("the clouds' metadata service", "https://169.254.169.254"),
        ("the same behind IPv6", "https://[::ffff:169.254.169.254]"),
    ] {
        let sentence = house.said_of(address).await;
        let sentence = sentence.replace(|c: char| c.is_ascii_digit() && address.contains("127.0.0.1"), "");
        said.push_str(&format!("{what}: {sentence}\n"));
    }
    assert!(!said.contains("hunter2"));
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn from_a_deployment_this_machine_is_not_asked() {
    let mut house = House::at("https://cov.example/", Reach::default()).await;
    let code = house.code().await;
    house.bring(code.expose()).await;
    let address = house.github.web_url();
    let said = house.said_of(&address).await;
    assert!(said.contains("which is this machine itself"), "{said}");
    assert_eq!(house.github.call_count(), 0, "nothing was sent there");
}

#[tokio::test]
async fn names_that_cannot_be_used_are_told() {
    let mut house = House::opened().await;
    for (field, value, expected) in [
        ("slug", "gh", "taken by github.com"),
        ("slug", "login", "addresses of Covermark’s own begin with it"),
        ("slug", "Ghe Two", "lower-case letters, digits and hyphens"),
        ("owner", "", "organisation’s name cannot be used"),
        ("owner", "acme/../x?y", "organisation’s name cannot be used"),
        ("private_ca", "-----BEGIN CERTIFICATE-----", "certificate authority cannot be read"),
        ("name", "A name of an App that is much longer than GitHub lets it be", "34 characters"),
    ] {
        let shown = house.choose(&[(field, value)]).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        assert!(shown.html.contains(expected), "{field}={value}: {}", shown.text());
    }
    assert_eq!(house.choose(&[("owner", "https://ghe.example/acme/")]).await.location(), "/setup/create");
}
