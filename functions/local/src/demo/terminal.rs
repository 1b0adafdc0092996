//! Markdown as a person reads it in a terminal: words instead of marks, tables lined up, links by their text.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Renders `markdown` as lines of text.
pub(super) fn render(markdown: &str) -> String {
    let mut page = Page::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.break_line();
    page.lines.join("\n").trim_matches('\n').to_owned()
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
    current: String,
    indent: usize,
    rows: Vec<Vec<String>>,
    in_table: bool,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.current.push_str(&text),
            Event::SoftBreak => self.current.push(' '),
            Event::HardBreak => self.break_line(),
            Event::Start(Tag::Item) => {
                self.break_line();
                self.current.push_str("• ");
            }
            Event::Start(Tag::List(_)) => self.indent += 2,
            Event::End(TagEnd::List(_)) => {
                self.break_line();
                self.indent = self.indent.saturating_sub(2);
            }
            Event::Start(Tag::Table(_)) => {
                self.in_table = true;
                self.rows.clear();
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => self.rows.push(Vec::new()),
            Event::End(TagEnd::TableCell) => {
                let cell = std::mem::take(&mut self.current);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            Event::End(TagEnd::Table) => self.table(),
            Event::End(TagEnd::Heading(HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3) | TagEnd::Paragraph) => {
                self.break_line();
                self.lines.push(String::new());
            }
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            _ => {}
        }
    }

    /// Of HTML only what folds: its summary is shown, as GitHub shows it folded.
    fn html(&mut self, html: &str) {
        let Some((_, rest)) = html.split_once("<summary>") else { return };
        let summary = rest.split("</summary>").next().unwrap_or_default();
        self.break_line();
        self.current.push_str("▸ ");
        self.current.push_str(summary.trim());
        self.break_line();
    }

    fn break_line(&mut self) {
        if !self.current.trim().is_empty() {
            self.lines.push(format!("{}{}", " ".repeat(self.indent.saturating_sub(2)), self.current.trim_end()));
        }
        self.current.clear();
    }

    fn table(&mut self) {
        self.in_table = false;
        let rows = std::mem::take(&mut self.rows);
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            self.lines.push(cells.collect::<Vec<_>>().join("   ").trim_end().to_owned());
            if number == 0 {
                self.lines.push(widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("   "));
            }
        }
        self.lines.push(String::new());
    }
}
