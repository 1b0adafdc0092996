//! What a function's process is given: the environment that Lambda and template.yaml set, and what the peer reads.

use std::{collections::BTreeMap, net::SocketAddr};

use serde_json::json;

use crate::events::{APP, WEBHOOK_SECRET};

/// The App's document in the vault, with a key of the benchmark's own.
#[must_use]
pub fn app_document(key: &str) -> String {
    json!({
        "web_url": "https://github.com/",
        "api_url": "https://api.github.com/",
        "app_id": APP,
        "slug": "covermark-bench",
        "client_id": "Iv23liBenchBenchBen",
        "client_secret": "0123456789abcdef0123456789abcdef01234567",
        "private_key": key,
    })
    .to_string()
}

/// The environment; the addresses of AWS lead to our fake. Nothing is inherited but PATH.
#[must_use]
pub fn environment(aws: SocketAddr, key: &str) -> BTreeMap<String, String> {
    let aws = format!("http://{aws}");
    let queue = |name: &str| format!("{aws}/123456789012/{name}");
    let mut environment = lambda();
    let ours = [
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", aws.clone()),
        ("AWS_ENDPOINT_URL_DYNAMODB", aws.clone()),
        ("AWS_ENDPOINT_URL_SQS", aws.clone()),
        ("AWS_ENDPOINT_URL_S3", aws.clone()),
        ("COVERMARK_TABLE", "covermark".to_owned()),
        ("COVERMARK_BUCKET", "covermark".to_owned()),
        ("COVERMARK_SYNC_QUEUE_URL", queue("sync")),
        ("COVERMARK_FEEDBACK_QUEUE_URL", queue("feedback")),
        ("COVERMARK_SYNC_DEAD_LETTERS_URL", queue("sync-dead")),
        ("COVERMARK_FEEDBACK_DEAD_LETTERS_URL", queue("feedback-dead")),
        ("COVERMARK_SECRETS_PREFIX", "covermark".to_owned()),
        ("COVERMARK_PUBLIC_URL", "https://covermark.example.org".to_owned()),
        ("APP_ID", APP.to_string()),
        ("PRIVATE_KEY", key.to_owned()),
        ("WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ("LOG_LEVEL", "info".to_owned()),
        ("NODE_ENV", "production".to_owned()),
    ];
    environment.extend(ours.into_iter().map(|(name, value)| (name.to_owned(), value)));
    environment
}

fn lambda() -> BTreeMap<String, String> {
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
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
