//! Commits, comparisons, files and folders.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::story;

fn strings(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn history_is_listed_from_a_commit_or_a_branch_newest_first() {
    let story = story().await;
    let client = story.client().await;
    let (head, base) = (story.pull.head_sha(), story.pull.base_sha());
    let expected = [head.to_string(), base.to_string()];
    let by_sha = client.get(&format!("/repos/acme/widgets/commits?sha={head}")).await;
    assert_eq!(strings(&by_sha.body, "sha"), expected);
    let by_branch = client.get("/repos/acme/widgets/commits?sha=feature%2Ffaster&per_page=1").await;
    assert_eq!(strings(&by_branch.body, "sha"), expected[..1]);
    assert!(by_branch.header("link").contains("sha=feature%2Ffaster"));
    let _ = story.acme.repository("empty");
    assert_eq!(client.get("/repos/acme/empty/commits").await.status, 409);
}

#[tokio::test]
async fn a_commit_is_shown_with_its_files_and_as_a_bare_sha() {
    let story = story().await;
    let client = story.client().await;
    let shown = client.get("/repos/acme/widgets/commits/feature/faster").await;
    assert_eq!(shown.body["files"][0]["patch"], "@@ -1 +1,2 @@\n fn one() {}\n+fn two() {}");
    assert_eq!(shown.body["stats"], json!({"total": 1, "additions": 1, "deletions": 0}));
    let sha = client.with("accept", "application/vnd.github.sha").get("/repos/acme/widgets/commits/main").await;
    assert_eq!(sha.text, story.pull.base_sha().to_string());
    assert_eq!(client.get("/repos/acme/widgets/commits/nowhere").await.status, 422);
}

#[tokio::test]
async fn branches_with_slashes_are_compared() {
    let story = story().await;
    let client = story.client().await;
    story.widgets.push("main", &[("CHANGES.md", "news\n")]);
    for path in ["main...feature/faster", "main...feature%2Ffaster"] {
        let compared = client.get(&format!("/repos/acme/widgets/compare/{path}")).await.body;
        assert_eq!((compared["status"].as_str(), compared["ahead_by"].as_u64()), (Some("diverged"), Some(1)), "{path}");
        assert_eq!(compared["behind_by"], 1);
        assert_eq!(compared["merge_base_commit"]["sha"], json!(story.pull.base_sha()));
        assert_eq!(compared["files"][0]["filename"], "src/lib.rs");
    }
    story.widgets.push("feature/faster", &[("src/two.rs", "fn three() {}\n")]);
    let short = client.get("/repos/acme/widgets/compare/main...feature/faster?per_page=1").await.body;
    assert_eq!((short["ahead_by"].as_u64(), short["commits"].as_array().unwrap().len()), (Some(2), 1));
    assert_eq!(client.get("/repos/acme/widgets/compare/main...main").await.body["status"], "identical");
    assert_eq!(client.get("/repos/acme/widgets/compare/main...nowhere").await.status, 404);
}

#[tokio::test]
async fn a_file_is_read_at_a_commit_as_json_and_raw() {
    let story = story().await;
    let client = story.client().await;
    let path = format!("/repos/acme/widgets/contents/src/lib.rs?ref={}", story.pull.head_sha());
    let file = client.get(&path).await.body;
    let content = file["content"].as_str().unwrap().replace('\n', "");
    assert_eq!(STANDARD.decode(content).unwrap(), b"fn one() {}\nfn two() {}\n");
    assert_eq!(file["sha"], "52d34dde6131725f6ef6be047a900424f6a56c09");
    let raw = client.with("accept", "application/vnd.github.raw").get(&path).await;
    assert_eq!(raw.text, "fn one() {}\nfn two() {}\n");
    let folder = client.get("/repos/acme/widgets/contents/src").await.body;
    assert_eq!(strings(&folder, "path"), ["src/lib.rs"]);
    let root = client.get("/repos/acme/widgets/contents/?ref=main").await.body;
    assert_eq!(strings(&root, "name"), ["README.md", "src"]);
    assert_eq!(strings(&root, "type"), ["file", "dir"]);
    assert_eq!(client.get("/repos/acme/widgets/contents/nothing").await.status, 404);
    assert_eq!(client.get("/repos/acme/widgets/contents/src/lib.rs?ref=nowhere").await.status, 404);
}

#[tokio::test]
async fn a_tree_is_listed_flat_or_recursive() {
    let story = story().await;
    let client = story.client().await;
    let flat = client.get("/repos/acme/widgets/git/trees/main").await.body;
    assert_eq!(strings(&flat["tree"], "path"), ["README.md", "src"]);
    let all = client.get("/repos/acme/widgets/git/trees/main?recursive=1").await.body;
    assert_eq!(strings(&all["tree"], "path"), ["README.md", "src", "src/lib.rs"]);
    let src = all["tree"][1]["sha"].as_str().unwrap();
    let inner = client.get(&format!("/repos/acme/widgets/git/trees/{src}")).await.body;
    assert_eq!(strings(&inner["tree"], "path"), ["lib.rs"]);
    assert_eq!(client.get("/repos/acme/widgets/git/trees/nowhere").await.status, 404);
}
