//! Uploads of a commit: opened → stored → processed | unreadable, with what a person must be told about them.
//!
//! The raw report and the shard made of it are blobs; the row points at them. Notes are bounded here, because their
//! number is the uploader's to choose and a row holds 400 KB.

use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp, UploadId};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

pub use super::upload_notes::{DroppedPath, UnreadableFile, UploadNotes};
use super::{Totals, cut, ttl};
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Query, Update, item, live, number, row, text, without_nulls},
};

/// An upload that was opened and never stored is forgotten after a week.
const OPEN_SECONDS: i64 = 7 * 24 * 3600;
/// Flags of one upload that are kept, and bytes of each of its texts.
const MAX_FLAGS: usize = 100;
const MAX_TEXT: usize = 1024;

/// Which upload: everything its row and its blob are found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UploadKey {
    /// Which GitHub.
    pub provider: Provider,
    /// The repository.
    pub repository: RepositoryId,
    /// The commit.
    pub commit: CommitSha,
    /// Our id of the upload.
    pub upload: UploadId,
}

impl UploadKey {
    /// Where the raw report is stored: `uploads/{provider}/{repository}/{commit}/{upload}`.
    #[must_use]
    pub fn blob_key(&self) -> String {
        format!("uploads/{}/{}/{}/{}", self.provider, self.repository, self.commit, self.upload)
    }

    /// Reads a blob key back, as an object-created event names it; `None` for keys of other things.
    #[must_use]
    pub fn from_blob_key(key: &str) -> Option<Self> {
        let mut parts = key.strip_prefix("uploads/")?.split('/');
        let found = Self {
            provider: parts.next()?.parse().ok()?,
            repository: parts.next()?.parse().ok()?,
            commit: parts.next()?.parse().ok()?,
            upload: parts.next()?.parse().ok()?,
        };
        // Aliases and upper case parse too; what is not our own spelling is not our key.
        (parts.next().is_none() && found.blob_key() == key).then_some(found)
    }
}

/// How far an upload has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadState {
    /// We said where to PUT the report.
    Opened,
    /// The report is there.
    Stored,
    /// It is a shard now, even if parts of it could not be read.
    Processed,
    /// Nothing in it could be read; the notes say why.
    Unreadable,
}

/// What let the uploader in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenedBy {
    /// The repository's upload token.
    RepositoryToken,
    /// A token of the account that owns the repository.
    OrganizationToken,
    /// A token of the instance that can be revoked.
    InstanceToken,
    /// The instance's global token.
    GlobalToken,
    /// A token that GitHub gave to a workflow run of the repository.
    Oidc,
    /// The direct invocation, allowed by AWS itself.
    Invocation,
    /// No secret: a fork's pull request, whose workflow run we have looked at. It speaks for its own pull request and
    /// never for a base branch.
    #[serde(alias = "tokenless")]
    Fork,
    /// No secret at all, since the instance lets everybody upload for public repositories.
    Public,
}

impl OpenedBy {
    /// Whether what was uploaded may be what other changes are compared with. A fork's may not: whoever writes a pull
    /// request chooses what its workflow uploads.
    #[must_use]
    pub fn may_be_a_base(self) -> bool {
        self != Self::Fork
    }

    /// Whether no secret was shown.
    #[must_use]
    pub fn is_stranger(self) -> bool {
        matches!(self, Self::Fork | Self::Public)
    }
}

/// A commit's uploads, by whether they count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Those that are in the commit's report, or will be.
    pub counted: Vec<Upload>,
    /// Those of forks, where the repository itself uploads for the commit: kept and named, never merged.
    pub set_aside: Vec<Upload>,
}

impl Sifted {
    /// Sifts all uploads of one commit; the order stays. A stranger can make any public commit the head of a pull request
    /// of theirs, so what they upload for it must not be mixed with what the repository's own jobs measured.
    #[must_use]
    pub fn of(uploads: Vec<Upload>) -> Self {
        if !uploads.iter().any(|upload| upload.opened_by.may_be_a_base()) {
            return Self { counted: uploads, set_aside: Vec::new() };
        }
        let (counted, set_aside) = uploads.into_iter().partition(|upload| upload.opened_by.may_be_a_base());
        Self { counted, set_aside }
    }
}

/// One upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Which.
    #[serde(flatten)]
    pub key: UploadKey,
    /// How far it has come.
    pub state: UploadState,
    /// Its flags, at most 100.
    pub flags: Vec<String>,
    /// The name that CI gave it.
    pub name: Option<String>,
    /// CI's id of the job.
    pub job_code: Option<String>,
    /// CI's name, as the uploader spells it.
    pub ci_service: Option<String>,
    /// The CI run's page.
    pub build_url: Option<String>,
    /// The branch as the uploader named it (`fork:branch` for forks).
    pub branch: Option<String>,
    /// The pull request as the uploader named it.
    pub pull: Option<PullNumber>,
    /// The commit before it, as the uploader named it.
    pub parent: Option<CommitSha>,
    /// When it was opened.
    #[serde(with = "millisecond::required")]
    pub opened_at: Timestamp,
    /// By what right.
    pub opened_by: OpenedBy,
    /// How many bytes the uploader said would come.
    #[serde(default)]
    pub announced_bytes: Option<u64>,
    /// When it was processed, or found unreadable.
    #[serde(default, with = "millisecond::optional")]
    pub processed_at: Option<Timestamp>,
    /// The blob key of its shard.
    pub shard: Option<String>,
    /// The shard's sums.
    pub totals: Option<Totals>,
    /// What to tell people about it.
    #[serde(default)]
    pub notes: UploadNotes,
}

impl Upload {
    /// A new upload, of which nothing but its key is known.
    #[must_use]
    pub fn new(key: UploadKey, opened_by: OpenedBy, now: Timestamp) -> Self {
        Self {
            key,
            state: UploadState::Opened,
            flags: Vec::new(),
            name: None,
            job_code: None,
            ci_service: None,
            build_url: None,
            branch: None,
            pull: None,
            parent: None,
            opened_at: now,
            opened_by,
            announced_bytes: None,
            processed_at: None,
            shard: None,
            totals: None,
            notes: UploadNotes::default(),
        }
    }

    fn bounded(mut self) -> Self {
        self.flags.truncate(MAX_FLAGS);
        let optional =
            [&mut self.name, &mut self.job_code, &mut self.ci_service, &mut self.build_url, &mut self.branch];
        for text in self.flags.iter_mut().chain(optional.into_iter().flatten()) {
            cut(text, MAX_TEXT);
        }
        self.notes = self.notes.bounded();
        self
    }
}

/// What became of an upload's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadResult {
    /// [`UploadState::Processed`] or [`UploadState::Unreadable`].
    pub state: UploadState,
    /// The blob key of its shard.
    pub shard: Option<String>,
    /// The shard's sums.
    pub totals: Option<Totals>,
    /// What to tell people about it; cut to what a row holds when it is written.
    pub notes: UploadNotes,
}

fn partition(provider: &Provider, repository: RepositoryId, commit: &CommitSha) -> String {
    format!("UPLOADS#{provider}#{repository}#{commit}")
}

fn row_key(key: &UploadKey) -> Key {
    Key::new(partition(&key.provider, key.repository, &key.commit), key.upload.as_str())
}

impl Table {
    /// Remembers a new upload; texts and flags are cut to their bounds. Refused when the id is in use already.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn open_upload(&self, upload: &Upload) -> Result<Write, Error> {
        let upload = upload.clone().bounded();
        let mut item = without_nulls(item(&row_key(&upload.key), &upload)?);
        if upload.state == UploadState::Opened {
            item.insert("ttl".to_owned(), number(ttl(upload.opened_at, OPEN_SECONDS)));
        }
        self.put(item, Some(Condition::absent())).await
    }

    /// Notes that the report has arrived. Refused when the upload is unknown or further on already, so that an
    /// event that comes twice or late changes nothing.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn set_upload_stored(&self, key: &UploadKey) -> Result<Write, Error> {
        let opened = Condition::new("#state = :opened").value(":opened", text("opened"));
        let update = Update::default().set("state", text("stored")).remove("ttl").when(opened);
        Ok(self.update(&row_key(key), update).await?.write)
    }

    /// Records what became of the report. May be done again (a later parser reads more); refused when the upload is
    /// unknown.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn set_upload_processed(
        &self,
        key: &UploadKey,
        result: &UploadResult,
        now: Timestamp,
    ) -> Result<Write, Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            state: UploadState,
            shard: &'a Option<String>,
            totals: &'a Option<Totals>,
            notes: UploadNotes,
        }
        let UploadResult { state, shard, totals, notes } = result;
        let fields = Fields { state: *state, shard, totals, notes: notes.clone().bounded() };
        let update = Update::merge(item(&row_key(key), &fields)?)
            .set("processed_at", number(now.as_millisecond()))
            .remove("ttl")
            .when(Condition::present());
        Ok(self.update(&row_key(key), update).await?.write)
    }

    /// One upload.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn upload(&self, key: &UploadKey, now: Timestamp) -> Result<Option<Upload>, Error> {
        self.get_live(&row_key(key), now).await
    }

    /// All uploads of a commit, oldest first, read consistently: what was written before is among them.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn uploads_of(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        commit: &CommitSha,
        now: Timestamp,
    ) -> Result<Vec<Upload>, Error> {
        let items = self.query_items(Query::table(partition(provider, repository, commit))).await?;
        let rows = items.iter().filter(|item| live(item, now)).map(row::<Upload>);
        let mut uploads: Vec<_> = rows.collect::<Result<_, _>>()?;
        uploads.sort_by(|a, b| (a.opened_at, a.key.upload.as_str()).cmp(&(b.opened_at, b.key.upload.as_str())));
        Ok(uploads)
    }
}
