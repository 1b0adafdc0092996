//! Answers that are kept with GitHub's tag, to be asked for again with it: a 304 costs nothing of the budget.
//!
//! Kept in memory, by caller and address, for the listings that are read over and over. What is beyond the bounds is
//! forgotten all at once: the next reading fills the room again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use http::HeaderMap;
use url::Url;

use crate::{budget::Caller, reply::Reply};

/// Bytes of answers that are kept: 10,000 repositories are some 60 MB of JSON uncompressed, which is not worth it; an
/// installation of a thousand is.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Answers that are kept.
const MOST: usize = 2_000;

#[derive(Clone)]
struct Kept {
    tag: String,
    link: Option<http::HeaderValue>,
    body: Bytes,
}

#[derive(Default)]
struct Shelf {
    kept: HashMap<(Caller, Url), Kept>,
    bytes: usize,
}

/// The answers of one App and its installations.
#[derive(Default)]
pub(crate) struct Etags(Mutex<Shelf>);

impl Etags {
    /// The tag to ask with.
    pub(crate) fn tag(&self, caller: Caller, url: &Url) -> Option<String> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.kept.get(&(caller, url.clone())).map(|kept| kept.tag.clone())
    }

    /// What an answer stands for: itself, which is kept, or what was kept when nothing changed. `None` when that was
    /// forgotten meanwhile: it has to be asked for without a tag.
    pub(crate) fn settle(&self, caller: Caller, url: &Url, mut reply: Reply) -> Option<Reply> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (caller, url.clone());
        if reply.status == 304 {
            let kept = shelf.kept.get(&key)?.clone();
            reply.status = 200;
            reply.body = kept.body;
            match kept.link {
                Some(link) => reply.headers.insert(http::header::LINK, link),
                None => reply.headers.remove(http::header::LINK),
            };
            return Some(reply);
        }
        if let Some(tag) = reply.header("etag").map(ToOwned::to_owned) {
            let kept = Kept { tag, link: link(&reply.headers), body: reply.body.clone() };
            shelf.keep(key, kept);
        }
        Some(reply)
    }
}

fn link(headers: &HeaderMap) -> Option<http::HeaderValue> {
    headers.get(http::header::LINK).cloned()
}

impl Shelf {
    fn keep(&mut self, key: (Caller, Url), kept: Kept) {
        if let Some(former) = self.kept.remove(&key) {
            self.bytes -= former.body.len();
        }
        if kept.body.len() > MOST_BYTES / 4 {
            return;
        }
        if self.bytes + kept.body.len() > MOST_BYTES || self.kept.len() >= MOST {
            self.kept.clear();
            self.bytes = 0;
        }
        self.bytes += kept.body.len();
        self.kept.insert(key, kept);
    }
}
