//! Repositories: one row through renames and transfers, found by id, name and installation.

use covermark_state::rows::{Mirrored, repository::Repository};
use covermark_types::{AccountId, InstallationId, RepositoryId, RepositoryName};

use crate::support::{at, gh, table};

const ACME: InstallationId = InstallationId(7);

fn name(text: &str) -> RepositoryName {
    text.parse().expect("a name")
}

fn widgets(id: u64, called: &str, updated: i64, seen: i64) -> Repository {
    Repository {
        provider: gh(),
        id: RepositoryId(id),
        name: name(called),
        owner_id: AccountId(11),
        installation: Some(ACME),
        private: false,
        archived: false,
        fork: false,
        default_branch: "main".to_owned(),
        updated_at: at(updated),
        seen_at: at(seen),
        removed_at: None,
        version: 0,
    }
}

#[tokio::test]
async fn a_repository_is_found_by_id_by_name_and_by_installation() {
    let table = table().await;
    let given = widgets(42, "Acme/Widgets", 1, 2);
    assert_eq!(table.put_repository(&given).await.expect("a write"), Mirrored::Stored);
    let expected = Repository { version: 1, ..given };
    let by_id = table.repository(&gh(), RepositoryId(42)).await.expect("a read");
    let by_name = table.repository_by_name(&gh(), &name("acme/WIDGETS")).await.expect("a read");
    assert_eq!((by_id.as_ref(), by_name.as_ref()), (Some(&expected), Some(&expected)));
    assert_eq!(by_name.map(|row| row.name.to_string()).as_deref(), Some("Acme/Widgets"));
    assert_eq!(table.repositories_of(&gh(), ACME).await.expect("a read"), [expected]);
    assert_eq!(table.repository_by_name(&gh(), &name("acme/other")).await.expect("a read"), None);
}

#[tokio::test]
async fn a_rename_moves_the_name_index_and_the_old_name_still_leads_there() {
    let table = table().await;
    table.put_repository(&widgets(42, "acme/widgets", 1, 2)).await.expect("a write");
    table.put_repository(&widgets(42, "acme/gadgets", 3, 4)).await.expect("a write");
    for called in ["acme/gadgets", "acme/widgets"] {
        let found = table.repository_by_name(&gh(), &name(called)).await.expect("a read").expect("a row");
        assert_eq!((found.id, found.name), (RepositoryId(42), name("acme/gadgets")));
    }
    table.put_repository(&widgets(43, "acme/widgets", 5, 6)).await.expect("a write");
    let found = table.repository_by_name(&gh(), &name("acme/widgets")).await.expect("a read").expect("a row");
    assert_eq!(found.id, RepositoryId(43), "a repository of that very name comes before a former name");
    table.put_repository(&widgets(42, "acme/widgets-two", 7, 8)).await.expect("a write");
    table.put_repository(&widgets(42, "acme/gadgets", 9, 10)).await.expect("a write");
    let found = table.repository_by_name(&gh(), &name("acme/widgets-two")).await.expect("a read").expect("a row");
    assert_eq!(found.id, RepositoryId(42), "renamed there and back again");
}

#[tokio::test]
async fn a_late_rename_event_does_not_bring_the_old_name_back() {
    let table = table().await;
    table.put_repository(&widgets(42, "acme/gadgets", 3, 4)).await.expect("a write");
    assert_eq!(table.put_repository(&widgets(42, "acme/widgets", 1, 2)).await.expect("a write"), Mirrored::Older);
    let found = table.repository(&gh(), RepositoryId(42)).await.expect("a read").expect("a row");
    assert_eq!(found.name, name("acme/gadgets"));
    let leads = table.repository_by_name(&gh(), &name("acme/widgets")).await.expect("a read");
    assert_eq!(leads, None, "and no alias was made");
}

#[tokio::test]
async fn a_transfer_moves_the_row_to_the_other_installation() {
    let table = table().await;
    table.put_repository(&widgets(42, "acme/widgets", 1, 2)).await.expect("a write");
    let other = InstallationId(8);
    let moved = Repository { installation: Some(other), ..widgets(42, "umbrella/widgets", 3, 4) };
    table.put_repository(&moved).await.expect("a write");
    assert_eq!(table.repositories_of(&gh(), ACME).await.expect("a read"), []);
    assert_eq!(table.repositories_of(&gh(), other).await.expect("a read").len(), 1);
    let late = table.remove_repository(&gh(), RepositoryId(42), ACME, at(9)).await.expect("a write");
    assert_eq!(late, Mirrored::Older, "removed from acme says nothing of umbrella");
}

#[tokio::test]
async fn a_removed_repository_keeps_its_history_and_does_not_come_back_by_itself() {
    let table = table().await;
    table.put_repository(&widgets(42, "acme/widgets", 1, 2)).await.expect("a write");
    assert_eq!(
        table.remove_repository(&gh(), RepositoryId(42), ACME, at(5)).await.expect("a write"),
        Mirrored::Deleted
    );
    let late = table.put_repository(&widgets(42, "acme/widgets", 9, 4)).await.expect("a write");
    assert_eq!(late, Mirrored::Older, "GitHub was asked before the removal was seen");
    let row = table.repository_by_name(&gh(), &name("acme/widgets")).await.expect("a read").expect("a row");
    assert_eq!((row.installation, row.removed_at), (None, Some(at(5))));
    table.put_repository(&widgets(42, "acme/widgets", 1, 6)).await.expect("a write");
    let row = table.repository(&gh(), RepositoryId(42)).await.expect("a read").expect("a row");
    assert_eq!((row.installation, row.removed_at), (Some(ACME), None));
}

#[tokio::test]
async fn a_reconcile_writes_only_what_differs() {
    let table = table().await;
    let all = |seen| (1..=250).map(move |id| widgets(id, &format!("acme/w{id}"), 1, seen)).collect::<Vec<_>>();
    assert_eq!(table.put_repositories(&all(2)).await.expect("writes"), 250);
    assert_eq!(table.put_repositories(&all(3)).await.expect("writes"), 0);
    let mut changed = all(4);
    changed[7].private = true;
    changed[8].name = name("acme/W9");
    assert_eq!(table.put_repositories(&changed).await.expect("writes"), 2);
    assert_eq!(table.repositories_of(&gh(), ACME).await.expect("a read").len(), 250);
    assert_eq!(table.detach_repositories(&gh(), ACME, at(5)).await.expect("writes"), 250);
    assert_eq!(table.repositories_of(&gh(), ACME).await.expect("a read"), []);
}
