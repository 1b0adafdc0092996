//! A request as route functions see it.

use std::{collections::BTreeMap, sync::MutexGuard};

use bytes::Bytes;
use covermark_types::{AccountId, PullNumber, RepositoryId};
use serde_json::{Map, Value};

use super::{Answer, Caller, Fields};
use crate::{
    git::Commit,
    state::{Repository, World},
};

/// A request, decoded as far as HTTP goes.
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path as it was sent, still percent-encoded, without the API's prefix.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the client asks for this media type first of all.
    pub(crate) fn accepts(&self, media_type: &str) -> bool {
        self.header("accept").is_some_and(|accept| accept.split(',').any(|part| part.trim().starts_with(media_type)))
    }

    /// The fields of a form, or of a JSON object with texts: what the OAuth endpoints take.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        let is_json = self.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        if !is_json {
            return url::form_urlencoded::parse(&self.body).into_owned().collect();
        }
        let fields: Map<String, Value> = serde_json::from_slice(&self.body).unwrap_or_default();
        fields.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
    }
}

/// One request on its way through a route function.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) request: &'a Request,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    pub(crate) caller: Caller,
    /// The repository of a `/repos/{owner}/{repo}` route that the caller may touch.
    pub(crate) repository: Option<RepositoryId>,
}

impl Call<'_> {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Result<u64, Answer> {
        self.text(name).parse().map_err(|_| Answer::not_found())
    }

    pub(crate) fn repository_id(&self) -> RepositoryId {
        self.repository.expect("a route under /repos names its repository before its function runs")
    }

    pub(crate) fn repository(&self) -> &Repository {
        self.world.repository(self.repository_id())
    }

    pub(crate) fn repository_mut(&mut self) -> &mut Repository {
        let id = self.repository_id();
        self.world.repository_mut(id)
    }

    pub(crate) fn pull(&self, name: &str) -> Result<&crate::state::Pull, Answer> {
        let number = PullNumber(self.number(name)?);
        self.repository().pulls.get(&number).ok_or_else(Answer::not_found)
    }

    /// The commit that a parameter names: branch, SHA or prefix.
    pub(crate) fn commit(&self, name: &str) -> Result<&Commit, Answer> {
        let reference = self.text(name);
        self.repository()
            .resolve(reference)
            .ok_or_else(|| Answer::refusal(422, &format!("No commit found for SHA: {reference}")))
    }

    /// The body as a JSON object.
    pub(crate) fn fields(&self) -> Result<Fields, Answer> {
        Fields::read(self.request)
    }

    /// Who writes: the App's bot, or the user.
    pub(crate) fn actor(&self) -> AccountId {
        match self.caller {
            Caller::User(id) => id,
            _ => self.world.bot(),
        }
    }
}

/// The state, locked.
pub(crate) type Locked<'a> = MutexGuard<'a, World>;
