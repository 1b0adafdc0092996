//! Where our state differs from GitHub's.

use covermark_standin::state::Selection as TheirSelection;
use covermark_state::rows::{installation::Selection, pull::PullState};
use covermark_types::{InstallationId, Provider, PullNumber, RepositoryId};

use crate::{history::History, house::House};

/// Compares.
pub(crate) struct Differences {
    heard: Vec<(RepositoryId, PullNumber)>,
    pub(crate) compared: u64,
}

impl Differences {
    pub(crate) fn of(history: &History) -> Self {
        let heard = history.heard.iter().filter(|(_, heard)| **heard).map(|(pull, _)| *pull).collect();
        Self { heard, compared: 0 }
    }

    /// Installations, their repositories, and where names lead.
    pub(crate) async fn installations(&mut self, house: &House) -> Vec<String> {
        let (provider, table) = (Provider::github(), &house.table);
        let mut wrong = Vec::new();
        let theirs = house.github.installations();
        let ours = table.installations(&provider).await.expect("read");
        let we: Vec<u64> = ours.iter().map(|row| row.id.0).collect();
        let they: Vec<u64> = theirs.iter().map(|found| found.id.0).collect();
        if we != they {
            wrong.push(format!("installations: we have {we:?}, GitHub {they:?}"));
        }
        for found in &theirs {
            let Some(row) = ours.iter().find(|row| row.id == found.id) else { continue };
            let all = matches!(found.selection, TheirSelection::All);
            let told = (row.account_id, row.selection == Selection::All, row.suspended_at.is_some());
            let truth = (found.account, all, found.suspended.is_some());
            if told != truth {
                wrong.push(format!("installation {}: we have {told:?}, GitHub {truth:?}", found.id));
            }
            self.compared += 1;
            // GitHub shows nobody the list of a suspended installation.
            if found.suspended.is_none() {
                wrong.extend(self.repositories(house, found.id).await);
            }
        }
        wrong
    }

    async fn repositories(&mut self, house: &House, id: InstallationId) -> Vec<String> {
        let (provider, table) = (Provider::github(), &house.table);
        let mut wrong = Vec::new();
        let truth: Vec<_> = house
            .github
            .covered_by(id)
            .iter()
            .map(|repo| {
                let state = repo.state();
                (state.id, repo.name().to_string(), state.private, state.default_branch)
            })
            .collect();
        let rows = table.repositories_of(&provider, id).await.expect("read");
        let told: Vec<_> =
            rows.iter().map(|row| (row.id, row.name.to_string(), row.private, row.default_branch.clone())).collect();
        if told != truth {
            wrong.push(format!("repositories of {id}: we have {told:?}, GitHub {truth:?}"));
        }
        for row in &rows {
            let named = table.repository_by_name(&provider, &row.name).await.expect("read").map(|found| found.id);
            if named != Some(row.id) {
                wrong.push(format!("{} leads to {named:?}, not to {}", row.name, row.id));
            }
        }
        self.compared += truth.len() as u64;
        wrong
    }

    /// Pull requests whose last change GitHub told of.
    pub(crate) async fn pulls(&mut self, house: &House) -> Vec<String> {
        let (provider, table) = (Provider::github(), &house.table);
        let mut wrong = Vec::new();
        for (repository, number) in std::mem::take(&mut self.heard) {
            let pull = house.github.pull_request(repository, number).state();
            let state = match (pull.state, pull.merged_at) {
                (_, Some(_)) => PullState::Merged,
                (covermark_standin::state::PullState::Open, None) => PullState::Open,
                (covermark_standin::state::PullState::Closed, None) => PullState::Closed,
            };
            let truth = Some((state, pull.draft, pull.head.sha.clone()));
            let row = table.pull(&provider, repository, number).await.expect("read");
            let told = row.map(|row| (row.state, row.draft, row.head_sha));
            if told != truth {
                wrong.push(format!("{repository}#{number}: we have {told:?}, GitHub {truth:?}"));
            }
            self.compared += 1;
        }
        wrong
    }
}
