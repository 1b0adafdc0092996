//! What is left of GitHub's limits.

use covermark_state::{
    Error,
    rows::{
        budget::{Budget, Whose},
        installation::Installation,
    },
};
use covermark_types::{Provider, Timestamp};

use super::{Doctor, finding::Check, when::ahead};

/// Installations that are looked at one by one.
const INSTALLATIONS: usize = 100;
/// Of a budget this part must be left.
const LOW: u64 = 10;

/// Whether GitHub limits the App or one of its installations.
pub(super) async fn budgets(
    doctor: &Doctor,
    provider: &Provider,
    installations: &[Installation],
) -> Result<Check, Error> {
    let (code, title, now) = ("budget", "Rate budget", doctor.clock.now());
    let some = installations.iter().take(INSTALLATIONS);
    let whose: Vec<Whose> = std::iter::once(Whose::App).chain(some.map(|one| Whose::Installation(one.id))).collect();
    let known = doctor.table.budgets(provider, &whose).await?;
    let name = |whose: &Whose| match whose {
        Whose::App => "the App itself".to_owned(),
        Whose::Installation(id) => {
            installations.iter().find(|one| one.id == *id).map_or_else(|| id.to_string(), |one| one.account.clone())
        }
    };
    if let Some((whose, wait)) =
        known.iter().find_map(|(whose, budget)| budget.wait(now).map(|_| (whose, budget.not_before.unwrap_or(now))))
    {
        return Ok(Check::note(
            code,
            title,
            format!("GitHub limits {}: nothing is asked before {}.", name(whose), ahead(wait, now)),
        )
        .next("Nothing: what waits is done then."));
    }
    let fresh = |at: Option<Timestamp>| at.is_some_and(|at| at > now);
    let low = known.iter().find(|(_, budget)| {
        let left = budget.remaining.zip(budget.limit);
        fresh(budget.reset_at) && left.is_some_and(|(left, limit)| left.saturating_mul(LOW) < limit)
    });
    Ok(match low {
        Some((whose, budget)) => Check::note(
            code,
            title,
            format!(
                "{}: {} of {} requests left.",
                name(whose),
                budget.remaining.unwrap_or(0),
                budget.limit.unwrap_or(0)
            ),
        ),
        None => Check::good(code, title, "Nobody is near GitHub's limit."),
    })
}

/// One installation's budget, for its account's people.
pub(crate) fn in_words(budget: Option<&Budget>, now: Timestamp) -> String {
    let unheard = "Nothing was asked within the hour".to_owned();
    let Some(budget) = budget else { return unheard };
    if let (Some(_), Some(until)) = (budget.wait(now), budget.not_before) {
        return format!("GitHub limits us here; it is asked again {}", ahead(until, now));
    }
    match (budget.remaining, budget.limit, budget.reset_at) {
        (Some(left), Some(limit), Some(reset)) if reset > now => {
            format!("{left} of {limit} requests are left of this hour, all again {}", ahead(reset, now))
        }
        _ => unheard,
    }
}
