//! The App's JSON Web Token, checked as GitHub checks it: RS256, issuer, times.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::Answer;
use crate::state::World;

const UNREADABLE: &str = "A JSON web token could not be decoded";

/// Refuses every token that GitHub would refuse, in its words.
pub(crate) fn verify(world: &World, token: &str) -> Result<(), Answer> {
    let unreadable = || Answer::refusal(401, UNREADABLE);
    let (signed, signature) = token.rsplit_once('.').ok_or_else(unreadable)?;
    let (header, claims) = signed.split_once('.').ok_or_else(unreadable)?;
    let header = part(header).ok_or_else(unreadable)?;
    let claims = part(claims).ok_or_else(unreadable)?;
    if header["alg"] != "RS256" {
        return Err(unreadable());
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| unreadable())?;
    let keys = std::iter::once(&world.app.key).chain(&world.app.further_keys);
    let mut keys = keys.map(|key| UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key.public_der));
    if !keys.any(|key| key.verify(signed.as_bytes(), &signature).is_ok()) {
        return Err(unreadable());
    }
    times(world, &claims)?;
    issuer(world, &claims)
}

fn part(text: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn times(world: &World, claims: &Value) -> Result<(), Answer> {
    let now = world.clock.now().as_second();
    let refuse = |text: &str| Err(Answer::refusal(401, text));
    let Some(issued) = claims["iat"].as_i64() else {
        return refuse(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        );
    };
    let Some(expires) = claims["exp"].as_i64().filter(|expires| *expires > now) else {
        return refuse(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        );
    };
    if issued > now {
        return refuse(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        );
    }
    if expires > now + 600 || expires - issued > 660 {
        return refuse("'Expiration time' claim ('exp') is too far in the future");
    }
    Ok(())
}

fn issuer(world: &World, claims: &Value) -> Result<(), Answer> {
    let app = &world.app;
    let known = match &claims["iss"] {
        Value::Number(number) => number.as_u64() == Some(app.id.0),
        Value::String(text) => *text == app.id.to_string() || *text == app.client_id,
        _ => return Err(Answer::refusal(401, "'Issuer' claim ('iss') must be an Integer or the client ID")),
    };
    if known { Ok(()) } else { Err(Answer::refusal(404, "Integration not found")) }
}
