//! Tokens of GitHub Actions at the upload API: which repository they are for, and what their run may say.

use std::fmt::Write as _;

use covermark_state::rows::upload::OpenedBy;
use covermark_types::Clock as _;
use covermark_upload::Settings;
use serde_json::{Value, json};

use crate::town::{PUBLIC_URL, Town};

fn tip(town: &Town) -> String {
    town.widgets.state().branches["main"].to_string()
}

#[tokio::test]
async fn a_run_of_a_push_uploads_for_its_commit_without_any_secret() {
    let town = Town::new().await;
    for audience in
        [PUBLIC_URL, "https://covermark.example/base/", "https://covermark.example", "https://covermark.example/"]
    {
        let answer = town.upload_with(&json!({ "aud": audience }), &json!({ "commitid": tip(&town) })).await;
        assert_eq!(answer.status, 201, "{audience}: {answer:?}");
    }
    let uploads = town.world.uploads_of(town.id(), &tip(&town)).await;
    assert!(
        uploads.iter().all(|upload| upload.opened_by == OpenedBy::Oidc && upload.branch.as_deref() == Some("main"))
    );
}

#[tokio::test]
async fn what_a_token_may_not_do_is_told_with_what_it_is() {
    let town = Town::new().await;
    let gadgets = town.acme.repository("gadgets");
    gadgets.push("main", &[("a", "b")]);
    town.know(&gadgets).await;
    let now = town.world.clock.now().as_second();
    let head = town.head();
    let of_pull = json!({
        "event_name": "pull_request", "ref": format!("refs/pull/{}/merge", town.pull.number), "sha": "e".repeat(40),
        "head_ref": "faster", "base_ref": "main", "run_id": town.run.to_string(),
    });
    let with = |base: &Value, key: &str, value: Value| {
        let mut claims = base.clone();
        claims[key] = value;
        claims
    };
    let of_push = json!({});
    let mut table = String::new();
    for (case, claims, body) in [
        ("over", with(&of_push, "exp", json!(now - 3600)), json!({ "commitid": tip(&town) })),
        ("for the incumbent", with(&of_push, "aud", json!("https://codecov.io")), json!({ "commitid": tip(&town) })),
        ("as GitHub makes it unasked", with(&of_push, "aud", json!("https://github.com/acme")), json!({})),
        ("of another issuer", with(&of_push, "iss", json!("https://token.actions.githubusercontent.com")), json!({})),
        (
            "of another repository of the same owner",
            with(&with(&of_push, "repository_id", json!(gadgets.id.to_string())), "repository", json!("acme/gadgets")),
            json!({ "commitid": tip(&town) }),
        ),
        ("of a push, for another commit", of_push.clone(), json!({ "commitid": head })),
        ("of a pull request, for another one", of_pull.clone(), json!({ "commitid": head, "pullid": 999 })),
        (
            "of a pull request, for the base branch",
            of_pull.clone(),
            json!({ "commitid": tip(&town), "branch": "main" }),
        ),
    ] {
        let answer = town.upload_with(&claims, &body).await;
        assert!(matches!(answer.status, 401 | 403), "{case}: {answer:?}");
        let sentence =
            answer.sentence().replace(&gadgets.id.to_string(), "ID").replace(&town.github.web_url(), "https://HOST");
        let sentence = sentence.replace(&tip(&town)[..7], "TIP").replace(head.short(), "HEAD");
        let _ = writeln!(table, "{case}\n    {sentence}\n");
    }
    insta::assert_snapshot!("oidc", table);
    assert!(town.world.uploads_of(town.id(), &tip(&town)).await.is_empty());
    let other = "/base/upload/github/acme::::gadgets/upload-coverage";
    let token = town.github.oidc_token(&town.widgets, &json!({ "aud": PUBLIC_URL }));
    let body = json!({ "commitid": tip(&town) }).to_string();
    assert_eq!(town.world.send("POST", other, Some(&format!("token {token}")), body).await.status, 403);
}

#[tokio::test]
async fn a_run_of_a_pull_request_uploads_for_its_head_its_merge_and_a_head_that_was_pushed_over() {
    let town = Town::new().await;
    let claims = json!({
        "event_name": "pull_request", "ref": format!("refs/pull/{}/merge", town.pull.number), "sha": "e".repeat(40),
        "head_ref": "faster", "base_ref": "main", "run_id": town.run.to_string(),
    });
    let head = town.head();
    assert_eq!(town.upload_with(&claims, &json!({ "commitid": head })).await.status, 201);
    assert_eq!(town.upload_with(&claims, &json!({ "commitid": "e".repeat(40) })).await.status, 201);
    town.fork.push("faster", &[("src/lib.rs", "fn three() {}\n")]);
    let old = town.upload_with(&claims, &json!({ "commitid": head, "branch": "main", "pullid": null })).await;
    assert_eq!(old.status, 201, "the run knows which head it is for: {old:?}");
    let uploads = town.world.uploads_of(town.id(), head.as_str()).await;
    assert!(uploads.iter().all(|upload| upload.pull == Some(town.pull.number)));
    assert!(uploads.iter().all(|upload| upload.branch.as_deref() == Some("faster")));
}

#[tokio::test]
async fn workflows_written_for_the_incumbent_are_taken_if_the_instance_says_so() {
    let town = Town::with(Settings { codecov_audience: true, ..Settings::default() }).await;
    let answer = town.upload_with(&json!({ "aud": "https://codecov.io" }), &json!({ "commitid": tip(&town) })).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn a_renamed_repository_is_known_by_its_id() {
    let town = Town::new().await;
    let claims = json!({ "repository": "acme/former-name" });
    let answer = town.upload_with(&claims, &json!({ "commitid": tip(&town) })).await;
    assert_eq!(answer.status, 201, "the id decides, not the name: {answer:?}");
}

#[tokio::test]
async fn a_vault_that_does_not_answer_is_no_refusal() {
    let town = Town::new().await;
    town.vault.set_down(true);
    let body = json!({ "commitid": tip(&town) });
    assert_eq!(town.upload_with(&json!({}), &body).await.status, 503, "a retry helps");
    town.vault.set_down(false);
    assert_eq!(town.upload_with(&json!({}), &body).await.status, 201);
}

#[tokio::test]
async fn a_report_for_githubs_trial_merge_is_filed_under_the_pull_requests_head() {
    let town = Town::new().await;
    let trial = town.pull.merge_on_trial();
    let claims = json!({
        "event_name": "pull_request", "ref": format!("refs/pull/{}/merge", town.pull.number), "sha": trial,
        "head_ref": "faster", "base_ref": "main", "run_id": town.run.to_string(),
    });
    let answer = town.upload_with(&claims, &json!({ "commitid": trial })).await;
    let sentence = answer.body["message"].as_str().expect("a sentence").replace(trial.short(), "TRIAL");
    insta::assert_snapshot!(sentence.replace(town.head().short(), "HEAD"), @"Commit TRIAL is GitHub's trial merge of pull request 1, so the report is filed under the head, HEAD.");

    let token = format!("token {}", crate::support::GLOBAL_TOKEN);
    let path = format!("report?commit={trial}&pr={}", town.pull.number);
    let path = format!("/base/upload/github/acme::::widgets/{path}");
    let stored = town.world.send("PUT", &path, Some(&token), "TN:\nSF:a\nDA:1,1\nend_of_record\n").await;
    assert!(stored.body["message"].as_str().expect("a sentence").contains("is filed under the head"), "{stored:?}");
    let uploads = town.world.uploads_of(town.id(), town.head().as_str()).await;
    assert!(uploads.len() == 2 && uploads.iter().all(|upload| upload.pull == Some(town.pull.number)), "{uploads:?}");
    assert!(town.world.uploads_of(town.id(), trial.as_str()).await.is_empty());

    town.fork.push("faster", &[("src/lib.rs", "fn three() {}\n")]);
    assert_eq!(town.github.calls("GET /repos/{owner}/{repo}/pulls/{pull_number}"), 1, "and GitHub was asked once");
}
