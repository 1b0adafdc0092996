//! Reports for the benchmarks: made, deterministic, in the proportions of real ones (a line in four has two arms, two
//! lines in three ran, gaps of one to three), and written in each format as its tools write it.

use std::fmt::Write as _;

use covermark_coverage::{Branches, Line};

/// One source file.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
}

/// The same numbers on every machine and every day.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as u32) % limit
    }
}

/// So many files of 500 executable lines.
pub(crate) fn sources(files: usize) -> Vec<Source> {
    let mut random = Random(1);
    (0..files)
        .map(|file| {
            let mut number = 0;
            let lines = (0..500)
                .map(|_| {
                    number += 1 + random.below(3);
                    let hits = if random.below(3) == 0 { 0 } else { 1 + random.below(5000) };
                    let taken = if hits == 0 { 0 } else { random.below(3) };
                    let branches = Branches { taken, total: 2, approximate: false };
                    Line { number, hits, branches: (random.below(4) == 0).then_some(branches) }
                })
                .collect();
            Source { path: format!("src/package_{:02}/module_{file:05}/file.c", file % 50), lines }
        })
        .collect()
}

type Writer = fn(&[Source]) -> String;

/// A writer for each format, by the format's code.
pub(crate) const WRITERS: [(&str, Writer); 11] = [
    ("lcov", lcov),
    ("cobertura", cobertura),
    ("jacoco", jacoco),
    ("clover", clover),
    ("go", go),
    ("istanbul", istanbul),
    ("coverage-py-json", coverage_py),
    ("simplecov", simplecov),
    ("sonarqube", sonarqube),
    ("coveralls", coveralls),
    ("codecov-json", codecov),
];

fn arms(line: &Line) -> impl Iterator<Item = (u32, bool)> {
    let branches = line.branches;
    (0..branches.map_or(0, |branches| branches.total))
        .map(move |arm| (arm, branches.is_some_and(|branches| arm < branches.taken)))
}

/// All sources, one after the other, in one text.
fn each(sources: &[Source], before: &str, after: &str, write: impl Fn(&mut String, &Source)) -> String {
    let mut out = before.to_owned();
    sources.iter().for_each(|source| write(&mut out, source));
    out + after
}

fn lcov(sources: &[Source]) -> String {
    each(sources, "", "", |out, source| {
        let _ = writeln!(out, "TN:\nSF:/home/runner/work/widgets/widgets/{}", source.path);
        for (index, line) in source.lines.iter().step_by(25).enumerate() {
            let _ = writeln!(out, "FN:{},function_{index}\nFNDA:{},function_{index}", line.number, line.hits);
        }
        for line in &source.lines {
            for (arm, taken) in arms(line) {
                let taken = if line.hits == 0 { "-".to_owned() } else { u32::from(taken).to_string() };
                let _ = writeln!(out, "BRDA:{},0,{arm},{taken}", line.number);
            }
        }
        for line in &source.lines {
            let _ = writeln!(out, "DA:{},{}", line.number, line.hits);
        }
        let hit = source.lines.iter().filter(|line| line.hits > 0).count();
        let _ = writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", source.lines.len());
    })
}

fn cobertura(sources: &[Source]) -> String {
    let before = "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE coverage SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>\n<coverage line-rate=\"0.6\" branch-rate=\"0.5\" timestamp=\"1700000000\" version=\"1\">\n  <sources>\n    <source>.</source>\n  </sources>\n  <packages>\n    <package name=\"src\">\n      <classes>\n";
    each(sources, before, "      </classes>\n    </package>\n  </packages>\n</coverage>\n", |out, source| {
        let _ = writeln!(out, "        <class name=\"file_c\" filename=\"{}\" line-rate=\"0.6\">", source.path);
        out.push_str("          <methods/>\n          <lines>\n");
        for line in &source.lines {
            let _ = write!(out, "            <line number=\"{}\" hits=\"{}\"", line.number, line.hits);
            let _ = match line.branches {
                Some(Branches { taken, total, .. }) => {
                    let percent = taken * 100 / total;
                    writeln!(out, " branch=\"true\" condition-coverage=\"{percent}% ({taken}/{total})\"/>")
                }
                None => writeln!(out, " branch=\"false\"/>"),
            };
        }
        out.push_str("          </lines>\n        </class>\n");
    })
}

fn jacoco(sources: &[Source]) -> String {
    let before = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name=\"widgets\"><sessioninfo id=\"a\" start=\"1\" dump=\"2\"/>";
    each(sources, before, "</report>", |out, source| {
        let (package, file) = source.path.rsplit_once('/').unwrap_or_default();
        let _ = write!(out, "<package name=\"{package}\"><sourcefile name=\"{file}\">");
        for line in &source.lines {
            let (missed, covered) = if line.hits == 0 { (3, 0) } else { (0, 3) };
            let (total, taken) = line.branches.map_or((0, 0), |branches| (branches.total, branches.taken));
            let (number, left) = (line.number, total - taken);
            let _ =
                write!(out, "<line nr=\"{number}\" mi=\"{missed}\" ci=\"{covered}\" mb=\"{left}\" cb=\"{taken}\"/>");
        }
        out.push_str("</sourcefile></package>");
    })
}

fn clover(sources: &[Source]) -> String {
    let before = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage generated=\"1700000000\" clover=\"3.2.0\">\n  <project timestamp=\"1700000000\" name=\"All files\">\n    <package name=\"src\">\n";
    each(sources, before, "    </package>\n  </project>\n</coverage>\n", |out, source| {
        let _ = writeln!(out, "      <file name=\"file.c\" path=\"/home/runner/work/w/w/{}\">", source.path);
        for line in &source.lines {
            let (number, hits) = (line.number, line.hits);
            let _ = match line.branches {
                Some(Branches { taken, .. }) => writeln!(
                    out,
                    "        <line num=\"{number}\" count=\"{hits}\" type=\"cond\" truecount=\"{}\" falsecount=\"{}\"/>",
                    u32::from(taken > 0),
                    u32::from(taken > 1),
                ),
                None => writeln!(out, "        <line num=\"{number}\" count=\"{hits}\" type=\"stmt\"/>"),
            };
        }
        out.push_str("      </file>\n");
    })
}

fn go(sources: &[Source]) -> String {
    each(sources, "mode: count\n", "", |out, source| {
        for line in &source.lines {
            let (path, number, hits) = (&source.path, line.number, line.hits);
            let _ = writeln!(out, "example.com/widgets/{path}:{number}.2,{number}.40 1 {hits}");
        }
    })
}

/// Objects in an object, with the comma that JSON wants between them and not at the end.
fn objects(sources: &[Source], before: &str, after: &str, write: impl Fn(&mut String, &Source)) -> String {
    let mut out = each(sources, before, "", |out, source| {
        write(out, source);
        out.push(',');
    });
    out.truncate(out.trim_end_matches(',').len());
    out + after
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn istanbul(sources: &[Source]) -> String {
    objects(sources, "{", "}", |out, source| {
        let lines = || source.lines.iter().enumerate();
        let place = |number: u32| {
            format!("{{\"start\":{{\"line\":{number},\"column\":2}},\"end\":{{\"line\":{number},\"column\":40}}}}")
        };
        let map = joined(lines().map(|(index, line)| format!("\"{index}\":{}", place(line.number))));
        let counts = joined(lines().map(|(index, line)| format!("\"{index}\":{}", line.hits)));
        let branched = || lines().filter(|(_, line)| line.branches.is_some());
        let branch = |(index, line): (usize, &Line)| {
            let at = place(line.number);
            format!("\"{index}\":{{\"loc\":{at},\"type\":\"if\",\"locations\":[{at},{at}],\"line\":{}}}", line.number)
        };
        let branches = joined(branched().map(branch));
        let taken = joined(branched().map(|(index, line)| {
            format!("\"{index}\":[{}]", joined(arms(line).map(|(_, taken)| u32::from(taken).to_string())))
        }));
        let path = format!("/home/runner/work/w/w/{}", source.path);
        let _ = write!(
            out,
            "\"{path}\":{{\"path\":\"{path}\",\"statementMap\":{{{map}}},\"fnMap\":{{}},\"branchMap\":{{{branches}}},\"s\":{{{counts}}},\"f\":{{}},\"b\":{{{taken}}}}}"
        );
    })
}

fn numbers(source: &Source, keep: impl Fn(&Line) -> bool) -> String {
    joined(source.lines.iter().filter(|line| keep(line)).map(|line| line.number.to_string()))
}

fn arcs(source: &Source, wanted: bool) -> String {
    joined(source.lines.iter().flat_map(|line| {
        let number = line.number;
        arms(line)
            .filter(move |(_, taken)| *taken == wanted)
            .map(move |(arm, _)| format!("[{number},{}]", number + 1 + arm))
    }))
}

fn coverage_py(sources: &[Source]) -> String {
    let before =
        "{\"meta\":{\"format\":3,\"version\":\"7.17.3\",\"branch_coverage\":true,\"show_contexts\":false},\"files\":{";
    objects(sources, before, "},\"totals\":{}}", |out, source| {
        let (ran, missed) = (numbers(source, |line| line.hits > 0), numbers(source, |line| line.hits == 0));
        let (taken, left) = (arcs(source, true), arcs(source, false));
        let _ = write!(
            out,
            "\"{}\":{{\"executed_lines\":[{ran}],\"summary\":{{}},\"missing_lines\":[{missed}],\"excluded_lines\":[],\"executed_branches\":[{taken}],\"missing_branches\":[{left}]}}",
            source.path
        );
    })
}

/// Every line of the source, null where it is not executable.
fn array(source: &Source) -> String {
    let mut next = 1;
    joined(source.lines.iter().map(|line| {
        let nulls = "null,".repeat((line.number - next) as usize);
        next = line.number + 1;
        format!("{nulls}{}", line.hits)
    }))
}

fn simplecov(sources: &[Source]) -> String {
    objects(sources, "{\"RSpec\":{\"coverage\":{", "},\"timestamp\":1700000000}}", |out, source| {
        let _ = write!(out, "\"/home/runner/work/w/w/{}\":{{\"lines\":[{}]}}", source.path, array(source));
    })
}

fn coveralls(sources: &[Source]) -> String {
    objects(sources, "{\"source_files\":[", "]}", |out, source| {
        let _ = write!(out, "{{\"name\":\"{}\",\"coverage\":[{}]}}", source.path, array(source));
    })
}

fn codecov(sources: &[Source]) -> String {
    objects(sources, "{\"coverage\":{", "}}", |out, source| {
        let line = |line: &Line| match line.branches {
            Some(Branches { taken, total, .. }) => format!("\"{}\":\"{taken}/{total}\"", line.number),
            None => format!("\"{}\":{}", line.number, line.hits),
        };
        let _ = write!(out, "\"{}\":{{{}}}", source.path, joined(source.lines.iter().map(line)));
    })
}

fn sonarqube(sources: &[Source]) -> String {
    each(sources, "<coverage version=\"1\">\n", "</coverage>\n", |out, source| {
        let _ = writeln!(out, "  <file path=\"{}\">", source.path);
        for line in &source.lines {
            let _ = write!(out, "    <lineToCover lineNumber=\"{}\" covered=\"{}\"", line.number, line.hits > 0);
            if let Some(Branches { taken, total, .. }) = line.branches {
                let _ = write!(out, " branchesToCover=\"{total}\" coveredBranches=\"{taken}\"");
            }
            out.push_str("/>\n");
        }
        out.push_str("  </file>\n");
    })
}
