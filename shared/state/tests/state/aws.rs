//! What we send to SQS, Secrets Manager and S3, and how the SDK's calls fare over our HTTP client.

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use bytes::Bytes;
use covermark_state::{
    Error,
    blobs::{Blobs, S3Bucket, SlotRefused},
    queue::{Queue as _, SqsQueue},
    sdk_http::SdkHttp,
    vault::{SecretsManager, Vault as _},
};
use covermark_types::{Fault as _, FaultClass, Secret};

use crate::support::{Canned, at, credentials, http};

async fn canned(status: u16, body: &str) -> Canned {
    Canned::start(vec![(status, body.to_owned())]).await
}

fn sqs(endpoint: &str) -> SqsQueue {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_sqs::config::Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials())
        .retry_config(aws_sdk_sqs::config::retry::RetryConfig::disabled())
        .http_client(SdkHttp::new(http()));
    SqsQueue::new(aws_sdk_sqs::Client::from_conf(config.build()), format!("{endpoint}/1/sync"))
}

fn vault(endpoint: &str) -> SecretsManager {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_secretsmanager::config::Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials())
        .retry_config(aws_sdk_secretsmanager::config::retry::RetryConfig::disabled())
        .http_client(SdkHttp::new(http()));
    SecretsManager::new(aws_sdk_secretsmanager::Client::from_conf(config.build()), "covermark/")
}

fn blobs(endpoint: Option<&str>) -> Blobs {
    let bucket = S3Bucket {
        bucket: "covermark-reports".to_owned(),
        region: "eu-west-1".to_owned(),
        endpoint: endpoint.map(|text| text.parse().expect("a URL")),
    };
    Blobs::s3(&bucket, http(), SharedCredentialsProvider::new(credentials())).expect("blobs")
}

/// The JSON that a request carried.
fn json(request: &str) -> serde_json::Value {
    let body = request.split("\r\n\r\n").nth(1).expect("a body");
    serde_json::from_str(body).expect("JSON")
}

#[tokio::test]
async fn a_message_is_sent_with_its_delay_cut_to_what_sqs_takes() {
    let server = canned(200, r#"{"MessageId":"m","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}"#).await;
    let queue = sqs(&server.endpoint);
    for (delay, expected) in [(Duration::ZERO, 0), (Duration::from_millis(1500), 2), (Duration::from_secs(9999), 900)] {
        queue.send("hello", delay).await.expect("a message sent");
        let asked = server.asked();
        let sent = json(asked.last().expect("a request"));
        assert_eq!((&sent["MessageBody"], &sent["DelaySeconds"]), (&"hello".into(), &expected.into()));
    }
    assert!(queue.send(&"x".repeat(300_000), Duration::ZERO).await.is_err());
    assert_eq!(server.asked().len(), 3, "what is too large is not even tried");
}

#[tokio::test]
async fn a_message_is_made_to_wait_rounded_up_to_seconds() {
    let server = canned(200, "{}").await;
    sqs(&server.endpoint).change_visibility("receipt", Duration::from_millis(61_001)).await.expect("a change");
    let sent = json(&server.asked()[0]);
    assert_eq!((&sent["ReceiptHandle"], &sent["VisibilityTimeout"]), (&"receipt".into(), &62.into()));
}

#[tokio::test]
async fn a_secret_is_read_by_its_current_stage_below_the_prefix() {
    let server = canned(200, r#"{"Name":"covermark/gh/app","SecretString":"s3cret"}"#).await;
    let secret = vault(&server.endpoint).get("gh/app").await.expect("a read").expect("a secret");
    assert!(secret.matches("s3cret"));
    let asked = json(&server.asked()[0]);
    assert_eq!(asked, serde_json::json!({"SecretId": "covermark/gh/app", "VersionStage": "AWSCURRENT"}));
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_none_to_read_and_a_fault_to_write() {
    let server = canned(400, r#"{"__type":"ResourceNotFoundException","Message":"no"}"#).await;
    let vault = vault(&server.endpoint);
    assert!(vault.get("gh/app").await.expect("a read").is_none());
    let error = vault.put("gh/app", &Secret::new("s3cret")).await.expect_err("a fault");
    insta::assert_snapshot!(error, @"there is no secret named covermark/gh/app: deploy the stack first, it makes the secrets");
    assert!(vault.get("../x").await.is_err());
    assert_eq!(server.asked().len(), 2, "a name that is none is not even asked for");
}

#[tokio::test]
async fn a_secret_that_may_not_be_read_is_unauthorized() {
    let server = canned(400, r#"{"__type":"AccessDeniedException","Message":"not allowed"}"#).await;
    let error = vault(&server.endpoint).get("gh/app").await.err().expect("a fault");
    assert_eq!(error.class(), FaultClass::Unauthorized);
}

#[tokio::test]
async fn a_presigned_slot_signs_the_host_alone_and_carries_the_session_token() {
    let blobs = blobs(None);
    let slot = blobs.upload_slot("uploads/gh/42/x", Duration::from_secs(900), at(0)).await.expect("a slot");
    let query = |name: &str| slot.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(slot.host_str(), Some("covermark-reports.s3.eu-west-1.amazonaws.com"));
    assert_eq!(slot.path(), "/uploads/gh/42/x");
    assert_eq!(query("X-Amz-SignedHeaders").as_deref(), Some("host"));
    assert_eq!(query("X-Amz-Expires").as_deref(), Some("900"));
    assert_eq!(query("X-Amz-Security-Token").as_deref(), Some("session"));
    let refused = blobs.verify_slot("uploads/gh/42/x", "1", "00", at(0));
    assert_eq!(refused, Err(SlotRefused::NotOurs), "S3 checks its own");
}

#[tokio::test]
async fn s3_is_reached_through_our_client_with_the_sdks_credentials() {
    let server = canned(200, "").await;
    blobs(Some(&server.endpoint)).put("shards/ab", Bytes::from_static(b"hello")).await.expect("a write");
    let asked = server.asked()[0].to_ascii_lowercase();
    assert!(asked.starts_with("put /covermark-reports/shards/ab http/1.1"), "{asked}");
    assert!(asked.contains("credential=akidexample/") && asked.contains("x-amz-security-token: session"), "{asked}");
    assert!(asked.ends_with("\r\n\r\nhello"), "{asked}");
}

#[tokio::test]
async fn s3s_refusals_are_sorted() {
    let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    let server = canned(403, body).await;
    let error = blobs(Some(&server.endpoint)).get("shards/ab", 10).await.expect_err("a fault");
    assert_eq!(error.class(), FaultClass::Unauthorized, "{error}");
    let server = canned(404, "<Error><Code>NoSuchKey</Code></Error>").await;
    assert_eq!(blobs(Some(&server.endpoint)).get("shards/ab", 10).await.expect("a read"), None);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_after_the_sdks_read_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let timeouts = aws_sdk_sqs::config::timeout::TimeoutConfig::builder().read_timeout(Duration::from_millis(50));
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_sqs::config::Region::new("eu-west-1"))
        .endpoint_url(&endpoint)
        .credentials_provider(credentials())
        .retry_config(aws_sdk_sqs::config::retry::RetryConfig::disabled())
        .timeout_config(timeouts.build())
        .http_client(SdkHttp::new(http()));
    let queue = SqsQueue::new(aws_sdk_sqs::Client::from_conf(config.build()), endpoint);
    let error = queue.send("hello", Duration::ZERO).await.expect_err("a fault");
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("timeout"), "{error}");
    assert_eq!(error.class(), FaultClass::Retry(None));
}
