//! A sign-in under way: the OAuth `state`, used once, for ten minutes.

use covermark_types::{Provider, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::ttl;
use crate::{
    Error, Hashed, Table, Write,
    table::{Condition, Key, item, live, number, row, without_nulls},
};

/// How long a person may take at GitHub.
const KEPT_SECONDS: i64 = 10 * 60;

/// What the callback needs to go on where the login began.
#[derive(Clone, Serialize, Deserialize)]
pub struct Login {
    /// The GitHub that the person was sent to; the callback must be that one's.
    pub provider: Provider,
    /// PKCE's code verifier. Of no use without the code, and gone with the row.
    pub verifier: Secret,
    /// The hash of the cookie that binds the state to the browser it was made for.
    pub browser: Hashed,
    /// The address that GitHub was told to send the browser back to; its own choice, when it was told none.
    #[serde(default)]
    pub callback: Option<Url>,
    /// Where to go after the login: a path of ours, checked by whoever stores it.
    pub return_to: Option<String>,
}

fn key(state: &Hashed) -> Key {
    Key::new(format!("LOGIN#{}", state.as_str()), "LOGIN")
}

impl Table {
    /// Remembers a login under the hash of its `state`. Refused when that state is in use already.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_login(&self, state: &Hashed, login: &Login, now: Timestamp) -> Result<Write, Error> {
        let mut item = without_nulls(item(&key(state), login)?);
        item.insert("ttl".to_owned(), number(ttl(now, KEPT_SECONDS)));
        self.put(item, Some(Condition::absent())).await
    }

    /// Takes the login out, so that a state works once. `None` when it never was, was used, or is too old.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn take_login(&self, state: &Hashed, now: Timestamp) -> Result<Option<Login>, Error> {
        let old = self.delete(&key(state), Some(Condition::present())).await?.old;
        old.filter(|item| live(item, now)).map(|item| row(&item)).transpose()
    }
}
