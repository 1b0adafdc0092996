//! Processes that are measured, this one among them. What they needed is read from /proc.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;

/// A function's process. It is ended with its measurement, whatever happens to that.
pub struct Process(Child);

impl Process {
    /// Starts `command` as Lambda does: with this environment alone, and the Runtime API at `api`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start<S: AsRef<OsStr>>(
        command: &[S],
        environment: &BTreeMap<String, String>,
        api: SocketAddr,
        (out, err): (Stdio, Stdio),
    ) -> anyhow::Result<Self> {
        let (program, arguments) = command.split_first().context("no program")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        let child = command.spawn();
        child.map(Self).with_context(|| format!("{} cannot be started", program.as_ref().display()))
    }

    /// Resident memory now, KiB.
    ///
    /// # Errors
    /// When the process has ended, or there is no /proc.
    pub fn resident(&self) -> anyhow::Result<u64> {
        memory(&self.0.id().to_string(), "VmRSS:")
    }

    /// The most resident memory so far, KiB.
    ///
    /// # Errors
    /// When the process has ended, or there is no /proc.
    pub fn peak(&self) -> anyhow::Result<u64> {
        memory(&self.0.id().to_string(), "VmHWM:")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The most resident memory that this process has had, KiB.
///
/// # Errors
/// When there is no /proc.
pub fn own_peak() -> anyhow::Result<u64> {
    memory("self", "VmHWM:")
}

fn memory(process: &str, what: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.context("no /proc: memory is read on Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).context("the process has ended")?;
    line.trim().trim_end_matches(" kB").trim().parse().context("not a number of KiB")
}

/// Processor time of this process so far, user and system.
///
/// # Errors
/// When there is no /proc.
pub fn own_processor() -> anyhow::Result<Duration> {
    let text = fs::read_to_string("/proc/self/stat").context("no /proc: processor time is read on Linux only")?;
    // The program's name is in brackets and may have spaces in it.
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    // 100 ticks a second, whatever the kernel's own clock is.
    Ok(Duration::from_millis((ticks(11) + ticks(12)) * 10))
}
