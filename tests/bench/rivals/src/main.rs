//! `covermark-rivals READER FILE`: reads a report with another reader and says how much it found.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [reader, file] = arguments.as_slice() else { return Err("covermark-rivals READER FILE".into()) };
    let bytes = std::fs::read(file)?;
    let found = match reader.as_str() {
        "lcov" => lcov::Report::from_reader(lcov::Reader::new(&bytes[..]))?.sections.len(),
        "lcov-records" => lcov::Reader::new(&bytes[..]).filter(Result::is_ok).count(),
        "quick-xml" => events(std::str::from_utf8(&bytes)?)?,
        other => return Err(format!("no reader {other}").into()),
    };
    println!("{found}");
    Ok(())
}

fn events(text: &str) -> Result<usize, Box<dyn Error>> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut count = 0;
    while !matches!(reader.read_event()?, quick_xml::events::Event::Eof) {
        count += 1;
    }
    Ok(count)
}
