//! The arguments of `covermark credentials`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use covermark_types::Provider;
use url::Url;

use crate::cli::{Deployment, public_url};

#[derive(Subcommand)]
pub(crate) enum Credentials {
    /// Try the App's credentials at GitHub and store them
    ///
    /// The file is a JSON object with web_url, api_url (github.com's if not given), app_id, slug, client_id, client_secret,
    /// private_key and webhook_secret; or the filled-in template of the set-up page; or either of them encrypted to this
    /// deployment's OpenPGP key, which its address /setup/openpgp.asc serves. They are kept in the data folder, readable by
    /// you alone, or in the deployment's two secrets PREFIX/PROVIDER/app and PREFIX/PROVIDER/webhook.
    Import(Import),
    /// Print the App's credentials, encrypted to somebody's OpenPGP key
    Export(Export),
    /// Try the stored credentials at GitHub: the key signs, the ids match, permissions, events and webhook are right
    Check(Check),
    /// Replace a secret without losing an event
    #[command(subcommand)]
    Rotate(Rotate),
    /// List what is stored, by names and fingerprints only
    Show(Show),
}

#[derive(Args)]
pub(crate) struct Import {
    #[command(flatten)]
    pub(super) of: Of,
    /// The document or the encrypted message; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    pub(super) file: PathBuf,
    /// Store without trying them, where this machine cannot reach GitHub and the deployment can
    #[arg(long)]
    pub(super) untried: bool,
    #[command(flatten)]
    pub(super) reached: Reached,
    #[command(flatten)]
    pub(super) deployment: Deployment,
}

#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(super) of: Of,
    /// The recipient's public key, as `gpg --armor --export` prints it; nobody else can read the result
    #[arg(long, value_name = "KEY.asc")]
    pub(super) to: PathBuf,
    /// File to write; standard output if not given
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) deployment: Deployment,
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(super) of: Of,
    #[command(flatten)]
    pub(super) reached: Reached,
    #[command(flatten)]
    pub(super) deployment: Deployment,
}

#[derive(Subcommand)]
pub(crate) enum Rotate {
    /// Make a new webhook secret, accept it, tell GitHub, and let the one before end
    WebhookSecret(WebhookSecret),
    /// Take a new private key into use beside the one before; without a file: say which keys there are
    PrivateKey(Replacement),
    /// Take a new client secret into use; without a file: say how to make one
    ClientSecret(Replacement),
}

#[derive(Args)]
pub(crate) struct WebhookSecret {
    #[command(flatten)]
    pub(super) of: Of,
    /// Hours for which deliveries that were signed with the secret before are still accepted; 0 after a leak
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=720))]
    pub(super) overlap: u32,
    #[command(flatten)]
    pub(super) deployment: Deployment,
}

#[derive(Args)]
pub(crate) struct Replacement {
    #[command(flatten)]
    pub(super) of: Of,
    /// The new one: the .pem file, or a file with the client secret; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) deployment: Deployment,
}

#[derive(Args)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(super) deployment: Deployment,
}

/// Whose credentials.
#[derive(Args)]
pub(super) struct Of {
    /// Which GitHub: gh for github.com, ghe for a GitHub Enterprise Server, or another name that it is to have here
    #[arg(long, default_value = "gh", value_name = "PROVIDER")]
    pub(super) provider: Provider,
}

#[derive(Args)]
pub(super) struct Reached {
    /// Where GitHub and people reach the server, as for `serve`; its webhook URL must lead there
    #[arg(long, env = "COVERMARK_PUBLIC_URL", hide_env_values = true, value_name = "URL", value_parser = public_url)]
    pub(super) public_url: Option<Url>,
}

impl Rotate {
    /// Where the credentials are.
    pub(super) fn deployment(&self) -> &Deployment {
        match self {
            Self::WebhookSecret(options) => &options.deployment,
            Self::PrivateKey(options) | Self::ClientSecret(options) => &options.deployment,
        }
    }
}
