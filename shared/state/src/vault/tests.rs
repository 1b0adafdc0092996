use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
};

use covermark_types::{Fault as _, FaultClass, Secret};

use super::{FileVault, Vault as _};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn a_secret_comes_back_and_is_replaced_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let vault = FileVault::new(home.path().join("vault"));
    assert!(vault.get("gh/app").await.expect("a read").is_none());
    vault.put("gh/app", &Secret::new("a long first value")).await.expect("a write");
    vault.put("gh/app", &Secret::new("short")).await.expect("a write");
    assert!(vault.get("gh/app").await.expect("a read").expect("a secret").matches("short"));
    assert!(vault.get("gh/webhook").await.expect("a read").is_none());
    let files = fs::read_dir(home.path().join("vault/gh")).expect("a folder").count();
    assert_eq!(files, 1, "no draft stays behind");
}

#[tokio::test]
async fn files_and_folders_are_for_their_owner_only() {
    let home = tempfile::tempdir().expect("a folder");
    let vault = FileVault::new(home.path().join("vault"));
    vault.put("gh/app", &Secret::new("x")).await.expect("a write");
    assert_eq!(mode(&home.path().join("vault")), 0o700);
    assert_eq!(mode(&home.path().join("vault/gh")), 0o700);
    assert_eq!(mode(&home.path().join("vault/gh/app")), 0o600);
}

#[tokio::test]
async fn a_file_that_others_can_read_is_refused_with_a_sentence_and_without_its_content() {
    let home = tempfile::tempdir().expect("a folder");
    let vault = FileVault::new(home.path());
    vault.put("app", &Secret::new("s3cret")).await.expect("a write");
    let path = home.path().join("app");
    for open in [0o640, 0o604, 0o601, 0o644] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).expect("a change of mode");
        let error = vault.get("app").await.err().expect("a refusal");
        assert_eq!(error.class(), FaultClass::Permanent);
        assert!(!error.to_string().contains("s3cret"));
    }
    let error = vault.get("app").await.err().expect("a refusal").to_string();
    let told = error.replace(&path.display().to_string(), "FILE");
    insta::assert_snapshot!(told, @"FILE can be read by other users of this machine (mode 0644): run `chmod 600 FILE`, and consider its content known");
    symlink(&path, home.path().join("link")).expect("a link");
    assert!(vault.get("link").await.is_err(), "not through a link either");
    vault.put("app", &Secret::new("new")).await.expect("writing again mends it");
    assert!(vault.get("app").await.expect("a read").expect("a secret").matches("new"));
}

#[tokio::test]
async fn a_name_never_leaves_the_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let vault = FileVault::new(home.path());
    for name in ["", "..", "../x", "/etc/passwd", "gh//app", "gh/", "GH/app", "gh/.app", "a b", "é"] {
        assert!(vault.get(name).await.is_err(), "{name}");
        assert!(vault.put(name, &Secret::new("x")).await.is_err(), "{name}");
    }
    assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn what_is_too_large_for_a_secret_is_neither_written_nor_read() {
    let home = tempfile::tempdir().expect("a folder");
    let vault = FileVault::new(home.path());
    let error = vault.put("app", &Secret::new("x".repeat(65_537))).await.expect_err("a refusal");
    insta::assert_snapshot!(error, @"the secret app has 65537 bytes; at most 65536 are allowed");
    fs::write(home.path().join("app"), "x".repeat(65_537)).expect("a file");
    fs::set_permissions(home.path().join("app"), fs::Permissions::from_mode(0o600)).expect("a change of mode");
    assert!(vault.get("app").await.is_err());
}
