//! How long ago something was, as people say it.

use covermark_types::Timestamp;

/// `just now`, `4 minutes ago`, `yesterday`, or the day.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    let plural = |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => plural(seconds / 60, "minute"),
        3_600..86_400 => plural(seconds / 3_600, "hour"),
        86_400..172_800 => "yesterday".to_owned(),
        172_800..2_592_000 => plural(seconds / 86_400, "day"),
        _ => format!("on {}", at.strftime("%-d %B %Y")),
    }
}

/// What lies ahead: `in 4 minutes`.
pub(crate) fn ahead(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs().max(0);
    match seconds {
        ..60 => format!("in {seconds} s"),
        60..3_600 => format!("in {} min", (seconds + 59) / 60),
        _ => format!("at {}", at.strftime("%H:%M UTC")),
    }
}

#[cfg(test)]
mod tests {
    use covermark_types::Timestamp;

    use super::{ago, ahead};

    #[test]
    fn time_is_told_as_people_tell_it() {
        let now = Timestamp::from_second(1_780_000_000).expect("a time");
        let at = |seconds: i64| Timestamp::from_second(1_780_000_000 - seconds).expect("a time");
        for (seconds, text) in [
            (-90, "just now"),
            (0, "just now"),
            (60, "1 minute ago"),
            (7_300, "2 hours ago"),
            (90_000, "yesterday"),
            (259_200, "3 days ago"),
            (2_592_000, "on 28 April 2026"),
        ] {
            assert_eq!(ago(at(seconds), now), text);
        }
        assert_eq!((ahead(at(-5), now), ahead(at(-61), now)), ("in 5 s".to_owned(), "in 2 min".to_owned()));
    }
}
