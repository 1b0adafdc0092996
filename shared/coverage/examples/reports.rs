//! For `tests/bench/coverage`: writes a large report, or reads one as a stream and says what is in it.
//!
//! ```text
//! reports write FORMAT MEGABYTES FILE
//! reports read FILE
//! ```

#[path = "../benches/data/mod.rs"]
mod data;

use std::fs::File;
use std::io::{Error, Write as _};

use covermark_coverage::{Totals, formats};

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["write", format, megabytes, file] => write(format, megabytes.parse().map_err(Error::other)?, file),
        ["read", file] => read(file),
        _ => Err(Error::other("reports write FORMAT MEGABYTES FILE | reports read FILE")),
    }
}

fn write(format: &str, megabytes: usize, file: &str) -> Result<(), Error> {
    let (_, writer) =
        data::WRITERS.into_iter().find(|(name, _)| *name == format).ok_or_else(|| Error::other("no such format"))?;
    let per_file = writer(&data::sources(100)).len() / 100;
    File::create(file)?.write_all(writer(&data::sources(megabytes * 1_000_000 / per_file)).as_bytes())
}

fn read(file: &str) -> Result<(), Error> {
    let parsed = formats::read(file, &mut File::open(file)?).map_err(Error::other)?;
    let mut totals = Totals::default();
    parsed.files.iter().for_each(|file| totals += file.totals());
    // What the model takes: two words for a line, two for a row of branches, two for an arm.
    let model = 8 * totals.lines + 8 * totals.branches / 2 + 8 * totals.branches;
    writeln!(
        std::io::stdout(),
        "{} files, {} lines, {} branches, {} functions; model about {} MB",
        totals.files,
        totals.lines,
        totals.branches,
        totals.functions,
        model / 1_000_000
    )
}
