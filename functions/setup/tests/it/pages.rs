//! What people read, whole.

use covermark_github::manifest::{EVENTS, PERMISSIONS, Section};

use crate::house::{House, unescaped};

#[test]
fn the_readme_says_what_is_asked_of_github_and_why() {
    let readme = include_str!("../../../../README.md");
    for need in PERMISSIONS {
        let place = if need.section == Section::Organization { " (organisation)" } else { "" };
        let events = EVENTS.iter().filter(|event| event.permission == need.name).map(|event| event.label);
        let events = events.collect::<Vec<_>>().join(", ");
        let row = format!(
            "| {}{place} | {} | {} | {} | {} | {} |",
            need.label,
            need.level(),
            if need.optional { "optional" } else { "yes" },
            need.why,
            need.without,
            if events.is_empty() { "-" } else { &events },
        );
        assert!(readme.contains(&row), "README.md lacks this row:\n{row}");
    }
}

#[tokio::test]
async fn the_pages_of_the_way_through() {
    let mut house = House::new().await;
    insta::assert_snapshot!("door", house.browser.open("/setup").await.text());
    let code = house.code().await;
    house.bring(code.expose()).await;
    insta::assert_snapshot!("choose", house.browser.open("/setup").await.text());
    let nothing = house.browser.open("/setup/create").await;
    insta::assert_snapshot!("nothing chosen", nothing.text());
    house.choose(&[]).await;
    let page = house.browser.open("/setup/create").await.text();
    let (before, state) = page.split_once("?state=").expect("a state");
    assert!(state[..64].bytes().all(|byte| byte.is_ascii_hexdigit()), "256 random bits");
    insta::assert_snapshot!("create", format!("{before}?state=STATE{}", &state[64..]));
    insta::assert_snapshot!("by hand", house.browser.open("/setup/create/manual").await.text());
    insta::assert_snapshot!("credentials", house.browser.open("/setup/credentials").await.text());
}

#[tokio::test]
async fn the_link_fills_in_githubs_form_for_every_kind_of_account() {
    for (kind, owner, path) in [
        ("organization", "acme", "/organizations/acme/settings/apps/new"),
        ("personal", "", "/settings/apps/new"),
        ("enterprise", "acme-corp", "/enterprises/acme-corp/settings/apps/new"),
    ] {
        let mut house = House::opened().await;
        let shown = house.choose(&[("owner_kind", kind), ("owner", owner), ("public", "true")]).await;
        assert_eq!(shown.location(), "/setup/create", "{kind}");
        let page = house.browser.open("/setup/create").await;
        assert_eq!(page.html.contains("name=\"manifest\""), kind != "enterprise", "{kind}");
        let link = page.html.split_once("class=\"button second\" href=\"").expect("the link").1;
        let link = unescaped(link.split_once('"').expect("its end").0);
        let url: url::Url = link.parse().expect("an address");
        assert_eq!(url.path(), path);
        assert!(!link.contains("%5B") && link.contains("events[]=pull_request"), "copyable as it is: {link}");
        let fields: Vec<String> = url.query_pairs().map(|(name, value)| format!("{name} = {value}")).collect();
        if kind == "organization" {
            insta::assert_snapshot!(fields.join("\n"));
        }
        let form = covermark_testing::http().get(&link).send().await.expect("an answer").text().await.expect("a page");
        for value in ["http://127.0.0.1:8080/webhooks/ghe", "http://127.0.0.1:8080/login/ghe/callback", "pull_requests"]
        {
            assert!(form.contains(value), "{kind}: {value}");
        }
    }
}
