//! Every text of the house's page on what people read, and the names that strangers choose.

mod hostile;
mod sketches;
mod texts;

use covermark_coverage::{
    Metric, Rounding, Totals,
    compare::{PatchFile, Uncovered},
};
use covermark_policy::Percent;
use covermark_types::{Provider, PullNumber, RepositoryId};

use super::Place;
use crate::judge::{
    Base, BaseCommit, Judged, Outcome, Patch, PatchCoverage, Project, Style, Uploads, Verdicts, Wanted,
};

pub(super) fn percent(text: &str) -> Percent {
    Percent::parse(text).expect("a percentage")
}

pub(super) fn place() -> Place {
    Place {
        provider: Provider::github(),
        web: "https://github.com/".parse().expect("an address"),
        repository: RepositoryId(42),
        name: "acme/widgets".parse().expect("a name"),
    }
}

/// `covered` of `lines` lines, the others never run.
pub(super) fn lines(covered: u64, lines: u64) -> Totals {
    Totals { files: 1, lines, hits: covered, misses: lines - covered, ..Totals::default() }
}

pub(super) fn judged(outcome: Outcome, wanted: Option<Wanted>) -> Judged {
    Judged { outcome, wanted, threshold: percent("0"), informational: false }
}

pub(super) fn base(totals: Totals, behind: usize) -> Base {
    Base::Found(BaseCommit {
        sha: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d".parse().expect("a commit"),
        branch: Some("main".to_owned()),
        behind,
        totals,
    })
}

pub(super) fn uploads(here: usize) -> Uploads {
    Uploads { here, ..Uploads::default() }
}

/// Six uploads, all 41 changed lines covered, the project better than its base.
pub(super) fn passing() -> Verdicts {
    let project = lines(8_471, 10_000);
    let before = lines(8_459, 10_000);
    let wanted = Wanted::Base(before.ratio(Metric::Codecov));
    Verdicts {
        pull: Some(PullNumber(7)),
        project: Project { totals: project, judged: Some(judged(Outcome::Met, Some(wanted.clone()))) },
        patch: Some(Patch {
            coverage: PatchCoverage::Lines { totals: lines(41, 41), files: vec![file("src/lib.rs", 41, 41, &[])] },
            judged: Some(judged(Outcome::Met, Some(wanted))),
        }),
        base: base(before, 0),
        indirect: Vec::new(),
        uploads: uploads(6),
        waiting: None,
        configuration: Vec::new(),
        remarks: Vec::new(),
        style: Style { precision: 2, rounding: Rounding::Down, metric: Metric::Codecov },
        context_prefix: "covermark".to_owned(),
        comment: true,
    }
}

/// 71.4 % where 80 % is asked for, in two files, against a base two commits back.
pub(super) fn lacking() -> Verdicts {
    let files = vec![
        file(
            "src/parser.rs",
            8,
            12,
            &[
                Uncovered::Lines { start: 41, end: 41 },
                Uncovered::Lines { start: 57, end: 58 },
                Uncovered::Partial { line: 90, taken: 1, total: 2 },
            ],
        ),
        file("src/lib.rs", 9, 10, &[Uncovered::Lines { start: 12, end: 12 }]),
    ];
    let mut verdicts = passing();
    let before = lines(8_459, 10_000);
    verdicts.base = base(before, 2);
    verdicts.project.totals = lines(8_458, 10_000);
    verdicts.project.judged = Some(Judged {
        threshold: percent("1"),
        ..judged(Outcome::Tolerated, Some(Wanted::Base(before.ratio(Metric::Codecov))))
    });
    verdicts.patch = Some(Patch {
        coverage: PatchCoverage::Lines { totals: lines(25, 35), files },
        judged: Some(judged(Outcome::Missed, Some(Wanted::Percent(percent("80"))))),
    });
    verdicts
}

pub(super) fn with_patch(mut verdicts: Verdicts, totals: Totals, judged: Option<Judged>) -> Verdicts {
    let lacks = totals.lines - totals.hits;
    let uncovered = [Uncovered::Lines { start: 12, end: 11 + u32::try_from(lacks.max(1)).expect("few lines") }];
    let shown: &[Uncovered] = if lacks > 0 { &uncovered } else { &[] };
    let files = vec![file("src/lib.rs", totals.hits, totals.lines, shown)];
    verdicts.patch = Some(Patch { coverage: PatchCoverage::Lines { totals, files }, judged });
    verdicts
}

pub(super) fn file(path: &str, covered: u64, total: u64, uncovered: &[Uncovered]) -> PatchFile {
    PatchFile { path: path.to_owned(), totals: lines(covered, total), uncovered: uncovered.to_vec() }
}
