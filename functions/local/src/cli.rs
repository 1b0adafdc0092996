//! The command line: what can be asked of `covermark`, in words.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, builder::NonEmptyStringValueParser};
use covermark_types::Provider;
use url::Url;

use crate::{credentials, upload_token};

/// Coverage on your pull requests, from your own machine or AWS account.
///
/// Covermark is a GitHub App: CI jobs hand it coverage reports (codecov-cli and codecov-action work unchanged but for
/// the URL), and it answers on the pull request. Start with `covermark demo`: it needs nothing.
#[derive(Parser)]
#[command(name = "covermark", version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args)]
pub(crate) struct Common {
    /// Folder that holds all state: database, reports, queues, credentials; for its owner alone
    #[arg(
        long,
        global = true,
        env = "COVERMARK_DATA",
        hide_env_values = true,
        default_value = ".covermark",
        value_name = "DIR"
    )]
    pub(crate) data: PathBuf,
    /// PEM file of a private certificate authority to trust besides the public ones (GitHub Enterprise Server)
    #[arg(long, global = true, env = "COVERMARK_CA_FILE", hide_env_values = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// How much is logged to standard error: error, warn, info, debug or trace
    #[arg(long, global = true, env = "COVERMARK_LOG", hide_env_values = true, value_name = "LEVEL")]
    pub(crate) log: Option<String>,
}

/// A deployment's parts, for the commands that can work on one. Both or neither.
#[derive(Args)]
#[command(next_help_heading = "On AWS, in place of --data (region and credentials as the AWS tools take them)")]
pub(crate) struct Deployment {
    /// The deployment's table: its output TableName
    #[arg(
        long,
        env = "COVERMARK_TABLE",
        hide_env_values = true,
        value_name = "NAME",
        value_parser = NonEmptyStringValueParser::new(),
        requires = "secrets_prefix"
    )]
    table: Option<String>,
    /// What the names of the deployment's secrets start with: its output SecretsPrefix
    #[arg(
        long,
        env = "COVERMARK_SECRETS_PREFIX",
        hide_env_values = true,
        value_name = "PREFIX",
        value_parser = NonEmptyStringValueParser::new(),
        requires = "table"
    )]
    secrets_prefix: Option<String>,
}

impl Deployment {
    /// Table and secrets' prefix, if a deployment is meant.
    pub(crate) fn named(&self) -> Option<(&str, &str)> {
        Some((self.table.as_deref()?, self.secrets_prefix.as_deref()?))
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Play the whole story on this machine, with a stand-in GitHub and no credentials
    Demo(Demo),
    /// Run everything in one process against GitHub
    Serve(Serve),
    /// Bring the state level with GitHub's now, once
    Sync(Sync),
    /// Make, list and revoke upload tokens
    UploadToken(upload_token::Options),
    /// Look at the way from a webhook to a comment, and say what is wrong with it
    Doctor(crate::doctor::Options),
    /// Say what is in a coverage report, and how fast it was read
    Inspect(crate::inspect::Options),
    /// Make a new one-time code for the set-up pages at /setup; those made before are worth nothing then
    SetupCode(SetupCode),
    /// Import, export, check, rotate and show the GitHub App's credentials
    #[command(subcommand)]
    Credentials(credentials::Credentials),
}

#[derive(Args)]
pub(crate) struct Demo {
    /// End after the story instead of staying up for the browser
    #[arg(long)]
    pub(crate) once: bool,
    /// Print what came of it as one JSON object on the last line
    #[arg(long)]
    pub(crate) json: bool,
    /// Address on which Covermark listens; port 0 takes a free one
    #[arg(
        long,
        env = "COVERMARK_DEMO_LISTEN",
        hide_env_values = true,
        default_value = "127.0.0.1:0",
        value_name = "ADDR:PORT"
    )]
    pub(crate) listen: SocketAddr,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Address to listen on
    #[arg(
        long,
        env = "COVERMARK_LISTEN",
        hide_env_values = true,
        default_value = "127.0.0.1:8080",
        value_name = "ADDR:PORT"
    )]
    pub(crate) listen: SocketAddr,
    /// Where GitHub, CI jobs and people reach this server; the listening address if not given
    #[arg(long, env = "COVERMARK_PUBLIC_URL", hide_env_values = true, value_name = "URL", value_parser = public_url)]
    pub(crate) public_url: Option<Url>,
    /// A token that may upload for every repository (better given by the environment than on the command line)
    #[arg(long, env = "COVERMARK_GLOBAL_UPLOAD_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub(crate) global_upload_token: Option<String>,
}

#[derive(Args)]
pub(crate) struct Sync {
    /// Only this provider; all that have credentials if not given
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<Provider>,
    #[command(flatten)]
    pub(crate) deployment: Deployment,
}

#[derive(Args)]
pub(crate) struct SetupCode {
    #[command(flatten)]
    pub(crate) deployment: Deployment,
}

/// Reads an address as the configuration does.
pub(crate) fn public_url(text: &str) -> Result<Url, String> {
    covermark_service::config::parse_public_url(text)
}
