//! Listings, page by page, as the `Link` header tells them.
//!
//! Only the page's number is taken from the header, never its address: the next request is built by us, so an answer
//! cannot send a token elsewhere.

use url::form_urlencoded;

use crate::{error::Error, reply::Reply};

/// Items of one page: the most that GitHub gives.
pub(crate) const PER_PAGE: &str = "100";
/// The last page that is asked for; at 100 items each, 100,000 items.
pub(crate) const MAX_PAGES: u32 = 1_000;

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in GitHub's order.
    pub items: Vec<T>,
    /// The number of the next page; `None` on the last one.
    pub next: Option<u32>,
    /// How many items the whole listing has, where GitHub says so.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// Joins `items` with what `reply` says about the page after `page`.
    pub(crate) fn of(items: Vec<T>, page: u32, reply: &Reply) -> Result<Self, Error> {
        let next = reply.header("link").and_then(next_page);
        match next {
            // A listing that does not move on would be read for ever.
            Some(next) if next <= page => Err(Error::Malformed { call: reply.call.clone(), path: "link".to_owned() }),
            Some(next) if next > MAX_PAGES => Err(Error::TooManyPages { call: reply.call.clone(), pages: MAX_PAGES }),
            next => Ok(Self { items, next, total: None }),
        }
    }
}

/// The `page` of the link whose `rel` is `next`.
pub(crate) fn next_page(header: &str) -> Option<u32> {
    next_parameter(header, "page")?.parse().ok()
}

/// A parameter of the link whose `rel` is `next` (RFC 8288).
pub(crate) fn next_parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        // Parameters end at the next comma that is followed by another target; a comma in quotes cannot hold a `<`
        // in anything that GitHub sends.
        let end = after.find('<').unwrap_or(after.len());
        if after[..end].split([';', ',']).any(is_rel_next) {
            return parameter_of(target, name);
        }
        rest = &after[end..];
    }
    None
}

fn is_rel_next(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value.trim().trim_matches('"').split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
    })
}

fn parameter_of(target: &str, name: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    let query = query.split('#').next().unwrap_or(query);
    form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
