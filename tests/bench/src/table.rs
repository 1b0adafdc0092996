//! The figures as a Markdown table.

use std::{fmt::Write as _, fs, path::Path};

use covermark_bench::stats::milliseconds;
use flate2::{Compression, write::DeflateEncoder};

use crate::measure::Figures;

/// One line: what, its figures, and the size of what is deployed.
pub(crate) struct Line {
    /// The subject's name.
    pub(crate) name: String,
    /// What was measured.
    pub(crate) figures: Figures,
    /// "3.70 MB zipped".
    pub(crate) size: String,
}

const HEAD: &str = "\
| | start → first poll, p50 (min) ms | first invocation p50 ms | warm p50 / p99 ms | resident, first / after 2,000 MiB | size |
|---|---:|---:|---:|---:|---:|
";

/// The table, and below it how much faster the first line starts than the last.
pub(crate) fn render(lines: &[Line]) -> String {
    let mut text = HEAD.to_owned();
    for Line { name, figures, size } in lines {
        let (start, fastest) = (milliseconds(figures.start_p50), milliseconds(figures.start_min));
        let first = milliseconds(figures.first_p50);
        let (warm, slow) = (milliseconds(figures.warm_p50), milliseconds(figures.warm_p99));
        let (idle, last) = (mebibytes(figures.resident_first), mebibytes(figures.resident_last));
        // Writing to a String cannot fail.
        let _ =
            writeln!(text, "| {name} | {start} ({fastest}) | {first} | {warm} / {slow} | {idle} / {last} | {size} |");
    }
    if let [first, .., last] = lines {
        let ratio = last.figures.start_p50.as_secs_f64() / first.figures.start_p50.as_secs_f64();
        let _ = writeln!(text, "\n{} is ready {ratio:.0} × sooner than {}.", first.name, last.name);
    }
    text
}

fn mebibytes(kibibytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "memory sizes are far below 2^52 KiB")]
    let mebibytes = kibibytes as f64 / 1024.0;
    format!("{mebibytes:.1}")
}

/// What is deployed: a file zipped as Lambda gets it, a folder as it lies there.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn size(artefact: &Path) -> std::io::Result<String> {
    if artefact.is_dir() {
        return Ok(format!("{} unpacked", megabytes(folder_bytes(artefact)?)));
    }
    let mut zipped = DeflateEncoder::new(Vec::new(), Compression::default());
    std::io::copy(&mut fs::File::open(artefact)?, &mut zipped)?;
    Ok(format!("{} zipped", megabytes(zipped.finish()?.len() as u64)))
}

fn folder_bytes(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        bytes += if kind.is_dir() { folder_bytes(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

fn megabytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^52")]
    let megabytes = bytes as f64 / 1e6;
    format!("{megabytes:.2} MB")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_table_reads_from_left_to_right() {
        let line = |name: &str, size: &str, start: u64| Line {
            name: name.to_owned(),
            size: size.to_owned(),
            figures: Figures {
                start_p50: Duration::from_micros(start),
                start_min: Duration::from_micros(start - 600),
                first_p50: Duration::from_micros(290),
                warm_p50: Duration::from_micros(140),
                warm_p99: Duration::from_micros(280),
                resident_first: 7782,
                resident_last: 8192,
            },
        };
        let lines = [line("webhook", "3.70 MB zipped", 2700), line("probot", "252.00 MB unpacked", 648_000)];
        insta::assert_snapshot!(render(&lines), @r"
        | | start → first poll, p50 (min) ms | first invocation p50 ms | warm p50 / p99 ms | resident, first / after 2,000 MiB | size |
        |---|---:|---:|---:|---:|---:|
        | webhook | 2.7 (2.1) | 0.290 | 0.140 / 0.280 | 7.6 / 8.0 | 3.70 MB zipped |
        | probot | 648 (647) | 0.290 | 0.140 / 0.280 | 7.6 / 8.0 | 252.00 MB unpacked |

        webhook is ready 240 × sooner than probot.
        ");
    }
}
