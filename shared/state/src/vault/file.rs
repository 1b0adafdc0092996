//! The vault on a laptop: one file for each secret, for its owner's eyes only.

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use covermark_types::Secret;

use super::{MAX_BYTES, Vault, bounded, checked};
use crate::Error;

/// A folder of mode 0700 with files of mode 0600.
#[derive(Clone)]
pub struct FileVault {
    folder: PathBuf,
}

impl FileVault {
    /// The vault in `folder`, which is made when the first secret is put.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The names of all secrets, sorted. A vault that nothing was put into has none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn names(&self) -> Result<Vec<String>, Error> {
        let folder = self.folder.clone();
        blocking(move || {
            let mut names = Vec::new();
            gather(&folder, "", &mut names)?;
            names.sort();
            Ok(names)
        })
        .await
    }
}

/// Secrets' files below `folder`, drafts left out. Names are at most two levels deep, so this ends.
fn gather(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Error> {
    let failed = |error| Error::io("listing the vault's folder", error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let Some(name) = entry.file_name().to_str().filter(|name| !name.starts_with('.')).map(str::to_owned) else {
            continue;
        };
        if entry.file_type().map_err(failed)?.is_dir() {
            gather(&entry.path(), &format!("{prefix}{name}/"), names)?;
        } else {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

#[async_trait]
impl Vault for FileVault {
    async fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        let path = self.folder.join(checked(name)?);
        blocking(move || read(&path)).await
    }

    async fn put(&self, name: &str, value: &Secret) -> Result<(), Error> {
        let path = self.folder.join(checked(name)?);
        bounded(name, value.expose().len() as u64)?;
        let value = value.clone();
        blocking(move || write(&path, &value)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.map_err(|error| Error::Unavailable { what: "the vault's folder", source: error.into() })?
}

fn read(path: &Path) -> Result<Option<Secret>, Error> {
    let failed = |error| Error::io("reading a secret's file", error);
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Asked of the open file, so that nobody can swap it between the question and the reading.
    let about = file.metadata().map_err(failed)?;
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Error::Exposed { path: path.display().to_string(), mode });
    }
    bounded(&path.display().to_string(), about.len())?;
    let mut value = String::new();
    file.take(MAX_BYTES).read_to_string(&mut value).map_err(failed)?;
    Ok(Some(Secret::new(value)))
}

fn write(path: &Path, value: &Secret) -> Result<(), Error> {
    let failed = |error| Error::io("writing a secret's file", error);
    let folder = path.parent().unwrap_or(path);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    // A name of its own for each writer: two that write at once must not write into one file.
    let draft = folder.join(format!(".{}.new", uuid::Uuid::new_v4()));
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(value.expose().as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        fs::File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        // Half a secret must not stay behind.
        let _ = fs::remove_file(&draft);
    }
    written.map_err(failed)
}
