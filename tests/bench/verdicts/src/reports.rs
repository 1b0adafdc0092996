//! Reports of a given size, and the source that they speak of.

use std::fmt::Write as _;

/// Lines of each file.
pub(crate) const LINES: usize = 1_000;

/// An LCOV report of about so many bytes, in files `src/m0000.rs`, … of [`LINES`] lines each, every eleventh of which
/// never ran.
pub(crate) fn lcov(bytes: usize) -> String {
    let mut report = String::with_capacity(bytes + 16 * 1024);
    let mut file = 0;
    while report.len() < bytes {
        let _ = writeln!(report, "TN:\nSF:{}", path(file));
        for line in 1..=LINES {
            let _ = writeln!(report, "DA:{line},{}", (line + file) % 11);
        }
        report.push_str("end_of_record\n");
        file += 1;
    }
    report
}

/// The path of a file.
pub(crate) fn path(file: usize) -> String {
    format!("src/m{file:04}.rs")
}

/// Its source, so many lines of it.
pub(crate) fn source(lines: usize, edition: usize) -> String {
    (1..=lines).map(|line| format!("let line_{line} = {edition};\n")).collect()
}
