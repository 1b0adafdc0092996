//! All that is known of a commit, put together and judged: its uploads, its base, what is carried forward, the change, the
//! rules. What this costs in calls is counted in `evidence`.

use std::collections::BTreeMap;

use covermark_types::PullNumber;

use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    assemble::{self, Assembled},
    evidence::{Memory, Site},
    judge::{BaseReported, Evidence, Reported, Uploads, Verdicts, Waiting, judge},
};

/// One commit, at one moment.
pub(crate) struct Case<'a> {
    pub(crate) app: &'a Feedback,
    pub(crate) site: &'a Site,
    pub(crate) key: &'a CommitKey,
    /// The pull request whose rules hold, when there is one.
    pub(crate) pull: Option<PullNumber>,
    pub(crate) assembled: &'a Assembled,
    /// What became of the uploads.
    pub(crate) uploads: Uploads,
    /// What is still waited for; nothing is carried forward meanwhile.
    pub(crate) waiting: Option<Waiting>,
    /// How people know the uploads that were waited for and never came.
    pub(crate) incomplete: Vec<String>,
}

/// Judges the commit. Why something is not known is added to `skipped`.
pub(crate) async fn reach(
    case: Case<'_>,
    memory: &mut Memory,
    skipped: &mut Vec<Skip>,
) -> Result<Verdicts, FeedbackError> {
    let Case { app, key, assembled, .. } = case;
    if let (None, Some(report)) = (&memory.base_report, memory.compared().and_then(|compared| compared.report.as_ref()))
    {
        memory.base_report = assemble::load(app, report).await?;
    }
    let (base, remarks) = memory.base(memory.base_report.is_some());
    let configuration = memory.rules();
    let diff = case.pull.and_then(|_| memory.diff());
    skipped.extend(memory.compared().into_iter().flat_map(|compared| compared.skipped.iter().copied()));
    skipped.extend(matches!(diff, Some(Err(_))).then_some(Skip::DiffUnknown));
    skipped.extend((assembled.gone > 0).then_some(Skip::ReportGone));
    Ok(judge(Evidence {
        pull: case.pull,
        sha: key.sha.clone(),
        branch: assembled.row.branch.as_deref(),
        head: Reported { whole: &assembled.report, parts: &[] },
        base,
        base_reported: BaseReported { whole: memory.base_report.as_ref(), ..BaseReported::default() },
        not_carried: &BTreeMap::new(),
        diff,
        policy: &configuration.policy,
        configuration: configuration.problems.clone(),
        uploads: case.uploads,
        waiting: case.waiting,
        incomplete: case.incomplete,
        empty: None,
        remarks,
    }))
}
