//! One file of a Clover report: its lines are gathered, and its metrics say what they mean.

use super::{Output, Tag, WarningCode};
use crate::formats::number::{self, Count};
use crate::formats::xml::{self, Usual};
use crate::model::{Fact, FileBuilder};

/// What a file's own `metrics` add up to; 0 when they do not say (gcovr fills everything with zeros).
#[derive(Debug, Default)]
pub(super) struct Metrics {
    loc: u32,
    statements: u32,
    conditionals: u32,
    covered_conditionals: u32,
}

impl Metrics {
    pub(super) fn read(tag: Tag<'_>) -> Metrics {
        let mut metrics = Metrics::default();
        for (name, value) in tag.attributes() {
            let value = match number::count(value.as_bytes()) {
                Count::Plain(value) => value,
                _ => 0,
            };
            match name {
                "loc" => metrics.loc = value,
                "statements" => metrics.statements = value,
                "conditionals" => metrics.conditionals = value,
                "coveredconditionals" => metrics.covered_conditionals = value,
                _ => {}
            }
        }
        metrics
    }
}

/// A condition: how often true and false, or how many arms taken and not.
#[derive(Debug, Clone, Copy)]
struct Condition {
    line: u32,
    yes: u32,
    no: u32,
    /// It has a `count` of its own, which OpenClover's have not.
    counted: bool,
}

/// A line in the form that most of them have: number, count, how often a condition was true and false.
pub(super) type UsualLine = (u32, u32, Option<(u32, u32)>);

/// `<line num="1" count="2" type="stmt"/>` (Istanbul, gcovr), with the count last (PHPUnit), or a condition. Also gives
/// its length.
#[inline]
pub(super) fn usual_line(tag: &[u8]) -> Option<(UsualLine, usize)> {
    let mut rest = Usual(tag);
    let number = rest.number(b"<line num=\"").filter(|number| *number > 0)?;
    let (hits, sides) = match rest.number(b"\" count=\"") {
        Some(hits) if rest.literal(b"\" type=\"stmt").is_some() => (hits, None),
        Some(hits) => {
            rest.literal(b"\" type=\"cond")?;
            (hits, Some((rest.number(b"\" truecount=\"")?, rest.number(b"\" falsecount=\"")?)))
        }
        None => (rest.number(b"\" type=\"stmt\" count=\"")?, None),
    };
    rest.literal(b"\"/>")?;
    Some(((number, hits, sides), tag.len() - rest.0.len()))
}

#[derive(Debug)]
struct Method {
    line: u32,
    hits: u32,
    name: String,
}

#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) metrics: Metrics,
    /// Lines of type `stmt` and `cond`: number, count.
    lines: Vec<(u32, u32)>,
    conditions: Vec<Condition>,
    methods: Vec<Method>,
}

impl File {
    pub(super) fn line(&mut self, tag: Tag<'_>, output: &mut Output) {
        let line = LineTag::read(tag);
        let Some(number) = number::line(line.number.as_bytes()) else {
            return output.warnings.add(WarningCode::BadLineNumber, tag.place(), tag.example());
        };
        let mut count = |text: &str| match number::count(text.as_bytes()) {
            Count::Plain(count) => Some(count),
            Count::Negative => {
                output.warnings.add(WarningCode::NegativeCount, tag.place(), tag.example());
                Some(0)
            }
            Count::Not => None,
        };
        let is_condition = line.kind == "cond";
        let condition = if is_condition { count(line.yes).zip(count(line.no)) } else { None };
        let from_condition = condition.map(|(yes, no)| yes.saturating_add(no)).filter(|_| line.count.is_empty());
        let Some(hits) = from_condition.or_else(|| count(line.count)) else {
            return output.warnings.add(WarningCode::BadCount, tag.place(), tag.example());
        };
        match (line.kind, condition) {
            ("method", _) => {
                let name = xml::unescape(line.name).unwrap_or_default().into_owned();
                return self.methods.push(Method { line: number, hits, name });
            }
            (_, Some((yes, no))) => {
                self.conditions.push(Condition { line: number, yes, no, counted: !line.count.is_empty() });
            }
            _ if is_condition => output.warnings.add(WarningCode::BadBranch, tag.place(), tag.example()),
            _ => {}
        }
        self.lines.push((number, hits));
    }

    /// One more line of the usual form.
    pub(super) fn usual(&mut self, (line, hits, sides): UsualLine) {
        if let Some((yes, no)) = sides {
            self.conditions.push(Condition { line, yes, no, counted: true });
        }
        self.lines.push((line, hits));
    }

    /// Moves everything into the builder; the file is empty then.
    pub(super) fn write(&mut self, is_php: bool, builder: &mut FileBuilder) {
        let last = if is_php && self.metrics.loc > 0 { self.last_line() } else { u32::MAX };
        for (line, hits) in self.lines.iter().filter(|(line, _)| *line <= last) {
            builder.line(*line, *hits);
        }
        self.write_methods(last, builder);
        let by_arms = self.conditions_are_arms();
        for Condition { line, yes, no, .. } in self.conditions.drain(..).filter(|condition| condition.line <= last) {
            let fact = match by_arms {
                true => Fact::count(yes, yes.saturating_add(no)),
                false => Fact::count(u32::from(yes > 0) + u32::from(no > 0), 2),
            };
            builder.row(line, &[fact]);
        }
        self.lines.clear();
        self.metrics = Metrics::default();
    }

    /// `loc`, unless the metrics count the lines beyond it.
    fn last_line(&self) -> u32 {
        let (loc, wanted) = (self.metrics.loc, self.metrics.statements as usize);
        let inside = self.lines.iter().filter(|(line, _)| *line <= loc).count();
        let counted = wanted > inside && wanted <= self.lines.len();
        if counted { u32::MAX } else { loc }
    }

    fn write_methods(&mut self, last: u32, builder: &mut FileBuilder) {
        if self.methods.is_empty() {
            return;
        }
        let mut statements: Vec<u32> = self.lines.iter().map(|(line, _)| *line).filter(|line| *line <= last).collect();
        statements.sort_unstable();
        self.methods.sort_by_key(|method| method.line);
        let ends: Vec<u32> = self.methods.iter().skip(1).map(|method| method.line).chain([u32::MAX]).collect();
        let is_alone = |method: &Method, end: u32| {
            let next = statements.partition_point(|line| *line < method.line);
            statements.get(next).is_none_or(|line| *line >= end)
        };
        let alone: Vec<bool> = self.methods.iter().zip(&ends).map(|(method, end)| is_alone(method, *end)).collect();
        let mut missing = (self.metrics.statements as usize).saturating_sub(statements.len());
        for wanted in [true, false] {
            for (method, _) in self.methods.iter().zip(&alone).filter(|(_, alone)| **alone == wanted) {
                // A method on a line that is a statement already adds nothing.
                if missing > 0 && method.line <= last && statements.binary_search(&method.line).is_err() {
                    builder.line(method.line, method.hits);
                    missing -= 1;
                }
            }
        }
        for method in self.methods.drain(..) {
            builder.function(method.line, &method.name, method.hits);
        }
    }

    /// Whether conditions name their arms taken and not taken, as Istanbul does, and not how often true and false.
    fn conditions_are_arms(&self) -> bool {
        let wanted = (u64::from(self.metrics.conditionals), u64::from(self.metrics.covered_conditionals));
        let (mut arms, mut sides) = ((0, 0), (0, 0));
        for condition in &self.conditions {
            arms.0 += u64::from(condition.yes) + u64::from(condition.no);
            arms.1 += u64::from(condition.yes);
            sides.0 += 2;
            sides.1 += u64::from(condition.yes > 0) + u64::from(condition.no > 0);
        }
        // Istanbul counts branches on lines without a statement, which it does not list.
        let distance = |(all, taken): (u64, u64)| all.abs_diff(wanted.0) + taken.abs_diff(wanted.1);
        let tie = distance(arms) == distance(sides) && self.conditions.iter().all(|condition| condition.counted);
        wanted.0 > 0 && (distance(arms) < distance(sides) || tie)
    }
}

/// The attributes of a `line` element that matter.
#[derive(Default)]
struct LineTag<'a> {
    number: &'a str,
    kind: &'a str,
    count: &'a str,
    yes: &'a str,
    no: &'a str,
    name: &'a str,
}

impl<'a> LineTag<'a> {
    fn read(from: Tag<'a>) -> LineTag<'a> {
        let mut tag = LineTag::default();
        for (name, value) in from.attributes() {
            match name {
                "num" => tag.number = value,
                "type" => tag.kind = value,
                "count" => tag.count = value,
                "truecount" => tag.yes = value,
                "falsecount" => tag.no = value,
                // OpenClover names methods by their signature.
                "name" | "signature" => tag.name = value,
                _ => {}
            }
        }
        tag
    }
}
