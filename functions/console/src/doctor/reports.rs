//! Reports on their way: whether they arrived, could be read, and were judged.

use covermark_state::{
    Error,
    rows::{
        commit::CommitRow,
        repository::Repository,
        timing::Timing,
        upload::{Upload, UploadState},
    },
};
use covermark_types::{CommitSha, Timestamp};

use super::{
    Doctor,
    finding::Check,
    when::{ago, ahead},
};
use crate::words;

/// An upload that was announced this short a time ago may still come, in seconds.
const ON_ITS_WAY: i64 = 60;

/// What is known of one commit's reports.
pub(super) struct Reports {
    pub(super) sha: CommitSha,
    pub(super) uploads: Vec<Upload>,
    pub(super) row: Option<CommitRow>,
    pub(super) timing: Option<Timing>,
}

impl Reports {
    pub(super) async fn of(doctor: &Doctor, repository: &Repository, sha: &CommitSha) -> Result<Self, Error> {
        let (provider, id, table, now) = (&repository.provider, repository.id, &doctor.table, doctor.clock.now());
        // Behind a pointer: three requests of the SDK at once are a large future.
        let asked = Box::pin(async {
            tokio::try_join!(
                table.uploads_of(provider, id, sha, now),
                table.commit(provider, id, sha),
                table.timing(provider, id, sha),
            )
        });
        let (uploads, row, timing) = asked.await?;
        Ok(Self { sha: sha.clone(), uploads, row, timing })
    }

    /// The codes of what was not posted.
    pub(super) fn skipped(&self) -> &[String] {
        self.row.as_ref().and_then(|row| row.posted.as_ref()).map_or(&[], |posted| &posted.skipped)
    }

    /// The checks, in the order of the way.
    pub(super) fn checks(&self, now: Timestamp) -> Vec<Check> {
        let mut checks = vec![self.arrived(now)];
        if self.uploads.iter().any(|upload| upload.state != UploadState::Opened) {
            checks.push(self.parsed());
            checks.push(self.judged(now));
        }
        checks
    }

    fn arrived(&self, now: Timestamp) -> Check {
        let (code, title) = ("upload.arrived", "Reports arrived");
        let Some(newest) = self.uploads.iter().max_by_key(|upload| upload.opened_at) else {
            return Check::bad(
                "upload.none",
                title,
                format!("No report has come for {}.", self.sha.short()),
                "Look into CI's log of the upload step: the address that it uploads to, the token, and the commit (`--sha`).",
            );
        };
        let open = self.uploads.iter().filter(|upload| upload.state == UploadState::Opened).count();
        let when = ago(newest.opened_at, now);
        let all = self.uploads.len();
        match open {
            0 => Check::good(
                code,
                title,
                format!("{} for {}, the newest {when}.", count(all, "upload"), self.sha.short()),
            ),
            _ if now.duration_since(newest.opened_at).as_secs() < ON_ITS_WAY => Check::note(
                "upload.opened",
                title,
                format!("{open} of {all} uploads were announced, the newest {when}, and are on their way."),
            ),
            _ if open == all => Check::bad(
                "upload.not_stored",
                title,
                format!("{} announced {when} for {}, and none came.", count(all, "upload"), self.sha.short()),
                "Look into CI's log: the upload broke off after it was announced. Run the job again.",
            ),
            _ => Check::note(code, title, format!("{open} of {all} uploads were announced and did not come."))
                .next("Look into CI's log of those jobs."),
        }
    }

    fn parsed(&self) -> Check {
        let (code, title) = ("upload.parsed", "Reports read");
        let in_state = |state| self.uploads.iter().filter(|upload| upload.state == state).count();
        let (unread, waiting) = (in_state(UploadState::Unreadable), in_state(UploadState::Stored));
        let unreadable: Vec<String> = self
            .uploads
            .iter()
            .flat_map(|upload| upload.notes.unreadable.iter())
            .take(3)
            .map(|file| format!("`{}`: {}", file.file, file.reason))
            .collect();
        let dropped: u64 = self.uploads.iter().map(|upload| upload.notes.dropped_total).sum();
        if unread > 0 {
            let why = if unreadable.is_empty() { String::new() } else { format!(" {}", unreadable.join("; ")) };
            return Check::bad(
                "upload.unreadable",
                title,
                format!("{} could not be read.{why}", count(unread, "upload")),
                "Upload a format that is read (LCOV, Cobertura, JaCoCo, …); the report page says more of each file.",
            );
        }
        if waiting > 0 {
            return Check::note(code, title, format!("{} not read yet.", count(waiting, "upload")))
                .next("Look again in a minute. If it stays, look at the queue and the dead letters.");
        }
        if let Some(first) = unreadable.first() {
            return Check::note(code, title, format!("All but some files: {first}"));
        }
        if dropped > 0 {
            let reason = self.uploads.iter().find_map(|upload| upload.notes.dropped.first());
            let why =
                reason.map(|one| format!(" `{}`: {}", one.path, words::left_out(&one.reason))).unwrap_or_default();
            return Check::note(
                code,
                title,
                format!("All. {} left out.{why}", count(usize::try_from(dropped).unwrap_or(usize::MAX), "path")),
            )
            .next("If files are missing in the report, map their paths with `fixes` in codecov.yml.");
        }
        Check::good(code, title, "All of them.")
    }

    fn judged(&self, now: Timestamp) -> Check {
        let (code, title) = ("verdict", "Verdict");
        let Some(timing) = &self.timing else {
            return Check::note(code, title, "Not begun yet.");
        };
        if timing.concluded {
            let incomplete = self.row.as_ref().and_then(|row| row.concluded.as_ref()).is_some_and(|one| one.incomplete);
            let how = if incomplete { "Given, without uploads that had been waited for." } else { "Given." };
            return Check::good(code, title, how);
        }
        let seen = match timing.missing {
            0 => "Waits for CI to end.".to_owned(),
            missing => format!("Waits: {} of {} uploads are here.", timing.here, timing.here.saturating_add(missing)),
        };
        let until =
            timing.until.map(|until| format!("At the latest {} it is given with what is here.", ahead(until, now)));
        let check = Check::note("feedback.still_waiting", title, seen);
        match until {
            Some(until) => check.next(until),
            None => check,
        }
    }
}

/// `1 upload`, `3 uploads`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
