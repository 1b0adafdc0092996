//! What is folded away: files that changed without being touched, what could not be read or placed, and what is wrong
//! with the configuration. Each list is bounded and says how much it leaves out.

use covermark_coverage::compare::{IndirectFile, Presence};

use super::{
    comment::UNREADABLE_IN_THE_OPEN,
    escape::{self, code, code_in_line, sentence},
    numbers::{capitalised, count, grouped},
};
use crate::judge::{DroppedPath, FileProblem, UnreadableFile, Verdicts};

/// The most entries of one list.
const ENTRIES: usize = 20;

/// The folded part: `first` (title, text), then what is always folded away. Empty when there is nothing to tell.
pub(crate) fn details(verdicts: &Verdicts, first: Vec<(&str, String)>) -> String {
    let mut titles: Vec<String> = first.iter().map(|(title, _)| (*title).to_owned()).collect();
    let mut sections: Vec<String> = first.into_iter().map(|(_, text)| text).collect();
    let mut add = |title: String, section: String| {
        titles.push(title);
        sections.push(section);
    };
    if !verdicts.indirect.is_empty() {
        let changed = count(verdicts.indirect.len(), "file", "files");
        add(format!("{changed} changed without being touched"), indirect(&verdicts.indirect));
    }
    let uploads = &verdicts.uploads;
    if uploads.files.len() > UNREADABLE_IN_THE_OPEN {
        let files = &uploads.files[UNREADABLE_IN_THE_OPEN..];
        add(format!("{} that could not be read", count(files.len(), "file", "files")), unreadables(files));
    }
    if uploads.left_out > 0 {
        add(
            format!("{} left out", count(uploads.left_out, "file", "files")),
            dropped(&uploads.dropped, uploads.left_out),
        );
    }
    if !uploads.passed_over.is_empty() {
        let notes = count(uploads.passed_over.len(), "note", "notes");
        add(format!("{notes} on what the reports say"), passed_over(&uploads.passed_over));
    }
    if !verdicts.configuration.is_empty() {
        let problems = count(verdicts.configuration.len(), "problem", "problems");
        add(format!("{problems} in the configuration"), configuration(&verdicts.configuration));
    }
    if sections.is_empty() {
        return String::new();
    }
    // Markdown inside HTML is read as Markdown only after an empty line.
    let titles = capitalised(&titles.join(" · "));
    format!("<details><summary>{}</summary>\n\n{}\n</details>\n", titles, sections.join("\n"))
}

/// A file that could not be read: which upload, which file, why.
pub(crate) fn unreadable(file: &UnreadableFile) -> String {
    let upload = code_in_line(&file.upload, escape::NAME);
    // `report` is what the engine calls a body that came without a file's name.
    if matches!(&*file.file, "" | "report") {
        return format!("{upload}: {}", sentence(&file.why));
    }
    format!("{upload}, {}: {}", code_in_line(below_workspace(&file.file), escape::PATH), sentence(&file.why))
}

/// The path without the folder that GitHub's runners check a repository out into, which says nothing to a reader.
fn below_workspace(path: &str) -> &str {
    let inside = path.strip_prefix("/home/runner/work/").and_then(|rest| rest.splitn(3, '/').nth(2));
    inside.filter(|rest| !rest.is_empty()).unwrap_or(path)
}

fn indirect(files: &[IndirectFile]) -> String {
    let mut text = "**Changed without being touched**: lines outside the diff.\n\n| File | Newly uncovered | Newly covered |\n|---|---:|---:|\n".to_owned();
    for file in files.iter().take(ENTRIES) {
        let (missed, covered) = (grouped(file.newly_missed.len() as u64), grouped(file.newly_covered.len() as u64));
        let path = code(&file.path, escape::PATH);
        text.push_str(&match file.presence {
            Presence::OnlyBase => format!("| {path} *(not measured any more)* | | |\n"),
            Presence::OnlyHead => format!("| {path} *(not measured before)* | {missed} | {covered} |\n"),
            Presence::Both => format!("| {path} | {missed} | {covered} |\n"),
        });
    }
    if files.len() > ENTRIES {
        text.push_str(&format!("| *and {}* | | |\n", count(files.len() - ENTRIES, "more file", "more files")));
    }
    text
}

fn unreadables(files: &[UnreadableFile]) -> String {
    let lines: Vec<_> = files.iter().take(ENTRIES).map(|file| format!("- {}\n", unreadable(file))).collect();
    format!("**Could not be read**\n\n{}{}", lines.concat(), more(files.len()))
}

fn dropped(paths: &[DroppedPath], left_out: usize) -> String {
    let mut text = "**Left out**\n\n".to_owned();
    let mut reason = "";
    for path in paths.iter().take(ENTRIES) {
        // The advice stands once above the paths that it is for: they come sorted by reason.
        if path.why != reason {
            reason = &path.why;
            text.push_str(&format!("{}{}\n\n", if text.ends_with("\n\n") { "" } else { "\n" }, sentence(reason)));
        }
        text.push_str(&format!("- {}\n", code_in_line(&path.path, escape::PATH)));
    }
    let shown = paths.len().min(ENTRIES);
    if left_out > shown {
        text.push_str(&format!("- *and {}*\n", count(left_out - shown, "more file", "more files")));
    }
    text
}

fn passed_over(notes: &[String]) -> String {
    let lines: Vec<_> = notes.iter().take(ENTRIES).map(|note| format!("- {}\n", sentence(note))).collect();
    format!("**Passed over in the reports**: the rest of them counts.\n\n{}{}", lines.concat(), more(notes.len()))
}

fn configuration(problems: &[FileProblem]) -> String {
    let lines: Vec<_> =
        problems.iter().take(ENTRIES).map(|problem| format!("- {}\n", sentence(&problem.to_string()))).collect();
    format!("**Configuration**: the rest of the file holds.\n\n{}{}", lines.concat(), more(problems.len()))
}

fn more(entries: usize) -> String {
    if entries > ENTRIES { format!("- *and {} more*\n", entries - ENTRIES) } else { String::new() }
}
