//! A file's coverage with its lines somewhere else: moved by a change, or left out.

use super::{FileBuilder, FileReport, Repeat, Row};

impl FileReport {
    /// The coverage with every line where `place` says, without those that have no place. Branches go with their line;
    /// two lines in one place add up.
    pub(crate) fn moved(&self, mut place: impl FnMut(u32) -> Option<u32>) -> FileReport {
        let mut builder = FileBuilder::default();
        for (number, hits) in self.columns().numbers.iter().zip(&self.columns().hits) {
            if let Some(number) = place(*number) {
                builder.line(number, *hits);
            }
        }
        for (line, Row(facts)) in self.columns().branches.iter() {
            if let Some(line) = place(line) {
                builder.row(line, facts);
            }
        }
        for function in self.functions() {
            // Line 0 is no line, but "somewhere", and stays that.
            let line = if function.line == 0 { Some(0) } else { place(function.line) };
            if let Some(line) = line {
                builder.function(line, function.name, function.hits);
            }
        }
        builder.finish(self.path(), Repeat::Add)
    }

    /// Without the lines that `ignored` names.
    pub(crate) fn without(&self, mut ignored: impl FnMut(u32) -> bool) -> FileReport {
        self.moved(|line| (!ignored(line)).then_some(line))
    }
}
