//! Reports that were written too long before they were uploaded (`codecov.max_report_age`): left over in a cache or in the
//! repository itself, they would speak of other code.

use std::{io::Read as _, time::Duration};

use covermark_coverage::{
    formats::{BEGINNING, written},
    payload,
};
use covermark_state::rows::upload::UnreadableFile;
use covermark_types::Timestamp;

/// Takes them out of the upload and says why.
pub(super) fn take_out(upload: &mut payload::Upload<'_>, opened: Timestamp, oldest: Duration) -> Vec<UnreadableFile> {
    let mut files = std::mem::take(&mut upload.files);
    let mut expired = Vec::new();
    files.retain(|file| {
        let beginning = upload.unpack(file, |from| {
            let mut bytes = Vec::with_capacity(BEGINNING);
            // What breaks off is told when the whole of it is read.
            let _ = from.take(BEGINNING as u64).read_to_end(&mut bytes);
            bytes
        });
        let Some(at) = beginning.ok().and_then(|bytes| written(&bytes)) else { return true };
        let Ok(at) = Timestamp::from_second(at) else { return true };
        if opened.duration_since(at).unsigned_abs() <= oldest || at >= opened {
            return true;
        }
        expired.push(UnreadableFile {
            file: file.filename.clone(),
            code: "expired".to_owned(),
            reason: reason(at, oldest),
        });
        false
    });
    upload.files = files;
    expired
}

fn reason(at: Timestamp, oldest: Duration) -> String {
    let hours = oldest.as_secs().div_ceil(3600);
    let oldest =
        if hours.is_multiple_of(24) && hours > 24 { format!("{} days", hours / 24) } else { format!("{hours} hours") };
    format!(
        "It was written at {} UTC, more than {oldest} before it was uploaded (`codecov.max_report_age`). Let the job write \
         it anew, or remove the old file.",
        at.strftime("%Y-%m-%d %H:%M"),
    )
}
