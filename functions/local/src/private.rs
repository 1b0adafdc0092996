//! What the data folder holds is for its owner alone: keys, and reports of private repositories.

use std::{
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use anyhow::{Context as _, bail};

/// Everything that is not the owner's.
const OTHERS: u32 = 0o077;

/// Makes the folder, or refuses one that others can enter. It is not tightened: who named `/tmp` or a home by mistake
/// would find everybody else locked out of it.
pub(crate) fn folder(path: &Path) -> anyhow::Result<()> {
    let unusable = || format!("the data folder {} cannot be used", path.display());
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(unusable)?;
    let mode = fs::metadata(path).with_context(unusable)?.permissions().mode() & 0o7777;
    if mode & OTHERS != 0 {
        let path = path.display();
        bail!(
            "other users of this machine can enter the data folder {path} (mode {mode:04o}): run `chmod 700 {path}`, or \
             name a folder that is Covermark's alone"
        );
    }
    Ok(())
}

/// Makes the database's file for its owner alone before SQLite would make it for everybody, and tightens one that is
/// there. The files beside it get its mode from SQLite; those of an older start are tightened too.
pub(crate) fn database(file: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match fs::set_permissions(Path::new(&name), Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

    use super::{database, folder};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o7777
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a change of mode");
    }

    #[test]
    fn a_folder_is_made_for_its_owner_alone_and_one_that_others_can_enter_is_refused() {
        let home = tempfile::tempdir().expect("a folder");
        let data = home.path().join("state/covermark");
        folder(&data).expect("made");
        assert_eq!((mode(&data), mode(&home.path().join("state"))), (0o700, 0o700));
        for open in [0o755, 0o701, 0o770, 0o740] {
            set(&data, open);
            assert!(folder(&data).is_err(), "{open:o}");
        }
        set(&data, 0o755);
        let told = folder(&data).expect_err("a refusal").to_string().replace(&data.display().to_string(), "DIR");
        insta::assert_snapshot!(told, @"other users of this machine can enter the data folder DIR (mode 0755): run `chmod 700 DIR`, or name a folder that is Covermark's alone");
        assert_eq!(mode(&data), 0o755, "a folder named by mistake stays as it is");
        set(&data, 0o700);
        folder(&data).expect("taken");
    }

    #[test]
    fn the_databases_files_are_for_their_owner_alone_also_those_of_an_older_start() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("covermark.sqlite");
        database(&file).expect("made");
        assert_eq!((mode(&file), mode(home.path()) & 0o077), (0o600, 0));
        let log = home.path().join("covermark.sqlite-wal");
        fs::write(&log, "x").expect("a file");
        set(&log, 0o644);
        set(&file, 0o644);
        fs::write(&file, "kept").expect("a file");
        database(&file).expect("tightened");
        assert_eq!((mode(&file), mode(&log)), (0o600, 0o600));
        assert_eq!(fs::read_to_string(&file).expect("a file"), "kept");
    }
}
