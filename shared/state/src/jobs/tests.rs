use covermark_types::{
    AccountId, CommitSha, DeliveryId, Fault as _, FaultClass, InstallationId, Provider, PullNumber, RepositoryId,
    Timestamp, UploadId, UserId,
};
use proptest::prelude::*;

use super::{FeedbackJob, Hint, Job as _, SyncJob, SyncMessage};
use crate::rows::upload::UploadKey;

fn provider() -> impl Strategy<Value = Provider> {
    "[a-z0-9][a-z0-9-]{0,31}".prop_map(|text| text.parse().expect("a provider"))
}

fn guid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
}

fn sync_job() -> impl Strategy<Value = SyncJob> {
    let installation = || proptest::option::of((1_u64..).prop_map(InstallationId));
    prop_oneof![
        (provider(), 1_u64..)
            .prop_map(|(provider, id)| SyncJob::Installation { provider, installation: InstallationId(id) }),
        (provider(), 1_u64..).prop_map(|(provider, id)| SyncJob::InstallationRepositories {
            provider,
            installation: InstallationId(id)
        }),
        (provider(), 1_u64.., installation()).prop_map(|(provider, id, installation)| SyncJob::Repository {
            provider,
            repository: RepositoryId(id),
            installation
        }),
        (provider(), 1_u64.., 1_u64.., installation()).prop_map(|(provider, id, number, installation)| {
            SyncJob::Pull { provider, repository: RepositoryId(id), pull: PullNumber(number), installation }
        }),
        (provider(), 1_u64.., sha(), any::<bool>()).prop_map(|(provider, id, commit, ended)| SyncJob::Commit {
            provider,
            repository: RepositoryId(id),
            commit,
            hint: if ended { Hint::CiEnded } else { Hint::Again },
        }),
        (provider(), 1_u64.., sha(), ".{0,50}", proptest::option::of(sha())).prop_map(
            |(provider, id, commit, branch, base)| SyncJob::Queued {
                provider,
                repository: RepositoryId(id),
                commit,
                branch,
                base
            }
        ),
        provider().prop_map(|provider| SyncJob::Reconcile { provider }),
        (provider(), proptest::option::of(1_u64..), proptest::option::of(1_u64..), installation()).prop_map(
            |(provider, user, organization, installation)| SyncJob::Access {
                provider,
                user: user.map(UserId),
                organization: organization.map(AccountId),
                installation
            }
        ),
        (provider(), 1_u64..).prop_map(|(provider, id)| SyncJob::Revoked { provider, user: UserId(id) }),
        provider().prop_map(|provider| SyncJob::Redeliver { provider }),
        "[a-z0-9-]{1,100}".prop_map(|id| SyncJob::Replay { letter: id.parse().expect("an id") }),
    ]
}

fn sha() -> impl Strategy<Value = CommitSha> {
    "[0-9a-f]{40}".prop_map(|text| text.parse::<CommitSha>().expect("a SHA"))
}

fn feedback_job() -> impl Strategy<Value = FeedbackJob> {
    prop_oneof![
        (provider(), 1_u64.., sha(), guid()).prop_map(|(provider, id, commit, upload)| FeedbackJob::Upload {
            provider,
            repository: RepositoryId(id),
            commit,
            upload: upload.parse::<UploadId>().expect("a UUID"),
        }),
        (provider(), 1_u64.., sha(), 0..4_u8).prop_map(|(provider, id, commit, kind)| {
            let repository = RepositoryId(id);
            match kind {
                0 => FeedbackJob::Commit { provider, repository, commit },
                1 => FeedbackJob::Opened { provider, repository, commit },
                2 => FeedbackJob::Wake { provider, repository, commit, at: (id % 2 == 0).then_some(1) },
                _ => FeedbackJob::Again { provider, repository, commit },
            }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sync_message_reads_back_as_it_was_sent(
        job in sync_job(),
        delivery in proptest::option::of(guid()),
        asked in proptest::option::of(0..4_000_000_000_000_i64),
    ) {
        let delivery = delivery.map(|guid| guid.parse::<DeliveryId>().expect("a GUID"));
        let asked_at = asked.map(|millis| Timestamp::from_millisecond(millis).expect("a time"));
        let message = SyncMessage { job, delivery, asked_at };
        let body = message.to_body().expect("a body");
        prop_assert_eq!(SyncMessage::from_body(&body).expect("a message"), message);
        prop_assert!(FeedbackJob::from_body(&body).is_err(), "and is no feedback job");
    }

    #[test]
    fn a_feedback_job_reads_back_as_it_was_sent(job in feedback_job()) {
        let body = job.to_body().expect("a body");
        prop_assert_eq!(FeedbackJob::from_body(&body).expect("a job"), job);
    }

    #[test]
    fn no_text_makes_reading_a_job_panic(body in ".*") {
        prop_assert!(SyncMessage::from_body(&body).is_err());
    }
}

#[test]
fn the_bodies_are_the_ones_that_former_builds_wrote() {
    let delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().expect("a GUID");
    let pull = SyncJob::Pull {
        provider: Provider::github(),
        repository: RepositoryId(42),
        pull: PullNumber(9),
        installation: None,
    };
    let body = SyncMessage::new(pull).of(delivery).to_body().expect("a body");
    insta::assert_snapshot!(body, @r#"{"v":1,"kind":"pull","provider":"gh","repository":42,"pull":9,"delivery":"72d3162e-cc78-11e3-81ab-4c9367dc0958"}"#);
    let commit = "a".repeat(40).parse().expect("a SHA");
    let job = FeedbackJob::Commit { provider: Provider::github(), repository: RepositoryId(42), commit };
    insta::assert_snapshot!(job.to_body().expect("a body"), @r#"{"v":1,"kind":"commit","provider":"gh","repository":42,"commit":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#);
}

#[test]
fn what_this_build_does_not_know_is_refused_for_good() {
    let refused = |body: &str| {
        let error = SyncMessage::from_body(body).expect_err("a refusal");
        assert_eq!(error.class(), FaultClass::Permanent, "{body}");
        error.to_string()
    };
    insta::assert_snapshot!(refused(r#"{"v":2,"kind":"reconcile","provider":"gh"}"#), @"the job cannot be read: it has version 2, and this build knows 1");
    insta::assert_snapshot!(refused(r#"{"v":1,"kind":"sing","provider":"gh"}"#), @"the job cannot be read: unknown variant `sing`, expected one of `installation`, `listing`, `installation-repositories`, `repository`, `pull`, `commit-hint`, `queued`, `access`, `revoked`, `reconcile`, `redeliver`, `replay` at line 1 column 37");
    insta::assert_snapshot!(refused(r#"{"v":1,"kind":"reconcile","provider":"GH!"}"#), @"the job cannot be read: not a provider: up to 32 lower-case letters, digits and hyphens are expected at line 1 column 43");
    insta::assert_snapshot!(refused(r#"{"kind":"reconcile","provider":"gh"}"#), @"the job cannot be read: missing field `v` at line 1 column 36");
    insta::assert_snapshot!(refused(&" ".repeat(20_000)), @"the job has 20000 bytes; at most 16384 are allowed");
}

#[test]
fn the_job_of_an_upload_names_what_its_blob_key_names() {
    let key = "uploads/gh/42/0123456789abcdef0123456789abcdef01234567/6f9619ff-8b86-4011-b42d-00cf4fc964ff";
    let upload = UploadKey::from_blob_key(key).expect("a key");
    let FeedbackJob::Upload { provider, repository, commit, upload } = upload.into() else { panic!("another job") };
    assert_eq!(format!("uploads/{provider}/{repository}/{commit}/{upload}"), key);
}
