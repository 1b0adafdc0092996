//! What is known, arranged for reading: lists in the order in which people look for things, each with its bound.

use askama::Template;
use covermark_coverage::{FileReport, LineState, Metric, Rounding};
use covermark_state::{
    report_view::{PartView, VerdictView},
    rows::upload::{Sifted, Upload, UploadState},
};

use crate::{
    links::{Links, web_address},
    report::{Found, Part},
    ticked::Ticked,
    words,
};

/// Files on one page.
const FILES: usize = 100;
/// Ranges of one file that are listed.
const RANGES: usize = 200;

/// Before anything was reported.
#[derive(Template)]
#[template(path = "empty.html")]
pub(crate) struct Empty {
    pub(crate) name: String,
    pub(crate) url: String,
}

/// The report.
#[derive(Template)]
#[template(path = "report.html")]
pub(crate) struct Body {
    heading: String,
    waiting: bool,
    commit: Named,
    pull: Option<Named>,
    stale: Option<String>,
    project: String,
    base: Vec<String>,
    base_commit: Option<Named>,
    verdicts: Vec<VerdictView>,
    patch: Vec<FileLines>,
    parts: [(&'static str, &'static str, Vec<PartView>); 2],
    indirect: Vec<(String, String)>,
    remarks: Vec<String>,
    configuration: Vec<String>,
    uploads: Vec<UploadRow>,
    not_posted: Vec<String>,
    files: Vec<FileRow>,
    files_total: usize,
    found_total: usize,
    query: String,
    here: String,
    earlier: Option<String>,
    later: Option<String>,
}

struct Named {
    text: String,
    href: Option<String>,
}

struct Range {
    text: String,
    href: Option<String>,
}

struct FileLines {
    path: String,
    coverage: String,
    ranges: Vec<Range>,
}

struct FileRow {
    path: String,
    coverage: String,
    lines: u64,
    missed: u64,
    partial: u64,
    ranges: Vec<Range>,
    more: usize,
}

struct UploadRow {
    name: String,
    flags: String,
    state: &'static str,
    formats: String,
    build: Option<String>,
    unreadable: Vec<(String, String)>,
    left_out: Vec<(String, String)>,
    left_out_more: u64,
    warnings: Vec<String>,
}

/// The page's content.
pub(crate) fn body(links: &Links, found: &Found, part: &Part, here: String) -> Body {
    let view = &found.view;
    let matching: Vec<&FileReport> = found.report.as_ref().map_or_else(Vec::new, |report| {
        report.files().iter().filter(|file| part.q.is_empty() || file.path().contains(&part.q)).collect()
    });
    let page = part.page.max(1);
    let start = (page - 1).saturating_mul(FILES);
    let files: Vec<_> = matching.iter().skip(start).take(FILES).map(|file| file_row(links, found, file)).collect();
    let other = |number: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{here}?{}#files", query.append_pair("q", &part.q).append_pair("page", &number.to_string()).finish())
    };
    let head = found.pull.as_ref().map(|pull| &pull.head_sha);
    Body {
        heading: view.heading.clone(),
        waiting: view.waiting,
        commit: Named { text: found.sha.short().to_owned(), href: links.commit(&found.sha) },
        pull: found.number.map(|number| Named { text: format!("#{number}"), href: links.pull(number) }),
        stale: head.filter(|head| **head != found.sha).map(|head| head.short().to_owned()),
        project: view.project.clone(),
        base: view.base.clone(),
        base_commit: view
            .base_commit
            .as_ref()
            .map(|sha| Named { text: sha.short().to_owned(), href: links.commit(sha) }),
        verdicts: view.verdicts.clone(),
        patch: patch(links, found),
        parts: [("flags", "Flags", view.flags.clone()), ("components", "Components", view.components.clone())],
        indirect: view.indirect.clone(),
        remarks: view.remarks.clone(),
        configuration: view.configuration.clone(),
        uploads: uploads(found),
        not_posted: not_posted(found),
        files_total: found.report.as_ref().map_or(0, |report| report.files().len()),
        found_total: matching.len(),
        files,
        query: part.q.clone(),
        earlier: (page > 1).then(|| other(page - 1)),
        later: (start.saturating_add(FILES) < matching.len()).then(|| other(page + 1)),
        here,
    }
}

fn patch(links: &Links, found: &Found) -> Vec<FileLines> {
    let file = |file: &covermark_state::report_view::PatchFileView| {
        let range = |(text, first, last): &(String, u32, u32)| Range {
            text: text.clone(),
            href: links.lines(&found.sha, &file.path, *first, *last),
        };
        FileLines {
            path: file.path.clone(),
            coverage: file.coverage.clone(),
            ranges: file.uncovered.iter().map(range).collect(),
        }
    };
    found.view.patch.iter().map(file).collect()
}

fn file_row(links: &Links, found: &Found, file: &FileReport) -> FileRow {
    let totals = file.totals();
    let ratio = totals.ratio(Metric::Codecov);
    let all = uncovered(file);
    let shown = all.iter().take(RANGES).map(|(first, last, partial)| {
        let lines = if first == last { first.to_string() } else { format!("{first}–{last}") };
        let text = if *partial { format!("{lines} (partly)") } else { lines };
        Range { text, href: links.lines(&found.sha, file.path(), *first, *last) }
    });
    FileRow {
        path: file.path().to_owned(),
        coverage: ratio.percent(2, Rounding::Down).map_or_else(|| "–".to_owned(), |percent| format!("{percent} %")),
        lines: totals.lines,
        missed: totals.misses,
        partial: totals.partials,
        ranges: shown.collect(),
        more: all.len().saturating_sub(RANGES),
    }
}

/// Runs of lines that never ran, and lines that ran in part; what no line stands between is one run.
fn uncovered(file: &FileReport) -> Vec<(u32, u32, bool)> {
    let mut ranges: Vec<(u32, u32, bool)> = Vec::new();
    let mut open = false;
    for line in file.lines() {
        match line.state() {
            LineState::Hit => open = false,
            LineState::Partial => {
                ranges.push((line.number, line.number, true));
                open = false;
            }
            LineState::Miss => match ranges.last_mut().filter(|_| open) {
                Some(range) => range.1 = line.number,
                None => {
                    ranges.push((line.number, line.number, false));
                    open = true;
                }
            },
        }
    }
    ranges
}

/// All uploads: those that count, then those of forks that do not.
fn uploads(found: &Found) -> Vec<UploadRow> {
    let Sifted { counted, set_aside } = Sifted::of(found.uploads.clone());
    let aside = set_aside.iter().map(|one| UploadRow { state: words::FROM_A_FORK, ..upload(one) });
    counted.iter().map(upload).chain(aside).collect()
}

fn upload(upload: &Upload) -> UploadRow {
    let notes = &upload.notes;
    let name = upload.name.clone().or_else(|| upload.job_code.clone());
    UploadRow {
        name: name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "without a name".to_owned()),
        flags: upload.flags.join(", "),
        state: match upload.state {
            UploadState::Opened => "announced",
            UploadState::Stored => "stored",
            UploadState::Processed => "read",
            UploadState::Unreadable => "could not be read",
        },
        formats: notes.formats.join(", "),
        build: upload.build_url.as_deref().and_then(web_address),
        unreadable: notes.unreadable.iter().map(|file| (file.file.clone(), file.reason.clone())).collect(),
        left_out: notes
            .dropped
            .iter()
            .map(|dropped| (dropped.path.clone(), words::left_out(&dropped.reason).to_owned()))
            .collect(),
        left_out_more: notes.dropped_total.saturating_sub(notes.dropped.len() as u64),
        warnings: notes.warnings.clone(),
    }
}

fn not_posted(found: &Found) -> Vec<String> {
    let codes = found.row.as_ref().and_then(|row| row.posted.as_ref()).map(|posted| posted.skipped.clone());
    codes.unwrap_or_default().iter().map(|code| words::not_posted(code).to_owned()).collect()
}
