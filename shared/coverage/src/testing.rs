//! Generated reports for the property tests of several modules.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::diff::{Diff, DiffFile, Hunk, Run, RunKind};
use crate::model::{Fact, FileBuilder, Repeat, Row};
use crate::{FileReport, Report};

/// What a generated line says about its branches.
#[derive(Debug, Clone)]
enum Branching {
    None,
    Arms(Vec<(u8, bool)>),
    Text(Vec<(String, bool)>),
    Count(u32, u32),
    Missing(u32, Vec<u8>),
}

fn branching() -> impl Strategy<Value = Branching> {
    prop_oneof![
        4 => Just(Branching::None),
        2 => vec((0..4_u8, any::<bool>()), 1..5).prop_map(Branching::Arms),
        1 => vec(("[a-c]{1,2}", any::<bool>()), 1..3).prop_map(Branching::Text),
        2 => (0..4_u32, 1..4_u32).prop_map(|(taken, total)| Branching::Count(taken.min(total), total)),
        2 => (2..5_u32, vec(0..4_u8, 1..3)).prop_map(|(total, missing)| Branching::Missing(total, missing)),
    ]
}

fn facts(branching: &Branching) -> Vec<Fact> {
    let mut facts = match branching {
        Branching::None => Vec::new(),
        Branching::Arms(arms) => {
            arms.iter().map(|(arm, taken)| Fact::arm(b"0", arm.to_string().as_bytes(), *taken)).collect()
        }
        Branching::Text(arms) => arms.iter().map(|(arm, taken)| Fact::arm(b"0", arm.as_bytes(), *taken)).collect(),
        Branching::Count(taken, total) => vec![Fact::count(*taken, *total)],
        Branching::Missing(total, missing) => std::iter::once(Fact::missing_total(*total))
            .chain(missing.iter().map(|arm| Fact::missing(arm.to_string().as_bytes())))
            .collect(),
    };
    Row::normalise(&mut facts);
    facts
}

const PATHS: [&str; 5] = ["a.rs", "src/b.rs", "src/c.rs", "lib/ü.rs", "z"];

/// Few line numbers and few paths, so that generated reports overlap.
pub(crate) fn file() -> impl Strategy<Value = FileReport> {
    let number = prop_oneof![8 => 1..12_u32, 1 => Just(u32::MAX), 1 => any::<u32>()];
    let hits = prop_oneof![4 => 0..3_u32, 1 => Just(u32::MAX)];
    let functions = vec((0..4_u32, "[fgü]{0,2}", 0..3_u32), 0..3);
    (0..5_usize, vec((number, hits, branching()), 0..10), functions).prop_map(|(path, lines, functions)| {
        let mut builder = FileBuilder::default();
        for (number, hits, branching) in &lines {
            builder.line(*number, *hits);
            builder.row(*number, &facts(branching));
        }
        functions.iter().for_each(|(line, name, hits)| builder.function(*line, name, *hits));
        builder.finish(PATHS[path], Repeat::Add)
    })
}

pub(crate) fn report() -> impl Strategy<Value = Report> {
    vec(file(), 0..5).prop_map(Report::from_files)
}

/// A change to some of the files of [`report`]: edited, renamed, deleted, or all but the last.
pub(crate) fn change() -> impl Strategy<Value = Diff> {
    let edits = vec((0..4_u32, 0..3_u32, 0..3_u32), 0..4);
    vec((0..5_u8, edits), PATHS.len()).prop_map(|files| {
        let changes = PATHS.iter().zip(files).filter_map(|(path, (fate, edits))| {
            let new = match fate {
                0 => return None,
                1 => None,
                2 => Some(format!("moved/{path}")),
                _ => Some((*path).to_owned()),
            };
            let hunks = if fate == 1 { vec![hunk(1, 1, &[(RunKind::Removed, 50)])] } else { hunks(&edits) };
            Some(DiffFile { old: Some((*path).to_owned()), new, hunks, ..DiffFile::default() })
        });
        Diff { files: changes.collect() }
    })
}

fn hunk(old_start: u32, new_start: u32, runs: &[(RunKind, u32)]) -> Hunk {
    let runs = runs.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| Run { kind: *kind, count: *count });
    Hunk { old_start, new_start, runs: runs.collect() }
}

/// Each edit: so many lines further, so many lines removed, so many added.
fn hunks(edits: &[(u32, u32, u32)]) -> Vec<Hunk> {
    let (mut old, mut new) = (1, 1);
    let mut made = Vec::new();
    for (gap, removed, added) in edits {
        (old, new) = (old + gap, new + gap);
        made.push(hunk(old, new, &[(RunKind::Removed, *removed), (RunKind::Added, *added), (RunKind::Context, 1)]));
        (old, new) = (old + removed + 1, new + added + 1);
    }
    made
}
