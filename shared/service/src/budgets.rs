//! GitHub's rate budgets between processes: what one function was told binds all of them.
//!
//! Before its work a function lets the client know of a wait that is in the table; then every call is refused at once, with
//! the time to wait, and a message becomes visible again when it is over. After its work, whatever came of it, what GitHub
//! said is written down.

use covermark_github::{BudgetNews, Caller, GitHub};
use covermark_state::{
    Error, Table,
    rows::budget::{Heard, Whose},
};
use covermark_types::{InstallationId, Provider, Timestamp};

use crate::{
    credentials::{Apps, CredentialsError},
    problem::Chain,
};

impl Apps {
    /// The provider's client for calls in the name of `installation`, or of the App itself: it knows before when it must not
    /// ask. Whoever asks GitHub gets its client here, and calls [`Apps::keep_budgets`] afterwards.
    ///
    /// # Errors
    /// As [`Apps::github`], and when the table cannot be read.
    pub async fn github_for(
        &self,
        provider: &Provider,
        installation: Option<InstallationId>,
    ) -> Result<GitHub, CredentialsError> {
        let (github, now) = (self.github(provider).await?, self.clock().now());
        let whose: Vec<Whose> = std::iter::once(Whose::App).chain(installation.map(Whose::Installation)).collect();
        let known = self.table().budgets(provider, &whose).await.map_err(CredentialsError::Budgets)?;
        for (whose, budget) in known {
            if let (Some(_), Some(until)) = (budget.wait(now), budget.not_before) {
                github.hold(caller(whose), until, budget.why.as_deref().unwrap_or_default());
            }
        }
        Ok(github)
    }

    /// Writes down what GitHub said of its limits since the last time. To lose that costs a request, so it is no reason to
    /// fail.
    pub async fn keep_budgets(&self, provider: &Provider) {
        let Ok(github) = self.github(provider).await else { return };
        if let Err(error) = keep(self.table(), provider, &github, self.clock().now()).await {
            tracing::warn!(cause = %Chain(&error), "what GitHub said of its limits could not be kept");
        }
    }
}

async fn keep(table: &Table, provider: &Provider, github: &GitHub, now: Timestamp) -> Result<(), Error> {
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
