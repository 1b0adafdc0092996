//! The App's private key, in every form that people paste: PKCS#1 (as GitHub hands it out) or PKCS#8, with real or with
//! escaped line breaks, on one line, or the whole PEM text once more in base64.
//!
//! A key is good when it has signed something; everything else is told in a sentence that never holds a part of it.

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
