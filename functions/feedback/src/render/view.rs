//! The verdicts as the report page shows them: plain text, nothing cut to what a comment has room for.

use covermark_coverage::{
    Totals,
    compare::{IndirectFile, PatchFile, Presence, Uncovered},
};
use covermark_state::report_view::{PartView, PatchFileView, ReportView, VerdictView};

use super::{
    comment, heading,
    numbers::{count, grouped},
    project,
    status::{VerdictState, WantedVerdict},
};
use crate::judge::{Base, BaseReason, Carried, ComponentCarried, NoBase, PatchCoverage, Style, Verdicts};

/// Entries of one list that are kept.
const MOST: usize = 5_000;

/// The document beside the report.
pub(super) fn view(verdicts: &Verdicts, posted: &[WantedVerdict]) -> ReportView {
    let style = verdicts.style;
    let patch: &[PatchFile] = match &verdicts.patch {
        Some(PatchCoverage::Lines { files, .. }) => files,
        _ => &[],
    };
    let line = |name: &str, sums: (Option<&Totals>, Option<&Totals>, Option<&Totals>), remark: String| {
        part(style, name, sums, remark)
    };
    ReportView {
        pull: verdicts.pull,
        heading: heading::heading(verdicts),
        waiting: verdicts.waiting.is_some(),
        verdicts: posted.iter().map(verdict).collect(),
        project: project::numbers(verdicts).told(),
        base: base(&verdicts.base),
        base_commit: match &verdicts.base {
            Base::Found(base) => Some(base.sha.clone()),
            Base::Missing { .. } => None,
        },
        flags: verdicts
            .flags
            .iter()
            .map(|one| {
                line(
                    &one.name,
                    (one.head.as_ref(), one.base.as_ref(), one.patch.as_ref()),
                    one.carried.as_ref().map(from).unwrap_or_default(),
                )
            })
            .collect(),
        components: verdicts
            .components
            .iter()
            .map(|one| {
                let head = Some(&one.head).filter(|head| head.lines > 0);
                let remark = one.carried.as_ref().map(component_from).unwrap_or_default();
                line(&one.name, (head, one.base.as_ref(), one.patch.as_ref()), remark)
            })
            .collect(),
        patch: patch
            .iter()
            .filter(|file| !file.uncovered.is_empty())
            .take(MOST)
            .map(|file| file_of(style, file))
            .collect(),
        indirect: verdicts.indirect.iter().take(MOST).map(indirect).collect(),
        remarks: comment::remarks(verdicts).iter().map(|remark| remark.replace('`', "")).collect(),
        configuration: verdicts.configuration.iter().map(|problem| problem.to_string().replace('`', "")).collect(),
    }
}

fn verdict(wanted: &WantedVerdict) -> VerdictView {
    let state = match wanted.state {
        VerdictState::Pending => "pending",
        VerdictState::Success => "success",
        VerdictState::Neutral => "neutral",
        VerdictState::Failure => "failure",
        VerdictState::Error => "error",
    };
    VerdictView { context: wanted.context.clone(), state: state.to_owned(), sentence: wanted.description.clone() }
}

fn base(base: &Base) -> Vec<String> {
    let base = match base {
        Base::Found(base) => base,
        Base::Missing { branch, why } => {
            let branch = branch.as_ref().map(|name| format!(" on {name}")).unwrap_or_default();
            let why = match why {
                NoBase::NoReport => {
                    format!("Nothing to compare with yet: none of the last commits{branch} has a report.")
                }
                NoBase::Unrelated => {
                    "Nothing to compare with: GitHub knows no commit that both sides come from.".to_owned()
                }
            };
            return vec![why];
        }
    };
    let chosen = match base.reason {
        BaseReason::MergeBase => "It is where the pull request leaves its base branch.",
        BaseReason::BeforeMergeBase => {
            "The commit where the pull request leaves its base branch has no report; this is the nearest before it."
        }
        BaseReason::Parent => "It is the commit before this one.",
        BaseReason::BeforeParent => "The commit before this one has no report; this is the nearest before that.",
        BaseReason::Chosen => "An upload asked for it.",
        BaseReason::Tip => "It is the tip of the base branch as GitHub last reported it; the history may not be read.",
    };
    let mut sentences = vec![chosen.to_owned()];
    if base.behind > 0 {
        sentences.push(format!("That is {} back.", count(base.behind, "commit", "commits")));
    }
    if base.incomplete {
        sentences.push("Uploads were missing there when its numbers were taken.".to_owned());
    }
    sentences
}

fn part(
    style: Style,
    name: &str,
    (head, base, patch): (Option<&Totals>, Option<&Totals>, Option<&Totals>),
    remark: String,
) -> PartView {
    let difference = head.zip(base).and_then(|(head, base)| style.difference(head, base));
    let measured = patch.filter(|patch| patch.ratio(style.metric).total > 0);
    PartView {
        name: name.to_owned(),
        coverage: head.map_or_else(|| "no report here".to_owned(), |head| style.project(head)),
        difference: difference.unwrap_or_default().trim_matches(['(', ')']).to_owned(),
        patch: measured.map(|patch| style.patch(patch)).unwrap_or_default(),
        remark,
    }
}

fn from(carried: &Carried) -> String {
    let age = carried.behind.map(|behind| format!(", {} ago", count(behind, "commit", "commits"))).unwrap_or_default();
    format!("carried forward from {}{age}", carried.from.short())
}

fn component_from(ComponentCarried { carried, in_part }: &ComponentCarried) -> String {
    let in_part = if *in_part { "in part " } else { "" };
    format!("{in_part}{}", from(carried))
}

fn file_of(style: Style, file: &PatchFile) -> PatchFileView {
    let range = |uncovered: &Uncovered| match uncovered {
        Uncovered::Lines { start, end } if start == end => (start.to_string(), *start, *end),
        Uncovered::Lines { start, end } => (format!("{start}–{end}"), *start, *end),
        Uncovered::Partial { line, taken, total } => (format!("{line} ({taken} of {total} branches)"), *line, *line),
    };
    PatchFileView {
        path: file.path.clone(),
        coverage: style.patch(&file.totals),
        uncovered: file.uncovered.iter().take(MOST).map(range).collect(),
    }
}

fn indirect(file: &IndirectFile) -> (String, String) {
    let (missed, covered) = (grouped(file.newly_missed.len() as u64), grouped(file.newly_covered.len() as u64));
    let what = match file.presence {
        Presence::OnlyBase => "not measured any more".to_owned(),
        Presence::OnlyHead => format!("not measured before: {missed} uncovered, {covered} covered"),
        Presence::Both => format!("{missed} newly uncovered, {covered} newly covered"),
    };
    (file.path.clone(), what)
}
