//! Whether the operator's rules let a person in: GitHub is asked which organisations and teams they are in.
//!
//! A user token knows that only of organisations where the App is installed and may read members; of others nothing is
//! known, and who is not known to be in is not let in.

use covermark_github::{
    Error,
    user::{User, UserClient},
};
use covermark_types::Provider;

use super::InstanceRules;

/// GitHub's word about a person, and what follows from it.
pub(super) struct Admission {
    pub(super) user: User,
    pub(super) admitted: bool,
}

/// Asks who the token's person is and whether they may be here.
pub(super) async fn ask(rules: &InstanceRules, provider: &Provider, client: &UserClient) -> Result<Admission, Error> {
    let user = client.user().await?;
    let admitted = !rules.limits(provider)
        || rules.is_administrator(provider, user.id, &user.login)
        || is_member(rules, provider, client).await?
        || is_in_a_team(rules, provider, client, &user.login).await?;
    Ok(Admission { user, admitted })
}

async fn is_member(rules: &InstanceRules, provider: &Provider, client: &UserClient) -> Result<bool, Error> {
    if !rules.asks_for_organisations(provider) {
        return Ok(false);
    }
    match client.organizations().await {
        Ok(memberships) => Ok(rules.lets_in(provider, &memberships)),
        Err(error @ (Error::Forbidden(_) | Error::NotFound(_))) => {
            tracing::warn!(%error, "GitHub does not tell the App who is a member; it needs `members: read`");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

async fn is_in_a_team(
    rules: &InstanceRules,
    provider: &Provider,
    client: &UserClient,
    login: &str,
) -> Result<bool, Error> {
    for team in rules.teams(provider) {
        match client.team_membership(team, login).await {
            Ok(membership) if membership.is_active() => return Ok(true),
            Ok(_) | Err(Error::NotFound(_) | Error::Forbidden(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
