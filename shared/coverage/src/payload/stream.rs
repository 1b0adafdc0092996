//! An upload whose files stay packed until they are read: base64, zlib, gzip and zstd are taken off as a stream, so a
//! report of 100 MB is never in memory as a whole.
//!
//! Bounded while it flows: what all files together may hold, and what each layer may make of each byte. A file that
//! turns out damaged or too large is a [`ProblemReason`], and nothing that was read of it counts.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use base64::Engine;
use memchr::memmem;

use super::body::{self, BASE64};
use super::{FileFixes, Limits, PayloadError, ProblemReason, legacy};

/// The body of an upload, out of the compression that it may have as a whole.
#[derive(Debug)]
pub struct Body<'a> {
    limits: Limits,
    form: Form<'a>,
}

#[derive(Debug)]
enum Form<'a> {
    /// codecov-cli's JSON.
    Json(Cow<'a, [u8]>),
    /// The sections of old uploaders.
    Legacy(Cow<'a, [u8]>),
    /// One report, packed or not.
    Report(Cow<'a, [u8]>),
}

/// An upload with its files still packed.
#[derive(Debug)]
pub struct Upload<'a> {
    /// The report files in the order of the upload.
    pub files: Vec<PackedFile<'a>>,
    /// The repository's files, as the uploader listed them; empty when it did not.
    pub network: Vec<String>,
    /// Lines that the uploader found not to be code, by repository path.
    pub ignored_lines: BTreeMap<String, FileFixes>,
    pub(super) left: Cell<usize>,
    pub(super) limits: Limits,
}

/// One report file, packed.
#[derive(Debug)]
pub struct PackedFile<'a> {
    /// The name on the machine that uploaded it, often absolute; `report` for a body that is one plain report.
    pub filename: String,
    pub(super) data: Data<'a>,
}

#[derive(Debug)]
pub(super) enum Data<'a> {
    /// Base64 of a zlib stream.
    Base64(Cow<'a, str>),
    /// The file as it is.
    Plain(Cow<'a, [u8]>),
    /// The file as it is, or compressed.
    Any(&'a [u8]),
}

impl<'a> Body<'a> {
    /// Looks at a body. What is compressed as a whole is unpacked here only when it cannot be read in parts: JSON, and
    /// the sections of old uploaders.
    ///
    /// # Errors
    /// When the body cannot be unpacked or is too large.
    pub fn new(bytes: &'a [u8], limits: &Limits) -> Result<Body<'a>, PayloadError> {
        let upload = Upload::one(bytes, limits);
        let unpack = |read: fn(&mut dyn Read) -> Vec<u8>| {
            // What is looked at twice is charged once.
            upload.left.set(limits.total_bytes);
            upload.unpack(&upload.files[0], read).map_err(PayloadError::Body)
        };
        let text = if Layer::of(bytes).is_none() {
            Cow::Borrowed(bytes)
        } else if unpack(first_byte)? == b"{" || !unpack(sections)?.is_empty() {
            Cow::Owned(unpack(all)?)
        } else {
            return Ok(Body { limits: *limits, form: Form::Report(Cow::Borrowed(bytes)) });
        };
        let form = if text.trim_ascii_start().starts_with(b"{") && is_client_json(&text) {
            Form::Json(text)
        } else if legacy::is(&text) {
            Form::Legacy(text)
        } else {
            Form::Report(text)
        };
        Ok(Body { limits: *limits, form })
    }

    /// The upload in it.
    ///
    /// # Errors
    /// When it is JSON that breaks off, or has more entries than [`Limits`] allow.
    pub fn open(&self) -> Result<Upload<'_>, PayloadError> {
        match &self.form {
            Form::Json(text) => body::open(text, &self.limits),
            Form::Legacy(text) => legacy::open(text, &self.limits),
            Form::Report(bytes) => Ok(Upload::one(bytes, &self.limits)),
        }
    }
}

fn is_client_json(text: &[u8]) -> bool {
    memmem::find(text, b"\"coverage_files\"").is_some()
}

/// The first byte that is no space.
fn first_byte(from: &mut dyn Read) -> Vec<u8> {
    BufReader::new(from).bytes().map_while(Result::ok).find(|byte| !byte.is_ascii_whitespace()).into_iter().collect()
}

/// Not empty when the text has sections.
fn sections(from: &mut dyn Read) -> Vec<u8> {
    legacy::comes(from).then_some(b'<').into_iter().collect()
}

/// All that comes; what went wrong on the way is remembered where it happened.
pub(super) fn all(from: &mut dyn Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.read_to_end(&mut bytes);
    bytes
}

impl PackedFile<'_> {
    /// Whether the file is all of the upload.
    pub(super) fn is_body(&self) -> bool {
        matches!(self.data, Data::Any(_))
    }
}

impl<'a> Upload<'a> {
    pub(super) fn one(bytes: &'a [u8], limits: &Limits) -> Upload<'a> {
        let file = PackedFile { filename: "report".to_owned(), data: Data::Any(bytes) };
        Upload {
            files: vec![file],
            network: Vec::new(),
            ignored_lines: BTreeMap::new(),
            left: Cell::new(limits.total_bytes),
            limits: *limits,
        }
    }

    /// Gives a file's content to `read` as a stream, which ends early, with an error, when something is wrong with it.
    ///
    /// # Errors
    /// When it cannot be unpacked or is too large. What `read` made of it is lost: it saw a part.
    pub fn unpack<T>(&self, file: &PackedFile<'_>, read: impl FnOnce(&mut dyn Read) -> T) -> Result<T, ProblemReason> {
        let fault = Fault::default();
        let meter = Meter { left: self.left.get(), limits: self.limits, fault: Rc::clone(&fault) };
        let content: Box<dyn Read + '_> = match &file.data {
            Data::Plain(bytes) => Box::new(meter.plain(&bytes[..])),
            Data::Any(bytes) => meter.unwrapped(Box::new(*bytes)),
            Data::Base64(text) => {
                let packed =
                    Base64 { text: text.trim_ascii().as_bytes(), fault: Rc::clone(&fault), bytes: Vec::new(), at: 0 };
                let inner = meter.layer(Layer::Zlib, BufReader::with_capacity(BUFFER, packed));
                meter.unwrapped(Box::new(BufReader::with_capacity(BUFFER, inner)))
            }
        };
        let passed = Rc::new(Cell::new(0));
        let mut counted = Counted { from: content, passed: Rc::clone(&passed) };
        let value = read(&mut counted);
        match fault.get() {
            Some(reason) => Err(reason),
            None => {
                self.left.set(self.left.get().saturating_sub(passed.get()));
                Ok(value)
            }
        }
    }
}

const BUFFER: usize = 64 * 1024;

type Fault = Rc<Cell<Option<ProblemReason>>>;

/// A kind of compression, known by its first bytes.
#[derive(Clone, Copy)]
enum Layer {
    Gzip,
    Zstd,
    Zlib,
}

impl Layer {
    fn of(bytes: &[u8]) -> Option<Layer> {
        match bytes {
            [0x1F, 0x8B, ..] => Some(Layer::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Layer::Zstd),
            // zlib's two bytes are a multiple of 31. They could also begin a text ("x^"), which does not unpack.
            [0x78, second, ..] if (0x7800 + u16::from(*second)).is_multiple_of(31) => {
                flate2::read::ZlibDecoder::new(bytes).read(&mut [0; 1]).is_ok().then_some(Layer::Zlib)
            }
            _ => None,
        }
    }
}

/// What may come out of one file.
struct Meter {
    left: usize,
    limits: Limits,
    fault: Fault,
}

impl Meter {
    fn plain<R: Read>(&self, from: R) -> Limited<R> {
        Limited { from, passed: 0, packed: None, left: self.left, limits: self.limits, fault: Rc::clone(&self.fault) }
    }

    /// Takes one layer off.
    fn layer<'r>(&self, layer: Layer, from: impl BufRead + 'r) -> Limited<Box<dyn Read + 'r>> {
        let packed = Rc::new(Cell::new(0));
        let from = Counted { from, passed: Rc::clone(&packed) };
        let from = BufReader::with_capacity(BUFFER, from);
        let decoder: Box<dyn Read + 'r> = match layer {
            Layer::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(from)),
            Layer::Zlib => Box::new(flate2::bufread::ZlibDecoder::new(from)),
            Layer::Zstd => match zstd::stream::read::Decoder::with_buffer(from) {
                Ok(decoder) => Box::new(decoder),
                Err(_) => Box::new(Broken),
            },
        };
        Limited { packed: Some(packed), ..self.plain(decoder) }
    }

    /// Takes a layer off if there is one.
    fn unwrapped<'r>(&self, mut from: Box<dyn BufRead + 'r>) -> Box<dyn Read + 'r> {
        match from.fill_buf().ok().and_then(Layer::of) {
            Some(layer) => Box::new(self.layer(layer, from)),
            None => Box::new(self.plain(from)),
        }
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::InvalidData.into())
    }
}

struct Counted<R> {
    from: R,
    passed: Rc<Cell<usize>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(out)?;
        self.passed.set(self.passed.get().saturating_add(read));
        Ok(read)
    }
}

/// Stops what grows too large, and remembers why it stopped.
struct Limited<R> {
    from: R,
    passed: usize,
    /// How many packed bytes went in so far; `None` when nothing is packed.
    packed: Option<Rc<Cell<usize>>>,
    left: usize,
    limits: Limits,
    fault: Fault,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(out).map_err(|error| self.stop(ProblemReason::Compression, error))?;
        self.passed = self.passed.saturating_add(read);
        if self.passed > self.left {
            let reason = ProblemReason::TooLarge { limit: self.limits.total_bytes };
            return Err(self.stop(reason, io::ErrorKind::FileTooLarge.into()));
        }
        let by_ratio = self.packed.as_ref().map(|packed| packed.get().saturating_mul(self.limits.ratio));
        if by_ratio.is_some_and(|allowed| self.passed > allowed.max(Limits::RATIO_SLACK)) {
            let reason = ProblemReason::Ratio { limit: self.limits.ratio };
            return Err(self.stop(reason, io::ErrorKind::FileTooLarge.into()));
        }
        Ok(read)
    }
}

impl<R> Limited<R> {
    /// The first reason is the one: what is wrong inside makes trouble outside.
    fn stop(&self, reason: ProblemReason, error: io::Error) -> io::Error {
        self.fault.set(self.fault.get().or(Some(reason)));
        error
    }
}

/// Decodes base64 a piece at a time.
struct Base64<'a> {
    text: &'a [u8],
    fault: Fault,
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Base64<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.bytes.len() {
            let (piece, rest) = self.text.split_at(self.text.len().min(BUFFER));
            self.text = rest;
            self.bytes.clear();
            self.at = 0;
            // Padding stands at the end of all; in an earlier piece it is damage.
            if BASE64.decode_vec(piece, &mut self.bytes).is_err() || (!rest.is_empty() && piece.ends_with(b"=")) {
                self.fault.set(self.fault.get().or(Some(ProblemReason::Base64)));
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        let read = out.len().min(self.bytes.len() - self.at);
        out[..read].copy_from_slice(&self.bytes[self.at..self.at + read]);
        self.at += read;
        Ok(read)
    }
}
