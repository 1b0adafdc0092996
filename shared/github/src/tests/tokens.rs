//! Installation tokens: narrowed, kept, asked for once, waited for when they are new, made anew when they are refused.

use covermark_types::{Fault as _, FaultClass, InstallationId, PullNumber, RepositoryId};
use serde_json::json;
use tokio::{task::JoinSet, time::Instant};

use super::support::{Fake, INSTALLATION, REPOSITORY, reply, reply_with, token};
use crate::{Error, Permission, RepositoryClient, Resource, permission::Scope, token::CACHE_SIZE};

fn repository() -> serde_json::Value {
    json!({ "id": 42, "full_name": "acme/widgets" })
}

fn refused() -> serde_json::Value {
    json!({ "message": "Bad credentials" })
}

#[tokio::test]
async fn a_token_is_narrowed_to_one_repository_and_the_permissions_asked_for() {
    let fake = Fake::with_tokens(|_, _| reply(200, repository())).await;
    let permissions = [
        Permission::write(Resource::Statuses),
        Permission::read(Resource::PullRequests),
        Permission::write(Resource::PullRequests),
        Permission::read(Resource::Contents),
    ];
    let name = "acme/widgets".parse().unwrap();
    let client = fake.github().repository_client(INSTALLATION, REPOSITORY, &name, &permissions);
    client.repository().await.unwrap();
    let mint = &fake.seen()[0];
    assert_eq!(mint.line, "POST /app/installations/7/access_tokens");
    let wanted = json!({
        "repository_ids": [42],
        "permissions": { "contents": "read", "pull_requests": "write", "statuses": "write" },
    });
    assert_eq!(mint.json(), wanted);
}

#[tokio::test]
async fn an_installation_as_a_whole_may_only_read_metadata() {
    let fake = Fake::with_tokens(|_, _| reply(200, json!({ "total_count": 0, "repositories": [] }))).await;
    fake.github().installation_client(INSTALLATION).repositories_page(1).await.unwrap();
    assert_eq!(fake.seen()[0].json(), json!({ "permissions": { "metadata": "read" } }));
}

#[test]
fn no_permissions_never_means_all_permissions() {
    let scope = Scope::new(INSTALLATION, &[RepositoryId(2), RepositoryId(1), RepositoryId(2)], &[]);
    assert_eq!(scope.body(), json!({ "repository_ids": [1, 2], "permissions": { "metadata": "read" } }));
}

#[tokio::test]
async fn a_long_token_is_sent_as_it_came() {
    let fake = Fake::with_tokens(|_, _| reply(200, repository())).await;
    fake.repository().repository().await.unwrap();
    let seen = &fake.seen()[1];
    let sent = seen.header("authorization");
    assert!(sent.starts_with("Bearer ghs_0_aaa") && sent.len() > 600, "{sent}");
    assert_eq!(seen.header("accept"), "application/vnd.github+json");
    assert_eq!(seen.header("x-github-api-version"), "2022-11-28");
    assert_eq!(seen.header("user-agent"), "covermark");
}

/// Twenty callers at once, and what each of them got.
async fn twenty(client: &RepositoryClient) -> Vec<Result<RepositoryId, Error>> {
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        callers.spawn(async move { client.repository().await.map(|repository| repository.id) });
    }
    callers.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_callers_at_once_ask_for_one_token() {
    let fake = Fake::with_tokens(|_, _| reply(200, repository())).await;
    assert!(twenty(&fake.repository()).await.iter().all(Result::is_ok));
    assert_eq!((fake.lines().len(), fake.tokens_minted()), (20, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_callers_whose_token_is_refused_make_one_new_one() {
    let fake = Fake::with_tokens(|seen, before| {
        let old = seen.header("authorization").starts_with("Bearer ghs_0_");
        if old && before > 0 { reply(401, refused()) } else { reply(200, repository()) }
    });
    let fake = fake.await;
    let client = fake.repository();
    client.repository().await.unwrap();
    fake.clock.advance(60);
    assert!(twenty(&client).await.iter().all(Result::is_ok));
    assert_eq!(fake.tokens_minted(), 2);
}

#[tokio::test]
async fn twenty_callers_at_once_share_one_failure() {
    let fake = Fake::start(|_, _| reply(500, json!({ "message": "no" }))).await;
    let client = fake.repository();
    assert!(twenty(&client).await.iter().all(|outcome| matches!(outcome, Err(Error::Unavailable { .. }))));
    assert_eq!(fake.tokens_minted(), 1);
    client.repository().await.unwrap_err();
    assert_eq!(fake.tokens_minted(), 2, "a failure is not kept for who comes later");
}

#[tokio::test]
async fn who_gives_up_while_asking_does_not_block_the_others() {
    let fake = Fake::with_tokens(|_, _| reply(200, repository())).await;
    let client = fake.repository();
    let impatient = client.clone();
    let task = tokio::spawn(async move { impatient.repository().await.map(|repository| repository.id) });
    tokio::task::yield_now().await;
    task.abort();
    client.repository().await.unwrap();
}

#[tokio::test]
async fn a_token_is_kept_until_five_minutes_before_its_end() {
    let fake = Fake::with_tokens(|_, _| reply(200, repository())).await;
    let client = fake.repository();
    for seconds in [0, 54 * 60 + 59, 1] {
        fake.clock.advance(seconds);
        client.repository().await.unwrap();
    }
    assert_eq!(fake.tokens_minted(), 2);
}

#[tokio::test]
async fn each_scope_has_its_own_token_whatever_the_order() {
    let fake = Fake::with_tokens(|_, _| reply(200, repository())).await;
    let github = fake.github();
    let name = "acme/widgets".parse().unwrap();
    let (read, write) = (Permission::read(Resource::Contents), Permission::write(Resource::Statuses));
    for permissions in [[read, write], [write, read], [read, read]] {
        github.repository_client(INSTALLATION, REPOSITORY, &name, &permissions).repository().await.unwrap();
    }
    assert_eq!(fake.tokens_minted(), 2);
    github.repository_client(INSTALLATION, RepositoryId(43), &name, &[read]).repository().await.unwrap();
    github.repository_client(InstallationId(8), REPOSITORY, &name, &[read]).repository().await.unwrap();
    assert_eq!(fake.tokens_minted(), 4);
}

#[tokio::test]
async fn the_cache_is_bounded_and_drops_what_was_not_used_for_longest() {
    let tokens = crate::token::Tokens::default();
    let now = super::support::NOW.parse().unwrap();
    let minted = |text: &str| {
        let answer = json!({ "token": text, "expires_at": "2026-03-01T13:00:00Z" });
        crate::token::Token::new(serde_json::from_value(answer).unwrap(), now)
    };
    let scope = |id: u64| Scope::new(InstallationId(id), &[], &[]);
    for id in 0..CACHE_SIZE as u64 {
        tokens.get(&scope(id), now, async { Ok(minted("first")) }).await.unwrap();
    }
    tokens.get(&scope(0), now, async { Ok(minted("never asked for")) }).await.unwrap();
    tokens.get(&scope(5_000), now, async { Ok(minted("new")) }).await.unwrap();
    assert_eq!(tokens.len(), CACHE_SIZE);
    let kept = tokens.get(&scope(0), now, async { Ok(minted("again")) }).await.unwrap();
    assert_eq!(kept.secret.expose(), "first");
    let dropped = tokens.get(&scope(1), now, async { Ok(minted("again")) }).await.unwrap();
    assert_eq!(dropped.secret.expose(), "again");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_known_yet_is_waited_for() {
    let fake =
        Fake::with_tokens(|_, before| if before < 2 { reply(401, refused()) } else { reply(201, json!({"id": 1})) });
    let fake = fake.await;
    fake.repository().create_comment(PullNumber(7), "hello").await.unwrap();
    assert_eq!((fake.lines().len(), fake.tokens_minted()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_narrowed_token_that_is_not_known_yet_may_be_forbidden_for_a_moment() {
    let fake = Fake::with_tokens(|_, before| {
        if before == 0 {
            return reply(403, json!({ "message": "Resource not accessible by integration" }));
        }
        reply(200, repository())
    });
    let fake = fake.await;
    fake.repository().repository().await.unwrap();
    assert_eq!((fake.lines().len(), fake.tokens_minted()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn what_stays_forbidden_is_so_after_less_than_four_seconds() {
    let headers = &[("x-accepted-github-permissions", "pull_requests=write")];
    let fake = Fake::with_tokens(|_, _| reply_with(403, headers, json!({ "message": "no" }))).await;
    let begun = Instant::now();
    let error = fake.repository().create_comment(PullNumber(7), "hello").await.unwrap_err();
    assert!(begun.elapsed().as_millis() < 4_000, "{:?}", begun.elapsed());
    assert!(matches!(error, Error::Forbidden(_)), "{error}");
    assert_eq!(error.answer().unwrap().missing_permission(), Some("pull_requests=write"));
    assert_eq!((fake.lines().len(), fake.tokens_minted()), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn an_old_token_that_is_forbidden_is_believed_at_once() {
    let fake =
        Fake::with_tokens(|_, before| if before == 0 { reply(200, repository()) } else { reply(403, json!({})) });
    let fake = fake.await;
    let client = fake.repository();
    client.repository().await.unwrap();
    fake.clock.advance(10);
    assert!(matches!(client.repository().await, Err(Error::Forbidden(_))));
    assert_eq!((fake.lines().len(), fake.tokens_minted()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn an_old_token_that_is_refused_is_made_anew_once_for_a_post_too() {
    let fake = Fake::with_tokens(|seen, _| {
        if seen.header("authorization").starts_with("Bearer ghs_0_") && seen.line.starts_with("POST") {
            return reply(401, refused());
        }
        reply(200, json!({ "id": 42, "full_name": "acme/widgets" }))
    });
    let fake = fake.await;
    let client = fake.repository();
    client.repository().await.unwrap();
    fake.clock.advance(60);
    client.create_comment(PullNumber(7), "hello").await.unwrap();
    assert_eq!(fake.lines()[1..], ["POST /repos/acme/widgets/issues/7/comments"; 2]);
    assert_eq!(fake.tokens_minted(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_stays_refused_ends_in_an_error() {
    let fake = Fake::with_tokens(|_, _| reply(401, refused())).await;
    let begun = Instant::now();
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error}");
    assert_eq!(error.class(), FaultClass::Unauthorized);
    assert!(begun.elapsed().as_millis() < 4_000, "{:?}", begun.elapsed());
    assert_eq!((fake.lines().len(), fake.tokens_minted()), (5, 2));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_lost_on_the_way_is_asked_for_again() {
    let fake = Fake::start(|seen, before| match seen.line.as_str() {
        "POST /app/installations/7/access_tokens" if before == 0 => reply(502, json!({})),
        "POST /app/installations/7/access_tokens" => token(before),
        _ => reply(200, repository()),
    });
    fake.await.repository().repository().await.unwrap();
}

#[tokio::test]
async fn a_removed_installation_is_gone_for_good() {
    let fake = Fake::start(|_, _| reply(404, json!({ "message": "Not Found" }))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::InstallationGone { installation: INSTALLATION, .. }), "{error}");
    assert_eq!(error.class(), FaultClass::Permanent);
}

#[tokio::test]
async fn a_suspended_installation_is_named_so() {
    let fake = Fake::start(|_, _| reply(403, json!({ "message": "This installation has been suspended" }))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::Suspended { installation: INSTALLATION, .. }), "{error}");
    assert_eq!(error.class(), FaultClass::Permanent);
}

#[tokio::test(start_paused = true)]
async fn an_installation_suspended_after_the_token_was_made_is_named_so_at_once() {
    let fake = Fake::with_tokens(|_, _| reply(403, json!({ "message": "This installation has been suspended" }))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::Suspended { .. }), "{error}");
    assert_eq!(fake.lines().len(), 1);
}

#[tokio::test]
async fn a_rate_limit_on_the_token_itself_is_told() {
    let fake = Fake::start(|_, _| reply_with(429, &[("retry-after", "5")], json!({}))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }), "{error}");
}

#[tokio::test]
async fn a_token_answer_without_a_token_says_where_and_nothing_else() {
    let fake = Fake::start(|_, _| reply(201, json!({ "token": 5, "expires_at": "2026-03-01T13:00:00Z" }))).await;
    let error = fake.repository().repository().await.unwrap_err();
    assert_eq!(error.to_string(), "POST /app/installations/7/access_tokens: the answer cannot be read at `token`");
}
