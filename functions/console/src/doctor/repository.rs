//! One repository: whether the App sees it, may do its work there, hears of it, and whether reports come.

use covermark_github::manifest;
use covermark_service::{
    problem::Chain,
    repository_hooks::{Coverage, HookError},
};
use covermark_state::{
    Error,
    rows::{
        installation::Installation,
        last_delivery::{Concerned, Fate},
        reconcile::Reconciled,
        repository::Repository,
        upload_token::TokenScope,
    },
};
use covermark_types::{Provider, RepositoryName, Timestamp};

use super::{
    Audience, Doctor,
    finding::{Check, Diagnosis, Section},
    instance::{lacks, reconciled, said},
    reports::Reports,
    runs::{self, About},
    when::ago,
};

/// A name that nobody knows here.
pub(super) fn unknown(name: &RepositoryName) -> Diagnosis {
    let check = Check::bad(
        "repository.unknown",
        "Covered by the App",
        format!("{name} is not known here: the App is not installed on it, or we have not heard of it yet."),
        "Install the GitHub App on it. If it is, press \u{201c}Check now\u{201d} or run `covermark sync`.",
    );
    Diagnosis::new(name.to_string(), "", vec![Section::new("The App", vec![check])])
}

pub(super) async fn look(doctor: &Doctor, repository: &Repository, audience: Audience) -> Result<Diagnosis, Error> {
    let now = doctor.clock.now();
    let app = the_app(doctor, repository, audience).await?;
    let mut reports = tokens(doctor, repository, now).await?;
    reports.extend(of_default_branch(doctor, repository, now).await?);
    let sections = vec![
        Section::new("The App", app),
        Section::new("Reports", reports),
        Section::new("Last runs", runs::last(doctor, repository, About::Repository).await?),
        Section::new("Settings", settings(doctor, repository).await?),
    ];
    let name = repository.name.to_string();
    Ok(Diagnosis::new(name, "Covermark sees the repository, and reports can come.", sections))
}

/// Whether the App sees the repository and may do its work, up to the first check that makes the others meaningless.
pub(super) async fn the_app(doctor: &Doctor, repository: &Repository, audience: Audience) -> Result<Vec<Check>, Error> {
    let (provider, now) = (&repository.provider, doctor.clock.now());
    let installation = match repository.installation {
        Some(id) => doctor.table.installation(provider, id).await?,
        None => None,
    };
    let Some(installation) = installation else {
        let seen = match repository.removed_at {
            Some(at) => {
                format!("It was taken out of the installation, or the App was removed, {}.", ago(at, now))
            }
            None => "No installation of the App covers it.".to_owned(),
        };
        let next = "Install the GitHub App on it at GitHub, then press \u{201c}Check now\u{201d}.";
        return Ok(vec![Check::bad("installation.none", "Covered by the App", seen, next)]);
    };
    let mut checks = vec![covered(&installation)];
    if let Some(at) = installation.suspended_at {
        checks.push(Check::bad(
            "installation.suspended",
            "Suspended",
            format!("The installation on {} is suspended since {}.", installation.account, at.strftime("%-d %B %Y")),
            "An owner of the account unsuspends it in the App's settings at GitHub.",
        ));
        return Ok(checks);
    }
    if repository.archived {
        checks.push(Check::note(
            "repository.archived",
            "Archived",
            "It is read-only: GitHub lets nobody comment on it.",
        ));
    }
    checks.push(permissions(&installation));
    if audience != Audience::Anybody {
        checks.push(heard(doctor, repository).await);
    }
    let concerned = match audience {
        // Other repositories' deliveries are not everybody's to see.
        Audience::Member | Audience::Anybody => vec![Concerned::Repository(repository.id)],
        Audience::Operator => vec![Concerned::Repository(repository.id), Concerned::Installation(installation.id)],
    };
    checks.push(last_delivery(doctor, provider, &concerned, now).await?);
    let of = Reconciled::Installation(installation.id);
    checks.push(reconciled("reconcile", doctor.table.last_reconcile(provider, of).await?.as_ref(), now));
    Ok(checks)
}

fn covered(installation: &Installation) -> Check {
    let seen = format!("By the installation on {} ({}).", installation.account, installation.id);
    Check::good("repository.covered", "Covered by the App", seen)
}

fn permissions(installation: &Installation) -> Check {
    let (code, title) = ("installation.permissions", "Permissions");
    let lacking = manifest::lacking(&installation.permissions, &[]);
    // Events are the App's own matter: an account accepts permissions, and gets the events that go with them.
    let lacking = manifest::Lacking { events: Vec::new(), ..lacking };
    lacks(code, title, &lacking)
        .unwrap_or_else(|| Check::good(code, title, "All that are needed were accepted."))
        .next_if_bad(
            "An owner of the account accepts the new permissions at GitHub (Settings → GitHub Apps → Review request).",
        )
}

/// How events about the repository reach us.
async fn heard(doctor: &Doctor, repository: &Repository) -> Check {
    let (code, title) = ("hook", "Webhook");
    let own = doctor.table.repository_hook(&repository.provider, repository.id).await;
    let own = own.ok().flatten().filter(|hook| hook.retired_at.is_none() && hook.hook.is_some());
    if doctor.public_url.is_none() {
        return Check::unknown(code, title, "Nobody said where this Covermark is reached.")
            .next("Give --public-url or COVERMARK_PUBLIC_URL to have it looked at.");
    }
    match doctor.hooks.coverage(repository).await {
        Ok(Coverage::App) => Check::good(code, title, "The App's webhook sends to us."),
        Ok(Coverage::HookElsewhere { to }) => match own {
            Some(hook) if hook.heard() => {
                Check::good(code, title, "The repository's own webhook sends to us, and its ping came.")
            }
            Some(_) => Check::bad(
                "hook.silent",
                title,
                "The repository has a webhook of its own, and its ping has not come.",
                "Press Create Web Hook in the repository's settings again; look whether GitHub can reach this address.",
            ),
            None => Check::bad(
                code,
                title,
                match to {
                    Some(to) => format!("The App's webhook sends to {to}, and the repository has none of its own."),
                    None => "The App's webhook is switched off, and the repository has none of its own.".to_owned(),
                },
                "Press Create Web Hook in the repository's settings, or mend the webhook in the App's settings.",
            ),
        },
        Ok(Coverage::NotInstalled | Coverage::Suspended) => Check::unknown(code, title, "Nothing is sent for now."),
        Err(HookError::GitHub(error)) => Check::unknown(code, title, said(&error)),
        Err(error) => {
            tracing::warn!(cause = %Chain(&error), "the doctor could not look at a webhook");
            Check::unknown(code, title, "It could not be looked at.")
        }
    }
}

async fn last_delivery(doctor: &Doctor, provider: &Provider, of: &[Concerned], now: Timestamp) -> Result<Check, Error> {
    let (code, title) = ("delivery", "Last delivery");
    let known = doctor.table.last_deliveries(provider, of).await?;
    let Some((_, last)) = known.first() else {
        return Ok(Check::note(code, title, "None was worked on yet.")
            .next("Push, or open a pull request, and look again; or press \u{201c}Check now\u{201d}."));
    };
    let seen = format!("`{}`, {}", last.event, ago(last.received_at, now));
    let check = match last.fate {
        Fate::Done => Check::good(code, title, format!("{seen}, worked on.")),
        Fate::Waiting => {
            Check::note(code, title, format!("{seen}, waits.")).next("Nothing: it is tried again by itself.")
        }
        Fate::Failed => Check::bad(
            code,
            title,
            format!("{seen}, failed."),
            "Press \u{201c}Check now\u{201d}: it reads from GitHub what the delivery was about.",
        ),
    };
    Ok(check.why(last.why.as_deref()))
}

async fn tokens(doctor: &Doctor, repository: &Repository, now: Timestamp) -> Result<Vec<Check>, Error> {
    let (code, title) = ("upload.token", "Upload token");
    let scope = TokenScope::Repository { provider: repository.provider.clone(), repository: repository.id };
    let tokens = doctor.table.upload_tokens_of(&scope).await?;
    let used = tokens.iter().filter_map(|token| token.last_used_at).max();
    Ok(vec![match (tokens.len(), used) {
        (0, _) => Check::note(code, title, "The repository has none of its own.").next(
            "Make one in the repository's settings, unless CI uses another way (a token of the organisation, OIDC).",
        ),
        (_, None) => Check::note(code, title, "Made, and never used.")
            .next("Look whether CI passes it: `token: ${{ secrets.… }}`, or the variable CODECOV_TOKEN."),
        (_, Some(at)) => Check::good(code, title, format!("Last used {}.", ago(at, now))),
    }])
}

async fn of_default_branch(doctor: &Doctor, repository: &Repository, now: Timestamp) -> Result<Vec<Check>, Error> {
    let (code, title) = ("report.default_branch", "Report of the default branch");
    let branch = &repository.default_branch;
    let known = doctor.table.branch_report(&repository.provider, repository.id, branch).await?;
    let Some(known) = known else {
        return Ok(vec![
            Check::note(
                code,
                title,
                format!("None for `{branch}` yet: pull requests have nothing to be compared with."),
            )
            .next("Upload from a run on the default branch, too."),
        ]);
    };
    let seen = format!("`{branch}` at {}, {}.", known.sha.short(), ago(known.reported_at, now));
    let mut checks = vec![Check::good(code, title, seen)];
    checks.extend(Reports::of(doctor, repository, &known.sha).await?.checks(now));
    Ok(checks)
}

/// What people have switched off.
pub(super) async fn settings(doctor: &Doctor, repository: &Repository) -> Result<Vec<Check>, Error> {
    let settings = doctor.table.repository_settings(&repository.provider, repository.id).await?;
    let by = match (&settings.changed_by, settings.changed_at) {
        (Some(who), Some(at)) => format!(" (changed by {who} on {})", at.strftime("%-d %B %Y")),
        _ => String::new(),
    };
    let off: Vec<(&str, &str)> = [
        (settings.comment, "settings.comment", "the comment"),
        (settings.statuses, "settings.statuses", "commit statuses"),
        (settings.checks, "settings.checks", "check runs"),
    ]
    .into_iter()
    .filter(|(on, ..)| !on)
    .map(|(_, code, what)| (code, what))
    .collect();
    if off.is_empty() {
        return Ok(vec![Check::good("settings", "Switches", "Comment, statuses and check runs are on.")]);
    }
    let off = off.into_iter().map(|(code, what)| {
        Check::note(code, "Switches", format!("Switched off: {what}{by}."))
            .next("Switch it on in the repository's settings.")
    });
    Ok(off.collect())
}
