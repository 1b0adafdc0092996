#!/usr/bin/env python3
"""Writes the first seeds of the fuzz targets: our own samples, small reports made here, and what real tools wrote for
the oracles, if that folder is given. No foreign file.

usage: seeds.py FOLDER [tests/.cache/reports]      (then: FOLDER/<target>/<name>)
"""

import base64
import json
import pathlib
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parent / "src/formats/tests/samples"

LCOV = """TN:t
SF:src/a.c
VER:1
FN:1,3,f
FNDA:2,f
FNL:0,1,3
FNA:0,2,f
BRDA:2,0,0,1
BRDA:2,e0,jump to line 6,-
MCDC:2,2,t,1,0,a && b
DA:1,1
DA:2,1e3,ab
DA:3,-4
LF:2
end_of_record
SF:b.c
DA:9,0
end_of_record
"""
COBERTURA = """<?xml version='1.0'?><!DOCTYPE coverage SYSTEM 'http://x/y.dtd'>
<coverage line-rate='1'><sources><source>/a &amp; b</source></sources><packages><package name='p'><classes>
<class name='A' filename='a.py'><methods><method name='m' signature='()'><lines><line number='1' hits='1'/></lines></method></methods>
<lines><line number='2' hits='1.0' branch='true' condition-coverage='50% (1/2)' missing-branches='exit,7'>
<conditions><condition number='0' type='jump' coverage='50%'/></conditions></line></lines></class></classes></package></packages></coverage>
"""
GO = "mode: count\nexample.com/a/b.go:3.10,5.2 2 7\nexample.com/a/b.go:5.2,5.9 1 0\nexample.com/a/b.go:7.1,9.2 1 1\n"
COVERAGE_PY = {"meta": {"version": "7.6", "show_contexts": False}, "files": {"a\\b.py": {
    "executed_lines": [1, 2], "missing_lines": [4], "excluded_lines": [6], "executed_branches": [[2, 3]],
    "missing_branches": [[2, -1]], "functions": {"f": {"executed_lines": [2], "missing_lines": [4], "start_line": 2}}}}}
PLACE = {"start": {"line": 2, "column": 0}, "end": {"line": 4, "column": None}}
ISTANBUL = {"/w/a.js": {"path": "/w/a.js", "statementMap": {"0": PLACE, "1": PLACE}, "s": {"0": 1, "1": 0},
    "fnMap": {"0": {"name": "f", "decl": PLACE, "loc": PLACE, "line": 2}}, "f": {"0": 3},
    "branchMap": {"0": {"loc": PLACE, "type": "if", "locations": [PLACE, PLACE], "line": 2}}, "b": {"0": [1, 0]},
    "inputSourceMap": {"mappings": "AAAA"}, "hash": "0"}}
SIMPLECOV = {"RSpec": {"coverage": {"/w/a.rb": {"lines": [1, None, 0, "ignored"], "branches": {
    "[:if, 0, 3, 4, 5, 6]": {"[:then, 1, 3, 4, 3, 6]": 1, "[:else, 2, 5, 4, 5, 6]": 0}}}, "/w/b.rb": [1, 0]}, "timestamp": 1}}
LLVM = {"data": [{"files": [{"filename": "/w/a.cc", "segments": [[1, 1, 3, True, True, False], [2, 3, 0, True, True, False],
    [3, 1, 0, False, False, False]], "branches": [[2, 3, 2, 9, 1, 0, 0, 0, 4]], "expansions": [], "summary": {}}],
    "functions": [{"name": "f", "count": 3, "filenames": ["/w/a.cc"], "regions": [[1, 1, 3, 2, 3, 0, 0, 0]]}]}],
    "type": "llvm.coverage.json.export", "version": "2.0.1"}
DIFF = """diff --git a/src/a.c b/src/b.c
similarity index 90%
rename from src/a.c
rename to src/b.c
--- a/src/a.c
+++ b/src/b.c
@@ -1,3 +1,4 @@ f()
 x
-y
+z
+w
 v
\\ No newline at end of file
diff --git "a/\\303\\274.txt" "b/\\303\\274.txt"
new file mode 100644
index 0000000..1
Binary files /dev/null and "b/\\303\\274.txt" differ
"""
PAYLOAD = {
    "report_fixes": {"format": "legacy", "value": {"src/a.c": {"eof": 9, "lines": [1, 3]}}},
    "network_files": ["src/a.c", "b.c"],
    "coverage_files": [{"filename": "lcov.info", "format": "base64+compressed", "labels": "",
                        "data": base64.b64encode(zlib.compress(LCOV.encode())).decode()},
                       {"filename": "x.xml", "format": "plain", "data": COBERTURA}],
    "metadata": {},
}

JACOCO = """<?xml version='1.0'?><!DOCTYPE report PUBLIC '-//JACOCO//DTD' 'report.dtd'><report name='x'><group name='g'><package name='a/b'>
<class name='a/b/C' sourcefilename='C.java'><method name='m' desc='()V' line='3'><counter type='METHOD' missed='0' covered='1'/></method></class>
<sourcefile name='C.java'><line nr='3' mi='1' ci='2' mb='1' cb='1'/><line nr='4' mi='2' ci='0' mb='0' cb='0'/></sourcefile></package></group></report>
"""
CLOVER = """<coverage generated='1'><project timestamp='1'><package name='p'><file name='a.php' path='/w/a.php'>
<line num='2' type='method' name='m' count='1'/><line num='3' type='stmt' count='1'/><line num='4' type='cond' truecount='1' falsecount='0'/>
<metrics loc='9'/></file></package></project></coverage>
"""
SEEDS = {
    "lcov": [LCOV], "cobertura": [COBERTURA], "go": [GO], "jacoco": [JACOCO], "clover": [CLOVER],
    "coverage_py": [COVERAGE_PY], "istanbul": [ISTANBUL], "simplecov": [SIMPLECOV], "llvm_cov": [LLVM],
    "diff": [DIFF], "payload": [PAYLOAD, LCOV], "shard": ["CMSH", "\0\0\1"],
    "merge": [LCOV + "\n%%\n" + COBERTURA + "\n%%\n" + LCOV.replace("1", "2")],
}
FILES = {
    "open_cover": ["open_cover.xml"], "sonarqube": ["sonarqube.xml"], "gcov": ["gcov.gcov"], "gcov_json": ["gcov.json"],
    "codecov_json": ["codecov.json"], "coveralls": ["coveralls.json"], "xccov": ["xccov.json"],
    "visual_studio": ["visual_studio.xml", "visual_studio_old.xml"], "dot_cover": ["dot_cover.xml"],
    "lua_cov": ["lua_cov.out"], "elm": ["elm.json"], "d_listing": ["d_listing.lst"],
    "scoverage": ["scoverage.xml", "scoverage_data.xml"], "mono": ["mono.xml"], "bullseye": ["bullseye.xml"],
    "covr": ["covr.json"], "flow": ["flow.json"],
}
# Targets of the formats that have another short name.
NAMED = {"coverage-py-json": "coverage_py", "llvm-cov-json": "llvm_cov", "gcov-json": "gcov_json"}


def real(folder: pathlib.Path, out: pathlib.Path) -> None:
    """Seeds out of what `tests/run` let real tools write."""
    oracles = json.loads((folder / "oracles.json").read_text())
    for report in oracles["reports"]:
        name = report["file"].replace("/", "-")
        target = NAMED.get(report["format"], report["format"])
        write(out / target / f"real-{name}", (folder / report["file"]).read_bytes())
    for index, patch in enumerate(oracles["patches"]):
        write(out / "diff" / f"real-{index}", (folder / patch["diff"]).read_bytes())


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:
        real(pathlib.Path(sys.argv[2]), out)
    for target, seeds in SEEDS.items():
        for index, seed in enumerate(seeds):
            text = seed if isinstance(seed, str) else json.dumps(seed)
            write(out / target / f"seed{index}", text.encode())
    for target, names in FILES.items():
        for name in names:
            write(out / target / name, (SAMPLES / name).read_bytes())
    for file in sorted(out.glob("*/*")):
        if file.parent.name not in ("detect", "diff", "payload", "shard", "merge"):
            write(out / "detect" / f"{file.parent.name}-{file.name}", file.read_bytes())


def write(path: pathlib.Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


main()
