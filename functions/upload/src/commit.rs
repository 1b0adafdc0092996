//! What the uploads say of their commit, kept on the commit's row: the first to name its branch, its pull request or its
//! parent is believed, later ones fill what is still empty. So a retry, or the second of two jobs, changes nothing.

use covermark_service::problem::Problem;
use covermark_state::rows::{
    commit::{CommitRow, CommitWrite},
    repository::Repository,
    upload::OpenedBy,
};
use covermark_types::CommitSha;

use crate::{Upload, access::Access, fields::CommitFields};

/// How often a write is tried that other uploads of the same commit, or its report being assembled, get in the way of.
const TRIES: u32 = 8;

/// Makes the commit known, with what is said of it, and returns the row as it stands. A fork fills nothing where the
/// repository's own jobs have spoken, and what forks have said makes way for those.
pub(crate) async fn remember(
    app: &Upload,
    access: &Access,
    sha: &CommitSha,
    said: &CommitFields,
) -> Result<CommitRow, Problem> {
    amend(app, &access.repository, sha, |row| {
        if may_speak(row, access.by) {
            fill(row, said);
        }
    })
    .await
}

/// Whether who uploads by this right may say something of the commit; prepares the row for it.
pub(crate) fn may_speak(row: &mut CommitRow, by: OpenedBy) -> bool {
    if by.may_be_a_base() {
        row.forget_forks();
        return true;
    }
    let may = row.hears_forks();
    row.by_fork |= may;
    may
}

/// Changes the commit's row, made if need be, and returns it as it stands. `change` may be called again on a row that
/// somebody else has written meanwhile.
pub(crate) async fn amend(
    app: &Upload,
    repository: &Repository,
    sha: &CommitSha,
    change: impl Fn(&mut CommitRow),
) -> Result<CommitRow, Problem> {
    for _ in 0..TRIES {
        let now = app.clock.now();
        let known = app.table.commit(&repository.provider, repository.id, sha).await?;
        let mut row = known
            .clone()
            .unwrap_or_else(|| CommitRow::new(repository.provider.clone(), repository.id, sha.clone(), now));
        change(&mut row);
        if known.as_ref() == Some(&row) {
            return Ok(row);
        }
        row.updated_at = now;
        if let CommitWrite::Written(version) = app.table.put_commit(&row).await? {
            row.version = version;
            return Ok(row);
        }
    }
    Err(covermark_state::Error::Contended { what: "the commit" }.into())
}

fn fill(row: &mut CommitRow, said: &CommitFields) {
    if row.branch.is_none() {
        row.branch.clone_from(&said.branch);
    }
    if row.pull.is_none() {
        row.pull = said.pull;
    }
    if row.parent.is_none() {
        row.parent.clone_from(&said.parent);
    }
}
