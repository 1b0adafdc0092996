"""Changes in a git repository made on the spot, and what diff-cover says of each: the oracle of patch coverage."""

import json
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

# Nobody's own git settings, and no clock.
GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


def edit(path, *changes):
    text = path.read_text()
    for before, after in changes:
        assert before in text, f"{path} has no {before!r}"
        text = text.replace(before, after, 1)
    path.write_text(text)


def lines_edited(root):
    edit(root / "widgets/count.py", ('return "negative"', 'return "below"'), ("added += number", "added = added + number"))
    edit(root / "run.py", ('"negative"', '"below"'))


def file_added(root):
    (root / "widgets/new.py").write_text("def used():\n    return 1\n\n\ndef unused(value):\n    if value:\n        return 2\n    return 3\n")
    edit(root / "run.py", ("assert", "from widgets import new\n\nassert new.used()\nassert"))


def file_renamed_and_edited(root):
    (root / "widgets/never.py").rename(root / "widgets/seldom.py")
    edit(root / "widgets/seldom.py", ("return WHERE", "where = WHERE\n    return where"))


def file_deleted(root):
    (root / "widgets/never.py").unlink()
    edit(root / "widgets/count.py", ("    return added", "    added = +added\n    return added"))


def lines_moved(root):
    """Two hunks, a removed function, blank lines and comments in between."""
    edit(
        root / "widgets/count.py",
        ("def sign(number):", "LIMIT = 9\n\n\ndef sign(number):\n    # A comment.\n\n    number = +number"),
        ("    def burn(self):\n        while self.things:\n            self.things.pop()\n", "    def burn(self):\n        self.things.clear()\n"),
    )


def name_that_git_quotes(root):
    edit(root / "widgets/grüße.py", ("    pass", "    return 1"), ("def greet", "TEXT = 'Grüße'\n\n\ndef greet"))


def nothing_measured(root):
    (root / "NOTES.md").write_text("-- a list\n++ of marks\n")
    edit(root / "widgets/count.py", ('"""Branches', '"""The branches'))


def lines_that_look_like_headers(root):
    edit(root / "widgets/count.py", ('return "positive"', 'text = """\n-- a\n++ b\n@@ -1 +1 @@\ndiff --git a/x b/x\n"""\n    return "positive" if text else text'))


CHANGES = [
    lines_edited, file_added, file_renamed_and_edited, file_deleted, lines_moved, name_that_git_quotes, nothing_measured,
    lines_that_look_like_headers,
]


def make(out, venv):
    return [case(out, venv, change) for change in CHANGES]


def case(out, venv, change):
    name = change.__name__
    root, into = out / "work" / f"patch-{name}", out / "patches" / name
    into.mkdir(parents=True)
    shutil.copytree(HERE / "samples/python", root)

    def tool(*command):
        environment = {**os.environ, **GIT}
        result = subprocess.run([str(part) for part in command], cwd=root, env=environment, capture_output=True)
        if result.returncode != 0:
            said = (result.stdout + result.stderr).decode(errors="replace")
            raise RuntimeError(f"{name}: `{command}` ended with {result.returncode}:\n{said}")
        return result.stdout

    (root / ".gitignore").write_text("__pycache__\n.coverage\n*.json\n*.xml\n")
    tool("git", "init", "-q", "-b", "main")
    tool("git", "add", "-A")
    tool("git", "commit", "-qm", "before")
    tool("git", "checkout", "-qb", "change")
    change(root)
    tool("git", "add", "-A")
    tool("git", "commit", "-qm", "after")
    coverage = venv / "coverage"
    tool(coverage, "run", "--branch", "--source=widgets", "run.py")
    tool(coverage, "xml", "-o", into / "coverage.xml")
    tool(venv / "diff-cover", into / "coverage.xml", "--compare-branch=main", "--format", f"json:{into / 'diff-cover.json'}")
    (into / "change.diff").write_bytes(tool("git", "diff", "--no-color", "-M", "main...change"))
    told = json.loads((into / "diff-cover.json").read_text())
    files = {
        path: {"lines": len(stats["covered_lines"]) + len(stats["violation_lines"]), "missed": stats["violation_lines"]}
        for path, stats in told["src_stats"].items()
    }
    return {
        "name": name, "report": f"patches/{name}/coverage.xml", "diff": f"patches/{name}/change.diff",
        "lines": told["total_num_lines"], "missed": told["total_num_violations"], "files": files,
        "listed": [path for path in tool("git", "ls-files", "-z").decode().split("\0") if path],
    }
