//! Sign-in: the consent page, the exchange of its code, refreshing and revoking.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use covermark_types::AccountId;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    pages,
    server::{Answer, Body, Call, Outcome},
    state::{Authorization, UserToken, World, random_bytes},
};

/// Opens a consent page and answers its key.
///
/// # Errors
/// What GitHub says instead of showing the page. It never sends the browser to an address that is not registered.
pub(crate) fn open(world: &mut World, query: &[(String, String)]) -> Result<String, String> {
    let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    if get("client_id").as_deref() != Some(world.app.client_id.as_str()) {
        return Err("There is no application with this client_id.".to_owned());
    }
    let first = world.app.callback_urls.first().cloned();
    let redirect_uri = match get("redirect_uri") {
        None => first.ok_or("The application has no callback address.")?,
        Some(asked) if world.app.callback_urls.contains(&asked) => asked,
        Some(_) => return Err("The redirect_uri is not associated with this application.".to_owned()),
    };
    let challenge = get("code_challenge");
    let method = get("code_challenge_method");
    if challenge.as_ref().is_some_and(|text| text.len() != 43)
        || (challenge.is_some() && method.as_deref() != Some("S256"))
    {
        return Err("The code_challenge_method is not supported: S256 with a challenge of 43 characters is.".to_owned());
    }
    let key = hex::encode(random_bytes::<20>());
    let expires_at = world.clock.now() + SignedDuration::from_mins(10);
    let open = Authorization { key: key.clone(), redirect_uri, state: get("state"), challenge, user: None, expires_at };
    world.oauth.open.push(open);
    Ok(key)
}

/// The person's decision on an open page: where the browser goes. `None` when the page is not open any more.
pub(crate) fn decide(world: &mut World, key: &str, user: Option<AccountId>) -> Option<Url> {
    let at = world.oauth.open.iter().position(|open| open.key == key)?;
    let mut authorization = world.oauth.open.remove(at);
    let mut url: Url = authorization.redirect_uri.parse().ok()?;
    if let Some(user) = user {
        authorization.user = Some(user);
        authorization.key = hex::encode(random_bytes::<10>());
        authorization.expires_at = world.clock.now() + SignedDuration::from_mins(10);
        url.query_pairs_mut().append_pair("code", &authorization.key);
    } else {
        url.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_description", "The user has denied your application access.")
            .append_pair("error_uri", "https://docs.github.com/apps/troubleshooting-authorization-request-errors");
    }
    if let Some(state) = &authorization.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    if authorization.user.is_some() {
        world.oauth.codes.push(authorization);
    }
    Some(url)
}

pub(super) fn page(call: &mut Call<'_>) -> Outcome {
    match open(call.world, &call.request.query) {
        Ok(key) => Ok(pages::consent(call.world, &key, call.request.parameter("login"))),
        Err(why) => Ok(pages::problem(404, "This sign-in cannot go on", &why)),
    }
}

pub(super) fn decision(call: &mut Call<'_>) -> Outcome {
    let form = call.request.form();
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    let user = call.world.account_by_login(get("login")).map(|account| account.id);
    let user = user.filter(|_| get("decision") == "authorize");
    match decide(call.world, get("key"), user) {
        Some(url) => Ok(Answer::redirect(url.as_str())),
        None => Ok(pages::problem(404, "This page is no longer open", "Start again from the application.")),
    }
}

/// Errors are told with status 200, as GitHub does it: who looks at the status alone is signed in as nobody.
pub(super) fn exchange(call: &mut Call<'_>) -> Outcome {
    let form = call.request.form();
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    let world = &mut *call.world;
    let known = get("client_id") == world.app.client_id && world.app.client_secret.matches(get("client_secret"));
    let answer = if !known {
        Err(("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."))
    } else if get("grant_type") == "refresh_token" {
        refresh(world, get("refresh_token"))
    } else {
        redeem(world, get("code"), get("redirect_uri"), get("code_verifier"))
    };
    let fields = match answer {
        Ok(token) => json!({
            "access_token": token.access,
            "expires_in": 28_800,
            "refresh_token": token.refresh,
            "refresh_token_expires_in": 15_897_600,
            "scope": "",
            "token_type": "bearer",
        }),
        Err((code, text)) => json!({
            "error": code,
            "error_description": text,
            "error_uri": "https://docs.github.com/apps/troubleshooting-oauth-app-access-token-request-errors",
        }),
    };
    if call.request.accepts("application/json") {
        return Ok(Answer::ok(fields));
    }
    let bytes = form_encoded(fields.as_object()).into_bytes();
    Ok(Answer { status: 200, headers: Vec::new(), body: Body::Bytes("application/x-www-form-urlencoded", bytes) })
}

fn form_encoded(fields: Option<&Map<String, Value>>) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.append_pair(name, &value);
    }
    text.finish()
}

type Refusal = (&'static str, &'static str);

fn redeem(world: &mut World, code: &str, redirect_uri: &str, verifier: &str) -> Result<UserToken, Refusal> {
    let wrong = ("bad_verification_code", "The code passed is incorrect or expired.");
    let at = world.oauth.codes.iter().position(|known| known.key == code).ok_or(wrong)?;
    // A code is used up by the first attempt, also by a wrong one.
    let code = world.oauth.codes.remove(at);
    if code.expires_at <= world.clock.now() {
        return Err(wrong);
    }
    if !redirect_uri.is_empty() && redirect_uri != code.redirect_uri {
        let text = "The redirect_uri MUST match the registered callback URL for this application.";
        return Err(("redirect_uri_mismatch", text));
    }
    let proof = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    if code.challenge.is_some_and(|challenge| challenge != proof) {
        return Err(wrong);
    }
    code.user.map(|user| mint(world, user)).ok_or(wrong)
}

/// The old pair dies with its use.
fn refresh(world: &mut World, refresh: &str) -> Result<UserToken, Refusal> {
    let now = world.clock.now();
    let fits = |token: &UserToken| token.refresh == refresh && token.refresh_expires_at > now;
    let at = world.oauth.tokens.iter().position(fits);
    let at = at.ok_or(("bad_refresh_token", "The refresh token passed is incorrect or expired."))?;
    let old = world.oauth.tokens.remove(at);
    Ok(mint(world, old.user))
}

fn mint(world: &mut World, user: AccountId) -> UserToken {
    let now = world.clock.now();
    let token = UserToken {
        access: format!("ghu_{}", hex::encode(random_bytes::<18>())),
        refresh: format!("ghr_{}", hex::encode(random_bytes::<38>())),
        user,
        expires_at: now + SignedDuration::from_secs(28_800),
        refresh_expires_at: now + SignedDuration::from_secs(15_897_600),
    };
    world.oauth.tokens.push(token.clone());
    token
}

pub(super) fn revoke(call: &mut Call<'_>) -> Outcome {
    if call.text("client_id") != call.world.app.client_id {
        return Err(Answer::not_found());
    }
    let token = call.fields()?.required("access_token")?;
    let before = call.world.oauth.tokens.len();
    call.world.oauth.tokens.retain(|known| known.access != token);
    if call.world.oauth.tokens.len() == before {
        return Err(Answer::invalid("OauthAccess", "access_token", "invalid", None));
    }
    Ok(Answer::no_content())
}
