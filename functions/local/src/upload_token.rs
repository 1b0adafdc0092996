//! `covermark upload-token`: makes, lists and revokes what CI uploads with. A token is shown once, when it is made; the
//! table knows its hash.

use std::io::IsTerminal as _;

use anyhow::bail;
use clap::{Args, Subcommand};
use covermark_state::{
    Hashed,
    rows::upload_token::{DEFAULT_TOKEN, TokenScope, UploadToken},
};
use covermark_types::{Provider, RepositoryName, Secret, Timestamp};

use crate::{
    cli::{Common, Deployment},
    commands::{rooms, say},
    rooms::Rooms,
};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    /// The repository, as GitHub writes it: its token `default` is made anew, the one before stops working
    #[arg(value_name = "OWNER/REPO", required = true)]
    repository: Option<RepositoryName>,
    /// Which GitHub: gh for github.com, ghe for a GitHub Enterprise Server
    #[arg(long, default_value = "gh", value_name = "PROVIDER")]
    provider: Provider,
    #[command(flatten)]
    deployment: Deployment,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Make a further token, beside those that there are
    Create(Named),
    /// List tokens: name, fingerprint, when they were made and last used
    List(Target),
    /// Make a token void at once
    Revoke(Named),
}

#[derive(Args)]
struct Named {
    #[command(flatten)]
    target: Target,
    /// The token's name, by which it is listed and revoked
    #[arg(long, default_value = DEFAULT_TOKEN, value_name = "NAME", value_parser = token_name)]
    name: String,
}

/// What a token uploads for.
#[derive(Args)]
struct Target {
    #[command(flatten)]
    scope: Scope,
    /// Which GitHub: gh for github.com, ghe for a GitHub Enterprise Server
    #[arg(long, default_value = "gh", value_name = "PROVIDER")]
    provider: Provider,
    #[command(flatten)]
    deployment: Deployment,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Scope {
    /// One repository, as GitHub writes it
    #[arg(value_name = "OWNER/REPO")]
    repository: Option<RepositoryName>,
    /// Every repository of an organisation or user, also future ones
    #[arg(long, value_name = "OWNER")]
    org: Option<String>,
    /// Every repository of this Covermark
    #[arg(long)]
    instance: bool,
}

/// Names are shown in tables and are part of a key.
fn token_name(text: &str) -> Result<String, String> {
    let fits = (1..=50).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if fits { Ok(text.to_owned()) } else { Err("1 to 50 letters, digits, dots, dashes and underscores".to_owned()) }
}

/// Does what is asked.
pub(crate) async fn run(common: &Common, options: &Options) -> anyhow::Result<()> {
    let deployment = match &options.action {
        None => &options.deployment,
        Some(Action::Create(Named { target, .. }) | Action::Revoke(Named { target, .. }) | Action::List(target)) => {
            &target.deployment
        }
    };
    let rooms = rooms(common, deployment).await?;
    let lines = lines(&rooms, options).await;
    rooms.close().await;
    for line in lines? {
        say(&line);
    }
    Ok(())
}

/// What is printed. A new token alone where no person looks, so that a script can take it.
async fn lines(rooms: &Rooms, options: &Options) -> anyhow::Result<Vec<String>> {
    let (about, token) = match (&options.action, &options.repository) {
        (None, Some(name)) => {
            let token = new_upload_token(rooms, &options.provider, name).await?;
            (format!("Upload token for {name}; the one before it stopped working. It is shown this once:\n"), token)
        }
        (None, None) => bail!("a repository is needed: `covermark upload-token OWNER/REPO`"),
        (Some(Action::Create(named)), _) => {
            let token = create(rooms, named).await?;
            (
                format!("Upload token `{}` for {}. It is shown this once:\n", named.name, named.target.scope.shown()),
                token,
            )
        }
        (Some(Action::List(target)), _) => return list(rooms, target).await,
        (Some(Action::Revoke(named)), _) => return Ok(vec![revoke(rooms, named).await?]),
    };
    let token = token.expose().to_owned();
    Ok(if std::io::stdout().is_terminal() { vec![about, token] } else { vec![token] })
}

/// Makes a new default token for a repository that we know.
pub(crate) async fn new_upload_token(
    rooms: &Rooms,
    provider: &Provider,
    name: &RepositoryName,
) -> anyhow::Result<Secret> {
    let scope = of_repository(rooms, provider, name).await?;
    let token = new_token();
    rooms.table.replace_upload_token(&scope, DEFAULT_TOKEN, &Hashed::of(&token), rooms.clock.now()).await?;
    Ok(token)
}

/// The form of a UUID: today's uploaders and scripts check for it.
fn new_token() -> Secret {
    Secret::new(uuid::Uuid::new_v4().to_string())
}

async fn create(rooms: &Rooms, Named { target, name }: &Named) -> anyhow::Result<Secret> {
    let (scope, token) = (target.scope(rooms).await?, new_token());
    let made = rooms.table.create_upload_token(&scope, name, &Hashed::of(&token), rooms.clock.now()).await?;
    if !made.applied() {
        bail!("there is a token `{name}` for {} already: revoke it, or choose another --name", target.scope.shown());
    }
    Ok(token)
}

async fn revoke(rooms: &Rooms, Named { target, name }: &Named) -> anyhow::Result<String> {
    let shown = target.scope.shown();
    if !rooms.table.revoke_upload_token(&target.scope(rooms).await?, name).await?.applied() {
        bail!("there is no token `{name}` for {shown}: `covermark upload-token list` shows those that there are");
    }
    Ok(format!("Token `{name}` for {shown} is void from now on."))
}

async fn list(rooms: &Rooms, target: &Target) -> anyhow::Result<Vec<String>> {
    let tokens = rooms.table.upload_tokens_of(&target.scope(rooms).await?).await?;
    if tokens.is_empty() {
        return Ok(vec![format!("No upload tokens for {}.", target.scope.shown())]);
    }
    let widest = tokens.iter().map(|token| token.name.len()).max().unwrap_or(0).max("NAME".len());
    let mut lines = vec![format!("{:widest$}  FINGERPRINT  MADE        LAST USED", "NAME")];
    lines.extend(tokens.iter().map(|token| line(token, widest)));
    Ok(lines)
}

fn line(token: &UploadToken, widest: usize) -> String {
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let used = token.last_used_at.map_or_else(|| "never".to_owned(), day);
    format!("{:widest$}  {}     {}  {used}", token.name, token.fingerprint(), day(token.created_at))
}

impl Target {
    async fn scope(&self, rooms: &Rooms) -> anyhow::Result<TokenScope> {
        let Scope { repository, org, instance: _ } = &self.scope;
        match (repository, org) {
            (Some(name), _) => of_repository(rooms, &self.provider, name).await,
            (None, Some(login)) => of_organization(rooms, &self.provider, login).await,
            (None, None) => Ok(TokenScope::Instance),
        }
    }
}

impl Scope {
    /// For people.
    fn shown(&self) -> String {
        match (&self.repository, &self.org) {
            (Some(name), _) => name.to_string(),
            (None, Some(login)) => format!("all repositories of {login}"),
            (None, None) => "the whole instance".to_owned(),
        }
    }
}

async fn of_repository(rooms: &Rooms, provider: &Provider, name: &RepositoryName) -> anyhow::Result<TokenScope> {
    let Some(repository) = rooms.table.repository_by_name(provider, name).await? else {
        bail!(
            "{name} is not known here. Install the GitHub App on it, then run `covermark sync` (or wait for the webhook)."
        );
    };
    Ok(TokenScope::Repository { provider: provider.clone(), repository: repository.id })
}

async fn of_organization(rooms: &Rooms, provider: &Provider, login: &str) -> anyhow::Result<TokenScope> {
    let installations = rooms.table.installations(provider).await?;
    let Some(found) = installations.iter().find(|found| found.account.eq_ignore_ascii_case(login)) else {
        bail!(
            "{login} is not known here. Install the GitHub App on it, then run `covermark sync` (or wait for the webhook)."
        );
    };
    Ok(TokenScope::Organization { provider: provider.clone(), owner: found.account_id })
}
