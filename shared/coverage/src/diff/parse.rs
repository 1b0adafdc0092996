//! The reader: file headers in any of git's forms, hunks by their counts.
//!
//! A hunk's header says how many lines follow, and exactly so many are taken. That is what keeps a removed line
//! `-- x` (written `--- x`) or an added `++ x` inside a hunk from passing for a file header.

use memchr::memchr;

use super::names::{self, Name};
use super::{Diff, DiffError, DiffFile, Hunk, Run, RunKind};

pub(super) fn parse(text: &[u8]) -> Result<Diff, DiffError> {
    let mut reader = Reader {
        lines: Lines { rest: text, number: 0, ended: true },
        diff: Diff::default(),
        open: false,
        unfinished: false,
        reached: (0, 0),
    };
    while let Some(line) = reader.lines.next() {
        reader.header(line)?;
    }
    if reader.unfinished {
        return Err(DiffError::Truncated { line: reader.lines.number });
    }
    // A page of HTML or an error's JSON must not pass for an empty change.
    if reader.diff.files.is_empty() && !text.trim_ascii().is_empty() {
        return Err(DiffError::Malformed { line: 1 });
    }
    Ok(reader.diff)
}

struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
    /// The last line had its line feed.
    ended: bool,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = memchr(b'\n', self.rest);
        self.ended = end.is_some();
        let line = &self.rest[..end.unwrap_or(self.rest.len())];
        self.rest = &self.rest[end.map_or(self.rest.len(), |end| end + 1)..];
        Some(line)
    }
}

struct Reader<'a> {
    lines: Lines<'a>,
    diff: Diff,
    /// The last file's header may still be going on.
    open: bool,
    /// The last file's header cannot be all: its mode, its other name or its first hunk is still to come.
    unfinished: bool,
    /// Where the last file's hunks end, on both sides: they ascend.
    reached: (u32, u32),
}

impl Reader<'_> {
    /// One line outside a hunk. Lines that mean nothing here (index, modes, similarity, a mail's prose) are skipped.
    fn header(&mut self, line: &[u8]) -> Result<(), DiffError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(pair) = line.strip_prefix(b"diff --git ") {
            let (old, new) = names::pair(pair).unwrap_or_default();
            self.begin(DiffFile { old, new, ..DiffFile::default() });
            self.unfinished = true;
        } else if line.starts_with(b"diff --cc ") || line.starts_with(b"diff --combined ") || line.starts_with(b"@@@ ")
        {
            // A merge against several parents has no single old side.
            return Err(DiffError::Malformed { line: self.lines.number });
        } else if line.starts_with(b"@@ -") {
            return self.hunk(line);
        } else if let Some(name) = line.strip_prefix(b"--- ") {
            self.file(|file, name| file.old = name, name, true);
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            self.file(|file, name| file.new = name, name, false);
        } else {
            let known = self.open && self.extended(line);
            // The last line, without its end: a header that broke off, or prose behind the last hunk.
            if !known && !self.lines.ended {
                self.unfinished |= self.open || (!line.is_empty() && b"diff --git ".starts_with(line));
            }
        }
        Ok(())
    }

    fn begin(&mut self, file: DiffFile) {
        self.diff.files.push(file);
        self.open = true;
        self.reached = (0, 0);
    }

    /// `---` and `+++`. Without a `diff --git` before it, `---` begins a file.
    fn file(&mut self, set: impl FnOnce(&mut DiffFile, Option<String>), name: &[u8], begins: bool) {
        if begins && !self.open {
            self.begin(DiffFile::default());
        }
        self.unfinished = true;
        if let Some(file) = self.diff.files.last_mut() {
            match names::side(name) {
                Name::Path(path) => set(file, Some(path)),
                Name::Nothing => set(file, None),
                Name::Unusable => {}
            }
        }
    }

    /// git's extended header lines, which alone tell of renames, binary files and files without content. False for a
    /// line that is none.
    fn extended(&mut self, line: &[u8]) -> bool {
        let Some(file) = self.diff.files.last_mut() else { return false };
        let after = |prefix: &[u8]| line.strip_prefix(prefix);
        // The second of two lines, or one that stands alone, can be the header's last.
        let mut is_last = true;
        if after(b"new file mode ").is_some() {
            file.old = None;
        } else if after(b"deleted file mode ").is_some() {
            file.new = None;
        } else if let Some(name) = after(b"rename from ").or_else(|| after(b"copy from ")) {
            file.old = names::bare(name);
            file.copied = line.starts_with(b"copy");
            is_last = false;
        } else if let Some(name) = after(b"rename to ").or_else(|| after(b"copy to ")) {
            file.new = names::bare(name);
        } else if (line.starts_with(b"Binary files ") && line.ends_with(b" differ")) || line == b"GIT binary patch" {
            file.binary = true;
        } else if after(b"new mode ").is_none() {
            let known: [&[u8]; 4] = [b"index ", b"old mode ", b"similarity index ", b"dissimilarity index "];
            return known.into_iter().any(|prefix| line.starts_with(prefix));
        }
        self.unfinished &= !is_last;
        true
    }

    fn hunk(&mut self, header: &[u8]) -> Result<(), DiffError> {
        let malformed = DiffError::Malformed { line: self.lines.number };
        let (mut hunk, mut old_left, mut new_left) = hunk_header(header).ok_or(malformed.clone())?;
        if hunk.old_start < self.reached.0 || hunk.new_start < self.reached.1 {
            return Err(malformed);
        }
        self.reached = (hunk.old_start + old_left, hunk.new_start + new_left);
        while old_left > 0 || new_left > 0 {
            let Some(line) = self.lines.next() else {
                return Err(DiffError::Truncated { line: self.lines.number });
            };
            let kind = match line.first() {
                Some(b'+') => RunKind::Added,
                Some(b'-') => RunKind::Removed,
                // "\ No newline at end of file" is no line of either file.
                Some(b'\\') => continue,
                // Some tools strip the blank of an empty context line.
                Some(b' ') | None => RunKind::Context,
                Some(b'\r') if line.len() == 1 => RunKind::Context,
                Some(_) => return Err(DiffError::Malformed { line: self.lines.number }),
            };
            let (old, new) = (u32::from(kind != RunKind::Added), u32::from(kind != RunKind::Removed));
            if old > old_left || new > new_left {
                return Err(DiffError::Malformed { line: self.lines.number });
            }
            (old_left, new_left) = (old_left - old, new_left - new);
            match hunk.runs.last_mut() {
                Some(run) if run.kind == kind => run.count += 1,
                _ => hunk.runs.push(Run { kind, count: 1 }),
            }
        }
        (self.open, self.unfinished) = (false, false);
        self.diff.files.last_mut().ok_or(malformed)?.hunks.push(hunk);
        Ok(())
    }
}

/// `@@ -12,5 +12,7 @@ context`: the empty hunk and how many old and new lines it has. A missing count is 1; an empty
/// side names the line before it, so its hunk starts one line later.
fn hunk_header(line: &[u8]) -> Option<(Hunk, u32, u32)> {
    let mut fields = line.split(|byte| *byte == b' ');
    fields.next().filter(|at| *at == b"@@")?;
    let (old_start, old_count) = range(fields.next()?.strip_prefix(b"-")?)?;
    let (new_start, new_count) = range(fields.next()?.strip_prefix(b"+")?)?;
    fields.next().filter(|at| at.starts_with(b"@@"))?;
    Some((Hunk { old_start, new_start, runs: Vec::new() }, old_count, new_count))
}

fn range(field: &[u8]) -> Option<(u32, u32)> {
    let field = std::str::from_utf8(field).ok()?;
    let (start, count) = field.split_once(',').unwrap_or((field, "1"));
    let (start, count): (u32, u32) = (start.parse().ok()?, count.parse().ok()?);
    start.checked_add(count)?;
    Some((if count == 0 { start.checked_add(1)? } else { start }, count))
}
