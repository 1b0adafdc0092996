//! Pages for people: what a reader of the pull request sees. Plain HTML and CSS, light and dark; no
//! JavaScript but for marking a range of lines, which GitHub needs it for too.

mod diff;
mod layout;
mod markdown;
mod pull;
mod registration;
mod signin;

use layout::{escape, layout};
pub(crate) use pull::{files, pull};
pub(crate) use registration::{app_form, app_settings, installation, invalid_app, manifest};
pub(crate) use signin::consent;

use crate::{
    git::{Blob, Commit, FileChange, unified},
    server::{Answer, Body},
    state::{PullState, Repository, World},
};

pub(crate) fn not_found() -> Answer {
    problem(404, "This page is not here", "The stand-in GitHub has no page at this address.")
}

/// A page that says what is wrong.
pub(crate) fn problem(status: u16, title: &str, text: &str) -> Answer {
    let body = format!("<h1>{}</h1><p>{}</p><p><a href=\"/\">All repositories</a></p>", escape(title), escape(text));
    Answer::html(status, layout(title, &body))
}

/// A time for people.
fn time(at: covermark_types::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// All repositories with their pull requests.
pub(crate) fn home(world: &World) -> Answer {
    let mut body = "<h1>Repositories</h1>".to_owned();
    for repository in world.repositories.values() {
        body.push_str(&section(world, repository));
    }
    if world.repositories.is_empty() {
        body.push_str("<p>There is no repository yet.</p>");
    }
    Answer::html(200, layout("Repositories", &body))
}

/// One repository with its pull requests.
pub(crate) fn repository(world: &World, repository: &Repository) -> Answer {
    let name = world.full_name(repository.id);
    Answer::html(200, layout(&name, &section(world, repository)))
}

fn section(world: &World, repository: &Repository) -> String {
    let name = escape(&world.full_name(repository.id));
    let kind = if repository.private { "private" } else { "public" };
    let mut text = format!("<h2><a href=\"/{name}\">{name}</a> <span class=\"label\">{kind}</span></h2>");
    if repository.pulls.is_empty() {
        text.push_str("<p>No pull request.</p>");
        return text;
    }
    text.push_str("<ul class=\"pulls\">");
    for pull in repository.pulls.values().rev() {
        let state = if pull.state == PullState::Open { "open" } else { "closed" };
        text.push_str(&format!(
            "<li><span class=\"label {state}\">{state}</span> <a href=\"/{name}/pull/{number}\">{title}</a> \
             <span class=\"quiet\">#{number}</span></li>",
            number = pull.number,
            title = escape(&pull.title),
        ));
    }
    text.push_str("</ul>");
    text
}

/// What one commit changed.
pub(crate) fn commit(world: &World, repository: &Repository, commit: &Commit, changed: &[FileChange]) -> Answer {
    let name = world.full_name(repository.id);
    let title = format!("{} · {name}", commit.sha.short());
    let body = format!(
        "<p><a href=\"/{name}\">{name}</a></p><h1>{}</h1><p class=\"quiet\">{} · {} · <code>{}</code></p>{}",
        escape(&commit.message),
        escape(&commit.author.name),
        time(commit.at),
        commit.sha,
        diff::files(changed),
        name = escape(&name),
    );
    Answer::html(200, layout(&title, &body))
}

/// A file at a commit, each line with an anchor such as `#L12`.
pub(crate) fn blob(world: &World, repository: &Repository, commit: &Commit, path: &str, blob: &Blob) -> Answer {
    let name = escape(&world.full_name(repository.id));
    let mut body = format!(
        "<p><a href=\"/{name}\">{name}</a></p><h1>{}</h1><p class=\"quiet\">at <code>{}</code></p>",
        escape(path),
        commit.sha.short()
    );
    if blob.is_binary() {
        body.push_str(&format!("<p>{} bytes that are not text.</p>", blob.bytes.len()));
    } else {
        body.push_str("<div class=\"file\"><table class=\"diff\">");
        for (at, line) in String::from_utf8_lossy(&blob.bytes).lines().enumerate() {
            let number = at + 1;
            body.push_str(&format!(
                "<tr id=\"L{number}\"><td class=\"number\">{number}</td><td class=\"code\">{}</td></tr>",
                escape(line)
            ));
        }
        body.push_str("</table></div>");
    }
    Answer::html(200, layout(path, &body))
}

/// The diff as text.
pub(crate) fn diff_text(changed: &[FileChange]) -> Answer {
    let body = Body::Bytes("text/plain; charset=utf-8", unified(changed));
    Answer { status: 200, headers: Vec::new(), body }
}

#[cfg(test)]
mod tests;
