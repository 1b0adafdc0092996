//! `comment.layout`: a text of tokens with commas between them.

use crate::{LayoutToken, Section};

/// Tokens that are looked at; the rest of the text is not.
const MAX_TOKENS: usize = 50;

/// What a token is.
pub(super) enum Token {
    /// A part of the comment.
    Part(LayoutToken),
    /// One that renders nothing, here or with the incumbent.
    Nothing,
    /// One that the incumbent renders and we do not.
    NotHere,
    /// None.
    Unknown,
}

/// All words, for suggestions.
pub(super) const WORDS: [&str; 17] = [
    "header",
    "newheader",
    "condensed_header",
    "newfiles",
    "condensed_files",
    "diff",
    "flags",
    "components",
    "files",
    "tree",
    "reach",
    "footer",
    "newfooter",
    "condensed_footer",
    "feedback",
    "changes",
    "uncovered",
];

/// The tokens of a layout, in their order.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = (&str, Token)> {
    let tokens = text.split(',').map(str::trim).filter(|token| !token.is_empty());
    tokens.take(MAX_TOKENS).map(|token| (token, read(token)))
}

fn read(token: &str) -> Token {
    let (word, limit) = match token.split_once(':') {
        Some((word, limit)) => match limit.trim().parse::<u32>() {
            Ok(limit) => (word.trim(), Some(limit)),
            Err(_) => return Token::Unknown,
        },
        None => (token, None),
    };
    let section = match word {
        "header" | "newheader" | "condensed_header" => Section::Header,
        "newfiles" | "condensed_files" => Section::MissingLines,
        "diff" => Section::Diff,
        "flag" | "flags" => Section::Flags,
        "component" | "components" => Section::Components,
        "files" | "tree" => Section::Files,
        "footer" => Section::Footer,
        "newfooter" | "condensed_footer" => Section::ShortFooter,
        "reach" | "graph" => return Token::NotHere,
        "changes" | "sunburst" | "uncovered" | "suggestions" | "betaprofiling" | "feedback" | "file"
        | "announcements" => return Token::Nothing,
        _ => return Token::Unknown,
    };
    Token::Part(LayoutToken { section, limit })
}
