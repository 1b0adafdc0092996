"""What reports and tools say that a run adds up to: lines, lines_hit, branches, branches_hit, and functions where told."""

import json
import re
import xml.etree.ElementTree as xml


def of(lines, lines_hit, branches=None, branches_hit=None, functions=None, functions_hit=None):
    told = {
        "lines": lines, "lines_hit": lines_hit, "branches": branches, "branches_hit": branches_hit,
        "functions": functions, "functions_hit": functions_hit,
    }
    return {name: int(value) for name, value in told.items() if value is not None}


def cobertura(file):
    """The root's attributes."""
    root = xml.parse(file).getroot().attrib
    names = ["lines-valid", "lines-covered", "branches-valid", "branches-covered"]
    return of(*(root.get(name) for name in names))


def cobertura_conditions(file):
    """The arms that its lines name: `condition-coverage="50% (1/2)"`."""
    found = [0, 0]
    for line in xml.parse(file).getroot().iterfind(".//class/lines/line[@condition-coverage]"):
        taken, total = line.get("condition-coverage").split("(")[1].rstrip(")").split("/")
        found = [found[0] + int(total), found[1] + int(taken)]
    return of(None, None, *found)


def lcov_records(file):
    """Like `lcov`, but arms and functions counted by their records: llvm-cov's sums take a template's instances for one,
    its records do not."""
    arms, functions, called = [], set(), set()
    for line in open(file, encoding="utf-8"):
        name, _, value = line.strip().partition(":")
        if name == "BRDA":
            arms.append(value.rsplit(",", 1)[1] not in ("-", "0"))
        elif name == "FN":
            functions.add(value.split(",", 1)[1])
        elif name == "FNDA" and not value.startswith("0,"):
            called.add(value.split(",", 1)[1])
    return {**lcov(file), **of(None, None, len(arms), sum(arms), len(functions), len(called))}


def lcov(file):
    """LF, LH, BRF, BRH, FNF, FNH, summed."""
    found = {}
    for line in open(file, encoding="utf-8"):
        name, _, value = line.strip().partition(":")
        if name in ("LF", "LH", "BRF", "BRH", "FNF", "FNH"):
            found[name] = found.get(name, 0) + int(value)
    return of(*(found.get(name) for name in ["LF", "LH", "BRF", "BRH", "FNF", "FNH"]))


def lcov_summary(text):
    """`  lines......: 83.3% (30 of 36 lines)`, for lines, functions and branches."""
    found = dict.fromkeys(["lines", "branches", "functions"], (None, None))
    for what, hit, total in re.findall(r"(lines|functions|branches)\.*: \S+ \((\d+) of (\d+) ", text):
        found[what] = (total, hit)
    return of(*(value for pair in found.values() for value in pair))


def coverage_py(file):
    totals = json.load(open(file))["totals"]
    names = ["num_statements", "covered_lines", "num_branches", "covered_branches"]
    return of(*(totals.get(name) for name in names))


def gcovr(file):
    """gcovr's JSON summary."""
    root = json.load(open(file))
    names = ["line_total", "line_covered", "branch_total", "branch_covered", "function_total", "function_covered"]
    return of(*(root[name] for name in names))


def istanbul_summary(file):
    total = json.load(open(file))["total"]
    return of(*(total[what][side] for what in ["lines", "branches", "functions"] for side in ["total", "covered"]))


def clover(file):
    """The project's metrics. What a covered method is, writers disagree on; conditionals are 0 where there are none."""
    metrics = xml.parse(file).getroot().find("project/metrics").attrib
    return of(metrics["statements"], metrics["coveredstatements"])


def gcov(text):
    """`File 'a.cpp'` and `Lines executed:57.14% of 14`, for each file; the last line, which has no file, is their sum."""
    found = [0, 0]
    for percent, total in re.findall(r"File '.*'\nLines executed:([\d.]+)% of (\d+)", text):
        found = [found[0] + int(total), found[1] + round(float(percent) * int(total) / 100)]
    return of(*found)


def jacoco(file):
    """The counters below the root."""
    found = {counter.get("type"): counter.attrib for counter in xml.parse(file).getroot().findall("counter")}
    values = []
    for kind in ["LINE", "BRANCH", "METHOD"]:
        missed, covered = (int(found.get(kind, {}).get(side, 0)) for side in ["missed", "covered"])
        values += [missed + covered, covered]
    return of(*values)


def llvm(file):
    totals = json.load(open(file))["data"][0]["totals"]
    return of(*(totals[what][side] for what in ["lines", "branches"] for side in ["count", "covered"]))


def go(file):
    """Lines from blocks: a block covers the lines from its start to its end; a line that several share is hit by any."""
    hits = {}
    for line in open(file):
        if line.startswith("mode:"):
            continue
        place, _, count = line.split()
        path, _, span = place.rpartition(":")
        start, end = (int(position.split(".")[0]) for position in span.split(","))
        for number in range(start, end + 1):
            hits[path, number] = hits.get((path, number), 0) or int(count)
    return of(len(hits), sum(count > 0 for count in hits.values()))
