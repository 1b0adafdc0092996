//! Installation tokens: kept until shortly before they end, one request at a time for each scope.
//!
//! A token is opaque: GitHub has changed its form and length before. When many callers want the same one at once, the
//! first asks and the others take its answer, failure included, so that an outage is not multiplied by the waiting.

use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use covermark_types::{Secret, Timestamp};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::{error::Error, permission::Scope};

/// How long before its end a token is no longer handed out: what begins with it must be able to finish.
pub(crate) const EXPIRY_MARGIN: SignedDuration = SignedDuration::from_secs(5 * 60);
/// Scopes whose tokens are kept; beyond that the one that was not used for longest makes room.
pub(crate) const CACHE_SIZE: usize = 1_000;

/// A token with its times.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: Secret,
    pub(crate) minted: Timestamp,
    expires: Timestamp,
}

/// GitHub's answer to a request for a token.
#[derive(Deserialize)]
pub(crate) struct Minted {
    token: Secret,
    expires_at: Timestamp,
}

impl Token {
    /// From GitHub's answer, received at `now`.
    pub(crate) fn new(minted: Minted, now: Timestamp) -> Self {
        Self { secret: minted.token, minted: now, expires: minted.expires_at }
    }

    fn is_usable(&self, now: Timestamp) -> bool {
        self.expires.duration_since(now) > EXPIRY_MARGIN
    }
}

/// One scope's place in the cache.
#[derive(Default)]
struct Slot {
    /// Requests finished so far: who waited through one takes its outcome.
    finished: AtomicU64,
    last_used: AtomicU64,
    state: tokio::sync::Mutex<SlotState>,
}

#[derive(Default)]
struct SlotState {
    token: Option<Token>,
    failure: Option<Error>,
}

/// The tokens of one App.
#[derive(Default)]
pub(crate) struct Tokens {
    slots: Mutex<HashMap<Scope, Arc<Slot>>>,
    uses: AtomicU64,
}

impl Tokens {
    /// The token for `scope`: the kept one, or what `mint` brings.
    pub(crate) async fn get<F>(&self, scope: &Scope, now: Timestamp, mint: F) -> Result<Token, Error>
    where
        F: Future<Output = Result<Token, Error>>,
    {
        let slot = self.slot(scope);
        let seen = slot.finished.load(Ordering::Acquire);
        let mut state = slot.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| token.is_usable(now)) {
            return Ok(token.clone());
        }
        let waited_through_one = slot.finished.load(Ordering::Acquire) > seen;
        if let Some(failure) = state.failure.as_ref().filter(|_| waited_through_one) {
            return Err(failure.clone());
        }
        let outcome = mint.await;
        slot.finished.fetch_add(1, Ordering::Release);
        state.token = outcome.as_ref().ok().cloned();
        state.failure = outcome.as_ref().err().cloned();
        outcome
    }

    /// Forgets `token`, which GitHub refused; one that somebody else has fetched meanwhile stays.
    pub(crate) async fn forget(&self, scope: &Scope, token: &Token) {
        let slot = self.slot(scope);
        let mut state = slot.state.lock().await;
        if state.token.as_ref().is_some_and(|kept| kept.secret.matches(token.secret.expose())) {
            state.token = None;
        }
    }

    fn slot(&self, scope: &Scope) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if !slots.contains_key(scope) {
            if slots.len() >= CACHE_SIZE {
                let idlest = slots.iter().min_by_key(|(_, slot)| slot.last_used.load(Ordering::Relaxed));
                if let Some(idlest) = idlest.map(|(scope, _)| scope.clone()) {
                    slots.remove(&idlest);
                }
            }
            slots.insert(scope.clone(), Arc::default());
        }
        let slot = Arc::clone(&slots[scope]);
        slot.last_used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        slot
    }

    /// Scopes in the cache.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
