//! The front door: headers, unknown paths, rate limits, pages, redirects.

use serde_json::json;

use super::{Client, story};

#[tokio::test]
async fn a_request_without_a_user_agent_is_refused() {
    let story = story().await;
    let answer = story.as_app().with("user-agent", "").get("/app").await;
    assert_eq!((answer.status, answer.message().contains("User-Agent")), (403, true));
}

#[tokio::test]
async fn an_accept_header_without_json_is_refused_and_an_unknown_version_too() {
    let story = story().await;
    assert_eq!(story.as_app().with("accept", "text/html").get("/app").await.status, 415);
    assert_eq!(story.as_app().with("accept", "application/vnd.github+json").get("/app").await.status, 200);
    assert_eq!(story.as_app().with("x-github-api-version", "2019-01-01").get("/app").await.status, 400);
    assert_eq!(story.as_app().with("x-github-api-version", "2026-03-10").get("/app").await.status, 200);
}

#[tokio::test]
async fn an_unknown_token_is_refused() {
    let story = story().await;
    for token in ["ghs_nonsense", "ghu_nonsense", "ghp_other"] {
        assert_eq!(Client::bearer(&story.github, token).get("/repos/acme/widgets").await.status, 401, "{token}");
    }
    let nobody = Client::nobody(&story.github).get("/repos/acme/widgets").await;
    assert_eq!((nobody.status, nobody.message()), (401, "Requires authentication"));
}

#[tokio::test]
async fn an_unknown_path_or_method_is_not_found() {
    let story = story().await;
    let client = story.client().await;
    assert_eq!(client.get("/repos/acme/widgets/nothing").await.message(), "Not Found");
    assert_eq!(client.get("/repos/acme/nothing").await.status, 404);
    assert_eq!(client.post("/repos/acme/widgets", json!({})).await.status, 404);
}

#[tokio::test]
async fn every_answer_has_a_request_id_a_date_and_the_standing_of_the_rate_limit() {
    let story = story().await;
    let client = story.client().await;
    let first = client.get("/repos/acme/widgets").await;
    let second = client.get("/repos/acme/nothing").await;
    assert_eq!(first.header("x-github-request-id").split(':').count(), 4);
    assert_eq!(first.header("x-ratelimit-remaining"), "4999");
    assert_eq!(second.header("x-ratelimit-remaining"), "4998");
    assert_eq!(second.header("x-ratelimit-resource"), "core");
    assert_eq!(second.header("date"), "Thu, 28 May 2026 20:26:40 GMT");
}

#[tokio::test]
async fn a_rate_limit_that_is_used_up_refuses_until_the_hour_is_over() {
    let story = story().await;
    let client = story.client().await;
    story.github.set_rate_limit(1);
    assert_eq!(client.get("/repos/acme/widgets").await.status, 200);
    let refused = client.get("/repos/acme/widgets").await;
    assert_eq!((refused.status, refused.header("x-ratelimit-remaining")), (403, "0"));
    assert!(refused.message().starts_with("API rate limit exceeded"));
    let standing = client.get("/rate_limit").await;
    assert_eq!((standing.status, standing.body["rate"]["remaining"].as_u64()), (200, Some(0)), "asking costs nothing");
    story.clock.advance(3_600);
    // The token ended with the hour, too.
    assert_eq!(story.client().await.get("/repos/acme/widgets").await.status, 200);
}

#[tokio::test]
async fn lists_are_cut_into_pages_that_link_to_each_other() {
    let story = story().await;
    for number in 0..101 {
        let _ = story.acme.repository(&format!("gadget-{number}"));
    }
    let client = story.client().await;
    let first = client.get("/installation/repositories").await;
    assert_eq!(
        (first.body["total_count"].as_u64(), first.body["repositories"].as_array().unwrap().len()),
        (Some(102), 30)
    );
    let full = client.get("/installation/repositories?per_page=1000").await;
    assert_eq!(full.body["repositories"].as_array().unwrap().len(), 100, "a page has 100 items at most");
    let api = story.github.api_url();
    let link = full.header("link").replace(&api, "");
    insta::assert_snapshot!(link, @r#"</installation/repositories?per_page=1000&page=2>; rel="next", </installation/repositories?per_page=1000&page=2>; rel="last""#);
    let last = client.get("/installation/repositories?per_page=100&page=2").await;
    assert_eq!(last.body["repositories"].as_array().unwrap().len(), 2);
    let link = last.header("link").replace(&api, "");
    insta::assert_snapshot!(link, @r#"</installation/repositories?per_page=100&page=1>; rel="prev", </installation/repositories?per_page=100&page=1>; rel="first""#);
    assert_eq!(client.get("/installation/repositories?per_page=abc").await.status, 422);
}

#[tokio::test]
async fn a_renamed_repository_redirects_and_the_redirect_leads_there() {
    let story = story().await;
    let client = story.client().await;
    story.widgets.rename("gizmos");
    let answer = client.get("/repos/acme/widgets/pulls/7").await;
    assert_eq!((answer.status, answer.message()), (301, "Moved Permanently"));
    let location = answer.header("location").to_owned();
    assert!(location.ends_with(&format!("/repositories/{}/pulls/7", story.widgets.id)), "{location}");
    assert_eq!(client.get(&location).await.body["base"]["repo"]["full_name"], "acme/gizmos");
    let write = client.post("/repos/acme/widgets/issues/7/comments", json!({"body": "x"})).await;
    assert_eq!(write.status, 307);
}

#[tokio::test]
async fn an_enterprise_server_has_its_api_under_a_prefix_only() {
    let story = super::story_on(true).await;
    assert!(story.github.api_url().ends_with("/api/v3"));
    let client = story.client().await;
    let answer = client.get("/repos/acme/widgets").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["url"], format!("{}/repos/acme/widgets", story.github.api_url()));
    let bare = client.get(&format!("{}/repos/acme/widgets", story.github.web_url())).await;
    assert_eq!(bare.status, 404);
}
