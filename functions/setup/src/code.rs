//! The one-time set-up code. On AWS the template has Secrets Manager make one (`PREFIX/setup/code`); `covermark serve` and
//! `covermark setup-code` make one here, print it once, and keep its hash.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use covermark_state::{Hashed, Table};
use covermark_types::{Random, Secret, Timestamp, random_hex};

use crate::house::House;

/// The vault's name of the code that the template had made.
pub const CODE_SECRET: &str = "setup/code";

/// How long what the vault said is used: a stranger who tries codes must not drive up its bill.
const LIFETIME: Duration = Duration::from_secs(30);

/// Makes a new code, which lets somebody in once. The codes made here before are worth nothing from now on.
///
/// # Errors
/// When the table cannot be written.
pub async fn new_code(table: &Table, random: &dyn Random) -> Result<Secret, covermark_state::Error> {
    let code = Secret::new(random_hex::<20>(random));
    table.put_setup_code(&Hashed::of(&code)).await?;
    Ok(code)
}

/// What a code was found to be.
pub(crate) enum Tried {
    /// Good, and spent by this.
    LetIn,
    /// Good once, and spent before.
    Spent,
    /// None of ours.
    Wrong,
}

impl House {
    /// Spends `code` if it is ours.
    pub(crate) async fn spend(&self, code: &Secret) -> Result<Tried, covermark_state::Error> {
        let (table, hash) = (&self.app.table, Hashed::of(code));
        let made_here = table.setup_code().await?.is_some_and(|known| same(&known, &hash));
        if !made_here && !self.made_by_the_template().await?.is_some_and(|known| same(&known, &hash)) {
            let spent = table.is_setup_code_spent(&hash).await?;
            return Ok(if spent { Tried::Spent } else { Tried::Wrong });
        }
        let spent = table.spend_setup_code(&hash, self.app.clock.now()).await?;
        Ok(if spent.applied() { Tried::LetIn } else { Tried::Spent })
    }

    async fn made_by_the_template(&self) -> Result<Option<Hashed>, covermark_state::Error> {
        let now = self.app.clock.now();
        if let Some(read) = self.code.get(now) {
            return Ok(read);
        }
        let stored = self.app.vault.get(CODE_SECRET).await?;
        let hash = stored.map(|code| Hashed::of(&Secret::new(code.expose().trim())));
        self.code.keep(hash.clone(), now);
        Ok(hash)
    }
}

/// In constant time, though hashes of guesses give nothing away.
fn same(one: &Hashed, other: &Hashed) -> bool {
    Secret::new(one.as_str()).matches(other.as_str())
}

/// What the vault said last, and when.
#[derive(Default)]
pub(crate) struct CodeMemory(Mutex<Option<(Timestamp, Option<Hashed>)>>);

impl CodeMemory {
    fn get(&self, now: Timestamp) -> Option<Option<Hashed>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, hash) = memory.as_ref()?;
        (now.duration_since(*at).unsigned_abs() < LIFETIME).then(|| hash.clone())
    }

    fn keep(&self, hash: Option<Hashed>, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, hash));
    }
}
