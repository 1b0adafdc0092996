//! What a test expects the App to have done. Each verb waits, with a bound, and consumes what it found.

use std::time::Duration;

use covermark_types::{CommitSha, RepositoryId};

use super::{GitHubStandIn, PullRequest, Repo};
use crate::{
    effects::Effect,
    state::{CheckRun, Comment, CommitStatus, HookDelivery, RepositoryHook},
};

/// How long a verb waits for what it expects. Generous: a busy machine must not fail a test.
const PATIENCE: Duration = Duration::from_secs(30);

impl GitHubStandIn {
    /// The App asked for a failed delivery again.
    pub async fn expect_redelivery(&self) -> HookDelivery {
        let wanted = |effect: &Effect| match effect {
            Effect::RedeliveryRequested(id) => Some(*id),
            _ => None,
        };
        let id = self.expect("a redelivery to be asked for", wanted).await;
        self.shared.lock().deliveries.get(&id).expect("a redelivery is recorded").clone()
    }

    /// The App configured its webhook anew.
    pub async fn expect_hook_configuration(&self) {
        let wanted = |effect: &Effect| matches!(effect, Effect::HookConfigured).then_some(());
        self.expect("the App's webhook to be configured", wanted).await;
    }

    /// Whatever the App has written so far is of no interest to this test.
    pub fn disregard_effects(&self) {
        self.shared.lock().effects.clear();
    }

    /// What the App has written and no verb has consumed.
    #[must_use]
    pub fn unconsumed(&self) -> Vec<String> {
        self.shared.lock().effects.descriptions()
    }

    /// Ends the story: fails when the App wrote something that nobody expected, when a fault on order never met a
    /// request, or (with the feature `openapi`) when an exchange broke GitHub's own description.
    pub fn finish(&self) {
        let world = self.shared.lock();
        let mut wrong: Vec<String> = Vec::new();
        wrong.extend(world.effects.descriptions().into_iter().map(|text| format!("nobody expected: {text}")));
        wrong.extend(world.faults.unused().into_iter().map(|text| format!("never met: {text}")));
        let tail = world.journal.tail(12);
        drop(world);
        wrong.extend(self.contract_violations());
        let list = wrong.join("\n  ");
        assert!(wrong.is_empty(), "the story did not end well:\n  {list}\nThe last requests were:\n{tail}");
    }

    #[cfg(not(feature = "openapi"))]
    fn contract_violations(&self) -> Vec<String> {
        Vec::new()
    }

    /// Every way in which an exchange or a webhook broke GitHub's own description.
    #[cfg(feature = "openapi")]
    #[must_use]
    pub fn contract_violations(&self) -> Vec<String> {
        let world = self.shared.lock();
        crate::openapi::violations(&world)
    }

    async fn expect<T>(&self, what: &str, wanted: impl Fn(&Effect) -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let mut changed = std::pin::pin!(self.shared.changed.notified());
            // Enabled before the look, so that an effect between look and wait is not missed.
            changed.as_mut().enable();
            if let Some(found) = self.shared.lock().effects.take(&wanted) {
                return found;
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                let world = self.shared.lock();
                let there = world.effects.descriptions().join("\n  ");
                let tail = world.journal.tail(12);
                drop(world);
                panic!("expected {what}.\nWhat was written instead:\n  {there}\nThe last requests were:\n{tail}");
            }
        }
    }
}

impl PullRequest {
    /// The App wrote a comment here.
    pub async fn expect_comment(&self) -> Comment {
        let (repository, number) = (self.repo.id, self.number);
        let wanted = move |effect: &Effect| match effect {
            Effect::CommentCreated(id, comment) if *id == repository && comment.pull == number => Some(comment.clone()),
            _ => None,
        };
        self.repo.github.expect(&format!("a comment on pull request {number}"), wanted).await
    }

    /// The App edited a comment here.
    pub async fn expect_comment_edit(&self) -> Comment {
        let (repository, number) = (self.repo.id, self.number);
        let wanted = move |effect: &Effect| match effect {
            Effect::CommentEdited(id, comment) if *id == repository && comment.pull == number => Some(comment.clone()),
            _ => None,
        };
        self.repo.github.expect(&format!("an edited comment on pull request {number}"), wanted).await
    }

    /// The App took a comment away here.
    pub async fn expect_comment_deletion(&self) -> Comment {
        let (repository, number) = (self.repo.id, self.number);
        let wanted = move |effect: &Effect| match effect {
            Effect::CommentDeleted(id, comment) if *id == repository && comment.pull == number => Some(comment.clone()),
            _ => None,
        };
        self.repo.github.expect(&format!("a deleted comment on pull request {number}"), wanted).await
    }
}

impl Repo {
    /// The App set a status of this context at the commit.
    pub async fn expect_status(&self, sha: &CommitSha, context: &str) -> CommitStatus {
        let repository: RepositoryId = self.id;
        let wanted = move |effect: &Effect| match effect {
            Effect::StatusCreated(id, status)
                if *id == repository && status.sha == *sha && status.context == context =>
            {
                Some(status.clone())
            }
            _ => None,
        };
        self.github.expect(&format!("a status {context} at {}", sha.short()), wanted).await
    }

    /// The App made a check run of this name at the commit.
    pub async fn expect_check_run(&self, sha: &CommitSha, name: &str) -> CheckRun {
        let repository = self.id;
        let wanted = move |effect: &Effect| match effect {
            Effect::CheckRunCreated(id, run) if *id == repository && run.head_sha == *sha && run.name == name => {
                Some(run.clone())
            }
            _ => None,
        };
        self.github.expect(&format!("a check run {name} at {}", sha.short()), wanted).await
    }

    /// The App gave the repository a webhook of its own.
    pub async fn expect_hook(&self) -> RepositoryHook {
        let repository = self.id;
        let wanted = move |effect: &Effect| match effect {
            Effect::RepositoryHookCreated(id, hook) if *id == repository => Some(hook.clone()),
            _ => None,
        };
        self.github.expect("a webhook of the repository", wanted).await
    }

    /// The App changed a webhook of the repository's own.
    pub async fn expect_hook_update(&self) -> RepositoryHook {
        let repository = self.id;
        let wanted = move |effect: &Effect| match effect {
            Effect::RepositoryHookUpdated(id, hook) if *id == repository => Some(hook.clone()),
            _ => None,
        };
        self.github.expect("a changed webhook of the repository", wanted).await
    }

    /// The App took a webhook of the repository's own away.
    pub async fn expect_hook_deletion(&self) -> RepositoryHook {
        let repository = self.id;
        let wanted = move |effect: &Effect| match effect {
            Effect::RepositoryHookDeleted(id, hook) if *id == repository => Some(hook.clone()),
            _ => None,
        };
        self.github.expect("a deleted webhook of the repository", wanted).await
    }

    /// The App changed a check run of this name at the commit.
    pub async fn expect_check_run_update(&self, sha: &CommitSha, name: &str) -> CheckRun {
        let repository = self.id;
        let wanted = move |effect: &Effect| match effect {
            Effect::CheckRunUpdated(id, run) if *id == repository && run.head_sha == *sha && run.name == name => {
                Some(run.clone())
            }
            _ => None,
        };
        self.github.expect(&format!("a changed check run {name} at {}", sha.short()), wanted).await
    }
}
