//! When a report was written, for the formats that say so near their beginning: Cobertura, Clover, JaCoCo, Bullseye.

/// How much of a report's beginning is enough.
pub const BEGINNING: usize = 4 * 1024;

/// Seconds of the year 2000: what is smaller is no time but a counter, or was set to nothing on purpose.
const OLDEST: i64 = 946_684_800;
/// Larger numbers are milliseconds.
const MILLISECONDS: i64 = 100_000_000_000;

/// When a report was written, in seconds since 1970, by its first bytes ([`BEGINNING`] of them are enough); `None` when
/// it does not say. Times of day without a zone (Bullseye's) are not read.
#[must_use]
pub fn written(beginning: &[u8]) -> Option<i64> {
    let beginning = &beginning[..beginning.len().min(BEGINNING)];
    let attribute = |element: &str, name: &str| {
        let tag = tag(beginning, element)?;
        let quoted = |quote: char| {
            let start = find(tag, &format!(" {name}={quote}"))? + name.len() + 3;
            let end = tag[start..].iter().position(|byte| *byte == quote as u8)?;
            std::str::from_utf8(&tag[start..start + end]).ok()?.trim().parse::<i64>().ok()
        };
        quoted('"').or_else(|| quoted('\''))
    };
    let number = attribute("coverage", "timestamp")
        .or_else(|| attribute("coverage", "generated"))
        .or_else(|| attribute("sessioninfo", "dump"))?;
    let seconds = if number >= MILLISECONDS { number / 1000 } else { number };
    (seconds >= OLDEST).then_some(seconds)
}

/// The first start tag of this name.
fn tag<'a>(text: &'a [u8], element: &str) -> Option<&'a [u8]> {
    let start = find(text, &format!("<{element} "))?;
    let length = text[start..].iter().position(|byte| *byte == b'>')?;
    Some(&text[start..start + length])
}

fn find(text: &[u8], wanted: &str) -> Option<usize> {
    memchr::memmem::find(text, wanted.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn the_time_is_read_where_a_format_has_one() {
        for (report, wanted) in [
            (
                r#"<?xml version="1.0"?><coverage line-rate="1" timestamp="1700000000" version="7">"#,
                Some(1_700_000_000),
            ),
            (r#"<coverage timestamp="1700000000123">"#, Some(1_700_000_000)),
            (r"<coverage generated='1700000001' clover='4'>", Some(1_700_000_001)),
            (r#"<report name="a"><sessioninfo id="x" start="1" dump="1700000002000"/>"#, Some(1_700_000_002)),
            (r#"<coverage timestamp="0">"#, None),
            (r#"<coverage line-rate="0.5">"#, None),
            (r#"<coverage timestamp="2023-11-14 22:13">"#, None),
            (r#"<coverage timestamp="1700000000"#, None),
            ("TN:\nSF:a.c\n", None),
        ] {
            assert_eq!(written(report.as_bytes()), wanted, "{report}");
        }
    }
}
