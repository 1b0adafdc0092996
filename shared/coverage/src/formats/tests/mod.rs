//! The formats' traps, one test each, and what a person reads when something is not used.

mod clover;
mod cobertura;
mod coverage_py;
mod detect;
mod dotnet;
mod go;
mod hostile;
mod istanbul;
mod jacoco;
mod lcov;
mod llvm_cov;
mod native;
mod round_trip;
mod samples;
mod scripts;
mod simplecov;
mod usual;
mod xml;

use super::{Parsed, parse};

/// A report's files and lines, as short as they can be compared.
fn shown(parsed: &Parsed) -> String {
    let mut out = String::new();
    for file in &parsed.files {
        out.push_str(&format!("{}\n", file.path()));
        for line in file.lines() {
            let branches = line.branches.map(|b| format!(" {}/{}", b.taken, b.total)).unwrap_or_default();
            out.push_str(&format!("  {}: {}{branches}\n", line.number, line.hits));
        }
        for function in file.functions() {
            out.push_str(&format!("  fn {} on {}: {}\n", function.name, function.line, function.hits));
        }
    }
    for warning in &parsed.warnings {
        out.push_str(&format!("! {}: {warning}\n", warning.code.code()));
    }
    out
}

fn read(text: &str) -> Parsed {
    parse("report", text.as_bytes()).unwrap()
}
