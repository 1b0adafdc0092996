//! The reader's promises: places, forgiveness, bounds.

use super::{Broken, Json, Kind, unescape};
use crate::formats::number::Count;

#[test]
fn objects_arrays_and_values_come_in_the_order_of_the_text() {
    let mut json = Json::new(br#" { "a" : [1, -2.5e3, "7", null, {}], "b\n": true , "c": {"d": "e"} } "#);
    assert!(json.object().unwrap());
    assert_eq!(json.key().unwrap().unwrap(), "a");
    assert!(json.array().unwrap());
    let mut counts = Vec::new();
    while json.item().unwrap() {
        counts.push(json.count().unwrap());
    }
    assert_eq!(counts, [Count::Plain(1), Count::Negative, Count::Plain(7), Count::Not, Count::Not]);
    assert_eq!(json.key().unwrap().unwrap(), "b\n");
    assert!(json.truth().unwrap());
    assert_eq!(json.raw_key().unwrap().unwrap(), b"c");
    assert!(json.object().unwrap());
    assert_eq!(json.key().unwrap().unwrap(), "d");
    assert_eq!(json.string().unwrap().unwrap(), "e");
    assert_eq!((json.key(), json.key()), (Ok(None), Ok(None)));
    assert_eq!(json.kind(), Err(Broken));
}

#[test]
fn a_value_of_another_kind_is_passed_over() {
    let mut json = Json::new(br#"[1, "x", null, [[]], {"k":[{}]}, true, 5]"#);
    assert!(json.array().unwrap());
    for _ in 0..3 {
        assert!(json.item().unwrap());
        assert!(!json.object().unwrap());
    }
    assert!(json.item().unwrap());
    assert_eq!(json.line().unwrap(), None);
    assert!(json.item().unwrap());
    assert_eq!(json.string().unwrap(), None);
    assert!(json.item().unwrap());
    assert_eq!(json.kind().unwrap(), Kind::True);
    assert!(!json.array().unwrap());
    assert!(json.item().unwrap());
    assert_eq!(json.line().unwrap(), Some(5));
    assert!(!json.item().unwrap());
}

#[test]
fn any_depth_is_passed_over_without_recursion() {
    let deep = [vec![b'['; 1_000_000], vec![b']'; 1_000_000], b",".to_vec()].concat();
    let mut json = Json::new(&deep);
    json.skip().unwrap();
    assert_eq!(json.at(), 2_000_000);
    assert_eq!(Json::new(&deep[..1_500_000]).skip(), Err(Broken));
}

#[test]
fn escapes_are_understood_and_broken_ones_stay() {
    for (raw, text) in [
        (r"C:\\a\/b.js", r"C:\a/b.js"),
        (r"\u00fc\t\ud83d\ude00", "ü\t😀"),
        (r"\ud83d\u0041 \udc00", "\u{fffd}A \u{fffd}"),
        (r"\x \u12 \ü", r"\x \u12 \ü"),
        ("\\", ""),
        (r#"a\"b"#, "a\"b"),
    ] {
        assert_eq!(unescape(raw.as_bytes()), text, "{raw}");
    }
}

#[test]
fn every_cut_ends_in_broken_and_never_in_a_loop() {
    let text = br#"{"a":[1,{"b":"c\"d"},-1e3],"0123456789abcdef0":null}"#;
    for cut in 0..text.len() {
        let mut json = Json::new(&text[..cut]);
        assert_eq!(json.skip(), Err(Broken), "{cut}");
    }
    for bad in ["}", "]", ":", ",", "x", "{\"a\" 1}", "{1:2}"] {
        let mut json = Json::new(bad.as_bytes());
        let result = json.object().and_then(|inside| if inside { json.key().map(drop) } else { Ok(()) });
        assert_eq!(result, Err(Broken), "{bad}");
    }
}
