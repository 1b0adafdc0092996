//! S3's notices that an object was created.

use covermark_state::rows::upload::UploadKey;
use serde_json::Value;
use url::form_urlencoded;

/// What S3 sends once, when a notification is set up.
pub(crate) fn is_test(event: &Value) -> bool {
    event["Event"] == "s3:TestEvent"
}

/// The uploads that a notice names; `None` when it is no notice of S3's. Other buckets and other things than raw uploads
/// (our own shards and reports) are passed over.
pub(crate) fn keys(event: &Value, bucket: &str) -> Option<Vec<UploadKey>> {
    let records = event["Records"].as_array()?;
    if records.is_empty() || !records.iter().all(|record| record["eventSource"] == "aws:s3") {
        return None;
    }
    let created = |record: &&Value| {
        record["eventName"].as_str().is_some_and(|name| name.trim_start_matches("s3:").starts_with("ObjectCreated"))
            && record["s3"]["bucket"]["name"] == bucket
    };
    let key = |record: &Value| UploadKey::from_blob_key(&decoded(record["s3"]["object"]["key"].as_str()?));
    Some(records.iter().filter(created).filter_map(key).collect())
}

/// S3 writes keys in notices as a form does: `+` for a space, the rest percent-encoded.
fn decoded(key: &str) -> String {
    form_urlencoded::parse(key.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}
