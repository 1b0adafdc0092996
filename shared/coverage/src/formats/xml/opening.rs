//! How a document begins, which tells its format.

use super::{Event, Scanner};
use crate::formats::input::Input;

/// A document's root element, its raw attributes, and the name of its first child.
pub(in crate::formats) struct Opening {
    pub(in crate::formats) root: String,
    pub(in crate::formats) attributes: String,
    pub(in crate::formats) child: String,
}

/// Looks at the start of a document. `None` when there is no root element in it.
pub(in crate::formats) fn opening(text: &str) -> Option<Opening> {
    let mut bytes = text.as_bytes();
    let (mut input, _) = Input::open(&mut bytes).ok()?;
    let mut scanner = Scanner::new(&mut input);
    let (Event::Start(tag) | Event::Empty(tag)) = scanner.next()? else { return None };
    let (root, attributes) = (tag.name.to_owned(), tag.raw.to_owned());
    let child = match scanner.next() {
        Some(Event::Start(tag) | Event::Empty(tag)) => tag.name.to_owned(),
        _ => String::new(),
    };
    Some(Opening { root, attributes, child })
}
