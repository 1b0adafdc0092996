//! One pull request: why there is no comment on it, or that there is one.

use covermark_state::{
    Error,
    rows::{
        dead_letter::What,
        pull::{Pull, PullState},
        repository::Repository,
    },
};
use covermark_types::{CommitSha, PullNumber, Timestamp};

use super::{
    Audience, Doctor, advice,
    finding::{Check, Diagnosis, Section, Verdict},
    reports::Reports,
    repository,
    runs::{self, About},
    when::ago,
};
use crate::{links::Links, words};

pub(super) async fn look(
    doctor: &Doctor,
    repository: &Repository,
    number: PullNumber,
    audience: Audience,
) -> Result<Diagnosis, Error> {
    let now = doctor.clock.now();
    let subject = format!("{}#{number}", repository.name);
    let app = repository::the_app(doctor, repository, audience).await?;
    let pull = doctor.table.pull(&repository.provider, repository.id, number).await?;
    let Some(pull) = pull else {
        let check = Check::bad(
            "pull.unknown",
            "Pull request",
            format!("We have not heard of #{number}: neither a webhook nor an upload named it."),
            "Look whether the number is right. If it is, look at the webhook above, and whether CI's upload names it.",
        );
        let sections = vec![Section::new("The App", app), Section::new("Pull request", vec![check])];
        return Ok(Diagnosis::new(subject, "", sections));
    };
    let reports = Reports::of(doctor, repository, &pull.head_sha).await?;
    let runs = runs::last(doctor, repository, About::Pull(number, &pull.head_sha)).await?;
    let links = links(doctor, repository).await;
    let comment = comment(&pull, &reports, &links, now);
    let verdicts = verdicts(&reports);
    let there = comment.verdict == Verdict::Good;
    let mut posted = vec![comment];
    posted.extend(verdicts);
    posted.extend(others(&reports));
    posted.extend(given_up(doctor, &reports.sha, now).await?);
    let sections = vec![
        Section::new("The App", app),
        Section::new("Pull request", vec![found(&pull, &links, now)]),
        Section::new("Reports", reports.checks(now)),
        Section::new("Posted", posted),
        Section::new("Last runs", runs),
    ];
    let fine = if there { "The comment is there." } else { "Nothing is wrong; what is missing is waited for." };
    let mut diagnosis = Diagnosis::new(subject, fine, sections);
    // The question that people come with is about the comment, whatever else there is to say.
    let of_comment = diagnosis.checks().find(|check| check.title == COMMENT).map(|check| check.seen.clone());
    let at_fault = diagnosis.checks().find(|check| check.verdict == Verdict::Bad && check.title != COMMENT);
    diagnosis.answer = match (there, at_fault.map(|check| check.seen.clone()), of_comment) {
        (true, None, _) => "The comment is there.".to_owned(),
        (true, Some(other), _) => format!("The comment is there. {other}"),
        (false, Some(cause), _) => format!("There is no comment. {cause}"),
        (false, None, Some(seen)) => seen,
        (false, None, None) => diagnosis.answer,
    };
    Ok(diagnosis)
}

const COMMENT: &str = "Comment";

async fn links(doctor: &Doctor, repository: &Repository) -> Links {
    let web = doctor.apps.credentials(&repository.provider).await.ok().map(|app| app.endpoints.web.clone());
    Links::new(web, repository.name.clone())
}

fn found(pull: &Pull, links: &Links, now: Timestamp) -> Check {
    let (code, title) = ("pull.found", "Pull request");
    let head = pull.head_sha.short();
    let seen = match pull.state {
        PullState::Open => format!("Open, at {head}, last heard of {}.", ago(pull.seen_at, now)),
        PullState::Closed => format!("Closed, at {head}. Nothing new is posted on it."),
        PullState::Merged => format!("Merged, at {head}. Nothing new is posted on it."),
    };
    let check = match pull.state {
        PullState::Open => Check::good(code, title, seen),
        PullState::Closed | PullState::Merged => Check::note("pull.closed", title, seen),
    };
    check.link(links.pull(pull.number))
}

fn comment(pull: &Pull, reports: &Reports, links: &Links, now: Timestamp) -> Check {
    let code = "comment";
    if let Some(posted) = pull.comment.as_ref().filter(|comment| comment.id.is_some()) {
        let seen = if posted.head == pull.head_sha {
            format!("There, written {}.", ago(posted.posted_at, now))
        } else {
            format!("There, of the older commit {}.", posted.head.short())
        };
        let link = posted.id.and_then(|id| Some(format!("{}#issuecomment-{id}", links.pull(pull.number)?)));
        return Check::good(code, COMMENT, seen).link(link);
    }
    let skipped = reports.skipped();
    if let Some(reason) = advice::NO_COMMENT.iter().find(|reason| skipped.iter().any(|code| code == *reason)) {
        let next = advice::next_step(reason).unwrap_or("Run CI again.");
        return Check::bad(reason, COMMENT, words::not_posted(reason), next);
    }
    if reports.uploads.is_empty() {
        return Check::note("upload.none", COMMENT, "None yet: it is written when the first report comes.");
    }
    Check::note(code, COMMENT, "None yet.").next("Look again in a minute; the checks above say what is waited for.")
}

fn verdicts(reports: &Reports) -> Vec<Check> {
    let (code, title) = ("verdicts", "Statuses and check runs");
    let posted = reports.row.as_ref().and_then(|row| row.posted.as_ref());
    let names: Vec<&str> = posted
        .map(|posted| posted.statuses.keys().chain(posted.checks.keys()).map(String::as_str).collect())
        .unwrap_or_default();
    if !names.is_empty() {
        return vec![Check::good(code, title, format!("{}.", names.join(", ")))];
    }
    let skipped = reports.skipped();
    match advice::NO_VERDICTS.iter().find(|reason| skipped.iter().any(|code| code == *reason)) {
        Some(reason) => {
            let next = advice::next_step(reason).unwrap_or("Run CI again.");
            vec![Check::bad(reason, title, words::not_posted(reason), next)]
        }
        None => vec![Check::note(code, title, "None yet.")],
    }
}

/// The reasons that keep neither the comment nor the verdicts away.
fn others(reports: &Reports) -> Vec<Check> {
    let said =
        |code: &&String| advice::NO_COMMENT.contains(&code.as_str()) || advice::NO_VERDICTS.contains(&code.as_str());
    let unchanged = |code: &&String| code.ends_with(".unchanged");
    let rest = reports.skipped().iter().filter(|code| !said(code) && !unchanged(code));
    rest.map(|code| {
        let check = Check::note(code, "Left out", words::not_posted(code));
        match advice::next_step(code) {
            Some(next) => check.next(next),
            None => check,
        }
    })
    .collect()
}

/// Whether work on the commit was given up.
async fn given_up(doctor: &Doctor, sha: &CommitSha, now: Timestamp) -> Result<Vec<Check>, Error> {
    let letters = doctor.table.dead_letters(now).await?;
    let about = letters
        .into_iter()
        .find(|letter| letter.lies() && matches!(&letter.what, What::Job { body, .. } if body.contains(sha.as_str())));
    Ok(about
        .map(|letter| {
            Check::bad(
                "dead_letter",
                "Given up",
                format!("Work on the commit was given up {}.", ago(letter.since, now)),
                "An administrator replays it on /doctor when the cause is mended.",
            )
            .why(Some(letter.why))
        })
        .into_iter()
        .collect())
}
