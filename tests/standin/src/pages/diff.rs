//! A diff as tables, with GitHub's anchors: `#diff-SHA256R12` is line 12 of the new file.

use aws_lc_rs::digest;

use super::escape;
use crate::git::{ChangeKind, FileChange, hunks};

/// Marks the lines of a range, `#diff-SHA256R12-R15`, and brings the first into view: no element can have the id of every
/// range that begins with it. GitHub does it by script too.
pub(super) const MARK_RANGE: &str = r"
function mark() {
  const [, file, from, to] = /^#(diff-[0-9a-f]{64})R(\d{1,6})-R(\d{1,6})$/.exec(location.hash) ?? [];
  for (const row of document.querySelectorAll('.marked')) row.classList.remove('marked');
  for (let line = +from; line <= +to; line++) document.getElementById(`${file}R${line}`)?.classList.add('marked');
  document.querySelector('.marked')?.scrollIntoView();
}
addEventListener('hashchange', mark);
mark();
";

/// All changed files.
pub(super) fn files(changed: &[FileChange]) -> String {
    let (added, removed): (usize, usize) =
        changed.iter().fold((0, 0), |sum, change| (sum.0 + change.additions(), sum.1 + change.deletions()));
    let head = format!(
        "<h2 id=\"files\">Files changed <span class=\"quiet\">{}</span> \
         <span class=\"good\">+{added}</span> <span class=\"bad\">−{removed}</span></h2>",
        changed.len()
    );
    changed.iter().fold(head, |text, change| text + &file(change))
}

fn file(change: &FileChange) -> String {
    let anchor = anchor(&change.path);
    let name = match change.kind {
        ChangeKind::Renamed => format!("{} → {}", escape(&change.old_path), escape(&change.path)),
        _ => escape(&change.path),
    };
    let mut text = format!("<div class=\"file\" id=\"{anchor}\"><div class=\"head\"><code>{name}</code></div>");
    if change.is_binary() {
        text.push_str("<div class=\"body quiet\">Binary file</div></div>");
        return text;
    }
    text.push_str("<table class=\"diff\">");
    let (mut old, mut new) = (0_usize, 0_usize);
    for line in String::from_utf8_lossy(&hunks(change)).lines() {
        if let Some(starts) = starts(line) {
            (old, new) = starts;
            text.push_str(&row("hunk", "", "", "", line));
            continue;
        }
        let (sign, code) = line.split_at(line.len().min(1));
        match sign {
            "+" => {
                text.push_str(&row("added", &format!(" id=\"{anchor}R{new}\""), "", &new.to_string(), code));
                new += 1;
            }
            "-" => {
                text.push_str(&row("removed", &format!(" id=\"{anchor}L{old}\""), &old.to_string(), "", code));
                old += 1;
            }
            " " => {
                let id = format!(" id=\"{anchor}R{new}\"");
                text.push_str(&row("same", &id, &old.to_string(), &new.to_string(), code));
                old += 1;
                new += 1;
            }
            _ => text.push_str(&row("hunk", "", "", "", line)),
        }
    }
    text.push_str("</table></div>");
    text
}

fn row(class: &str, id: &str, old: &str, new: &str, code: &str) -> String {
    format!(
        "<tr class=\"{class}\"{id}><td class=\"number\">{old}</td><td class=\"number\">{new}</td>\
         <td class=\"code\">{}</td></tr>",
        escape(code)
    )
}

fn anchor(path: &str) -> String {
    format!("diff-{}", hex::encode(digest::digest(&digest::SHA256, path.as_bytes())))
}

/// The first line numbers of a hunk: `@@ -1,4 +1,5 @@`.
fn starts(line: &str) -> Option<(usize, usize)> {
    let mut parts = line.strip_prefix("@@ -")?.split([' ', ',', '+']).filter(|part| !part.is_empty());
    let old = parts.next()?.parse().ok()?;
    let new = line.split(" +").nth(1)?.split([',', ' ']).next()?.parse().ok()?;
    Some((old, new))
}
