//! A set of credentials as somebody hands it over: a template that was filled in, or a JSON document; plain, or encrypted to
//! the deployment's OpenPGP key.

use covermark_github::{CredentialsDocument, FieldProblem};
use covermark_state::vault::Vault;
use covermark_types::Secret;
use serde_json::{Map, Value};

use crate::openpgp::{self, KeyError, OpenPgpError, stored_key};

/// What to fill in. Lines that begin with `#` are not read.
pub const TEMPLATE: &str = "\
# The GitHub App's credentials, for Covermark. Fill this in, encrypt it, and pass on the encrypted file alone.
# All of it is on the App's settings page at GitHub.

# App ID, a number:
app_id:
# The last part of the App's public page, https://github.com/apps/SLUG:
slug:
# Client ID:
client_id:
# Generate a new client secret:
client_secret:
# Webhook secret, as it was typed there:
webhook_secret:
# GitHub Enterprise Server only, without the #:
# web_url: https://HOST
# api_url: https://HOST/api/v3
# Generate a private key. Paste the whole .pem file below this line:
private_key:
";

/// Why a set cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is no good message.
    #[error(transparent)]
    Message(#[from] OpenPgpError),
    /// Nobody can have encrypted to us.
    #[error(
        "This deployment has no OpenPGP key yet, so the message is for another one. Take the key from /setup/openpgp.asc, \
         where it is made, and encrypt to that."
    )]
    NoKey,
    /// It was to be encrypted.
    #[error(
        "It is not encrypted: whoever passed it on could read it. Make new secrets at GitHub, and encrypt those with \
         `gpg --encrypt`."
    )]
    Plain,
    /// The vault or the key in it cannot be used.
    #[error(transparent)]
    Key(KeyError),
    /// Fields are missing or wrong.
    #[error("the document cannot be used:\n{}", listed(.0))]
    Fields(Vec<FieldProblem>),
}

fn listed(problems: &[FieldProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    lines.join("\n")
}

/// Whether it is an OpenPGP message, good or not, and no plain text.
#[must_use]
pub fn is_message(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| byte & 0x80 != 0) || bytes.windows(15).any(|window| window == b"-----BEGIN PGP ")
}

/// Reads a set that must be encrypted to the deployment's key.
///
/// # Errors
/// What is wrong with the message, or with what is in it.
pub async fn sealed(vault: &dyn Vault, bytes: &[u8]) -> Result<CredentialsDocument, BundleError> {
    if bytes.len() > openpgp::MESSAGE_LIMIT {
        return Err(OpenPgpError::TooLarge { limit: openpgp::MESSAGE_LIMIT }.into());
    }
    if !is_message(bytes) && plain(bytes).is_ok() {
        return Err(BundleError::Plain);
    }
    let key = stored_key(vault).await.map_err(BundleError::Key)?.ok_or(BundleError::NoKey)?;
    plain(key.open(bytes)?.expose().as_bytes())
}

/// Reads a set that is plain text: JSON, or the filled-in [`TEMPLATE`].
///
/// # Errors
/// Every field that is missing or wrong; never a value.
pub fn plain(bytes: &[u8]) -> Result<CredentialsDocument, BundleError> {
    let is_template = std::str::from_utf8(bytes).ok().filter(|text| !text.trim_start().starts_with(['{', '[']));
    let document = match is_template {
        Some(text) => Secret::new(Value::Object(fields(text)?).to_string()),
        None => return CredentialsDocument::parse(bytes).map_err(BundleError::Fields),
    };
    CredentialsDocument::parse(document.expose().as_bytes()).map_err(BundleError::Fields)
}

/// The fields of a filled-in template: `name: value`, where a PEM block may follow on the next lines.
fn fields(text: &str) -> Result<Map<String, Value>, BundleError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut in_block = false;
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim();
        if in_block || line.starts_with("-----BEGIN ") {
            let Some((_, value)) = fields.last_mut() else { return Err(stray(number)) };
            value.push_str(line);
            value.push('\n');
            in_block = !line.starts_with("-----END ");
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        match line.split_once(':') {
            Some((name, value)) if is_name(name.trim_end()) => {
                fields.push((name.trim_end().to_owned(), value.trim().to_owned()));
            }
            _ => return Err(stray(number)),
        }
    }
    Ok(fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.into())).collect())
}

fn stray(number: usize) -> BundleError {
    let problem = "neither `name: value`, nor a comment that begins with #, nor part of a .pem file".to_owned();
    BundleError::Fields(vec![FieldProblem { field: format!("line {number}"), problem }])
}

#[cfg(test)]
mod tests;
