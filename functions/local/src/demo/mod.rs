//! `covermark demo`: the main job, for a newcomer without credentials. Everything in one process on embedded parts, with
//! the stand-in GitHub, and the real story through the real doors.

mod files;
mod outcome;
mod story;
mod terminal;
mod uploader;

use std::time::Instant;

use anyhow::Context as _;

use crate::{
    cli,
    commands::{say, until_asked_to_end},
    serve::{Running, Start},
};

/// Plays the story, shows what came of it, and stays up for the browser unless told otherwise.
pub(crate) async fn run(options: &cli::Demo) -> anyhow::Result<()> {
    let teller = Teller { began: Instant::now() };
    let data = tempfile::tempdir().context("no place for temporary files")?;
    let github = covermark_standin::GitHubStandIn::start_with(covermark_standin::Options::default())
        .await
        .context("the stand-in GitHub finds no free port")?;
    teller.tell(&format!("a stand-in GitHub is up on {}", github.web_url()));
    let running = Running::start(Start {
        data: data.path(),
        listen: options.listen,
        public_url: None,
        global_upload_token: None,
        uploads: covermark_upload::Settings::default(),
        rules: Default::default(),
        private_ca: None,
    })
    .await?;
    teller.tell(&format!("Covermark is up on {}", running.public_url.as_str().trim_end_matches('/')));
    let told = story::play(&teller, &github, &running).await;
    let outcome = match told {
        Ok(told) => outcome::read_back(&github, &told),
        Err(error) => {
            running.stop().await;
            return Err(error.context("the story did not come to its end"));
        }
    };
    show(&outcome, &running, &github);
    if !options.once {
        say("\nCtrl-C ends it.");
    }
    if options.json {
        say(&serde_json::to_string(&outcome.json)?);
    }
    if !options.once {
        until_asked_to_end().await?;
    }
    running.stop().await;
    Ok(())
}

fn show(outcome: &outcome::Outcome, running: &Running, github: &covermark_standin::GitHubStandIn) {
    let rule = "─".repeat(100);
    say(&format!("\nThe comment on {}#{}, as a reader sees it:\n{rule}", outcome.repository, outcome.pull));
    say(&terminal::render(&outcome.comment));
    say(&rule);
    for (state, context, description) in &outcome.verdicts {
        let mark = if state == "success" { "✔" } else { "✘" };
        say(&format!("{mark} {context}: {description}"));
    }
    say("\nOpen in a browser:");
    say(&format!("  the pull request     {}", outcome.pull_url));
    say(&format!("  Covermark            {}", running.public_url));
    say(&format!("  sign in to it        {}", covermark_service::config::below(&running.public_url, "login/gh")));
    say(&format!("  the stand-in GitHub  {}", github.web_url()));
}

/// Prints each step with the time at which it was done.
struct Teller {
    began: Instant,
}

impl Teller {
    fn tell(&self, step: &str) {
        say(&format!("{:>7.3} s  {step}", self.began.elapsed().as_secs_f64()));
    }
}
