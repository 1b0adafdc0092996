//! One report of 100 MB: how much memory and time `feedback` needs for it, in a process of its own.
//!
//! The process has the embedded database in it as well, which Lambda has not.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use covermark::{House, Settings};
use covermark_bench::{
    process::{own_peak, own_processor},
    stats::seconds,
};
use covermark_state::{jobs::FeedbackJob, rows::upload::UploadKey};
use covermark_types::Provider;

use crate::{reports, town::Town};

/// Bytes of the report.
const REPORT: usize = 100 * 1024 * 1024;
/// How often it is measured; the best counts, since the machine does other things too.
const TRIES: usize = 3;

/// Prepares an upload that nobody has worked on, and starts the process that does.
pub(crate) async fn measure() -> anyhow::Result<String> {
    let mut text = format!(
        "A report of {} MB (LCOV), from the stored upload to the comment, GitHub at {} ms:\n\n\
         | time | processor | peak resident MiB |\n|---:|---:|---:|\n",
        REPORT / (1024 * 1024),
        crate::town::DISTANCE.as_millis(),
    );
    for _ in 0..TRIES {
        text.push_str(&once().await?);
    }
    Ok(text)
}

async fn once() -> anyhow::Result<String> {
    let town = Town::new().await?;
    let place = town.repository("acme", 1).await?;
    place.repository.branch("topic", &place.main);
    let changed = reports::source(10, 0) + &reports::source(500, 1);
    let head = place.repository.push("topic", &[(&*reports::path(0), &*changed)]);
    let pull = place.repository.open_pull_request("Faster", "topic", "main");
    town.told().await?;
    let slot = town.open(&place, &head, Some(pull.state().number.0)).await?;
    town.running.settled().await;
    let repository = place.repository.state().id;
    let upload = slot.split('?').next().and_then(|path| path.rsplit('/').next()).context("the upload's id")?.to_owned();
    // Not through the server, which would begin at once.
    let key = UploadKey { provider: Provider::github(), repository, commit: head.clone(), upload: upload.parse()? };
    let file = town.folder().join("blobs").join(key.blob_key());
    std::fs::create_dir_all(file.parent().context("a folder")?)?;
    std::fs::write(&file, reports::lcov(REPORT))?;
    let folder = town.folder();
    let Town { github, running, data, .. } = town;
    running.stop().await;
    github.set_distance(crate::town::DISTANCE);
    let program = std::env::current_exe()?;
    let arguments = [folder.display().to_string(), head.to_string(), upload, repository.to_string()];
    let output = tokio::task::spawn_blocking(move || Command::new(program).arg("large-child").args(arguments).output())
        .await??;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    ensure!(pull.comments().len() == 1, "there is no comment");
    github.disregard_effects();
    drop(data);
    Ok(String::from_utf8(output.stdout)?)
}

/// The process that is measured: does the job, and says what it took.
pub(crate) async fn child(folder: &Path, commit: &str, upload: &str, repository: String) -> anyhow::Result<String> {
    let settings = Settings {
        public_url: "http://127.0.0.1:1/".parse().context("an address")?,
        global_upload_token: None,
        uploads: Default::default(),
        rules: Default::default(),
        private_ca: None,
    };
    let house = House::open(folder, &settings).await?;
    let key = UploadKey {
        provider: Provider::github(),
        repository: repository.parse()?,
        commit: commit.parse()?,
        upload: upload.parse()?,
    };
    let (start, before) = (Instant::now(), own_processor()?);
    covermark_feedback::handle(&house.feedback, FeedbackJob::from(key)).await?;
    let (time, spent): (Duration, Duration) = (start.elapsed(), own_processor()?.saturating_sub(before));
    let line = format!("| {} | {} | {} |\n", seconds(time), seconds(spent), own_peak()? / 1024);
    house.close().await;
    Ok(line)
}
