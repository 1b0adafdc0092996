//! The App's private key, in every form that people paste: PKCS#1 (as GitHub hands it out) or PKCS#8, with real or with
//! escaped line breaks, on one line, or the whole PEM text once more in base64.
//!
//! A key is good when it has signed something; everything else is told in a sentence that never holds a part of it.

use aws_lc_rs::{
    digest,
    encoding::{AsDer as _, PublicKeyX509Der},
    rsa::KeyPair,
    signature::KeyPair as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::Secret;
use jsonwebtoken::{Algorithm, EncodingKey};

/// Why a private key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// There is no PEM block in it.
    #[error("not a PEM text; the .pem file that GitHub offers for download is expected")]
    NotPem,
    /// It is locked by a pass phrase.
    #[error("it is encrypted with a pass phrase; give it as GitHub offers it, without one")]
    Encrypted,
    /// It is a public key or a certificate.
    #[error("it is a public key or a certificate; the private key is expected")]
    Public,
    /// It is a key of another kind.
    #[error("it is not an RSA key; GitHub Apps sign with RSA")]
    NotRsa,
    /// The block is there but what is in it is cut or changed.
    #[error("it is damaged: the PEM block holds no RSA private key that can sign")]
    Damaged,
}

/// The canonical PEM text of `pasted`: one block, base64 in lines of 64 characters.
pub(crate) fn normalise(pasted: &str) -> Result<Secret, KeyProblem> {
    let text = pasted.replace("\\r", "").replace("\\n", "\n");
    if let Some(pem) = block(&text)? {
        return Ok(pem);
    }
    let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let unpacked = STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    unpacked.map(|text| block(&text)).transpose()?.flatten().ok_or(KeyProblem::NotPem)
}

/// The first PEM block of `text`, written anew; `None` when there is no block.
fn block(text: &str) -> Result<Option<Secret>, KeyProblem> {
    let Some((label, rest)) = text.split_once("-----BEGIN ").and_then(|(_, rest)| rest.split_once("-----")) else {
        return Ok(None);
    };
    let (body, _) = rest.split_once("-----END ").ok_or(KeyProblem::Damaged)?;
    match label {
        _ if label.contains("ENCRYPTED") || body.contains("ENCRYPTED") => return Err(KeyProblem::Encrypted),
        "RSA PRIVATE KEY" | "PRIVATE KEY" => {}
        _ if label.contains("PUBLIC") || label.contains("CERTIFICATE") => return Err(KeyProblem::Public),
        _ => return Err(KeyProblem::NotRsa),
    }
    let body: Vec<char> = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let lines: Vec<String> = body.chunks(64).map(|line| line.iter().collect()).collect();
    Ok(Some(Secret::new(format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n")))))
}

/// The key for signing, from a canonical PEM text.
pub(crate) fn load(pem: &Secret) -> Result<EncodingKey, KeyProblem> {
    EncodingKey::from_rsa_pem(pem.expose().as_bytes()).map_err(|_| {
        let other = EncodingKey::from_ec_pem(pem.expose().as_bytes()).is_ok()
            || EncodingKey::from_ed_pem(pem.expose().as_bytes()).is_ok();
        if other { KeyProblem::NotRsa } else { KeyProblem::Damaged }
    })
}

/// Signs something with the key: the only proof that it is whole.
pub(crate) fn prove(pem: &Secret) -> Result<(), KeyProblem> {
    let key = load(pem)?;
    jsonwebtoken::crypto::sign(b"covermark", &key, Algorithm::RS256).map(|_| ()).map_err(|_| KeyProblem::Damaged)
}

/// A key as an operator gave it, canonical, and proven by a signature.
///
/// # Errors
/// What is wrong with it.
pub fn private_key(pasted: &str) -> Result<Secret, KeyProblem> {
    let pem = normalise(pasted)?;
    prove(&pem)?;
    Ok(pem)
}

/// What GitHub shows in the App's settings beside each private key, so that the one to delete can be told from the one to
/// keep: `SHA256:` and the hash of the public half (<https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps#verifying-private-keys>).
///
/// # Errors
/// When it is no RSA key.
pub fn key_fingerprint(pem: &Secret) -> Result<String, KeyProblem> {
    let canonical = normalise(pem.expose())?;
    let body: String = canonical.expose().lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(body).map_err(|_| KeyProblem::Damaged)?;
    let key = KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der)).map_err(|_| KeyProblem::Damaged)?;
    let public = key.public_key();
    let public: PublicKeyX509Der<'_> = public.as_der().map_err(|_| KeyProblem::Damaged)?;
    Ok(format!("SHA256:{}", STANDARD.encode(digest::digest(&digest::SHA256, public.as_ref()))))
}
