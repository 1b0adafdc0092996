//! All that is known of a commit, put together and judged: its uploads, its base, what is carried forward, the change, the
//! rules. What this costs in calls is counted in `evidence`.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use covermark_policy::Policy;
use covermark_state::rows::{commit::EmptyUpload, commit_parts::Concluded};
use covermark_types::PullNumber;

use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    assemble::Assembled,
    commit,
    evidence::{
        Memory, Site,
        carry::{self, Carrying, Ground},
        reported::{self, OfBase},
    },
    judge::{Evidence, Key, Part, Reported, Source, Uploads, Verdicts, Waiting, judge},
};

/// One commit, at one moment.
pub(crate) struct Case<'a> {
    pub(crate) app: &'a Feedback,
    pub(crate) site: &'a Site,
    pub(crate) key: &'a CommitKey,
    /// The pull request whose rules hold, when there is one.
    pub(crate) pull: Option<PullNumber>,
    pub(crate) assembled: &'a Assembled,
    /// Whether nothing is to be written down of it.
    pub(crate) tried: bool,
    /// What became of the uploads.
    pub(crate) uploads: Uploads,
    /// What is still waited for; nothing is carried forward meanwhile.
    pub(crate) waiting: Option<Waiting>,
    /// How people know the uploads that were waited for and never came.
    pub(crate) incomplete: Vec<String>,
    /// Whether CI failed and the rules want it to pass.
    pub(crate) ci_failed: bool,
}

/// Judges the commit. Why something is not known is added to `skipped`.
pub(crate) async fn reach(case: Case<'_>, memory: &Memory, skipped: &mut Vec<Skip>) -> Result<Verdicts, FeedbackError> {
    let configuration = memory.rules();
    let policy = &*configuration.policy;
    let carrying = carried(&case, memory, policy).await?;
    let parts = parts(case.assembled, &carrying);
    let of_base = base(&case, memory, &parts, policy).await?;
    let (base, remarks) = memory.base(of_base.is_there());
    let diff = case.pull.and_then(|_| memory.diff());
    skipped.extend(memory.compared().into_iter().flat_map(|compared| compared.skipped.iter().copied()));
    skipped.extend(matches!(diff, Some(Err(_))).then_some(Skip::DiffUnknown));
    skipped.extend((case.assembled.gone > 0).then_some(Skip::ReportGone));
    // A commit whose CI failed is a base only where no better one is near.
    let (settled, incomplete) = (case.waiting.is_none(), !case.incomplete.is_empty() || case.ci_failed);
    let verdicts = judge(Evidence {
        pull: case.pull,
        sha: case.key.sha.clone(),
        branch: memory.branch().or(case.assembled.row.branch.as_deref()),
        head: Reported { whole: &case.assembled.report, parts: &parts },
        sums: case.assembled.sums_alone(),
        base,
        base_reported: of_base.view(),
        not_carried: &carrying.not_carried,
        diff,
        policy,
        configuration: configuration.problems.clone(),
        uploads: case.uploads,
        waiting: case.waiting,
        incomplete: case.incomplete,
        ci_failed: case.ci_failed,
        empty: case.assembled.row.empty_upload.map(|decided| decided != EmptyUpload::Failed),
        remarks,
    });
    if settled && !case.tried {
        let row = &case.assembled.row;
        reported::keep_sums(case.app, row, &carrying.rows, &verdicts.flags, policy).await?;
        let concluded = Concluded { incomplete, carried: carrying.rows };
        commit::amend(case.app, case.key, |row| row.concluded = Some(concluded.clone())).await?;
    }
    Ok(verdicts)
}

async fn carried(case: &Case<'_>, memory: &Memory, policy: &Policy) -> Result<Carrying, FeedbackError> {
    let (Some(compared), None) = (memory.compared(), &case.waiting) else { return Ok(Carrying::default()) };
    if case.assembled.row.report.is_none() {
        return Ok(Carrying::default());
    }
    carry::forward(Ground {
        app: case.app,
        site: case.site,
        key: case.key,
        policy,
        compared,
        change: case.pull.and_then(|_| memory.diff()),
        uploaded: &case.assembled.parts,
        uploads: &case.assembled.uploads,
    })
    .await
}

/// The uploads and what was carried; nothing when nothing has to be told apart.
fn parts<'a>(assembled: &'a Assembled, carrying: &Carrying) -> Cow<'a, [Part]> {
    if carrying.parts.is_empty() {
        return Cow::Borrowed(&assembled.parts);
    }
    let mut parts = assembled.parts.clone();
    if parts.is_empty() {
        let report = Arc::new(assembled.report.clone());
        parts.push(Part { flags: Vec::new(), report, source: Source::Uploaded });
    }
    parts.extend(carrying.parts.iter().cloned());
    Cow::Owned(parts)
}

async fn base(case: &Case<'_>, memory: &Memory, head: &[Part], policy: &Policy) -> Result<OfBase, FeedbackError> {
    let Some(row) = memory.compared().and_then(|compared| compared.row.as_deref()) else {
        return Ok(OfBase::default());
    };
    let head: BTreeSet<Key> =
        if head.is_empty() { BTreeSet::from([None]) } else { head.iter().flat_map(Part::keys).collect() };
    reported::read(case.app, row, &head, policy).await
}
