//! Start-up, latency and memory of every deployed function, and of Probot's Lambda adapter beside them, under a fake
//! Runtime API on loopback. Run it with `tests/bench/run`, which builds what is measured; it prints a Markdown table.
//!
//! The figures are those of this machine. What carries over to Lambda is the order and the ratio, since both sides run
//! in the same run, with the same event, under the same fake.

mod aws;
mod events;
mod http;
mod measure;
mod runtime_api;
mod stats;
mod subject;
mod table;

use std::{collections::BTreeMap, fs, io::Write as _, net::SocketAddr, path::PathBuf};

use anyhow::Context as _;
use serde_json::json;

use crate::{aws::Aws, events::WEBHOOK_SECRET, measure::Surroundings, table::Line};

/// How often each of our functions is started.
const STARTS: usize = 50;
/// Node takes hundreds of milliseconds, so that fewer starts tell as much.
const STARTS_OF_NODE: usize = 10;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read()?;
    fs::create_dir_all(&arguments.logs)?;
    let key = fs::read_to_string(&arguments.key).context("no private key; tests/bench/run makes one")?;
    let aws = Aws { app: app_document(&key), webhook: json!({"secrets": [WEBHOOK_SECRET]}).to_string() }.start()?;
    let around = Surroundings { environment: environment(aws, &key), logs: arguments.logs };

    let mut subjects = subject::ours(&arguments.functions, STARTS);
    subjects.push(subject::probot(&arguments.script, &arguments.modules, STARTS_OF_NODE));
    if !arguments.only.is_empty() {
        subjects.retain(|subject| arguments.only.contains(&subject.name));
    }
    let mut lines = Vec::new();
    for subject in subjects {
        writeln!(std::io::stderr(), "measuring {}", subject.name)?;
        let figures = measure::measure(&subject, &around)?;
        let size = table::size(&subject.artefact)?;
        lines.push(Line { name: subject.name, figures, size });
    }
    std::io::stdout().write_all(table::render(&lines).as_bytes())?;
    Ok(())
}

struct Arguments {
    functions: PathBuf,
    script: PathBuf,
    modules: PathBuf,
    key: PathBuf,
    logs: PathBuf,
    /// Names of the lines to measure; empty means all.
    only: Vec<String>,
}

impl Arguments {
    fn read() -> anyhow::Result<Self> {
        let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
        let mut next = || arguments.next().context("run tests/bench/run, which knows the arguments");
        let (functions, script, modules, key, logs) = (next()?, next()?, next()?, next()?, next()?);
        let only = arguments.map(|name| name.to_string_lossy().into_owned()).collect();
        Ok(Self { functions, script, modules, key, logs, only })
    }
}

fn app_document(key: &str) -> String {
    json!({
        "web_url": "https://github.com/",
        "api_url": "https://api.github.com/",
        "app_id": 79_929_171,
        "slug": "covermark-bench",
        "client_id": "Iv23liBenchBenchBen",
        "client_secret": "0123456789abcdef0123456789abcdef01234567",
        "private_key": key,
    })
    .to_string()
}

/// What Lambda and template.yaml set, and what the peer reads. The addresses of AWS lead to our fake.
fn environment(aws: SocketAddr, key: &str) -> BTreeMap<String, String> {
    let aws = format!("http://{aws}");
    let variables = [
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
        ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "session"),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws),
        ("AWS_ENDPOINT_URL_DYNAMODB", &aws),
        ("AWS_ENDPOINT_URL_SQS", &aws),
        ("AWS_ENDPOINT_URL_S3", &aws),
        ("COVERMARK_TABLE", "covermark"),
        ("COVERMARK_BUCKET", "covermark"),
        ("COVERMARK_SYNC_QUEUE_URL", &format!("{aws}/123456789012/sync")),
        ("COVERMARK_FEEDBACK_QUEUE_URL", &format!("{aws}/123456789012/feedback")),
        ("COVERMARK_SECRETS_PREFIX", "covermark"),
        ("COVERMARK_PUBLIC_URL", "https://covermark.example.org"),
        ("APP_ID", "79929171"),
        ("PRIVATE_KEY", key),
        ("WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("LOG_LEVEL", "info"),
        ("NODE_ENV", "production"),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
