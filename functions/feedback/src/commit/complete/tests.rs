//! The rule, case by case and in sentences.

use std::collections::BTreeMap;

use covermark_policy::{ExpectedUploads, Policy};
use covermark_state::rows::{
    timing::Timing,
    upload::{OpenedBy, Upload, UploadKey, UploadState},
};
use covermark_types::{Provider, RepositoryId, Timestamp};

use super::{Ci, Facts, Set};

/// Minutes after the first upload was opened.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minutes * 60).expect("a time")
}

fn upload(name: &str, state: UploadState) -> Upload {
    let key = UploadKey {
        provider: Provider::github(),
        repository: RepositoryId(1),
        commit: "0123456789012345678901234567890123456789".parse().expect("a SHA"),
        upload: "6f9619ff-8b86-4011-b42d-00cf4fc964ff".parse().expect("an id"),
    };
    Upload { name: Some(name.to_owned()), state, ..Upload::new(key, OpenedBy::RepositoryToken, at(0)) }
}

fn here(names: &[&str]) -> Vec<Upload> {
    names.iter().map(|name| upload(name, UploadState::Processed)).collect()
}

fn before(names: &[&str]) -> Timing {
    let mut kinds = BTreeMap::new();
    for name in names {
        *kinds.entry(format!("{name}\t\t")).or_default() += 1;
    }
    Timing { kinds, concluded: true, ..Timing::default() }
}

struct Case {
    uploads: Vec<Upload>,
    before: Option<Timing>,
    policy: Policy,
    said_complete: bool,
    queued: bool,
    minutes: i64,
}

impl Case {
    fn new(uploads: Vec<Upload>, before: Option<Timing>) -> Self {
        Self { uploads, before, policy: Policy::default(), said_complete: false, queued: false, minutes: 2 }
    }

    fn decide(&self, ci: Option<&Ci>) -> Option<Set> {
        let (uploads, before, policy) = (&*self.uploads, self.before.as_ref(), &self.policy);
        let (since, now) = (at(0), at(self.minutes));
        let (said_complete, queued) = (self.said_complete, self.queued);
        Facts { uploads, before, policy, said_complete, queued, since, now }.decide(ci)
    }

    /// In words.
    fn with(&self, ci: Ci) -> String {
        match self.decide(Some(&ci)).expect("CI is known") {
            Set::Complete => "complete".to_owned(),
            Set::Waiting { expected, missing, until } => {
                let minutes = until.duration_since(at(0)).as_mins();
                format!("{} of {expected}, waiting for {} until minute {minutes}", self.count(), missing.join(", "))
            }
            Set::Incomplete(missing) => format!("incomplete without {}", missing.join(", ")),
        }
    }

    fn count(&self) -> usize {
        self.uploads.iter().filter(|upload| upload.state == UploadState::Processed).count()
    }
}

fn running() -> Ci {
    Ci::Running(vec!["the end of GitHub Actions".to_owned()])
}

#[test]
fn what_the_base_had_is_enough_and_nobody_is_asked() {
    let case = Case::new(here(&["unit", "e2e", "new one"]), Some(before(&["unit", "e2e"])));
    assert_eq!(case.decide(None), Some(Set::Complete));
}

#[test]
fn what_the_base_had_and_the_head_lacks_is_waited_for_until_ci_ends() {
    let case = Case::new(here(&["unit"]), Some(before(&["unit", "e2e", "e2e", "integration"])));
    assert_eq!(case.decide(None), None, "whether to wait depends on CI");
    assert_eq!(case.with(running()), "1 of 4, waiting for e2e ×2, integration until minute 60");
    assert_eq!(case.with(Ci::Nothing), "1 of 4, waiting for e2e ×2, integration until minute 60");
    assert_eq!(case.with(Ci::Ended { well: true }), "incomplete without e2e ×2, integration");
    assert_eq!(case.with(Ci::Ended { well: false }), "incomplete without e2e ×2, integration");
    let late = Case { minutes: 60, ..case };
    assert_eq!(late.decide(None), Some(Set::Incomplete(vec!["e2e ×2".to_owned(), "integration".to_owned()])));
}

#[test]
fn fewer_of_a_kind_than_the_base_had_are_waited_for_and_not_missed() {
    let case = Case::new(here(&["unit"]), Some(before(&["unit", "unit"])));
    assert_eq!(case.with(running()), "1 of 2, waiting for unit until minute 60");
    assert_eq!(case.with(Ci::Ended { well: true }), "complete");
}

#[test]
fn without_a_base_the_end_of_ci_is_waited_for() {
    let case = Case::new(here(&["unit"]), None);
    assert_eq!(case.with(running()), "1 of 1, waiting for the end of GitHub Actions until minute 60");
    assert_eq!(case.with(Ci::Ended { well: true }), "complete");
    assert_eq!(case.with(Ci::Ended { well: false }), "incomplete without what failed jobs of CI would have uploaded");
    assert_eq!(case.with(Ci::Nothing), "complete", "nothing runs that could upload more");
    assert_eq!(case.with(Ci::Unreadable), "1 of 1, waiting for more until minute 5");
    assert_eq!(Case { minutes: 5, ..case }.with(Ci::Unreadable), "complete");
}

#[test]
fn a_base_that_was_itself_still_waiting_does_not_make_a_set_complete() {
    let base = Timing { concluded: false, ..before(&["unit"]) };
    let case = Case::new(here(&["unit"]), Some(base));
    assert_eq!(case.with(running()), "1 of 1, waiting for the end of GitHub Actions until minute 60");
}

#[test]
fn an_announced_upload_is_waited_for_whatever_else_is_known() {
    let mut uploads = here(&["unit"]);
    uploads.push(upload("e2e", UploadState::Opened));
    let case = Case { minutes: 0, said_complete: true, ..Case::new(uploads, Some(before(&["unit", "lint"]))) };
    assert_eq!(case.with(Ci::Ended { well: true }), "1 of 2, waiting for e2e, lint until minute 1");
    assert_eq!(Case { minutes: 2, ..case }.with(Ci::Ended { well: true }), "complete");
}

#[test]
fn ci_may_say_that_no_more_will_come() {
    let case = Case { said_complete: true, ..Case::new(here(&["unit"]), Some(before(&["unit", "e2e"]))) };
    assert_eq!(case.decide(None), Some(Set::Complete));
}

#[test]
fn the_rules_may_ask_for_a_number_or_for_names() {
    let count = Policy { expected: ExpectedUploads::Count(3), ..Policy::default() };
    let case = Case { policy: count, ..Case::new(here(&["unit"]), Some(before(&["unit"]))) };
    assert_eq!(case.with(running()), "1 of 3, waiting for 2 more until minute 60");
    let mut builds = Policy::default();
    builds.notify.after_n_builds = 1;
    let case = Case { policy: builds, ..case };
    assert_eq!(case.decide(None), Some(Set::Complete));
    let named = ExpectedUploads::Named(vec!["unit".to_owned(), "e2e".to_owned()]);
    let case = Case { policy: Policy { expected: named, ..Policy::default() }, ..case };
    assert_eq!(case.with(running()), "1 of 2, waiting for e2e until minute 60");
}

#[test]
fn a_manual_trigger_is_waited_for_and_nothing_else() {
    let mut policy = Policy::default();
    policy.notify.manual_trigger = true;
    let case = Case { policy, ..Case::new(here(&["unit"]), Some(before(&["unit"]))) };
    assert_eq!(case.with(Ci::Ended { well: true }), "1 of 1, waiting for `upload-complete` until minute 60");
    assert_eq!(Case { minutes: 60, ..case }.with(running()), "incomplete without `upload-complete`");
}

#[test]
fn who_does_not_wait_for_ci_waits_for_what_is_known_alone() {
    let mut policy = Policy::default();
    policy.notify.wait_for_ci = false;
    let case = Case { policy, ..Case::new(here(&["unit"]), None) };
    assert_eq!(case.decide(None), Some(Set::Complete));
}

#[test]
fn a_set_without_any_upload_is_never_complete() {
    let case = Case::new(Vec::new(), None);
    assert_eq!(case.with(running()), "0 of 0, waiting for the end of GitHub Actions until minute 60");
    assert_eq!(case.with(Ci::Nothing), "0 of 0, waiting for the first one until minute 60");
    assert_eq!(case.with(Ci::Ended { well: true }), "incomplete without any upload");
    let queued = Case { queued: true, minutes: 1, ..case };
    assert_eq!(queued.with(Ci::Nothing), "0 of 0, waiting for the first one until minute 2");
}
