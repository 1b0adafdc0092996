//! Markdown as GitHub shows it: tables, task lists, strike-through, and of raw HTML only what is harmless.
//!
//! The allow-list is the point: a comment that smuggles a script must look here as dead as it does on GitHub.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

/// Raw elements that stay.
const ELEMENTS: [&str; 41] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
];
/// Elements without an end.
const VOID: [&str; 3] = ["br", "hr", "img"];
/// Elements whose content goes with them.
const SWALLOWED: [&str; 5] = ["script", "style", "textarea", "title", "iframe"];
/// Attributes that stay.
const ATTRIBUTES: [&str; 11] =
    ["align", "alt", "colspan", "height", "href", "open", "rowspan", "src", "title", "valign", "width"];

/// Renders `text`.
pub(super) fn render(text: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_GFM;
    let mut filter = Filter::default();
    let events: Vec<Event<'_>> = Parser::new_ext(text, options).filter_map(|event| filter.pass(event)).collect();
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events.into_iter());
    for element in filter.open.iter().rev() {
        out.push_str(&format!("</{element}>"));
    }
    // A wide table scrolls by itself there, so it can be reached by keyboard.
    out.replace("<table>", "<table tabindex=\"0\">")
}

/// What the raw HTML so far has opened.
#[derive(Default)]
struct Filter {
    open: Vec<String>,
    swallowing: Option<String>,
    /// The end of a chunk that stopped inside a tag: its lines come as events of their own.
    unfinished: String,
}

impl Filter {
    fn pass<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Html(text) => Some(Event::Html(self.clean(&text).into())),
            Event::InlineHtml(text) => Some(Event::InlineHtml(self.clean(&text).into())),
            _ if self.swallowing.is_some() && !matches!(event, Event::Start(_) | Event::End(_)) => None,
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                Some(Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id }))
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                Some(Event::Start(Tag::Image { link_type, dest_url: safe(dest_url), title, id }))
            }
            Event::End(TagEnd::HtmlBlock) => {
                self.unfinished.clear();
                Some(event)
            }
            other => Some(other),
        }
    }

    fn clean(&mut self, text: &str) -> String {
        let text = std::mem::take(&mut self.unfinished) + text;
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('<') {
            if self.swallowing.is_none() {
                out.push_str(&rest[..at]);
            }
            rest = &rest[at..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                // GitHub hides comments; ours carry the marker by which the comment is found again.
                match comment.find("-->") {
                    Some(end) => rest = &comment[end + 3..],
                    None => {
                        self.unfinished = rest.to_owned();
                        return out;
                    }
                }
                continue;
            }
            let Some(end) = rest.find('>') else {
                self.unfinished = rest.to_owned();
                return out;
            };
            out.push_str(&self.tag(&rest[1..end]));
            rest = &rest[end + 1..];
        }
        if self.swallowing.is_none() {
            out.push_str(rest);
        }
        out
    }

    /// A tag's text between the angle brackets, made harmless.
    fn tag(&mut self, inside: &str) -> String {
        let closing = inside.starts_with('/');
        let body = inside.trim_start_matches('/').trim_end_matches('/');
        let name: String =
            body.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if let Some(swallowed) = &self.swallowing {
            if closing && *swallowed == name {
                self.swallowing = None;
            }
            return String::new();
        }
        if SWALLOWED.contains(&name.as_str()) && !closing {
            self.swallowing = Some(name);
            return String::new();
        }
        if !ELEMENTS.contains(&name.as_str()) {
            return String::new();
        }
        if closing {
            // An end without its beginning would end elements of the page itself.
            return if self.open.last() == Some(&name) {
                self.open.pop();
                format!("</{name}>")
            } else {
                String::new()
            };
        }
        let attributes = attributes(&body[name.len()..]);
        if !VOID.contains(&name.as_str()) {
            self.open.push(name.clone());
        }
        format!("<{name}{attributes}>")
    }
}

/// The allowed attributes of a tag.
fn attributes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let name_end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..name_end].to_ascii_lowercase();
        rest = rest[name_end..].trim_start();
        let mut value = None;
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let (found, left) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            };
            value = Some(found.to_owned());
            rest = left.trim_start();
        }
        if !ATTRIBUTES.contains(&name.as_str()) {
            continue;
        }
        match value {
            Some(value) if matches!(name.as_str(), "href" | "src") => {
                out.push_str(&format!(" {name}=\"{}\"", super::escape(&safe(value.into()))));
            }
            Some(value) => out.push_str(&format!(" {name}=\"{}\"", super::escape(&value))),
            None => out.push_str(&format!(" {name}")),
        }
    }
    out
}

/// An address that is no program: another scheme than these becomes nothing.
fn safe(url: CowStr<'_>) -> CowStr<'_> {
    let scheme: String = url.trim_start().chars().take_while(|c| !matches!(c, '/' | '#' | '?')).collect();
    let known = ["http:", "https:", "mailto:"];
    let plain =
        !scheme.contains([':', '&']) || known.iter().any(|known| scheme.to_ascii_lowercase().starts_with(known));
    if plain { url } else { CowStr::Borrowed("") }
}
