//! Blobs: raw uploads, shards and reports. S3 in AWS, a folder on a laptop, both through `object_store`.
//!
//! Also where the uploader PUTs a report: an address that is signed beforehand and ends by itself, so that no report
//! ever passes through a function's body.

mod s3;
mod slot;

use std::{path::Path as FilePath, sync::Arc, time::Duration};

use bytes::Bytes;
use covermark_types::{Secret, Timestamp};
use http::Method;
use object_store::{
    ObjectStore, ObjectStoreExt as _, aws::AmazonS3, local::LocalFileSystem, path::Path, signer::Signer as _,
};
use url::Url;

use self::slot::OurSlots;
pub use self::{s3::S3Bucket, slot::SlotRefused};
use crate::Error;

/// A store of blobs. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    slots: Slots,
}

#[derive(Clone)]
enum Slots {
    S3(Arc<AmazonS3>),
    Ours(Arc<OurSlots>),
}

impl Blobs {
    /// A bucket, over the process's HTTP client and AWS credentials.
    ///
    /// # Errors
    /// Permanent, when the settings make no bucket.
    pub fn s3(
        bucket: &S3Bucket,
        http: reqwest::Client,
        credentials: aws_credential_types::provider::SharedCredentialsProvider,
    ) -> Result<Self, Error> {
        let store = Arc::new(s3::store(bucket, http, credentials)?);
        Ok(Self { store: Arc::clone(&store) as _, slots: Slots::S3(store) })
    }

    /// A folder, made if need be. Slots are addresses below `public_url`, signed with `key` (32 random bytes or more
    /// as text); whoever serves `/blobs/…` asks [`Blobs::verify_slot`].
    ///
    /// # Errors
    /// When the folder cannot be made, or the key is shorter than 16 bytes.
    pub fn folder(path: &FilePath, public_url: Url, key: &Secret) -> Result<Self, Error> {
        let slots = OurSlots::new(public_url, key)?;
        std::fs::create_dir_all(path).map_err(|error| Error::io("the blobs' folder", error))?;
        let store = LocalFileSystem::new_with_prefix(path).map_err(|error| sort("opening the blobs' folder", error))?;
        // A report that was promised must survive a power cut, as it would in S3.
        Ok(Self { store: Arc::new(store.with_fsync(true)), slots: Slots::Ours(Arc::new(slots)) })
    }

    /// Stores a blob, replacing what was there. It is there whole or not at all.
    ///
    /// # Errors
    /// When the store cannot be written, or `key` is no key.
    pub async fn put(&self, key: &str, content: Bytes) -> Result<(), Error> {
        let put = self.store.put(&parsed(key)?, content.into()).await;
        put.map(|_| ()).map_err(|error| sort("storing a blob", error))
    }

    /// The blob's content; `None` when it is not there. Its size is looked at before anything is read.
    ///
    /// # Errors
    /// Permanent, when it is larger than `max_bytes`; else when the store cannot be read.
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Bytes>, Error> {
        let found = match self.store.get(&parsed(key)?).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(sort("reading a blob", error)),
        };
        if found.meta.size > max_bytes {
            return Err(Error::TooLarge { what: format!("the blob {key}"), size: found.meta.size, limit: max_bytes });
        }
        found.bytes().await.map(Some).map_err(|error| sort("reading a blob", error))
    }

    /// The blob's size in bytes; `None` when it is not there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, Error> {
        match self.store.head(&parsed(key)?).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(sort("asking for a blob", error)),
        }
    }

    /// Deletes a blob; one that is not there is no error.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        match self.store.delete(&parsed(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(sort("deleting a blob", error)),
        }
    }

    /// An address to PUT the blob `key` to, once signed good for `expires` from `now` on. Only the host is signed, so
    /// the uploader may send any Content-Type or none. S3 counts from its own signing time, and a slot there ends with the
    /// credentials that signed it, in a function after some hours.
    ///
    /// # Errors
    /// When there are no credentials to sign with, or `key` is no key.
    pub async fn upload_slot(&self, key: &str, expires: Duration, now: Timestamp) -> Result<Url, Error> {
        let path = parsed(key)?;
        match &self.slots {
            Slots::S3(bucket) => {
                let signed = bucket.signed_url(Method::PUT, &path, expires).await;
                signed.map_err(|error| sort("signing an upload's address", error))
            }
            Slots::Ours(ours) => Ok(ours.slot(path.as_ref(), expires, now)),
        }
    }

    /// Whether the store itself tells `feedback` of what was put into it, as S3 does by its events. Who puts a report
    /// into a folder must say so.
    #[must_use]
    pub fn announces(&self) -> bool {
        matches!(self.slots, Slots::S3(_))
    }

    /// Checks a PUT to an address of ours: `key` is the path below `/blobs/`, decoded; the other two are the query's
    /// parameters of that name.
    ///
    /// # Errors
    /// When the address is not one of ours for this very key, or its time is up.
    pub fn verify_slot(&self, key: &str, expires: &str, signature: &str, now: Timestamp) -> Result<(), SlotRefused> {
        match &self.slots {
            Slots::S3(_) => Err(SlotRefused::NotOurs),
            Slots::Ours(ours) => ours.verify(key, expires, signature, now),
        }
    }
}

/// Refuses `..`, empty segments and what a file system or S3 would read in two ways.
fn parsed(key: &str) -> Result<Path, Error> {
    let path = Path::parse(key).map_err(|error| Error::unreadable("the blob's key", error))?;
    if path.as_ref() == key && !key.is_empty() {
        Ok(path)
    } else {
        Err(Error::unreadable("the blob's key", "it has a leading, trailing or double slash"))
    }
}

fn sort(what: &'static str, error: object_store::Error) -> Error {
    match error {
        object_store::Error::PermissionDenied { source, .. } | object_store::Error::Unauthenticated { source, .. } => {
            Error::Denied { what, source }
        }
        object_store::Error::Generic { source, .. } => Error::Unavailable { what, source },
        other => Error::Rejected { what, source: other.into() },
    }
}

#[cfg(test)]
mod tests;
