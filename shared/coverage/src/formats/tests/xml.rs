//! The scanner against quick-xml, and the stream against the whole.

use std::io::Read;

use proptest::collection::vec;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event as Theirs;

use super::super::input::Input;
use super::super::xml::{Event, Scanner, opening, unescape};
use super::super::{Warnings, parse, read};

/// Gives out a few bytes at a time, as a decompressor may.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.1.min(out.len());
        self.0.read(&mut out[..bytes])
    }
}

fn ours(text: &str) -> (Vec<String>, bool) {
    let mut bytes = text.as_bytes();
    let (mut input, _) = Input::open(&mut bytes).unwrap();
    let mut scanner = Scanner::new(&mut input);
    let mut events = Vec::new();
    while let Some(event) = scanner.next() {
        events.push(match event {
            Event::Start(tag) => format!("<{} {:?}", tag.name, tag.attributes().collect::<Vec<_>>()),
            Event::Empty(tag) => format!("<{} {:?}/", tag.name, tag.attributes().collect::<Vec<_>>()),
            Event::End(name) => format!("/{name}"),
        });
    }
    let mut warnings = Warnings::default();
    scanner.finish(&mut warnings);
    (events, warnings.into_vec().is_empty())
}

fn theirs(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut events = Vec::new();
    let named = |tag: &quick_xml::events::BytesStart<'_>| {
        let attributes: Vec<(String, String)> = tag
            .attributes()
            .map(|attribute| attribute.unwrap())
            .map(|attribute| (attribute.key.as_ref().to_owned(), attribute.value.as_ref().to_owned()))
            .collect();
        format!("<{} {attributes:?}", tag.name().as_ref())
    };
    loop {
        match reader.read_event().unwrap() {
            Theirs::Start(tag) => events.push(named(&tag)),
            Theirs::Empty(tag) => events.push(format!("{}/", named(&tag))),
            Theirs::End(tag) => events.push(format!("/{}", tag.name().as_ref())),
            Theirs::Eof => return events,
            _ => {}
        }
    }
}

/// Well-formed documents with everything in them that may stand between tags and inside quotes.
fn document() -> impl Strategy<Value = String> {
    let filler = prop_oneof![
        4 => "[a-z \\n&&[^&]]{0,6}",
        1 => Just("<!-- a > b ' \" -- <x y='1'> -->".to_owned()).prop_map(|comment| comment.replace(" -- ", " - ")),
        1 => Just("<![CDATA[ <not a='tag'> ]] > ]]>".to_owned()),
        1 => Just("<?php echo '<a>' ?>".to_owned()),
        1 => Just("&amp;&#x41;".to_owned()),
    ];
    let attribute = (
        "[a-z]{1,3}:?[a-z]",
        prop_oneof![
            "[ a-z0-9>/'=ü]{0,5}".prop_map(|value| format!("\"{value}\"")),
            "[ a-z0-9>/\"=]{0,5}".prop_map(|value| format!("'{value}'")),
        ],
        "[ \\n\\t]{1,2}",
    );
    let tag = ("[a-zü_][a-z0-9.-]{0,4}", proptest::collection::btree_map("[a-z]{1,3}", attribute, 0..4)).prop_map(
        |(name, attributes)| {
            let written: String =
                attributes.into_iter().map(|(name, (_, value, space))| format!("{space}{name}={value}")).collect();
            (name, written)
        },
    );
    let leaf = (tag.clone(), filler.clone(), any::<bool>()).prop_map(|((name, attributes), text, empty)| {
        if empty { format!("<{name}{attributes}/>{text}") } else { format!("<{name}{attributes} >{text}</{name} >") }
    });
    let tree = leaf.prop_recursive(4, 24, 4, move |inner| {
        (tag.clone(), vec((filler.clone(), inner), 0..4)).prop_map(|((name, attributes), children)| {
            let children: String = children.into_iter().map(|(text, child)| text + &child).collect();
            format!("<{name}{attributes}>{children}</{name}>")
        })
    });
    let prolog = prop_oneof![
        Just(""),
        Just("<?xml version='1.0'?>\n"),
        Just("<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM 'http://x/>y.dtd'>"),
        Just("<!DOCTYPE a [ <!ELEMENT b (c)> <!ENTITY d \"e\"> ]>\n<!-- > -->"),
    ];
    (prolog, tree).prop_map(|(prolog, tree)| format!("{prolog}{tree}"))
}

proptest! {
    #[test]
    fn well_formed_documents_have_the_events_that_quick_xml_finds(document in document()) {
        let (events, whole) = ours(&document);
        prop_assert_eq!(events, theirs(&document));
        prop_assert!(whole);
    }

    #[test]
    fn any_text_ends(text in "[<>/!?\\[\\]'\"=a-c &;-]{0,60}") {
        let (events, _) = ours(&text);
        prop_assert!(events.len() <= text.len());
        let _ = opening(&text);
    }

    #[test]
    fn entities_become_what_quick_xml_makes_of_them(text in "(&(amp|lt|gt|quot|apos|#[0-9]{1,3}|#x[0-9a-f]{1,4}|x|#);|[a-z&;]){0,5}") {
        prop_assert_eq!(unescape(&text), quick_xml::escape::unescape(&text).ok());
    }
}

/// Tags, lines, characters and surrogates on every boundary between blocks.
#[test]
fn where_a_block_ends_makes_no_difference() {
    let line = "<line number=\"7\" hits='3' branch=\"true\" condition-coverage=\"50% (1/2)\"/>";
    let class = |n: usize, lines: usize| {
        format!(
            "<class name=\"ü€😀\" filename=\"ü€😀/{n}.c\"><!-- {n} --><lines>{}</lines></class>",
            line.repeat(lines)
        )
    };
    let xml: String = (0..40).map(|n| class(n, 150 + n % 7)).collect();
    let xml = format!("<coverage><sources><source>/ü€😀</source></sources><packages>{xml}</packages></coverage>");
    let section = |n: usize| format!("SF:ü€😀/{n}.c\nDA:1,{n}\nBRDA:1,0,jump to ü€😀,1\r\nend_of_record\n");
    let lcov: String = (0..20_000).map(section).collect();
    for text in [xml, lcov] {
        let whole = parse("r", text.as_bytes()).unwrap();
        assert!(whole.warnings.is_empty() && whole.files.len() >= 40);
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for (bytes, step) in [(text.as_bytes(), 1 << 20), (text.as_bytes(), 4_093), (&utf16, 65_537)] {
            for shift in 0..4 {
                let spaces = [b'\n', 0].repeat(4);
                let shifted = if bytes.len() == utf16.len() {
                    [&bytes[..2], &spaces[..2 * shift], &bytes[2..]].concat()
                } else {
                    [&b"\n\n\n\n"[..shift], bytes].concat()
                };
                let read = read("r", &mut Trickle(&shifted, step)).unwrap();
                assert!(read.files == whole.files && read.sources == whole.sources && read.warnings.is_empty());
            }
        }
    }
}

#[test]
fn what_is_too_long_is_cut_and_said() {
    let long = "x".repeat(3 << 20);
    let lcov = format!("SF:a\nDA:1,1\nWHAT:{long}\nDA:2,1\nend_of_record\n");
    let parsed = parse("l", lcov.as_bytes()).unwrap();
    assert_eq!(parsed.files[0].lines().count(), 2);
    let codes: Vec<_> = parsed.warnings.iter().map(|warning| warning.code.code()).collect();
    assert_eq!(codes, ["unknown-record", "too-long"]);
    let xml = format!(
        "<coverage><class filename='a'><line number='1' hits='1'/><line x='{long}'/><line number='2' hits='1'/></class></coverage>"
    );
    let parsed = parse("c", xml.as_bytes()).unwrap();
    assert_eq!((parsed.files[0].lines().count(), parsed.warnings[0].code.code()), (1, "broken-xml"));
    let deep = format!("<coverage>{}", "<a>".repeat(1000));
    assert_eq!(parse("c", deep.as_bytes()).unwrap().warnings[0].code.code(), "broken-xml");
}

#[test]
fn a_stream_that_fails_gives_nothing() {
    struct Fails(usize);
    impl Read for Fails {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| std::io::Error::other("gone"))?;
            out[..4].copy_from_slice(b"SF:\n");
            Ok(4)
        }
    }
    for calls in [0, 200_000] {
        let error = read("l", &mut Fails(calls)).unwrap_err();
        assert_eq!(error.to_string(), "the report cannot be read to its end: gone");
    }
}
