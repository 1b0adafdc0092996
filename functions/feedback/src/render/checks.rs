//! What only a check run has: the summary on its page, and the remarks at the lines of the diff.

use covermark_coverage::compare::Uncovered;
use covermark_github::{Annotation, AnnotationLevel};

use super::{Place, comment};
use crate::judge::{Judgement, Kind, PatchCoverage, Scope, Verdicts};

/// The longest path that GitHub can mean; a longer one is no file of a repository.
const LONGEST_PATH: usize = 4096;

/// The page of a check: the comment's body for what the comment speaks of, else its sentence.
pub(super) fn summary(verdicts: &Verdicts, place: &Place, one: &Judgement, sentence: &str) -> String {
    let report = place.report(verdicts);
    if one.scope != Scope::Whole || !one.is_main() {
        return format!("{sentence}\n\n[All of the report]({report})\n");
    }
    comment::body(verdicts, place)
}

/// "Not covered" at the lines of the change, at most as many as the repository wants.
pub(super) fn annotations(verdicts: &Verdicts, one: &Judgement) -> Vec<Annotation> {
    // The patch's own check alone: the same remark three times is noise.
    let here = one.kind() == Kind::Patch && one.is_main() && verdicts.waiting.is_none();
    let Some(PatchCoverage::Lines { files, .. }) = verdicts.patch.as_ref().filter(|_| here) else { return Vec::new() };
    let most = usize::try_from(verdicts.checks.annotations_max).unwrap_or(usize::MAX);
    let files = files.iter().filter(|file| file.path.len() <= LONGEST_PATH);
    let all = files.flat_map(|file| file.uncovered.iter().map(|uncovered| annotation(&file.path, uncovered)));
    all.take(most).collect()
}

fn annotation(path: &str, uncovered: &Uncovered) -> Annotation {
    let (start_line, end_line, message) = match uncovered {
        Uncovered::Lines { start, end } if start == end => (*start, *end, "Not covered".to_owned()),
        Uncovered::Lines { start, end } => (*start, *end, format!("Lines {start} to {end} not covered")),
        Uncovered::Partial { line, taken, total: 1 } => (*line, *line, format!("{taken} of 1 branch taken")),
        Uncovered::Partial { line, taken, total } => (*line, *line, format!("{taken} of {total} branches taken")),
    };
    Annotation { path: path.to_owned(), start_line, end_line, annotation_level: AnnotationLevel::Warning, message }
}
