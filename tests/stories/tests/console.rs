//! The console in a real browser: installed apps, repositories, settings with Create Web Hook, the doctor. Pictures are in
//! `tests/out/`.

use covermark_standin::{Fault, Owner, state::Level};
use covermark_state::rows::repository_hook::RepositoryHook;
use covermark_stories::{Browser, CiJob, Town, gh, uploaded};

const LCOV: &[u8] = b"TN:\nSF:src/parser.py\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,1\nend_of_record\n";

/// Somebody who may push to the organisation's repositories.
fn member(town: &Town) -> Owner {
    let ada = town.github.user("ada");
    town.acme.add_member(&ada);
    ada
}

/// Signs in and comes to `path`.
async fn signed_in(town: &Town, browser: &Browser, path: &str) {
    let next = path.replace('/', "%2F");
    browser.goto(&format!("{}/login/gh?next={next}", town.url())).await;
    browser.arrives_at("Authorize Covermark").await;
    browser.press("Authorize").await;
}

async fn own_hook(town: &Town) -> Option<RepositoryHook> {
    town.running().house.rooms.table.repository_hook(&gh(), town.repository()).await.expect("read")
}

async fn end(town: Town, browser: Browser) {
    browser.close().await;
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_looks_at_their_apps_checks_one_and_walks_to_a_repository() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    member(&town);
    let base = town.widgets.state().branches["main"].clone();
    uploaded(&town, &CiJob { commit: &base, pull: None, flag: "unit", file: "lcov.info", report: LCOV }).await;
    let pull = town.open_pull_request().await.state().number;
    town.settled().await;
    browser.goto(&format!("{}/gh", town.url())).await;
    browser.arrives_at("Sign in to see this").await;
    signed_in(&town, &browser, "/gh").await;
    browser.arrives_at("Installed apps").await;
    let page = browser.text("main").await;
    assert!(page.contains("acme/widgets") && page.contains("All permissions that are needed were accepted."), "{page}");
    browser.look("apps").await;
    browser.press("Check now").await;
    town.settled().await;
    browser.goto(&format!("{}/gh", town.url())).await;
    let page = browser.text("main").await;
    assert!(page.contains("Complete, just now") && page.contains("requests are left of this hour"), "{page}");

    browser.follow("acme").await;
    browser.arrives_at("Repositories of acme").await;
    assert!(browser.text("main").await.contains("75.00 %"), "{}", browser.text("main").await);
    browser.look("repositories").await;
    browser.follow("widgets").await;
    browser.arrives_at("acme/widgets").await;
    browser.look("overview").await;
    browser.goto(&format!("{}/gh/acme/widgets/pull/{pull}/doctor", town.url())).await;
    assert!(browser.text("main").await.contains("There is no comment. No report has come"));
    browser.look("doctor-pull").await;
    browser.goto(&format!("{}/gh/acme/widgets/doctor", town.url())).await;
    browser.look("doctor-repository").await;
    end(town, browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_tokens_switches_and_the_badge_are_set_by_who_may_push() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    member(&town);
    let base = town.widgets.state().branches["main"].clone();
    uploaded(&town, &CiJob { commit: &base, pull: None, flag: "unit", file: "lcov.info", report: LCOV }).await;
    town.settled().await;
    signed_in(&town, &browser, "/gh/acme/widgets/settings").await;
    browser.arrives_at("Settings of acme/widgets").await;
    browser.look("settings").await;
    let name = browser.client().find(fantoccini::Locator::Css("input[name=name][type=text]")).await.expect("a field");
    name.send_keys("not a name").await.expect("typed");
    browser.press("Make a token").await;
    assert!(browser.text(".notice").await.contains("1 to 50 letters"));
    let typed = browser.script("return document.querySelector('input[type=text]').value").await;
    assert_eq!(typed, "not a name", "what was typed is kept");
    browser.script("document.querySelector('input[type=text]').value = 'nightly'").await;
    browser.press("Make a token").await;
    browser.arrives_at("Upload token “nightly”").await;
    let token = browser.text("pre.command").await;
    assert_eq!(token.len(), 36);
    browser.look("token-shown-once").await;
    browser.follow("Back to the settings").await;
    assert!(!browser.text("main").await.contains(&token));

    browser.script("document.querySelector('input[name=comment]').click()").await;
    browser.press("Save").await;
    assert!(browser.text(".notice").await.contains("Saved."));
    let table = &town.running().house.rooms.table;
    let settings = table.repository_settings(&gh(), town.repository()).await.expect("read");
    assert_eq!((settings.comment, settings.statuses, settings.changed_by.as_deref()), (false, true, Some("ada")));

    let badge = format!("{}/gh/acme/widgets/badge.svg", town.url());
    let http = town.http();
    assert_eq!(http.get(&badge).send().await.expect("an answer").status(), 404, "a private repository's");
    browser.press("Make an address").await;
    browser.text("img[alt='The badge as it is now']").await;
    browser.look("settings-badge").await;
    let settings = table.repository_settings(&gh(), town.repository()).await.expect("read");
    let open = format!("{badge}?token={}", settings.badge_token.expect("a token"));
    let answer = http.get(&open).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"image/svg+xml".parse().expect("a type"))
    );
    assert!(answer.text().await.expect("text").contains("75.00 %"));
    let hostile = http.get(format!("{open}&branch=%3Cscript%3E&flag=%22%3E")).send().await.expect("an answer");
    let picture = hostile.text().await.expect("text");
    assert!(picture.contains("unknown") && !picture.contains("script"), "{picture}");
    end(town, browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn create_web_hook_says_what_is_missing_then_works_and_is_retired_when_the_app_covers_the_repository() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    member(&town);
    let ours = format!("{}/webhooks/gh", town.url());
    town.github.switch_webhook_off();
    signed_in(&town, &browser, "/gh/acme/widgets/settings").await;
    browser.arrives_at("Settings of acme/widgets").await;
    assert!(browser.text("main").await.contains("The App's webhook is switched off."));
    browser.press("Create Web Hook").await;
    assert!(browser.text(".notice").await.contains("Webhooks: Read and write"));
    browser.look("hook-permission-missing").await;

    town.installation.grant("repository_hooks", Level::Write);
    for (status, words) in [(403, "GitHub refused it (403)"), (404, "(404)"), (500, "GitHub is in trouble (500)")] {
        town.github.inject(Fault::on("GET /repos/{owner}/{repo}/hooks").answers(status).times(if status == 403 {
            4
        } else {
            1
        }));
        browser.press("Create Web Hook").await;
        let notice = browser.text(".notice").await;
        assert!(notice.contains(words), "{status}: {notice}");
    }
    browser.press("Create Web Hook").await;
    assert!(browser.text("main").await.contains("Waiting for GitHub's ping"));
    assert!(!own_hook(&town).await.expect("a row").heard());
    town.deliver().await;
    browser.goto(&format!("{}/gh/acme/widgets/settings", town.url())).await;
    assert!(browser.text("main").await.contains("The repository's own webhook works"));
    browser.look("hook-green").await;
    let hook = town.widgets.expect_hook().await;
    assert_eq!((hook.url.as_str(), hook.content_type.as_str(), hook.active), (ours.as_str(), "json", true));
    assert_eq!(hook.events.join(","), "pull_request,push,delete,repository,public,status,check_suite");

    browser.press("Show the secret").await;
    browser.arrives_at("Webhook secret").await;
    assert!(hook.secret.expect("a secret").matches(&browser.text("pre.command").await));

    // Events come through it: a pull request that only the repository's own hook told of.
    let pull = town.open_pull_request().await.state().number;
    let known = town.running().house.rooms.table.pull(&gh(), town.repository(), pull).await.expect("read");
    assert!(known.is_some());

    town.github.set_hook_url(&ours);
    browser.goto(&format!("{}/gh/acme/widgets/settings", town.url())).await;
    assert!(browser.text("main").await.contains("The App's webhook covers this repository"));
    town.widgets.expect_hook_deletion().await;
    assert!(own_hook(&town).await.expect("a row").retired_at.is_some());
    end(town, browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_somebody_made_by_hand_is_adopted_and_pressing_twice_at_once_makes_one() {
    let town = Town::new().await;
    town.github.switch_webhook_off();
    town.installation.grant("repository_hooks", Level::Write);
    let by_hand = town.widgets.add_hook(&format!("{}/webhooks/github", town.url()));
    let repository = town.running().house.rooms.table.repository(&gh(), town.repository()).await.expect("read");
    let repository = repository.expect("known");
    let hooks = &town.running().house.hooks;
    let (one, two) = tokio::join!(hooks.create(&repository), hooks.create(&repository));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    let state = town.widgets.state();
    assert_eq!(state.hooks.iter().map(|hook| hook.id).collect::<Vec<_>>(), [by_hand], "none beside it");
    assert_eq!(state.hooks[0].url, format!("{}/webhooks/gh", town.url()));
    town.deliver().await;
    assert!(own_hook(&town).await.expect("a row").heard());

    // One that was deleted at GitHub is no error: it is made anew, and heard of again.
    town.widgets.delete_hooks();
    hooks.create(&repository).await.expect("made anew");
    let now = town.running().house.rooms.clock.now();
    assert!(own_hook(&town).await.expect("a row").asked_at <= now);
    town.deliver().await;
    assert!(own_hook(&town).await.expect("a row").heard());
    town.widgets.delete_hooks();
    let row = own_hook(&town).await.expect("a row");
    hooks.retire(&repository, &row).await.expect("nothing to delete is fine");
    town.github.disregard_effects();
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_an_enterprise_server_people_sign_in_there_and_nothing_leads_to_github_com() {
    let (town, browser) = (Town::on_enterprise_server().await, Browser::open().await);
    member(&town);
    browser.goto(&format!("{}/login/ghe?next=%2Fghe", town.url())).await;
    browser.arrives_at("Authorize Covermark").await;
    assert!(browser.url().await.as_str().starts_with(&town.github.web_url()), "{}", browser.url().await);
    browser.press("Authorize").await;
    browser.arrives_at("Installed apps").await;
    assert!(browser.text("main").await.contains("acme/widgets"));
    for path in ["ghe", "ghe/acme/widgets", "ghe/acme/widgets/settings", "ghe/acme/widgets/doctor", "account"] {
        browser.goto(&format!("{}/{path}", town.url())).await;
        let script = "return [...document.querySelectorAll('[href], [action], [src]')].map(e => e.href || e.action || e.src)\
                      .join(' ')";
        let addresses = browser.script(script).await;
        let addresses = addresses.as_str().expect("text");
        assert!(!addresses.is_empty() && !addresses.contains("github.com"), "{path}: {addresses}");
    }
    // The stand-in saw every question; another host would have had no answer.
    assert!(town.github.calls("GET /user") > 0);
    end(town, browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_access_a_minute_ago_changes_nothing_and_others_see_nothing() {
    let (town, browser) = (Town::new().await, Browser::open().await);
    let ada = member(&town);
    signed_in(&town, &browser, "/gh/acme/widgets/settings").await;
    browser.arrives_at("Settings of acme/widgets").await;
    town.acme.remove_member(&ada);
    browser.press("Save").await;
    browser.arrives_at("There is no such report").await;
    for path in ["gh/acme/widgets/settings", "gh/acme/widgets/doctor", "gh/acme/widgets", "gh/acme", "doctor"] {
        let answer = town.http().get(format!("{}/{path}", town.url())).send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{path}");
        browser.goto(&format!("{}/{path}", town.url())).await;
        assert!(!browser.text("main").await.contains("Upload tokens"), "{path}");
    }
    end(town, browser).await;
}
