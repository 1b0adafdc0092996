use covermark_types::{Secret, Timestamp};
use jiff::SignedDuration;

use super::{MOST, Standing, WebhookDocument};

fn at(hours: i64) -> Timestamp {
    "2026-03-01T00:00:00Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_hours(hours)
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn accepted(document: &WebhookDocument, now: Timestamp) -> Vec<String> {
    document.accepted(now).iter().map(|secret| secret.expose().to_owned()).collect()
}

fn stored(document: &WebhookDocument) -> String {
    document.to_secret().expose().to_owned()
}

#[test]
fn what_was_written_before_there_were_times_is_accepted_without_end() {
    let document = WebhookDocument::parse(&secret(r#"{"secrets":["new","old"]}"#)).expect("read");
    assert_eq!(accepted(&document, at(100_000)), ["new", "old"]);
    assert_eq!(stored(&document), r#"{"secrets":["new","old"]}"#, "and is written as it was");
}

#[test]
fn a_rotation_is_accepted_next_then_current_and_the_one_before_ends() {
    let first = WebhookDocument::new(secret("one"));
    let prepared = first.prepare(secret("two"), at(0)).expect("room");
    assert_eq!(stored(&prepared), r#"{"secrets":["one",{"secret":"two","prepared":"2026-03-01T00:00:00Z"}]}"#);
    assert_eq!(accepted(&prepared, at(0)), ["one", "two"]);
    let read = WebhookDocument::parse(&prepared.to_secret()).expect("read");
    assert!(read.prepared().is_some_and(|(next, since)| next.matches("two") && since == at(0)));
    assert!(read.current().is_some_and(|current| current.matches("one")));

    let promoted = read.promote(at(1), at(25));
    assert_eq!(stored(&promoted), r#"{"secrets":["two",{"secret":"one","until":"2026-03-02T01:00:00Z"}]}"#);
    assert_eq!(accepted(&promoted, at(24)), ["two", "one"]);
    assert_eq!(accepted(&promoted, at(25)), ["two"]);
    let standings: Vec<_> = promoted.standings(at(1)).map(|(_, standing)| standing).collect();
    assert_eq!(standings, [Standing::Current, Standing::Until(at(25))]);

    let third = promoted.prepare(secret("three"), at(2)).expect("room");
    assert_eq!(accepted(&third, at(2)), ["two", "three", "one"]);
    assert_eq!(accepted(&third.promote(at(3), at(27)), at(3)), ["three", "two", "one"]);
    assert_eq!(accepted(&third.promote(at(3), at(27)), at(25)), ["three", "two"], "nobody's time is made longer");
}

#[test]
fn nothing_prepared_is_nothing_to_promote() {
    let document = WebhookDocument::new(secret("one"));
    assert_eq!(stored(&document.promote(at(0), at(1))), r#"{"secrets":["one"]}"#);
}

#[test]
fn an_import_takes_over_and_the_secret_of_a_rotation_that_was_under_way_ends_too() {
    let document = WebhookDocument::new(secret("one")).prepare(secret("two"), at(0)).expect("room");
    assert_eq!(accepted(&document.succeed_by(secret("three"), at(1), at(2)), at(1)), ["three", "one", "two"]);
    assert_eq!(accepted(&document.succeed_by(secret("three"), at(1), at(2)), at(2)), ["three"]);
    assert_eq!(
        accepted(&document.succeed_by(secret("one"), at(1), at(2)), at(1)),
        ["one", "two"],
        "none is there twice"
    );
    assert_eq!(accepted(&document.succeed_by(secret("three"), at(1), at(1)), at(1)), ["three"], "no overlap");
}

#[test]
fn there_are_never_more_than_are_tried_for_one_delivery() {
    let mut document = WebhookDocument::new(secret("0"));
    for number in 1..MOST {
        let prepared = document.prepare(secret(&number.to_string()), at(0)).expect("room");
        document = prepared.promote(at(0), at(1));
    }
    assert_eq!(document.accepted(at(0)).len(), MOST);
    assert!(document.prepare(secret("more"), at(0)).is_none());
    assert!(document.prepare(secret("more"), at(1)).is_some(), "when the others are over");
    let imported = document.succeed_by(secret("more"), at(0), at(1));
    assert_eq!((imported.accepted(at(0)).len(), &*accepted(&imported, at(0))[0]), (MOST, "more"));
}

#[test]
fn what_is_no_such_document_is_told_without_what_is_in_it() {
    for (text, problem) in [
        ("hush", "not the JSON that is expected (line 1, column 1)"),
        (r#"{"secrets":[{"hush":1}]}"#, "not the JSON that is expected (line 1, column 23)"),
        (r#"{"secrets":["hush",""]}"#, "one of the webhook secrets is empty"),
    ] {
        assert_eq!(WebhookDocument::parse(&secret(text)).err().as_deref(), Some(problem), "{text}");
    }
}
