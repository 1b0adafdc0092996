//! Blobs, trees and commits with the ids that git itself would give them.

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::digest;
use covermark_types::{CommitSha, Timestamp};

/// All files of a commit by path. Paths are relative, with `/`.
pub type Tree = BTreeMap<String, Blob>;

/// One file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The bytes of the file.
    pub bytes: Arc<[u8]>,
    /// git's id of the blob, 40 hexadecimal digits.
    pub sha: String,
}

impl Blob {
    /// A blob with its id.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self { bytes: Arc::from(bytes), sha: object_id("blob", bytes) }
    }

    /// Whether git would treat the content as binary: a NUL among the first 8,000 bytes.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        self.bytes.iter().take(8_000).any(|byte| *byte == 0)
    }
}

/// Who wrote a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
}

/// A commit with everything that is in it.
#[derive(Clone, Debug)]
pub struct Commit {
    /// git's id of the commit.
    pub sha: CommitSha,
    /// git's id of the root tree, 40 hexadecimal digits.
    pub tree_sha: String,
    /// The commits before it, first parent first.
    pub parents: Vec<CommitSha>,
    /// All files.
    pub tree: Tree,
    /// The whole message.
    pub message: String,
    /// Who wrote it.
    pub author: Signature,
    /// When, UTC.
    pub at: Timestamp,
    /// Its place in the order in which this stand-in made commits: a child's is always above its parents'.
    pub sequence: u64,
}

/// What a tree entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A file.
    Blob,
    /// A folder.
    Tree,
}

/// One entry of a recursive tree listing; the root is the entry with the empty path.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) kind: EntryKind,
    pub(crate) sha: String,
    pub(crate) size: usize,
}

/// Every folder and file of `tree`, the root first.
pub(crate) fn listing(tree: &Tree) -> Vec<Entry> {
    let files: Vec<(&str, &Blob)> = tree.iter().map(|(path, blob)| (path.as_str(), blob)).collect();
    let mut entries = Vec::new();
    let root = write_tree("", &files, &mut entries);
    entries.push(Entry { path: String::new(), kind: EntryKind::Tree, sha: root, size: 0 });
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

/// `files` are relative to `prefix` and sorted; answers the id of the folder.
fn write_tree(prefix: &str, files: &[(&str, &Blob)], out: &mut Vec<Entry>) -> String {
    // (name for git's order, mode and name, id as bytes)
    let mut entries: Vec<(String, String, Vec<u8>)> = Vec::new();
    let mut at = 0;
    while at < files.len() {
        let (path, blob) = files[at];
        let Some((folder, _)) = path.split_once('/') else {
            out.push(entry(prefix, path, EntryKind::Blob, &blob.sha, blob.bytes.len()));
            entries.push((path.to_owned(), format!("100644 {path}"), raw(&blob.sha)));
            at += 1;
            continue;
        };
        let inside: Vec<(&str, &Blob)> = files[at..]
            .iter()
            .map_while(|(path, blob)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, *blob)))
            .collect();
        at += inside.len();
        let sha = write_tree(&format!("{prefix}{folder}/"), &inside, out);
        out.push(entry(prefix, folder, EntryKind::Tree, &sha, 0));
        // git sorts a folder as if its name ended with a slash.
        entries.push((format!("{folder}/"), format!("40000 {folder}"), raw(&sha)));
    }
    entries.sort();
    let mut body = Vec::new();
    for (_, head, id) in entries {
        body.extend_from_slice(head.as_bytes());
        body.push(0);
        body.extend_from_slice(&id);
    }
    object_id("tree", &body)
}

fn entry(prefix: &str, name: &str, kind: EntryKind, sha: &str, size: usize) -> Entry {
    Entry { path: format!("{prefix}{name}"), kind, sha: sha.to_owned(), size }
}

fn raw(sha: &str) -> Vec<u8> {
    hex::decode(sha).unwrap_or_default()
}

/// The id git gives to a commit of this content.
pub(crate) fn commit_id(
    tree_sha: &str,
    parents: &[CommitSha],
    author: &Signature,
    at: Timestamp,
    message: &str,
) -> CommitSha {
    let mut text = format!("tree {tree_sha}\n");
    for parent in parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    let who = format!("{} <{}> {} +0000", author.name, author.email, at.as_second());
    text.push_str(&format!("author {who}\ncommitter {who}\n\n{message}\n"));
    object_id("commit", text.as_bytes()).parse().expect("a digest in hexadecimal is a commit SHA")
}

fn object_id(kind: &str, body: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(format!("{kind} {}\0", body.len()).as_bytes());
    context.update(body);
    hex::encode(context.finish())
}
