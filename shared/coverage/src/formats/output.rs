//! What parsers of several formats do alike with what they read: close a file, take a count, say where a text broke.

use super::json::{Broken, Json};
use super::number::{self, Count};
use super::sections::Sections;
use super::xml::Tag;
use super::{Format, Parsed, Place, WarningCode, Warnings, xml};
use crate::model::{FileBuilder, Repeat};

/// The report under construction, and the file that is open.
#[derive(Default)]
pub(super) struct Output {
    pub(super) builder: FileBuilder,
    pub(super) warnings: Warnings,
    sections: Sections,
}

impl Output {
    pub(super) fn new(warnings: Warnings) -> Output {
        Output { warnings, ..Output::default() }
    }

    /// Takes what the builder holds as (one more section of) the file `path`.
    pub(super) fn close(&mut self, path: &str, place: Place, repeat: Repeat) {
        if let Err(refused) = self.sections.add(path, &mut self.builder, repeat) {
            self.warnings.add(refused.code(), place, path.as_bytes());
        }
    }

    /// The count that `text` is, or `None`, with a warning about what is odd.
    #[inline]
    pub(super) fn count(&mut self, text: &[u8], place: Place) -> Option<u32> {
        match number::count(text) {
            Count::Plain(count) => Some(count),
            Count::Negative => {
                self.warnings.add(WarningCode::NegativeCount, place, text);
                Some(0)
            }
            Count::Not => {
                self.warnings.add(WarningCode::BadCount, place, text);
                None
            }
        }
    }

    /// An attribute's text; with its entities as they stand when there is one that nobody resolves.
    pub(super) fn attribute(&mut self, tag: Tag<'_>, name: &str) -> String {
        let raw = tag.attribute(name).unwrap_or_default();
        let text = xml::unescape(raw).unwrap_or_else(|| {
            self.warnings.add(WarningCode::Entity, tag.place(), raw.as_bytes());
            raw.into()
        });
        text.trim().to_owned()
    }

    /// The line number that the next value is, or `None` with a warning.
    #[inline]
    pub(super) fn json_line(&mut self, json: &mut Json<'_>) -> Result<Option<u32>, Broken> {
        let start = json.at();
        let line = json.line()?;
        if line.is_none() {
            self.warnings.add(WarningCode::BadLineNumber, Place::Byte(start), json.since(start));
        }
        Ok(line)
    }

    /// The report. `broken` is where a JSON text ended too early, and the file that was open there and is left out:
    /// half of it would pass for all of it.
    pub(super) fn finish(mut self, format: Format, broken: Option<(u64, &str)>) -> Parsed {
        if let Some((at, path)) = broken {
            self.warnings.add(WarningCode::BrokenJson, Place::Byte(at), path.as_bytes());
        }
        Parsed { format, files: self.sections.into_files(), sources: Vec::new(), warnings: self.warnings.into_vec() }
    }
}
