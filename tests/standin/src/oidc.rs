//! GitHub Actions as an issuer of tokens (OpenID Connect), where an Enterprise Server has it: below `/_services/token`.
//! Independent of the crate that Covermark verifies with.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    server::{Answer, Call, Outcome},
    state::World,
};

/// The name of the one key.
const KEY_ID: &str = "stand-in-1";

/// What tokens name as their issuer.
pub(crate) fn issuer(world: &World) -> String {
    format!("{}/_services/token", world.origin.web)
}

/// A token that says `claims`.
pub(crate) fn sign(world: &World, claims: &Value) -> String {
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": KEY_ID});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let key = key(world);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .expect("the crypto library signs");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn key(world: &World) -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(&world.app.key.private_der).expect("the key that was made for this process")
}

/// `/_services/token/.well-known/jwks`.
pub(crate) fn keys(call: &mut Call<'_>) -> Outcome {
    let pair = key(call.world);
    // PKCS#1 of a 2,048-bit key with the usual exponent: nine bytes of head, 256 of modulus, five of exponent.
    let modulus = &pair.public_key().as_ref()[9..265];
    let key = json!({
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": KEY_ID, "e": "AQAB", "n": URL_SAFE_NO_PAD.encode(modulus),
    });
    Ok(Answer::ok(json!({"keys": [key]})))
}
