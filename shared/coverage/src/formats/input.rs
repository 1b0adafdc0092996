//! A report as a stream of text: read block by block, decoded, repaired and handed out in whole lines or tags.
//!
//! Every text parser reads from here, so a report of 100 MB needs a block of it in memory and not all. What is handed
//! out is valid UTF-8 whatever came in: byte order marks go, UTF-16 (Visual Studio writes it) is converted, bytes that
//! are no UTF-8 become U+FFFD and a warning.
//!
//! Formats that are one JSON value cannot be cut and take everything at once, up to a bound ([`Input::hold_all`]).

use std::io::{self, Read};

use memchr::{memchr, memrchr};

use super::unreadable::{self, Unreadable};
use super::{Place, WarningCode, Warnings};

/// How much is read at once: enough to tell formats apart, small enough for a second-level cache.
pub(super) const BLOCK: usize = 256 * 1024;

/// The longest record (a line, a tag) that is read. No tool writes one of a tenth of this.
pub(super) const MAX_RECORD: usize = 1024 * 1024;

/// The most that is held for formats that cannot be cut.
pub(super) const MAX_WHOLE: usize = 192 * 1024 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
}

/// The text that is still to come. `text[at..]` is decoded and not yet taken.
pub(super) struct Input<'a> {
    from: &'a mut dyn Read,
    encoding: Encoding,
    /// Bytes at the end of a block that are not a whole character yet.
    partial: Vec<u8>,
    text: String,
    at: usize,
    /// How much of `text[at..]` the caller has in hand; taken with the next call.
    lent: usize,
    /// Bytes of text before `text`.
    before: u64,
    ended: bool,
    /// Inside a line that is too long, of which the rest is passed over.
    skipping: bool,
    replaced: bool,
    cut: u64,
    error: Option<io::Error>,
}

impl<'a> Input<'a> {
    /// Reads the first block and finds out about its encoding. The raw block comes back for a look at what is not text.
    pub(super) fn open(from: &'a mut dyn Read) -> io::Result<(Input<'a>, Vec<u8>)> {
        let mut head = Vec::with_capacity(BLOCK);
        (&mut *from).take(BLOCK as u64).read_to_end(&mut head)?;
        let (encoding, mark) = match head.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16Little, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16Big, 2),
            _ => (Encoding::Utf8, 0),
        };
        let mut input = Input {
            from,
            encoding,
            partial: Vec::new(),
            text: String::new(),
            at: 0,
            lent: 0,
            before: 0,
            ended: head.len() < BLOCK,
            skipping: false,
            replaced: false,
            cut: 0,
            error: None,
        };
        let raw = head[mark..].to_vec();
        if encoding == Encoding::Utf8 {
            input.text = input.utf8(raw);
        } else {
            let mut text = String::new();
            input.utf16(raw, &mut text);
            input.text = text;
        }
        Ok((input, head))
    }

    /// What is decoded and not yet taken.
    pub(super) fn text(&self) -> &str {
        &self.text[self.at..]
    }

    /// Takes so many bytes of the text; they must end between characters.
    pub(super) fn take(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The last so many bytes that were taken, as long as nothing was read since.
    pub(super) fn taken(&self, bytes: usize) -> &str {
        &self.text[self.at - bytes..self.at]
    }

    /// Where the text that is not yet taken begins: an offset in the decoded report.
    pub(super) fn position(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Reads one more block behind the text that is not yet taken. False when there is nothing more.
    pub(super) fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.before += self.at as u64;
        let mut text = std::mem::take(&mut self.text);
        text.drain(..std::mem::take(&mut self.at));
        let mut raw = std::mem::take(&mut self.partial);
        if self.encoding == Encoding::Utf8 {
            // Into the same buffer: it is checked once more, and not copied.
            let mut bytes = text.into_bytes();
            bytes.append(&mut raw);
            self.read(&mut bytes);
            self.text = self.utf8(bytes);
        } else {
            self.read(&mut raw);
            self.utf16(raw, &mut text);
            self.text = text;
        }
        true
    }

    fn read(&mut self, bytes: &mut Vec<u8>) {
        bytes.reserve(BLOCK);
        match (&mut *self.from).take(BLOCK as u64).read_to_end(bytes) {
            Ok(read) => self.ended = read < BLOCK,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
    }

    /// The next lines, whole ones, with their line ends; the last one of the report may have none. What is longer than
    /// [`MAX_RECORD`] is cut there.
    pub(super) fn lines(&mut self) -> Option<&str> {
        self.at += std::mem::take(&mut self.lent);
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            if self.skipping {
                let end = memchr(b'\n', rest);
                self.skipping = end.is_none();
                self.at += end.map_or(rest.len(), |end| end + 1);
                if self.skipping && !self.fill() {
                    return None;
                }
                continue;
            }
            if let Some(end) = memrchr(b'\n', rest) {
                self.lent = end + 1;
                break;
            }
            if rest.len() > MAX_RECORD {
                self.lent = self.text[self.at..].floor_char_boundary(MAX_RECORD);
                self.skipping = true;
                self.cut += 1;
                break;
            }
            if !self.fill() {
                self.lent = self.text.len() - self.at;
                break;
            }
        }
        (self.lent > 0).then(|| &self.text[self.at..self.at + self.lent])
    }

    /// Reads to the end, so that [`Input::text`] is all of the report.
    pub(super) fn hold_all(&mut self) -> Result<(), Unreadable> {
        if self.encoding == Encoding::Utf8 && !self.ended {
            // In one go: block by block, everything before a block would be checked again with it.
            let mut bytes = std::mem::take(&mut self.text).into_bytes();
            bytes.append(&mut self.partial);
            let room = MAX_WHOLE.saturating_sub(bytes.len()) as u64 + 1;
            self.error = (&mut *self.from).take(room).read_to_end(&mut bytes).err();
            self.ended = true;
            self.text = if bytes.len() > MAX_WHOLE { String::new() } else { self.utf8(bytes) };
            return if self.text.is_empty() { Err(unreadable::TOO_LARGE) } else { Ok(()) };
        }
        while self.fill() {
            if self.text().len() > MAX_WHOLE {
                return Err(unreadable::TOO_LARGE);
            }
        }
        Ok(())
    }

    /// Says what had to be done to the text, and gives up the error that the stream ended with, if any.
    pub(super) fn close(self, warnings: &mut Warnings) -> io::Result<()> {
        if self.replaced {
            warnings.add(WarningCode::NotUtf8, Place::Byte(0), b"");
        }
        for _ in 0..self.cut {
            warnings.add(WarningCode::TooLong, Place::Byte(self.position()), b"");
        }
        self.error.map_or(Ok(()), Err)
    }

    /// Checks and repairs. A character that is not whole yet waits for the next block.
    fn utf8(&mut self, bytes: Vec<u8>) -> String {
        let mut bytes = match String::from_utf8(bytes) {
            Ok(text) => return text,
            Err(error) => error.into_bytes(),
        };
        if !self.ended {
            self.partial = bytes.split_off(whole_characters(&bytes));
        }
        String::from_utf8(bytes).unwrap_or_else(|error| {
            self.replaced = true;
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        })
    }

    fn utf16(&mut self, mut raw: Vec<u8>, text: &mut String) {
        let unit = if self.encoding == Encoding::Utf16Big { u16::from_be_bytes } else { u16::from_le_bytes };
        if !self.ended {
            let mut whole = raw.len() & !1;
            // The first half of a pair waits for the second.
            if whole >= 2 && unit([raw[whole - 2], raw[whole - 1]]) & 0xFC00 == 0xD800 {
                whole -= 2;
            }
            self.partial = raw.split_off(whole);
        }
        let units = raw.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        for decoded in char::decode_utf16(units) {
            self.replaced |= decoded.is_err();
            text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
}

/// Where a character begins at the end of `bytes` that could go on after them.
fn whole_characters(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        if byte & 0xC0 != 0x80 {
            let length = if byte >= 0xF0 {
                4
            } else if byte >= 0xE0 {
                3
            } else {
                1 + usize::from(byte >= 0xC0)
            };
            return if length > back { bytes.len() - back } else { bytes.len() };
        }
    }
    bytes.len()
}
