//! The page on which somebody installs the App, and where GitHub sends them afterwards.

use jiff::SignedDuration;
use url::Url;

use crate::{
    pages,
    server::{Answer, Call, Outcome},
    state::{AccountKind, Authorization, Selection, random_bytes},
    story::installation,
};

/// Asks on which account.
pub(super) fn page(call: &mut Call<'_>) -> Outcome {
    if !is_ours(call) {
        return Ok(pages::not_found());
    }
    let free = |id| !call.world.installations.values().any(|installation| installation.account == id);
    let accounts = call.world.accounts.values().filter(|account| account.kind != AccountKind::Bot && free(account.id));
    let mut accounts: Vec<&str> = accounts.map(|account| account.login.as_str()).collect();
    // Organisations first would be guessing; the App's own owner is what GitHub offers first.
    accounts.sort_by_key(|login| *login != call.world.app.owner);
    Ok(pages::installation(&call.world.app, &accounts, &call.request.path))
}

/// The person decided. With "Request user authorization during installation" GitHub signs them in at once: it sends the
/// browser to the first callback address, with a code and without a state.
pub(super) fn install(call: &mut Call<'_>) -> Outcome {
    if !is_ours(call) {
        return Ok(pages::not_found());
    }
    let form = call.request.form();
    let account = call.world.account_by_login(form.get("account").map_or("", String::as_str)).map(|found| found.id);
    let Some(account) = account else { return Ok(pages::not_found()) };
    let Some(id) = installation::install(call.world, account, Selection::All) else {
        return Ok(pages::problem(422, "It is installed there already", "Choose another account."));
    };
    let asks = call.world.registration.registered.as_ref().is_some_and(|app| app.request_oauth_on_install);
    let callback = call.world.app.callback_urls.first().filter(|_| asks).cloned();
    let Some(mut url) = callback.as_deref().and_then(|text| Url::parse(text).ok()) else {
        return Ok(pages::problem(200, "The App is installed", "There is nothing more to do here."));
    };
    let key = hex::encode(random_bytes::<10>());
    url.query_pairs_mut()
        .append_pair("code", &key)
        .append_pair("installation_id", &id.to_string())
        .append_pair("setup_action", "install");
    let user = call.world.hand_of(account);
    let expires_at = call.world.clock.now() + SignedDuration::from_mins(10);
    let redirect_uri = callback.unwrap_or_default();
    call.world.oauth.codes.push(Authorization {
        key,
        redirect_uri,
        state: None,
        challenge: None,
        user: Some(user),
        expires_at,
    });
    Ok(Answer::redirect(url.as_str()))
}

/// Enterprise Servers keep Apps at another path.
fn is_ours(call: &Call<'_>) -> bool {
    let enterprise = call.request.path.starts_with("/github-apps/");
    call.text("slug") == call.world.app.slug && enterprise == call.world.origin.enterprise
}
