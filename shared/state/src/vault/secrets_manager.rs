//! The vault in AWS: one Secrets Manager secret for each name. The template makes those of github.com, we fill them;
//! a further provider's are made when they are first put.

use async_trait::async_trait;
use aws_sdk_secretsmanager::{Client, error::SdkError};
use covermark_types::Secret;

use super::{Vault, bounded, checked};
use crate::Error;

/// What is there in every deployment.
const MADE_BY_THE_TEMPLATE: [&str; 2] = ["gh/app", "gh/webhook"];

/// Secrets Manager, below a prefix.
#[derive(Clone)]
pub struct SecretsManager {
    client: Client,
    prefix: String,
}

impl SecretsManager {
    /// Secrets are named `{prefix}{name}`; the prefix is the template's, for instance `covermark/`.
    #[must_use]
    pub fn new(client: Client, prefix: impl Into<String>) -> Self {
        Self { client, prefix: prefix.into() }
    }
}

#[async_trait]
impl Vault for SecretsManager {
    async fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        let id = format!("{}{}", self.prefix, checked(name)?);
        let request = self.client.get_secret_value().secret_id(&id).version_stage("AWSCURRENT");
        match request.send().await {
            Ok(answer) => match answer.secret_string {
                Some(value) => Ok(Some(Secret::new(value))),
                None => Err(Error::unreadable("the secret", format!("{id} is binary, and text is expected"))),
            },
            // Also what a secret answers that the template made and nobody has filled yet.
            Err(SdkError::ServiceError(failed)) if failed.err().is_resource_not_found_exception() => Ok(None),
            Err(error) => Err(Error::aws("Secrets Manager GetSecretValue", error)),
        }
    }

    async fn put(&self, name: &str, value: &Secret) -> Result<(), Error> {
        let id = format!("{}{}", self.prefix, checked(name)?);
        bounded(name, value.expose().len() as u64)?;
        match self.client.put_secret_value().secret_id(&id).secret_string(value.expose()).send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(failed)) if failed.err().is_resource_not_found_exception() => {
                if MADE_BY_THE_TEMPLATE.contains(&name) {
                    // Rather a mistyped prefix than a secret that somebody deleted: nobody would read what we made there.
                    return Err(Error::NoSuchSecret { name: id });
                }
                let made = self.client.create_secret().name(&id).secret_string(value.expose()).send().await;
                made.map(|_| ()).map_err(|error| Error::aws("Secrets Manager CreateSecret", error))
            }
            Err(error) => Err(Error::aws("Secrets Manager PutSecretValue", error)),
        }
    }
}
