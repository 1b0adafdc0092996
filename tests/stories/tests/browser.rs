//! What people see: real pages in a real browser, by day, by night and on a telephone. Pictures are in `tests/out/`.

use covermark_standin::Owner;
use covermark_stories::{Browser, CiJob, Town, serve, uploaded};
use serde_json::json;

const LCOV_BASE: &[u8] =
    b"TN:\nSF:src/parser.py\nDA:1,1\nDA:2,1\nend_of_record\nSF:src/main.py\nDA:1,1\nDA:2,1\nend_of_record\n";
const LCOV_PARSER: &[u8] = b"TN:\nSF:src/parser.py\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,1\nend_of_record\n";
const LCOV_MAIN: &[u8] = b"TN:\nSF:src/main.py\nDA:1,1\nDA:2,1\nDA:3,1\nend_of_record\n";

/// Somebody who belongs to the organisation.
fn member(town: &Town) -> Owner {
    let ada = town.github.user("ada");
    town.acme.add_member(&ada);
    ada
}

/// The label of our button that leads to the stand-in.
fn way_in(town: &Town) -> String {
    let web = town.github.page("/");
    format!("Sign in with {}:{}", web.host_str().expect("a host"), web.port().expect("a port"))
}

/// What GitHub's consent page was opened with.
async fn state_of_consent(browser: &Browser) -> String {
    browser.arrives_at("Authorize Covermark").await;
    let url = browser.url().await;
    url.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_sees_their_installation_and_signs_out_for_good() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    member(&town);
    browser.goto(&town.url()).await;
    browser.look("landing").await;
    browser.follow("Sign in").await;
    browser.arrives_at("Sign in").await;
    browser.look("login").await;
    browser.follow(&way_in(&town)).await;
    browser.arrives_at("Authorize Covermark").await;
    browser.look("github-consent").await;
    browser.press("Authorize").await;
    browser.arrives_at("Your account").await;
    assert_eq!(browser.url().await.path(), "/account");
    let page = browser.text("main").await;
    assert!(page.contains("ada on 127.0.0.1") && page.contains("acme Organisation All"), "{page}");
    assert_eq!(browser.script("return document.cookie").await, "", "no script may read our cookies");
    browser.look("account").await;

    let cookie = browser.client().get_named_cookie("covermark_session").await.expect("a session");
    assert_eq!((cookie.http_only(), cookie.same_site().map(|rule| rule.is_lax())), (Some(true), Some(true)));
    browser.press("Sign out").await;
    browser.arrives_at("Sign in").await;
    assert!(browser.text("main").await.contains("You are signed out."));
    browser.look("signed-out").await;
    assert!(browser.client().get_named_cookie("covermark_session").await.is_err(), "the cookie is still there");

    let mut copy = cookie;
    copy.set_domain("127.0.0.1");
    browser.client().add_cookie(copy).await.expect("planted");
    browser.goto(&format!("{}/account", town.url())).await;
    browser.arrives_at("Sign in").await;
    browser.close().await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_signed_in_twice_sees_both_browsers_and_ends_the_other() {
    let town = Town::new().await;
    member(&town);
    let (there, here) = (Browser::open().await, Browser::open().await);
    for browser in [&there, &here] {
        browser.goto(&format!("{}/login/github?to=/account", town.url())).await;
        browser.arrives_at("Authorize Covermark").await;
        browser.press("Authorize").await;
        browser.arrives_at("Your account").await;
    }
    here.client().refresh().await.expect("loaded again");
    let page = here.text("main").await;
    assert_eq!(page.matches("Chrome on Linux").count(), 2, "{page}");
    assert_eq!(page.matches("this one").count(), 1, "{page}");
    here.look("account-sessions").await;
    here.press("End").await;
    assert!(here.text("[role=status]").await.contains("One session was ended"));
    here.look("account-session-ended").await;
    there.goto(&format!("{}/account", town.url())).await;
    there.arrives_at("Sign in").await;
    there.close().await;
    here.close().await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cancels_at_github_is_told_so_stays_there_and_can_sign_in_after_all() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    member(&town);
    browser.goto(&format!("{}/login/gh", town.url())).await;
    browser.arrives_at("Authorize Covermark").await;
    browser.press("Cancel").await;
    browser.arrives_at("You cancelled the sign-in").await;
    browser.look("cancelled").await;
    browser.client().refresh().await.expect("loaded again");
    browser.arrives_at("You cancelled the sign-in").await;
    browser.follow("Sign in again").await;
    browser.arrives_at("Authorize Covermark").await;
    browser.press("Authorize").await;
    browser.arrives_at("Your account").await;
    browser.close().await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_only_in_the_browser_that_began_it_and_only_once() {
    let town = Town::new().await;
    member(&town);
    let (ada, mallory) = (Browser::open().await, Browser::open().await);
    ada.goto(&format!("{}/login/gh", town.url())).await;
    let state = state_of_consent(&ada).await;
    let answer = format!("{}/login/gh/callback?code=0123456789abcdef0123&state={state}", town.url());

    mallory.goto(&answer).await;
    mallory.arrives_at("This sign-in was not started in this browser").await;
    mallory.look("sign-in-without-cookie").await;
    mallory.follow("Sign in").await;
    mallory.arrives_at("Authorize Covermark").await;
    mallory.goto(&answer).await;
    mallory.arrives_at("This sign-in does not belong to this browser").await;
    mallory.look("sign-in-of-another-browser").await;
    mallory.close().await;

    ada.press("Authorize").await;
    ada.arrives_at("This sign-in is over").await;
    ada.look("sign-in-over").await;
    ada.follow("Sign in").await;
    ada.arrives_at("Authorize Covermark").await;
    ada.press("Authorize").await;
    ada.arrives_at("Your account").await;
    ada.close().await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comment_is_read_on_the_pull_request_and_leads_to_the_lines_that_lack_tests() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    let pull = town.open_pull_request().await;
    let (base, head, number) = (pull.base_sha(), pull.head_sha(), pull.state().number.0);
    let job = |commit, pull, flag, report| CiJob { commit, pull, flag, file: "lcov.info", report };
    uploaded(&town, &job(&base, None, "unit", LCOV_BASE)).await;
    town.settled().await;
    for (flag, report) in [("unit", LCOV_PARSER), ("e2e", LCOV_MAIN)] {
        uploaded(&town, &job(&head, Some(number), flag, report)).await;
        town.settled().await;
    }
    browser.goto(town.github.page(&format!("/acme/widgets/pull/{number}")).as_str()).await;
    browser.look("pull-request").await;
    let comment = browser.text(".comment .markdown").await;
    assert!(comment.contains("66.6 % of this change is covered") && comment.contains("2 uploads"), "{comment}");
    let row = browser.text(".comment tbody tr").await;
    assert_eq!(row, "src/parser.py 50.0 % 3");

    browser.follow("3").await;
    assert_eq!(browser.text("tr:target").await, "3         return []");
    browser.look("uncovered-line").await;
    assert_eq!(browser.url().await.path(), format!("/acme/widgets/pull/{number}/files"));
    browser.client().back().await.expect("back");
    browser.follow("src/parser.py").await;
    assert!(browser.text(".file:target").await.starts_with("src/parser.py"));
    browser.close().await;
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_of_a_private_repository_is_shown_to_its_members_and_is_nothing_to_others() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    member(&town);
    let pull = town.open_pull_request().await;
    let (base, head, number) = (pull.base_sha(), pull.head_sha(), pull.state().number.0);
    let job = |commit, pull, flag, report| CiJob { commit, pull, flag, file: "lcov.info", report };
    uploaded(&town, &job(&base, None, "unit", LCOV_BASE)).await;
    town.settled().await;
    uploaded(&town, &job(&head, Some(number), "unit", LCOV_PARSER)).await;
    town.settled().await;

    let page = format!("{}/gh/acme/widgets/pull/{number}", town.url());
    // To a stranger a repository that is there looks like one that is not.
    for address in [page.clone(), format!("{}/gh/acme/secrets/pull/1", town.url())] {
        browser.goto(&address).await;
        browser.arrives_at("Sign in to see this").await;
    }
    browser.goto(&page).await;
    browser.look("report-stranger").await;
    browser.follow("Sign in").await;
    browser.goto(&format!("{}/login/gh?next=%2Fgh%2Facme%2Fwidgets%2Fpull%2F{number}", town.url())).await;
    browser.arrives_at("Authorize Covermark").await;
    browser.press("Authorize").await;
    browser.arrives_at(&format!("acme/widgets#{number}")).await;
    let text = browser.text("main").await;
    assert!(text.contains("covermark/patch") && text.contains("src/parser.py"), "{text}");
    assert!(text.contains("1 of 1 files."), "{text}");
    browser.look("report").await;

    browser.goto(&format!("{}/gh/acme/widgets/commit/{head}?q=nothing-like-it", town.url())).await;
    assert!(browser.text("main").await.contains("0 of 1 files."));
    browser.goto(&format!("{}/gh/acme/widgets/pull/999", town.url())).await;
    assert!(browser.text("main").await.contains("No report of acme/widgets has come for this yet"));
    browser.look("report-empty").await;
    browser.goto(&format!("{}/gh/acme/secrets/pull/1", town.url())).await;
    browser.arrives_at("There is no such report").await;
    browser.close().await;
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_lines_that_lack_tests_is_marked_where_its_link_leads() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    let pull = town.open_pull_request().await;
    let (head, number) = (pull.head_sha(), pull.state().number.0);
    let report = b"TN:\nSF:src/parser.py\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,0\nend_of_record\n";
    uploaded(&town, &CiJob { commit: &head, pull: Some(number), flag: "unit", file: "lcov.info", report }).await;
    town.settled().await;
    browser.goto(town.github.page(&format!("/acme/widgets/pull/{number}")).as_str()).await;
    browser.follow("2–3").await;
    browser.text("tr.marked").await;
    let marked = "return [...document.querySelectorAll('tr.marked')].map(row => row.innerText.trim())";
    assert_eq!(browser.script(marked).await, json!(["2\t    if not text:", "3\t        return []"]));
    browser.close().await;
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_app_the_front_page_says_what_the_operator_must_do() {
    let data = tempfile::tempdir().expect("a folder");
    let (covermark, browser) = (serve(data.path()).await, Browser::open().await);
    browser.goto(covermark.public_url.as_str()).await;
    browser.look("landing-without-app").await;
    let page = browser.text("main").await;
    assert!(page.contains("covermark credentials import --provider gh FILE"), "{page}");
    for (path, name) in [("login", "login-without-app"), ("login/gh", "sign-in-without-app"), ("nowhere", "not-found")]
    {
        browser.goto(covermark.public_url.join(path).expect("an address").as_str()).await;
        browser.look(name).await;
    }
    browser.close().await;
    covermark.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_shuts_people_out_or_fails_in_the_browser_is_noticed() {
    let browser = Browser::open().await;
    browser.goto("data:text/html,<img src=x><script>console.error('oh')</script>").await;
    let barriers = browser.barriers().await.join("\n");
    assert!(barriers.contains("image-alt: img") && barriers.contains("html-has-lang"), "{barriers}");
    let complaints = browser.complaints().await.join("\n");
    assert!(complaints.contains("oh"), "{complaints}");
    browser.close().await;
}
