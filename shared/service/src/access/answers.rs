//! GitHub's answers about single repositories, kept in this process for minutes.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use covermark_state::rows::seen::Right;
use covermark_types::{Provider, RepositoryId, Timestamp, UserId};

use super::age;

/// How long an answer holds.
pub(super) const HOLDS: Duration = Duration::from_secs(5 * 60);
/// Answers that are kept; all are dropped when there are more.
const KEPT: usize = 4096;

/// Who asks about what.
pub(super) type Question = (Provider, UserId, RepositoryId);

/// Answers, and when each was given.
#[derive(Default)]
pub(super) struct Answers(Mutex<HashMap<Question, (Right, Timestamp)>>);

impl Answers {
    /// An answer that holds still, and when it was given.
    pub(super) fn recall(&self, question: &Question, now: Timestamp) -> Option<(Right, Timestamp)> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (right, at) = answers.get(question)?;
        (age(*at, now) < HOLDS).then_some((*right, *at))
    }

    pub(super) fn keep(&self, question: Question, right: Right, now: Timestamp) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(question, (right, now));
    }

    /// Forgets what was said about a person.
    pub(super) fn forget(&self, provider: &Provider, user: UserId) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|(of, whom, _), _| of != provider || *whom != user);
    }
}
