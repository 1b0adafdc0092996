//! GitHub's rate budgets between processes: what one function was told binds all of them.
//!
//! Before its work a job lets the client know of a wait that is in the table; then every call is refused at once, with
//! the time to wait, and the message becomes visible again when it is over. After its work, whatever came of it, what
//! GitHub said is written down.

use covermark_github::{BudgetNews, Caller, GitHub};
use covermark_state::{
    Error, Table,
    rows::budget::{Heard, Whose},
};
use covermark_types::{InstallationId, Provider, Timestamp};

/// Tells the client before when it must not ask: the App, and the installation if there is one.
///
/// # Errors
/// When the table cannot be read.
pub async fn before(
    table: &Table,
    provider: &Provider,
    github: &GitHub,
    installation: Option<InstallationId>,
    now: Timestamp,
) -> Result<(), Error> {
    let whose: Vec<Whose> = std::iter::once(Whose::App).chain(installation.map(Whose::Installation)).collect();
    for (whose, budget) in table.budgets(provider, &whose).await? {
        if let (Some(_), Some(until)) = (budget.wait(now), budget.not_before) {
            github.hold(caller(whose), until, budget.why.as_deref().unwrap_or_default());
        }
    }
    Ok(())
}

/// Writes down what GitHub said since the last time.
///
/// # Errors
/// When the table cannot be written.
pub async fn after(table: &Table, provider: &Provider, github: &GitHub, now: Timestamp) -> Result<(), Error> {
    for (caller, news) in github.news(now) {
        let whose = whose(caller);
        let BudgetNews { budget, not_before } = news;
        if let Some(budget) = budget {
            let heard = Heard {
                limit: budget.limit,
                remaining: budget.remaining,
                reset_at: budget.reset_at,
                seen_at: budget.seen_at,
            };
            table.note_budget(provider, whose, heard).await?;
        }
        if let Some((until, why)) = not_before.filter(|(until, _)| *until > now) {
            table.ask_not_before(provider, whose, until, &why).await?;
        }
    }
    Ok(())
}

fn caller(whose: Whose) -> Caller {
    match whose {
        Whose::App => Caller::App,
        Whose::Installation(id) => Caller::Installation(id),
    }
}

fn whose(caller: Caller) -> Whose {
    match caller {
        Caller::App => Whose::App,
        Caller::Installation(id) => Whose::Installation(id),
    }
}
