//! The pages for people.

use serde_json::json;

use super::{Client, story};

#[tokio::test]
async fn the_page_of_a_pull_request_shows_what_a_reader_looks_for() {
    let story = story().await;
    let client = story.client().await;
    let sha = story.pull.head_sha();
    let body = "### ✅ All lines\n\n| File | Change |\n|---|---:|\n| a | 1 % |\n\n<details><summary>More</summary>\n\n*yes*\n\n</details>\n<script>alert(1)</script>";
    client.post("/repos/acme/widgets/issues/7/comments", json!({"body": body})).await;
    let status = json!({"state": "success", "context": "covermark/project", "description": "84.7 % <b>", "target_url": "http://127.0.0.1:9/r"});
    client.post(&format!("/repos/acme/widgets/statuses/{sha}"), status).await;
    let page = Client::nobody(&story.github).get(&format!("{}/acme/widgets/pull/7", story.github.web_url())).await;
    assert_eq!(page.status, 200);
    for part in [
        "Faster widgets <span class=\"quiet\">#7</span>",
        "<code>feature/faster</code> into <code>main</code>",
        "<strong>covermark/project</strong>",
        "84.7 % &lt;b&gt;",
        "<td style=\"text-align: right\">1 %</td>",
        "<details><summary>More</summary>",
        "<em>yes</em>",
        "fn two() {}",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.text.contains(part), "{part} is missing in\n{}", page.text);
    }
    assert!(!page.text.contains("<script") && !page.text.contains("alert(1)"));
}

#[tokio::test]
async fn repositories_commits_and_files_can_be_opened_and_a_wrong_address_says_so() {
    let story = story().await;
    let client = Client::nobody(&story.github);
    let web = story.github.web_url();
    let sha = story.pull.head_sha();
    assert!(client.get(&format!("{web}/")).await.text.contains("href=\"/acme/widgets/pull/7\">Faster widgets</a>"));
    assert!(client.get(&format!("{web}/acme/widgets")).await.text.contains("acme/widgets"));
    assert!(client.get(&format!("{web}/acme/widgets/commit/{sha}")).await.text.contains("fn two() {}"));
    assert!(client.get(&format!("{web}/acme/widgets/blob/{sha}/src/lib.rs")).await.text.contains("id=\"L2\""));
    let files = client.get(&format!("{web}/acme/widgets/pull/7/files")).await;
    // The SHA-256 of "src/lib.rs".
    let line = "id=\"diff-b1a35a68f14e696205874893c07fd24fdb88882b47c23cc0e0c80a30c7d53759R2\"";
    assert!(files.text.contains(line) && files.text.contains("function mark()"), "{}", files.text);
    assert!(client.get(&format!("{web}/acme/widgets/pull/7.diff")).await.text.starts_with("diff --git"));
    let missing = client.get(&format!("{web}/acme/widgets/pull/99")).await;
    assert_eq!((missing.status, missing.text.contains("This page is not here")), (404, true));
}
