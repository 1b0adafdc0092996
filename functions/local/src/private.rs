//! What the data folder holds is for its owner alone: keys, and reports of private repositories.

use std::{
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use anyhow::{Context as _, bail};

/// Name of the database in the data folder: by it a folder of ours is known again.
pub(crate) const DATABASE: &str = "covermark.sqlite";

/// Everything that is not the owner's.
const OTHERS: u32 = 0o077;
/// Of that, what lets others put files there.
const OTHERS_WRITE: u32 = 0o022;

/// Makes the folder, or takes one that is there: an empty one and one of ours are tightened, so that nobody else can
/// enter. Any other is refused: who named `/tmp` or a home by mistake would find everybody else locked out of it, and
/// where others can write, a file of ours may be theirs.
pub(crate) fn folder(path: &Path) -> anyhow::Result<()> {
    let unusable = || format!("the data folder {} cannot be used", path.display());
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(unusable)?;
    let mode = fs::metadata(path).with_context(unusable)?.permissions().mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let empty = fs::read_dir(path).with_context(unusable)?.next().is_none();
    let ours = mode & OTHERS_WRITE == 0 && path.join(DATABASE).exists();
    if empty || ours {
        return fs::set_permissions(path, Permissions::from_mode(0o700)).with_context(unusable);
    }
    let path = path.display();
    bail!(
        "other users of this machine can enter the data folder {path} (mode {mode:04o}): run `chmod 700 {path}`, or name \
         a folder that is Covermark's alone"
    );
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

    use super::{DATABASE, database, folder};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o7777
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a change of mode");
    }

    #[test]
    fn a_folder_is_made_for_its_owner_alone_and_an_empty_one_or_ours_is_tightened() {
        let home = tempfile::tempdir().expect("a folder");
        let data = home.path().join("state/covermark");
        folder(&data).expect("made");
        assert_eq!((mode(&data), mode(&home.path().join("state"))), (0o700, 0o700));
        set(&data, 0o777);
        folder(&data).expect("taken: it is empty");
        assert_eq!(mode(&data), 0o700);
        fs::write(data.join(DATABASE), "").expect("a file");
        set(&data, 0o755);
        folder(&data).expect("taken: it is ours");
        assert_eq!(mode(&data), 0o700);
    }

    #[test]
    fn a_folder_of_others_is_refused_and_stays_as_it_is() {
        let data = tempfile::tempdir().expect("a folder");
        fs::write(data.path().join("thesis.tex"), "").expect("a file");
        for open in [0o755, 0o701, 0o770, 0o740, 0o1777] {
            set(data.path(), open);
            assert!(folder(data.path()).is_err(), "{open:o}");
            assert_eq!(mode(data.path()), open);
        }
        fs::write(data.path().join(DATABASE), "").expect("a file");
        set(data.path(), 0o757);
        let told = folder(data.path()).expect_err("anybody can have put the database there").to_string();
        let told = told.replace(&data.path().display().to_string(), "DIR");
        insta::assert_snapshot!(told, @"other users of this machine can enter the data folder DIR (mode 0757): run `chmod 700 DIR`, or name a folder that is Covermark's alone");
        set(data.path(), 0o700);
        folder(data.path()).expect("taken: nobody else can enter");
    }

    #[test]
    fn the_databases_files_are_for_their_owner_alone_also_those_of_an_older_start() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join(DATABASE);
        database(&file).expect("made");
        assert_eq!(mode(&file), 0o600);
        let log = home.path().join(format!("{DATABASE}-wal"));
        fs::write(&log, "x").expect("a file");
        set(&log, 0o644);
        set(&file, 0o644);
        fs::write(&file, "kept").expect("a file");
        database(&file).expect("tightened");
        assert_eq!((mode(&file), mode(&log)), (0o600, 0o600));
        assert_eq!(fs::read_to_string(&file).expect("a file"), "kept");
    }
}
