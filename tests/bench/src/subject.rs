//! What is measured: our functions as they are deployed, and the peer beside them.

use std::path::{Path, PathBuf};

use covermark_bench::events;
use serde_json::Value;

/// How an answer is known to be right: a fast wrong answer is no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    /// An HTTP answer with this status.
    Status(u16),
    /// A batch of which no message failed.
    NoFailures,
}

impl Expected {
    pub(crate) fn is_met_by(self, response: &[u8]) -> bool {
        let response: Value = serde_json::from_slice(response).unwrap_or_default();
        match self {
            Self::Status(status) => response["statusCode"] == status,
            Self::NoFailures => response["batchItemFailures"].as_array().is_some_and(Vec::is_empty),
        }
    }
}

/// One line of the table.
pub(crate) struct Subject {
    /// What the line is called.
    pub(crate) name: String,
    /// What is started, with its arguments.
    pub(crate) command: Vec<PathBuf>,
    /// What it is given.
    pub(crate) event: Value,
    /// What it must answer.
    pub(crate) expected: Expected,
    /// How often it is started.
    pub(crate) starts: usize,
    /// What is deployed: one file, or a folder.
    pub(crate) artefact: PathBuf,
}

/// Our functions, built into `folder/NAME/bootstrap`.
pub(crate) fn ours(folder: &Path, starts: usize) -> Vec<Subject> {
    let subjects = [
        ("webhook", events::delivery(), Expected::Status(202)),
        ("oauth", events::request("GET", "/health", "/health"), Expected::Status(200)),
        ("upload", events::request("GET", "/upload/{proxy+}", "/upload/nothing"), Expected::Status(404)),
        ("sync", events::empty_batch(), Expected::NoFailures),
        ("feedback", events::empty_batch(), Expected::NoFailures),
    ];
    let subject = |(name, event, expected): (&str, Value, Expected)| {
        let bootstrap = folder.join(name).join("bootstrap");
        Subject {
            name: name.to_owned(),
            command: vec![bootstrap.clone()],
            event,
            expected,
            starts,
            artefact: bootstrap,
        }
    };
    subjects.into_iter().map(subject).collect()
}

/// Probot's Lambda adapter under node, given what `webhook` is given.
pub(crate) fn probot(script: &Path, modules: &Path, starts: usize) -> Subject {
    Subject {
        name: "probot".to_owned(),
        command: vec!["node".into(), script.to_owned(), modules.to_owned()],
        event: events::delivery(),
        expected: Expected::Status(200),
        starts,
        artefact: modules.to_owned(),
    }
}
