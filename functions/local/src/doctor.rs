//! `covermark doctor`: what the doctor's pages say, at a terminal. It only looks.

use std::{str::FromStr, sync::Arc};

use anyhow::bail;
use clap::Args;
use covermark_console::doctor::{Diagnosis, Doctor, Verdict};
use covermark_service::repository_hooks::{HookSecrets, RepositoryHooks};
use covermark_types::{Provider, PullNumber, RepositoryName};
use url::Url;

use crate::{
    cli::{Common, Deployment, public_url},
    commands::{rooms, say},
    rooms::Rooms,
};

#[derive(Args)]
pub(crate) struct Options {
    /// A repository, or a pull request; this Covermark as a whole if not given
    #[arg(value_name = "OWNER/REPO[#PR]")]
    subject: Option<Subject>,
    /// Print what was found as one JSON object
    #[arg(long)]
    json: bool,
    /// Which GitHub the repository is on: gh for github.com, ghe for a GitHub Enterprise Server
    #[arg(long, default_value = "gh", value_name = "PROVIDER")]
    provider: Provider,
    /// Where GitHub, CI jobs and people reach this Covermark, to have that looked at too
    #[arg(long, env = "COVERMARK_PUBLIC_URL", hide_env_values = true, value_name = "URL", value_parser = public_url)]
    public_url: Option<Url>,
    #[command(flatten)]
    deployment: Deployment,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Subject {
    name: RepositoryName,
    pull: Option<PullNumber>,
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, pull) = match text.split_once('#') {
            Some((name, pull)) => (name, Some(pull)),
            None => (text, None),
        };
        let name = name.parse().map_err(|_| "OWNER/REPO or OWNER/REPO#NUMBER is expected".to_owned())?;
        let pull = pull.map(str::parse).transpose().map_err(|_| "behind the # a pull request's number is expected")?;
        Ok(Self { name, pull })
    }
}

/// Looks, says what was found, and fails when something is wrong.
pub(crate) async fn run(common: &Common, options: &Options) -> anyhow::Result<()> {
    let rooms = rooms(common, &options.deployment).await?;
    let found = look(&rooms, options).await;
    rooms.close().await;
    let found = found?;
    if options.json {
        say(&serde_json::to_string(&found)?);
    } else {
        say(found.text().trim_end());
    }
    if found.verdict == Verdict::Bad {
        bail!("something is wrong: {}", found.answer);
    }
    Ok(())
}

async fn look(rooms: &Rooms, options: &Options) -> anyhow::Result<Diagnosis> {
    let nowhere = || Url::parse("http://localhost/");
    let hooks = RepositoryHooks {
        table: rooms.table.clone(),
        apps: rooms.apps.clone(),
        secrets: HookSecrets::new(rooms.vault.clone()),
        public_url: options.public_url.clone().map_or_else(nowhere, Ok)?,
        clock: rooms.clock.clone(),
        random: rooms.random.clone(),
    };
    let doctor = Doctor {
        table: rooms.table.clone(),
        apps: rooms.apps.clone(),
        hooks: Arc::new(hooks),
        public_url: options.public_url.clone(),
        queues: Vec::new(),
        clock: rooms.clock.clone(),
    };
    Ok(match &options.subject {
        None => doctor.instance().await?,
        Some(Subject { name, pull: None }) => doctor.repository_named(&options.provider, name).await?,
        Some(Subject { name, pull: Some(pull) }) => doctor.pull_named(&options.provider, name, *pull).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::Subject;

    #[test]
    fn a_repository_and_a_pull_request_are_told_apart() {
        let read = |text: &str| text.parse::<Subject>().map(|one| (one.name.to_string(), one.pull.map(|pull| pull.0)));
        assert_eq!(read("acme/widgets"), Ok(("acme/widgets".to_owned(), None)));
        assert_eq!(read("acme/widgets#7"), Ok(("acme/widgets".to_owned(), Some(7))));
        for text in ["acme", "acme/widgets#", "acme/widgets#seven", "acme/widgets#0", "#7", "acme/widgets/pull/7"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
