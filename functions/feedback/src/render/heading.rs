//! The first line: may I merge? Read in two seconds, often as nothing but a notification's title.

use crate::{
    judge::{DiffUnknown, Judged, Kind, Outcome, PatchCoverage, Scope, Style, Verdicts, Wanted, Why},
    render::{
        escape::{NAME, SENTENCE, plain},
        numbers::{count, uncapitalised},
        project, status,
    },
};

/// The line below `###`.
pub(crate) fn heading(verdicts: &Verdicts) -> String {
    let patch = verdicts.patch.as_ref();
    if let Some(waiting) = &verdicts.waiting {
        let so_far = patch.map_or_else(String::new, |patch| format!(" · so far {}", counted(patch, verdicts.style)));
        return format!("⏳ {}{so_far}", status::so_far(waiting));
    }
    if let Some(passed) = verdicts.empty {
        return format!("{} {}", if passed { "✅" } else { "❌" }, status::empty(passed));
    }
    let uploads = &verdicts.uploads;
    if uploads.nothing_readable() {
        return match uploads.here {
            1 => "⚠️ The upload could not be read".to_owned(),
            here => format!("⚠️ None of the {here} uploads could be read"),
        };
    }
    let unread = (uploads.unreadable > 0)
        .then(|| format!("{} of {} could not be read", uploads.unreadable, count(uploads.here, "upload", "uploads")));
    if let Some(why) = verdicts.judgements.iter().find_map(|one| one.judged.stopped()) {
        let (what, among) = match why {
            Why::CiFailed => (Some("CI failed".to_owned()), ""),
            _ => (unread, " in the others"),
        };
        let numbers = patch.map(|patch| format!("{}{among}", counted(patch, verdicts.style)));
        return join(format!("⚠️ {}, so coverage is not judged", what.unwrap_or_default()), numbers);
    }
    let judged = verdicts.main(Kind::Patch);
    if judged.is_some_and(Judged::fails) {
        let claim = patch.map(|patch| claim(patch, judged, verdicts.style)).unwrap_or_default();
        return join(format!("❌ {claim}"), unread);
    }
    if let Some(project) = verdicts.main(Kind::Project).filter(|judged| judged.fails()) {
        let patch = patch.map(|patch| uncapitalised(&claim(patch, judged, verdicts.style)));
        return join(join(format!("❌ {}", project_claim(verdicts, project)), patch), unread);
    }
    if let Some(one) = verdicts.judgements.iter().find(|one| one.judged.fails()) {
        let name = match &one.scope {
            Scope::Flag(name) | Scope::Component { name, .. } => plain(name, NAME),
            Scope::Whole => plain(&one.title, NAME),
        };
        let name = if one.is_main() { String::new() } else { format!("{name}: ") };
        let failing = format!("❌ {name}{}", plain(&status::sentence(verdicts, one), SENTENCE));
        let patch = patch.map(|patch| uncapitalised(&claim(patch, judged, verdicts.style)));
        return join(join(failing, patch), unread);
    }
    let Some(patch) = patch else { return unread.unwrap_or_else(|| push(verdicts)) };
    match unread {
        Some(unread) => format!("⚠️ {unread} · {} in the others", counted(patch, verdicts.style)),
        None => format!("{}{}", sign(patch, verdicts), claim(patch, judged, verdicts.style)),
    }
}

/// A commit of a branch has no change to speak of; its page still begins with a number.
fn push(verdicts: &Verdicts) -> String {
    format!("✅ {}", project::numbers(verdicts).told())
}

fn join(line: String, more: Option<String>) -> String {
    more.map_or_else(|| line.clone(), |more| format!("{line} · {more}"))
}

/// One sign at most. None where nothing was judged: a tick would say that somebody looked.
fn sign(patch: &PatchCoverage, verdicts: &Verdicts) -> &'static str {
    let all = match patch {
        PatchCoverage::Unknown(_) => return "",
        PatchCoverage::NothingMeasured => true,
        PatchCoverage::Lines { totals, .. } => {
            let ratio = totals.ratio(verdicts.style.metric);
            ratio.covered == ratio.total
        }
    };
    let met =
        verdicts.main(Kind::Patch).is_some_and(|judged| matches!(judged.outcome, Outcome::Met | Outcome::Tolerated));
    if all || met { "✅ " } else { "" }
}

/// What is known of the change, measured against what is asked for.
fn claim(patch: &PatchCoverage, judged: Option<&Judged>, style: Style) -> String {
    let PatchCoverage::Lines { totals, .. } = patch else { return counted_alone(patch) };
    let all = totals.ratio(style.metric);
    let judged = judged.filter(|_| all.covered < all.total);
    let Some((judged, wanted)) = judged.and_then(|judged| Some((judged, judged.wanted.as_ref()?))) else {
        return style.counted(totals);
    };
    let (asked, share) = (style.wanted(wanted), style.patch(totals));
    match judged.outcome {
        Outcome::Missed if judged.informational => {
            format!("{} of this change is covered ({asked} would be asked for)", style.patch_below(totals, wanted))
        }
        Outcome::Missed => {
            format!("{} of this change is covered, {asked} is asked for", style.patch_below(totals, wanted))
        }
        Outcome::Tolerated => format!(
            "{} of this change is covered, close enough to the {asked} that is asked for",
            style.patch_below(totals, wanted)
        ),
        Outcome::NotJudged(_) => style.counted(totals),
        _ => format!("{share} of this change is covered, {asked} is asked for"),
    }
}

/// What is known of the change as a count, to stand inside a line.
fn counted(patch: &PatchCoverage, style: Style) -> String {
    match patch {
        PatchCoverage::Lines { totals, .. } => uncapitalised(&style.counted(totals)),
        _ => uncapitalised(&counted_alone(patch)),
    }
}

fn counted_alone(patch: &PatchCoverage) -> String {
    match patch {
        PatchCoverage::Unknown(why) => unknown(*why).to_owned(),
        _ => "No changed line is code that coverage is measured for".to_owned(),
    }
}

/// Why nothing is known of the change.
pub(crate) fn unknown(why: DiffUnknown) -> &'static str {
    match why {
        DiffUnknown::TooLarge => "The change is too large for GitHub's diff: how much of it is covered is not known",
        DiffUnknown::Broken => "GitHub's diff could not be read: how much of the change is covered is not known",
        DiffUnknown::NotAllowed => "Covermark may not read the diff: how much of the change is covered is not known",
        DiffUnknown::TotalsAlone => "Only totals were reported: how much of the change is covered is not known",
        DiffUnknown::NoParent => {
            "GitHub did not tell what the merge queue put this on: how much of the change is covered is not known"
        }
    }
}

fn project_claim(verdicts: &Verdicts, judged: &Judged) -> String {
    let project::Numbers { share, difference, .. } = project::numbers(verdicts);
    match (&judged.wanted, difference) {
        (Some(Wanted::Base(_)), Some(difference)) => format!("Project coverage falls to {share} {difference}"),
        (Some(wanted), _) => format!("Project coverage is {share}, {} is asked for", verdicts.style.wanted(wanted)),
        (None, _) => format!("Project coverage is {share}"),
    }
}
