//! Leases: at most one holder at a time, until a moment that is known beforehand.
//!
//! A lease saves work, it does not protect data (a holder may stall past its end): what must not happen twice has a
//! condition of its own on the row that it writes.

use covermark_types::Timestamp;

use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, number, text},
};

fn row_key(key: &str) -> Key {
    Key::new(format!("LEASE#{key}"), "LEASE")
}

fn held(holder: &str, until: Timestamp) -> Update {
    Update::default()
        .set("holder", text(holder))
        .set("until", number(until.as_millisecond()))
        // Whole seconds, rounded up: the row may outlive the lease, never the other way round.
        .set("ttl", number(until.as_second().saturating_add(1)))
}

impl Table {
    /// Takes the lease `key` for `holder` until `until`; `true` when it is ours, also when it already was (then the
    /// end is moved). `key` names the thing and `holder` the run, for instance the queue message's id.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn acquire_lease(
        &self,
        key: &str,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let free = Condition::new("attribute_not_exists(#pk) OR #until <= :now OR #holder = :holder")
            .value(":now", number(now.as_millisecond()))
            .value(":holder", text(holder));
        Ok(self.update(&row_key(key), held(holder, until).when(free)).await?.write.applied())
    }

    /// Moves the end of a lease that is still `holder`'s, also past its end if nobody else took it; `false` when it is not:
    /// another holder has it, or had it meanwhile and gave it back. [`Table::acquire_lease`] cannot tell the latter.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn renew_lease(&self, key: &str, holder: &str, until: Timestamp) -> Result<bool, Error> {
        let ours = Condition::new("#holder = :holder").value(":holder", text(holder));
        let update = held(holder, until).when(ours);
        Ok(self.update(&row_key(key), update).await?.write.applied())
    }

    /// Gives the lease back. Does nothing when it has gone over to another holder meanwhile.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn release_lease(&self, key: &str, holder: &str) -> Result<Write, Error> {
        let ours = Condition::new("#holder = :holder").value(":holder", text(holder));
        Ok(self.delete(&row_key(key), Some(ours)).await?.write)
    }
}
