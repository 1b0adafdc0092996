//! The page of a pull request.

use serde_json::Value;

use super::{diff, escape, layout, markdown};
use crate::{
    server::Answer,
    state::{CheckRun, Comment, CommitStatus, Pull, PullState, Repository, World},
    story::pull_changes,
};

/// Title, branches, checks, comments, diff: in the order in which a reader asks.
pub(crate) fn pull(world: &World, repository: &Repository, pull: &Pull) -> Answer {
    let mut body = head(world, repository, pull);
    for comment in repository.comments_of(pull.number) {
        body.push_str(&comment_box(world, comment));
    }
    body.push_str(&checks(repository, pull));
    body.push_str(&diff::files(&pull_changes(repository, pull)));
    Answer::html(200, layout(&title(world, repository, pull), &body))
}

/// The diff alone, where links to lines lead: `#diff-SHA256R12`, and `#diff-SHA256R12-R15` for a range.
pub(crate) fn files(world: &World, repository: &Repository, pull: &Pull) -> Answer {
    let mut body = head(world, repository, pull);
    body.push_str(&diff::files(&pull_changes(repository, pull)));
    body.push_str(&format!("<script>{}</script>", diff::MARK_RANGE));
    Answer::html(200, layout(&title(world, repository, pull), &body))
}

fn title(world: &World, repository: &Repository, pull: &Pull) -> String {
    format!("{} · Pull request #{} · {}", pull.title, pull.number, world.full_name(repository.id))
}

fn head(world: &World, repository: &Repository, pull: &Pull) -> String {
    let (state, word) = match (pull.state, pull.merged_at) {
        (PullState::Open, _) if pull.draft => ("open", "Draft"),
        (PullState::Open, _) => ("open", "Open"),
        (_, Some(_)) => ("merged", "Merged"),
        _ => ("closed", "Closed"),
    };
    let name = escape(&world.full_name(repository.id));
    let mut text = format!(
        "<p><a href=\"/{name}\">{name}</a></p><h1>{title} <span class=\"quiet\">#{number}</span></h1>\
         <p><span class=\"label {state}\">{word}</span> <strong>{author}</strong> wants to merge \
         <code>{head}</code> into <code>{base}</code> <span class=\"quiet\">at \
         <a href=\"/{name}/commit/{sha}\"><code>{short}</code></a></span></p>\
         <nav aria-label=\"Pull request\"><a href=\"/{name}/pull/{number}\">Conversation</a> \
         <a href=\"/{name}/pull/{number}/files\">Files changed</a></nav>",
        title = escape(&pull.title),
        number = pull.number,
        author = escape(&world.account(pull.author).login),
        head = escape(&pull.head.branch),
        base = escape(&pull.base.branch),
        sha = pull.head.sha,
        short = pull.head.sha.short(),
    );
    if let Some(description) = &pull.body {
        text.push_str(&format!(
            "<div class=\"box\"><div class=\"body markdown\">{}</div></div>",
            markdown::render(description)
        ));
    }
    text
}

fn comment_box(world: &World, comment: &Comment) -> String {
    let edited = if comment.updated_at > comment.created_at { " · edited" } else { "" };
    let bot = if comment.by_app { " <span class=\"label\">bot</span>" } else { "" };
    let login = world.account(comment.author).login.replace("[bot]", "");
    format!(
        "<div class=\"box comment\" id=\"issuecomment-{id}\"><h2 class=\"head\"><strong>{author}</strong>{bot} \
         <span class=\"quiet\">{at}{edited}</span></h2><div class=\"body markdown\">{body}</div></div>",
        id = comment.id,
        author = escape(&login),
        at = super::time(comment.created_at),
        body = markdown::render(&comment.body),
    )
}

fn checks(repository: &Repository, pull: &Pull) -> String {
    let statuses = repository.latest_statuses(&pull.head.sha);
    let runs: Vec<&CheckRun> = repository.check_runs.iter().filter(|run| run.head_sha == pull.head.sha).collect();
    let mut text = "<div class=\"box checks\"><h2 class=\"head\"><strong>Checks</strong></h2>".to_owned();
    if statuses.is_empty() && runs.is_empty() {
        text.push_str("<div class=\"row quiet\">Nothing has reported on this commit yet.</div>");
    }
    for status in statuses {
        text.push_str(&status_row(status));
    }
    for run in runs {
        let state = run.conclusion.as_deref().unwrap_or(&run.status);
        let title = run.title.as_deref().unwrap_or("");
        text.push_str(&row(state, &run.name, title, run.details_url.as_deref()));
        if let Some(summary) = &run.summary {
            text.push_str(&format!("<div class=\"row markdown\">{}</div>", markdown::render(summary)));
        }
        run.annotations.iter().for_each(|one| text.push_str(&annotation(one)));
    }
    text.push_str("</div>");
    text
}

/// Where GitHub shows it in the diff.
fn annotation(one: &Value) -> String {
    let part = |name: &str| one[name].as_str().unwrap_or_default();
    let (first, last) = (one["start_line"].as_u64().unwrap_or(0), one["end_line"].as_u64().unwrap_or(0));
    let lines = if first == last { first.to_string() } else { format!("{first}–{last}") };
    format!(
        "<div class=\"row\"><span class=\"wait\">▲</span> <code>{}:{lines}</code> {}</div>",
        escape(part("path")),
        escape(part("message"))
    )
}

fn status_row(status: &CommitStatus) -> String {
    let description = status.description.as_deref().unwrap_or("");
    row(&status.state, &status.context, description, status.target_url.as_deref())
}

fn row(state: &str, name: &str, text: &str, link: Option<&str>) -> String {
    let (class, sign) = match state {
        "success" => ("good", "✓"),
        "failure" | "error" | "timed_out" | "action_required" => ("bad", "✗"),
        "neutral" | "skipped" | "cancelled" => ("quiet", "–"),
        _ => ("wait", "●"),
    };
    let details = link.map_or(String::new(), |link| format!(" · <a href=\"{}\">Details</a>", escape(link)));
    format!(
        "<div class=\"row\"><span class=\"{class}\" title=\"{}\">{sign}</span> <strong>{}</strong> \
         <span class=\"quiet\">{}</span>{details}</div>",
        escape(state),
        escape(name),
        escape(text)
    )
}
