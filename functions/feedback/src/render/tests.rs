//! Every text of the house's page on what people read, and the names that strangers choose.

mod hostile;
mod parts;
mod sketches;
mod texts;

use covermark_coverage::{
    Metric, Rounding, Totals,
    compare::{PatchFile, Uncovered},
};
use covermark_policy::{Checks, Code, CommentRule, Layer, Percent, Problem};
use covermark_types::{Provider, PullNumber, RepositoryId};

use super::Place;
use crate::judge::{
    Base, BaseCommit, BaseReason, Compared, FileProblem, Judged, Judgement, Kind, Measured, Outcome, PatchCoverage,
    PatchTotals, Project, Scope, State, Style, Uploads, Verdicts, Wanted,
};

pub(super) fn percent(text: &str) -> Percent {
    Percent::parse(text).expect("a percentage")
}

pub(super) fn place() -> Place {
    Place {
        provider: Provider::github(),
        web: "https://github.com/".parse().expect("an address"),
        pages: "https://cov.example/".parse().expect("an address"),
        repository: RepositoryId(42),
        name: "acme/widgets".parse().expect("a name"),
    }
}

/// `covered` of `lines` lines, the others never run.
pub(super) fn lines(covered: u64, lines: u64) -> Totals {
    Totals { files: 1, lines, hits: covered, misses: lines - covered, ..Totals::default() }
}

pub(super) fn judged(outcome: Outcome, wanted: Option<Wanted>) -> Judged {
    Judged { outcome, wanted, threshold: percent("0"), informational: false, if_not_found: State::Pass }
}

pub(super) fn base(totals: Totals, behind: usize) -> Base {
    Base::Found(BaseCommit {
        sha: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d".parse().expect("a commit"),
        branch: Some("main".to_owned()),
        behind,
        totals,
        reason: BaseReason::MergeBase,
        incomplete: false,
    })
}

/// Puts a judgement of its kind into the verdicts, in place of the one that is there.
pub(super) fn judge(verdicts: &mut Verdicts, kind: Kind, judged: Option<Judged>) {
    verdicts.judgements.retain(|one| one.kind() != kind);
    let Some(judged) = judged else { return };
    let measured = match (kind, &verdicts.patch) {
        (Kind::Patch, Some(PatchCoverage::Lines { totals, .. })) => Measured::Patch(PatchTotals::Lines(*totals)),
        (Kind::Patch, Some(PatchCoverage::Unknown(why))) => Measured::Patch(PatchTotals::Unknown(*why)),
        (Kind::Patch, _) => Measured::Patch(PatchTotals::NothingMeasured),
        (Kind::Changes, _) => Measured::Changes(Some(verdicts.indirect.len())),
        (Kind::Project, _) => {
            let base = verdicts.project.compared.map(|compared| compared.base);
            Measured::Project { head: verdicts.project.totals, base, in_part: false }
        }
    };
    verdicts.judgements.push(Judgement { title: "default".to_owned(), scope: Scope::Whole, measured, judged });
    verdicts.judgements.sort_by_key(Judgement::kind);
}

/// Other sums of the head.
pub(super) fn head(verdicts: &mut Verdicts, totals: Totals) {
    verdicts.project.totals = totals;
    if let Some(compared) = &mut verdicts.project.compared {
        compared.head = totals;
    }
    let judged = verdicts.main(Kind::Project).cloned();
    judge(verdicts, Kind::Project, judged);
}

/// The outcome of a judgement that is there already.
pub(super) fn comes_to(verdicts: &mut Verdicts, kind: Kind, outcome: Outcome) {
    let judged = verdicts.main(kind).cloned().expect("a judgement");
    judge(verdicts, kind, Some(Judged { outcome, ..judged }));
}

pub(super) fn uploads(here: usize) -> Uploads {
    Uploads { here, ..Uploads::default() }
}

/// Six uploads, all 41 changed lines covered, the project better than its base.
pub(super) fn passing() -> Verdicts {
    let project = lines(8_471, 10_000);
    let before = lines(8_459, 10_000);
    let wanted = Wanted::Base(before.ratio(Metric::Codecov));
    let mut verdicts = Verdicts {
        pull: Some(PullNumber(7)),
        head: "8091a2b3c4d5e6f708192a3b4c5d6e7f1a2b3c4d".parse().expect("a commit"),
        judgements: Vec::new(),
        project: Project { totals: project, compared: Some(Compared { head: project, base: before }) },
        patch: Some(PatchCoverage::Lines { totals: lines(41, 41), files: vec![file("src/lib.rs", 41, 41, &[])] }),
        base: base(before, 0),
        left_out: Vec::new(),
        flags: Vec::new(),
        components: Vec::new(),
        files: Vec::new(),
        indirect: Vec::new(),
        uploads: uploads(6),
        waiting: None,
        incomplete: Vec::new(),
        empty: None,
        standing: std::collections::BTreeSet::new(),
        configuration: Vec::new(),
        remarks: Vec::new(),
        style: Style { precision: 2, rounding: Rounding::Down, metric: Metric::Codecov },
        context_prefix: "covermark".to_owned(),
        comment: Some(CommentRule::default()),
        checks: Checks::default(),
    };
    judge(&mut verdicts, Kind::Project, Some(judged(Outcome::Met, Some(wanted.clone()))));
    judge(&mut verdicts, Kind::Patch, Some(judged(Outcome::Met, Some(wanted))));
    verdicts
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
    head(&mut verdicts, lines(8_458, 10_000));
    let tolerated = judged(Outcome::Tolerated, Some(Wanted::Base(before.ratio(Metric::Codecov))));
    judge(&mut verdicts, Kind::Project, Some(Judged { threshold: percent("1"), ..tolerated }));
    verdicts.patch = Some(PatchCoverage::Lines { totals: lines(25, 35), files });
    let missed = judged(Outcome::Missed, Some(Wanted::Percent(percent("80"))));
    judge(&mut verdicts, Kind::Patch, Some(missed));
    verdicts
}

pub(super) fn problem(line: usize, key: &str, reason: &str) -> FileProblem {
    let problem = Problem {
        kind: covermark_policy::Kind::Mistake,
        code: Code::UnknownKey,
        layer: Layer::Repository,
        line: Some(line),
        key: key.to_owned(),
        reason: reason.to_owned(),
        suggestion: None,
    };
    FileProblem { file: "codecov.yml".to_owned(), problem }
}

pub(super) fn with_patch(mut verdicts: Verdicts, totals: Totals, judged: Option<Judged>) -> Verdicts {
    let lacks = totals.lines - totals.hits;
    let uncovered = [Uncovered::Lines { start: 12, end: 11 + u32::try_from(lacks.max(1)).expect("few lines") }];
    let shown: &[Uncovered] = if lacks > 0 { &uncovered } else { &[] };
    let files = vec![file("src/lib.rs", totals.hits, totals.lines, shown)];
    verdicts.patch = Some(PatchCoverage::Lines { totals, files });
    judge(&mut verdicts, Kind::Patch, judged);
    verdicts
}

pub(super) fn file(path: &str, covered: u64, total: u64, uncovered: &[Uncovered]) -> PatchFile {
    PatchFile { path: path.to_owned(), totals: lines(covered, total), uncovered: uncovered.to_vec() }
}
