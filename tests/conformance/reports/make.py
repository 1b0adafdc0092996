#!/usr/bin/env python3
"""Has real tools write real reports of the sample programs, and writes down what the tools themselves add them up to.

    python3 tests/conformance/reports/make.py OUT

COVERMARK_REPORTS_VENV and COVERMARK_REPORTS_NPM say where coverage.py, gcovr and diff-cover, and c8, nyc and tsc are; all
other tools are Debian's. OUT gets a folder for each run and `oracles.json`, which tests/oracles reads. Nothing here knows
Covermark: the sums come from the reports' own headers, or from what the tool prints, by readers of a few lines each.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import traceback

import patches
import sums

HERE = pathlib.Path(__file__).resolve().parent
VENV = pathlib.Path(os.environ["COVERMARK_REPORTS_VENV"]).resolve() / "bin"
NPM = pathlib.Path(os.environ["COVERMARK_REPORTS_NPM"]).resolve() / "node_modules"


class Run:
    """One sample program in a folder of its own, and the reports of one run of it."""

    def __init__(self, out, name, sample):
        self.name = name
        self.out = out / name
        self.work = out / "work" / name
        self.reports = []
        shutil.copytree(HERE / "samples" / sample, self.work)
        self.out.mkdir(parents=True)
        #: What `git ls-files` would list.
        self.files = sorted(str(path.relative_to(self.work)) for path in self.work.rglob("*") if path.is_file())

    def tool(self, *command, into=None, **environment):
        """Runs a command in the sample's folder; its output goes `into` a report where it writes to stdout."""
        command = [str(part) for part in command]
        result = subprocess.run(
            command, cwd=self.work, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if result.returncode != 0:
            said = (result.stdout + result.stderr).decode(errors="replace")
            raise RuntimeError(f"{self.name}: `{' '.join(command)}` ended with {result.returncode}:\n{said}")
        if into:
            (self.out / into).write_bytes(result.stdout)
        return result.stdout.decode(errors="replace")

    def report(self, file, form, own_sums, same=None, warns=None):
        """A report of this run. `own_sums`: what the tool says. `same`: all of one name must have the same lines. `warns`:
        the one thing that must be said of it."""
        group = f"{self.name}: {same}" if same else None
        self.reports.append(
            {
                "file": f"{self.name}/{file}", "format": form, "same": group, "sums": own_sums, "run": self.name,
                "warns": warns,
            }
        )


def python(out):
    run = Run(out, "python", "python")
    coverage = VENV / "coverage"
    run.tool(coverage, "run", "--branch", "--source=widgets", "run.py")
    run.tool(coverage, "xml", "-o", run.out / "coverage.xml")
    run.tool(coverage, "lcov", "-o", run.out / "lcov.info")
    run.tool(coverage, "json", "-o", run.out / "coverage.json")
    run.report("coverage.xml", "cobertura", sums.cobertura(run.out / "coverage.xml"), same="lines")
    run.report("lcov.info", "lcov", sums.lcov(run.out / "lcov.info"), same="lines")
    run.report("coverage.json", "coverage-py-json", sums.coverage_py(run.out / "coverage.json"), same="lines")
    return run


def python_elsewhere(out):
    """Without branches, from another folder: absolute paths and an empty `<source>`."""
    run = Run(out, "python-lines", "python")
    coverage = VENV / "coverage"
    run.tool(coverage, "run", "--include=*/widgets/*", "run.py")
    elsewhere = run.work / "elsewhere"
    elsewhere.mkdir()
    data = f"--data-file={run.work / '.coverage'}"
    subprocess.run([coverage, "xml", data, "-o", run.out / "coverage.xml"], cwd=elsewhere, check=True, capture_output=True)
    run.report("coverage.xml", "cobertura", sums.cobertura(run.out / "coverage.xml"))
    return run


GCOVR = {
    "cobertura": "cobertura.xml", "clover": "clover.xml", "jacoco": "jacoco.xml", "sonarqube": "sonarqube.xml",
    "lcov": "lcov.info", "coveralls": "coveralls.json", "json-summary": "summary.json",
}


def cpp(out):
    """gcovr in all its formats, once as it is and once with a template's instances in one."""
    run = Run(out, "gcovr", "cpp")
    run.tool("g++", "--coverage", "-O0", "-o", "shape", "main.cpp", "shape.cpp")
    run.tool("./shape")
    # Without a checkout gcovr writes no Coveralls report.
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    run.tool("git", "init", "-q")
    run.tool("git", "add", "main.cpp", "shape.cpp", "shape.h")
    run.tool("git", *identity, "commit", "-qm", "all")
    for way, options in {"as-it-is": [], "merged": ["--merge-lines"]}.items():
        (run.out / way).mkdir()
        run.tool(VENV / "gcovr", *options, *(f"--{form}={run.out / way / file}" for form, file in GCOVR.items()))
        # As it is, gcovr counts a line of a template once for each instance. A line is a line: its states are ours.
        told = sums.gcovr(run.out / way / "summary.json") if options else {}
        lines = {name: told[name] for name in ("lines", "lines_hit") if told}
        run.report(f"{way}/cobertura.xml", "cobertura", lines and sums.cobertura(run.out / way / "cobertura.xml"), same="lines")
        run.report(f"{way}/lcov.info", "lcov", lines and sums.lcov(run.out / way / "lcov.info"), same="lines")
        run.report(f"{way}/sonarqube.xml", "sonarqube", lines, same="lines")
        run.report(f"{way}/clover.xml", "clover", lines and sums.clover(run.out / way / "clover.xml"), same="lines")
        run.report(f"{way}/coveralls.json", "coveralls", lines, same="lines")
        # Its JaCoCo does not say which lines ran.
        run.report(f"{way}/jacoco.xml", "jacoco", {}, warns="no-count")
    return run


def gcov(out):
    """gcov itself, in both of its forms, of one object."""
    run = Run(out, "gcov", "cpp")
    run.tool("g++", "--coverage", "-O0", "-o", "shape", "main.cpp", "shape.cpp")
    run.tool("./shape")
    told = sums.gcov(run.tool("gcov", "shape-main.gcda"))
    run.tool("gcov", "-b", "-c", "--stdout", "shape-main.gcda", into="main.gcov")
    run.tool("gcov", "-b", "--json-format", "--stdout", "shape-main.gcda", into="main.gcov.json")
    run.report("main.gcov", "gcov", told, same="lines")
    run.report("main.gcov.json", "gcov-json", told, same="lines")
    return run


def lcov(out):
    run = Run(out, "lcov", "cpp")
    run.tool("g++", "--coverage", "-O0", "-o", "shape", "main.cpp", "shape.cpp")
    run.tool("./shape")
    branches = ("--rc", "lcov_branch_coverage=1")
    run.tool("lcov", *branches, "--quiet", "--capture", "--directory", ".", "--output-file", run.out / "lcov.info")
    # A captured file has no sums in it; what lcov says of it does.
    told = run.tool("lcov", *branches, "--summary", run.out / "lcov.info")
    run.report("lcov.info", "lcov", sums.lcov_summary(told))
    return run


def javascript(out):
    run = Run(out, "nyc", "javascript")
    writers = ["json", "lcovonly", "cobertura", "clover", "json-summary"]
    reporters = [f"--reporter={writer}" for writer in writers]
    run.tool(NPM / ".bin/nyc", "--all", "--include=src/**", *reporters, f"--report-dir={run.out}", "node", "test.js")
    istanbul(run)
    return run


def istanbul(run):
    """What nyc and c8 write, all of one summary."""
    summary = sums.istanbul_summary(run.out / "coverage-summary.json")
    run.report("coverage-final.json", "istanbul", summary, same="lines")
    run.report("lcov.info", "lcov", summary, same="lines")
    # Its Cobertura leaves out the arms on lines without a statement, which the summary counts.
    cobertura = {**summary, **sums.cobertura_conditions(run.out / "cobertura-coverage.xml")}
    run.report("cobertura-coverage.xml", "cobertura", cobertura, same="lines")
    # So does its Clover, which names no functions either.
    clover = {name: cobertura[name] for name in ("lines", "lines_hit", "branches", "branches_hit")}
    run.report("clover.xml", "clover", clover, same="lines")


def typescript(out):
    run = Run(out, "c8", "typescript")
    run.tool(NPM / ".bin/tsc")
    reporters = [f"--reporter={writer}" for writer in ["json", "lcovonly", "cobertura", "clover", "json-summary"]]
    run.tool(NPM / ".bin/c8", "--all", "--src=src", *reporters, f"--reports-dir={run.out}", "node", "out/test.js")
    istanbul(run)
    return run


def go(out):
    run = Run(out, "go", "go")
    for mode in ["set", "count", "atomic"]:
        run.tool("go", "test", f"-covermode={mode}", f"-coverprofile={run.out}/{mode}.out", "./...", GOFLAGS="-mod=mod")
        run.report(f"{mode}.out", "go", sums.go(run.out / f"{mode}.out"), same="lines")
    return run


def clang(out):
    run = Run(out, "clang", "cpp")
    flags = ["-fprofile-instr-generate", "-fcoverage-mapping", "-O0"]
    run.tool("clang++", *flags, "-o", "shape", "main.cpp", "shape.cpp")
    run.tool("./shape", LLVM_PROFILE_FILE=str(run.work / "shape.profraw"))
    run.tool("llvm-profdata", "merge", "-o", "shape.profdata", "shape.profraw")
    export = ["llvm-cov", "export", "./shape", "-instr-profile=shape.profdata"]
    run.tool(*export, "-format=lcov", into="llvm.info")
    run.tool(*export, into="llvm.json")
    run.report("llvm.info", "lcov", sums.lcov_records(run.out / "llvm.info"), same="lines")
    run.report("llvm.json", "llvm-cov-json", sums.llvm(run.out / "llvm.json"), same="lines")
    return run


def ruby(out):
    run = Run(out, "ruby", "ruby")
    run.tool("ruby", "run.rb", OUT=str(run.out))
    run.report(".resultset.json", "simplecov", json.loads((run.out / "sums.json").read_text()))
    return run


def php(out):
    run = Run(out, "php", "php")
    run.tool(
        "phpunit", f"--coverage-clover={run.out}/clover.xml", f"--coverage-cobertura={run.out}/cobertura.xml",
        "--coverage-text",
    )
    run.report("cobertura.xml", "cobertura", sums.cobertura(run.out / "cobertura.xml"), same="lines")
    run.report("clover.xml", "clover", sums.clover(run.out / "clover.xml"), same="lines")
    return run


def java(out):
    run = Run(out, "java", "java")
    jars = pathlib.Path("/usr/share/java")
    needed = ["org.jacoco.core.jar", "org.jacoco.report.jar", "asm.jar", "asm-commons.jar", "asm-tree.jar", "asm-analysis.jar"]
    jacoco = ":".join(str(jars / jar) for jar in needed)
    run.tool("javac", "-g", "--release", "11", "-d", "classes", "acme/Main.java", "acme/Shelf.java")
    run.tool("javac", "-cp", jacoco, "-d", "tool", "tool/Report.java")
    run.tool("java", "-cp", f"{jacoco}:tool", "Report", "classes", ".", "acme.Main", run.out / "jacoco.xml")
    run.report("jacoco.xml", "jacoco", sums.jacoco(run.out / "jacoco.xml"))
    return run


RUNS = [python, python_elsewhere, cpp, gcov, lcov, javascript, typescript, go, clang, ruby, php, java]


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "work").mkdir()
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [pool.submit(make, out) for make in RUNS]
        changes = pool.submit(patches.make, out, VENV)
        failures = [error for error in (job.exception() for job in [*jobs, changes]) if error]
    for error in failures:
        traceback.print_exception(error)
    if failures:
        sys.exit(f"{len(failures)} of {len(jobs) + 1} runs failed")
    runs = [job.result() for job in jobs]
    oracles = {
        "reports": [report for run in runs for report in run.reports],
        "files": {run.name: run.files for run in runs},
        "patches": changes.result(),
    }
    (out / "oracles.json").write_text(json.dumps(oracles, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
