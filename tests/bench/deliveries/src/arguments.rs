//! What `tests/bench/load` hands over.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

/// Something to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// `webhook` alone, and Probot beside it.
    Webhook,
    /// Very many deliveries through `webhook`, none lost or doubled.
    Million,
    /// The whole local path.
    Whole,
    /// A reconciliation of many repositories.
    Reconcile,
}

impl std::str::FromStr for What {
    type Err = anyhow::Error;
    fn from_str(text: &str) -> anyhow::Result<Self> {
        Ok(match text {
            "webhook" => Self::Webhook,
            "million" => Self::Million,
            "whole" => Self::Whole,
            "reconcile" => Self::Reconcile,
            other => bail!("there is no benchmark {other}; there are webhook, million, whole and reconcile"),
        })
    }
}

/// All arguments.
pub(crate) struct Arguments {
    /// Our functions, each as `NAME/bootstrap`.
    pub(crate) functions: PathBuf,
    /// Probot's handler.
    pub(crate) script: PathBuf,
    /// What it is installed in.
    pub(crate) modules: PathBuf,
    /// A private key.
    pub(crate) key: String,
    /// Where processes log to.
    pub(crate) logs: PathBuf,
    /// What to measure, and with how many deliveries or repositories, if not the usual number.
    pub(crate) wanted: Vec<(What, Option<usize>)>,
}

impl Arguments {
    pub(crate) fn read() -> anyhow::Result<Self> {
        let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
        let mut next = || arguments.next().context("run tests/bench/load, which knows the arguments");
        let (functions, script, modules, key, logs) = (next()?, next()?, next()?, next()?, next()?);
        let key = std::fs::read_to_string(key).context("no private key; tests/bench/load makes one")?;
        std::fs::create_dir_all(&logs)?;
        let wanted = arguments.map(|argument| wanted(&argument.to_string_lossy())).collect::<anyhow::Result<_>>()?;
        Ok(Self { functions, script, modules, key, logs, wanted })
    }
}

/// `whole`, or `whole=5000`.
fn wanted(argument: &str) -> anyhow::Result<(What, Option<usize>)> {
    match argument.split_once('=') {
        None => Ok((argument.parse()?, None)),
        Some((what, count)) => Ok((what.parse()?, Some(count.parse().context("how many?")?))),
    }
}

#[cfg(test)]
mod tests {
    use super::{What, wanted};

    #[test]
    fn a_number_may_be_given() {
        assert_eq!(wanted("whole").expect("read"), (What::Whole, None));
        assert_eq!(wanted("million=5000").expect("read"), (What::Million, Some(5000)));
        assert!(wanted("nothing").is_err() && wanted("whole=many").is_err());
    }
}
