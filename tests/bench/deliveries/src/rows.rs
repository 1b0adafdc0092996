//! What the table says in the end: one row for each delivery that cost one, taken up once, done.

use anyhow::{Context as _, ensure};
use covermark_state::{Table, rows::delivery::DeliveryState};
use covermark_types::{Provider, Timestamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{ledger::Ledger, mix::guid};

/// Reads at the same time.
const AT_ONCE: usize = 16;

/// Reads every row, and says how many there are.
pub(crate) async fn verify(table: &Table, ledger: &Ledger) -> anyhow::Result<usize> {
    let (provider, now) = (Provider::github(), Timestamp::now());
    let checked = stream::iter(ledger.rows()).map(|index| {
        let provider = &provider;
        async move {
            let row = table.delivery(provider, &guid(index).parse()?, now).await?;
            let row = row.with_context(|| format!("delivery {index} has no row"))?;
            let once = row.state == DeliveryState::Done && row.attempts == 1;
            ensure!(once, "delivery {index} is {:?} after {} attempts", row.state, row.attempts);
            anyhow::Ok(())
        }
    });
    checked.buffer_unordered(AT_ONCE).try_fold(0, |count, ()| async move { Ok(count + 1) }).await
}
