#!/usr/bin/env python3
"""The real codecov-cli against a running Covermark: what it uploads, what it prints, how it exits.

Run it with the Python of an environment that holds codecov-cli and coverage, both pinned by the caller:

    venv/bin/python tests/conformance/codecov_cli.py --url http://127.0.0.1:8080 --slug acme/widgets --token TOKEN

The report that it uploads is made by coverage.py at run time, in a git repository of its own that is thrown away. The
last line is `N passed, M failed`; the exit code is 1 when something failed. Nothing here starts Covermark.
"""

import argparse
import contextlib
import dataclasses
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import typing

# The client sets no time limit of its own; its three tries against a server that is down sleep for 3.5 seconds.
PATIENCE_SECONDS = 90

# The client says "complete" whether or not it went well; a failure is a second line.
QUEUED = "Upload queued for processing complete"
STORED = "bytes) to storage"
REFUSED = "Upload queued for processing failed"

PROGRAM = """\
def sign(number):
    if number < 0:
        return "negative"
    if number == 0:
        return "nothing"
    return "positive"


print(sign(7))
"""


TEST_RESULTS = """\
<testsuites><testsuite name="sign" tests="1"><testcase classname="sign" name="tells" time="0.01"/></testsuite></testsuites>
"""


@dataclasses.dataclass
class Settings:
    """What the caller gives."""

    cli: str
    url: str
    slug: str
    token: str
    sha: str
    branch: str
    pull: typing.Optional[str]
    global_token: typing.Optional[str]
    old: bool


@dataclasses.dataclass
class Ran:
    """One run of the client."""

    code: int
    output: str

    def sentence(self) -> typing.Optional[str]:
        """The sentence of the error body that the client printed."""
        found = re.search(r"failed: (\{.*\})\s*$", self.output, re.MULTILINE)
        if found is None:
            return None
        body = json.loads(found.group(1))
        # Two keys for two generations of clients: they must say the same.
        return body["message"] if body.get("message") == body.get("detail") else None


class Story:
    """Runs the client in its own little repository and counts what held."""

    def __init__(self, settings: Settings, folder: pathlib.Path):
        self.settings = settings
        self.folder = folder
        self.passed = 0
        self.failed = 0

    def run(self, command: str, *options: str, url=None, token="", slug=None, service="github", fail=False) -> Ran:
        """Runs one subcommand. `token=None` sends none; an empty one stands for the right one."""
        settings = self.settings
        line = [settings.cli, "--enterprise-url", url or settings.url, command]
        if not settings.old:
            line.insert(1, "--disable-telem")
        line += ["--sha", settings.sha, "--slug", slug or settings.slug, "--git-service", service]
        if token is not None:
            line += ["--token", token or settings.token]
        if fail:
            line.append("-Z")
        return self.call(*line, *options)

    def call(self, *line: str) -> Ran:
        """Runs any program in the repository's folder."""
        done = subprocess.run(
            line,
            cwd=self.folder,
            env=environment(self.folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout)

    def upload(self, command: str, *options: str, **keywords) -> Ran:
        """Runs a subcommand that uploads the report, with the commit's branch and pull request where it takes them."""
        options = ("--branch", self.settings.branch, "--disable-search", "--file", "coverage.xml", *options)
        if self.settings.pull:
            options = ("--pr", self.settings.pull, *options)
        return self.run(command, *options, **keywords)

    def check(self, name: str, ran: Ran, code: int, *, says: typing.Iterable[str] = (), sentence: str = "") -> None:
        """Counts one expectation: the exit code, texts of the output, a text in the sentence that we answered."""
        wrong = []
        if ran.code != code:
            wrong.append(f"exit code {ran.code}, {code} expected")
        wrong += [f"the output lacks {text!r}" for text in says if text not in ran.output]
        refused = " failed: " in ran.output
        if sentence and sentence not in (ran.sentence() or ""):
            wrong.append(f"our sentence lacks {sentence!r}")
        elif refused and not sentence:
            wrong.append("it was refused")
        if wrong:
            self.failed += 1
            print(f"FAIL  {name}: {'; '.join(wrong)}")
            print("      " + ran.output.strip().replace("\n", "\n      "))
        else:
            self.passed += 1
            print(f"ok    {name}")


def environment(home: pathlib.Path) -> dict:
    """An environment without the variables by which the client recognises the CI service that runs this test."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if name in os.environ}
    return {**kept, "HOME": str(home), "NO_PROXY": "*", "COVERED_BY": "covermark"}


def make_repository(folder: pathlib.Path) -> str:
    """A git repository with a program, its coverage report, and one commit, whose SHA is returned."""

    def call(*line: str) -> str:
        done = subprocess.run(line, cwd=folder, env=environment(folder), capture_output=True, text=True, check=True)
        return done.stdout.strip()

    (folder / "src").mkdir()
    (folder / "src" / "sign.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "junit.xml").write_text(TEST_RESULTS, encoding="utf-8")
    call("git", "init", "--quiet", "--initial-branch", "main")
    call("git", "add", "src")
    person = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.com")
    call("git", *person, "commit", "--quiet", "--message", "Tell signs apart")
    call(sys.executable, "-m", "coverage", "run", "--branch", "--source", "src", "src/sign.py")
    call(sys.executable, "-m", "coverage", "xml", "--quiet", "-o", "coverage.xml")
    return call("git", "rev-parse", "HEAD")


def uploads(story: Story) -> None:
    """Everything a job does on a good day."""
    flags = ("--flag", "unit", "--flag", "linux", "--name", "story", "--env", "COVERED_BY")
    for command in ("upload-coverage", "upload-process", "do-upload"):
        story.check(f"{command}", story.upload(command), 0, says=[QUEUED, STORED])
        story.check(f"{command} with flags", story.upload(command, *flags), 0, says=[QUEUED, STORED])
        story.check(f"{command} that may fail the job", story.upload(command, fail=True), 0, says=[QUEUED, STORED])
    searched = story.run("upload-coverage", "--branch", story.settings.branch, fail=True)
    story.check("upload-coverage that searches for its reports", searched, 0, says=[QUEUED, STORED, "coverage.xml"])
    slash = story.upload("upload-coverage", url=story.settings.url.rstrip("/") + "/", fail=True)
    story.check("an address with a slash at its end", slash, 0, says=[QUEUED, STORED])
    if story.settings.global_token:
        anywhere = story.upload("upload-coverage", token=story.settings.global_token, fail=True)
        story.check("the global token", anywhere, 0, says=[QUEUED, STORED])


def after_uploads(story: Story) -> None:
    """The calls that carry no report."""
    story.check("create-commit", story.run("create-commit", fail=True), 0, says=["Commit creating complete"])
    story.check("create-report", story.run("create-report", fail=True), 0, says=["Report creating complete"])
    results = story.run("create-report-results", fail=True)
    story.check("create-report-results", results, 0, says=["Report results creating complete"])
    notified = story.run("send-notifications", fail=True)
    story.check("send-notifications", notified, 0, says=["Upload Completion complete", "'uploads_total'"])


def refusals(story: Story) -> None:
    """What a user gets wrong: our sentence is printed, the job goes on unless it asked to fail."""
    for name, keywords, sentence in [
        ("a token that nobody knows", {"token": "00000000-0000-4000-8000-000000000000"}, "covermark upload-token"),
        ("no token", {"token": None}, "covermark upload-token"),
        ("a token of another repository", {"slug": "acme/no-such-repository"}, "acme/no-such-repository"),
        ("a service that is no GitHub", {"service": "gitlab"}, "--git-service github"),
    ]:
        for command in ("upload-coverage", "do-upload"):
            story.check(f"{command}: {name}", story.upload(command, **keywords), 0, says=[REFUSED], sentence=sentence)
            strict = story.upload(command, fail=True, **keywords)
            story.check(f"{command} -Z: {name}", strict, 1, says=[REFUSED], sentence=sentence)
    # This one makes the client fail on its first call, whatever the options.
    process = story.upload("upload-process", token="00000000-0000-4000-8000-000000000000")
    story.check("upload-process: a token that nobody knows", process, 1, sentence="covermark upload-token")
    if story.settings.global_token:
        unknown = story.upload("upload-coverage", token=story.settings.global_token, slug="acme/no-such-repository")
        story.check("a repository that nobody knows", unknown, 0, says=[REFUSED], sentence="GitHub App")
    code = story.upload("upload-coverage", "--report-code", "nightly")
    story.check("a report code that is not `default`", code, 0, says=[REFUSED], sentence="--report-code")
    long = story.upload("upload-coverage", "--flag", "f" * 10_000)
    story.check("a flag of 10,000 characters", long, 0, says=[REFUSED], sentence="100 characters")


def every_other_call(story: Story) -> None:
    """The rest of the subcommands, and of the ways to upload."""
    for command in ("upload-coverage", "do-upload"):
        legacy = story.upload(command, "--legacy", fail=True)
        story.check(f"{command} --legacy", legacy, 0, says=[QUEUED])
        tests = story.run(
            command, "--report-type", "test_results", "--disable-search", "--file", "junit.xml", fail=True
        )
        story.check(f"{command} of test results", tests, 0, says=[QUEUED, STORED])
    nothing = ("--dir", "empty", "--branch", story.settings.branch)
    story.check("no reports", story.run("upload-coverage", *nothing), 1, says=["No coverage reports found"])
    handled = story.run("upload-coverage", "--handle-no-reports-found", *nothing)
    story.check("no reports, and that is all right", handled, 0)
    got = story.run("get-report-results", fail=True)
    story.check("get-report-results", got, 0)
    base_picking(story)


def base_picking(story: Story) -> None:
    """The choice of a base. The pull request must be known, which its first upload sees to, a moment later."""
    settings = story.settings
    if not settings.pull:
        return
    line = [settings.cli, "--enterprise-url", settings.url, "pr-base-picking", "--base-sha", settings.sha]
    line += ["--pr", settings.pull, "--slug", settings.slug, "--token", settings.token, "--service", "github"]
    for _ in range(60):
        ran = story.call(*line)
        if "does not know pull request" not in ran.output:
            break
        time.sleep(0.5)
    story.check("pr-base-picking", ran, 0, says=["Base picking"])


def empty_uploads(story: Story) -> None:
    """Last, since what is decided here holds for the commit."""
    if story.settings.pull:
        story.check("empty-upload", story.run("empty-upload", fail=True), 0, says=["can be tested"])
    forced = story.run("empty-upload", "--force", fail=True)
    story.check("empty-upload --force", forced, 0, says=["passes without coverage"])


def curl(story: Story) -> None:
    """No client at all: one line of curl for a small report, the same for a large one, and the way that always works."""
    settings = story.settings
    address = f"{settings.url}/upload/github/{settings.slug.replace('/', '::::')}/report?commit={settings.sha}&flag=curl"
    line = ["curl", "--silent", "--show-error", "--location", "--fail-with-body"]
    with_token = ["--header", f"Authorization: token {settings.token}"]
    report = (story.folder / "coverage.xml").read_bytes()
    (story.folder / "large.xml").write_bytes(report + b"\n" * (5 * 1024 * 1024))
    small = story.call(*line, *with_token, "--upload-file", "coverage.xml", address)
    story.check("curl --upload-file", small, 0, says=["The report was stored"])
    story.check("a large report", story.call(*line, *with_token, "--upload-file", "large.xml", address), 0)
    asked = story.call(*line, *with_token, "--request", "POST", address)
    story.check("asking where to put it", asked, 0, says=["/blobs/uploads/"])
    put = story.call(*line, "--upload-file", "large.xml", asked.output.strip())
    story.check("and putting it there", put, 0)
    refused = story.call(*line, "--upload-file", "coverage.xml", address)
    # 22 is curl's code for a status of 400 and above.
    story.check("curl without a token", refused, 22, says=["Token required"])


def the_oldest(story: Story) -> None:
    """What the oldest client can do: no `upload-coverage`, no `-Z` but at uploads, and tokens must be UUIDs."""
    done = ["--branch", story.settings.branch] + (["--pr", story.settings.pull] if story.settings.pull else [])
    story.check("create-commit", story.run("create-commit", *done), 0, says=["Commit creating complete"])
    story.check("create-report", story.run("create-report"), 0, says=["Report creating complete"])
    for options in ((), ("--flag", "unit", "--flag", "linux", "--name", "story"), ("--legacy",)):
        ran = story.run("do-upload", *done, "--file", "coverage.xml", *options, fail=True)
        story.check(" ".join(("do-upload", *options)), ran, 0, says=["Upload complete"])
    settings = story.settings
    for command in ("create-report-results", "get-report-results"):
        line = [settings.cli, "--enterprise-url", settings.url, command, "--commit-sha", settings.sha]
        line += ["--slug", settings.slug, "--token", settings.token, "--git-service", "github"]
        story.check(command, story.call(*line), 0)
    unknown = "00000000-0000-4000-8000-000000000000"
    refused = story.run("do-upload", *done, "--file", "coverage.xml", token=unknown, fail=True)
    story.check("a token that nobody knows", refused, 1, sentence="covermark upload-token")
    base_picking(story)


class Unwell(http.server.BaseHTTPRequestHandler):
    """A server that is there and cannot serve."""

    tries = 0

    def do_POST(self):  # noqa: N802 (the name is http.server's)
        Unwell.tries += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def unwell_server():
    """Serves 503s on a free port of this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unwell)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def outages(story: Story) -> None:
    """Why our 5xx are for retries alone: the client tries three times and then fails the job, -Z or not."""
    with unwell_server() as url:
        story.check("a server that answers 503", story.upload("upload-coverage", url=url), 1, says=["too many retries"])
    story.check("its three tries", Ran(Unwell.tries, f"{Unwell.tries} tries"), 3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    refused = story.upload("upload-coverage", url=f"http://127.0.0.1:{port}")
    story.check("a server that is not there", refused, 1, says=["too many retries"])


def settings() -> Settings:
    """Reads the command line; each option has a twin in the environment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def option(name: str, help_text: str, default: typing.Optional[str] = None, required: bool = False) -> None:
        value = os.environ.get("CONFORMANCE_" + name.upper().replace("-", "_"), default)
        parser.add_argument(f"--{name}", help=help_text, default=value, required=required and not value)

    beside = str(pathlib.Path(sys.executable).parent / "codecovcli")
    option("cli", "the codecovcli to run (default: the one beside this Python)", beside)
    option("url", "Covermark's public address", required=True)
    option("slug", "OWNER/NAME of a repository that it knows", required=True)
    option("token", "that repository's upload token", required=True)
    option("sha", "the commit to upload for (default: the one of the story's own repository)", "")
    option("branch", "its branch", "main")
    option("pull", "its pull request, if it has one")
    option("global-token", "the instance's global upload token, if it has one")
    parser.add_argument("--old", action="store_true", help="the client is the oldest one that knows an address")
    return Settings(**{name.replace("-", "_"): value for name, value in vars(parser.parse_args()).items()})


def main() -> int:
    """Plays the story."""
    given = settings()
    with tempfile.TemporaryDirectory(prefix="covermark-conformance-") as folder:
        path = pathlib.Path(folder)
        sha = make_repository(path)
        given.sha = given.sha or sha
        story = Story(given, path)
        present = (uploads, after_uploads, refusals, every_other_call, curl, outages, empty_uploads)
        for chapter in (the_oldest,) if given.old else present:
            chapter(story)
    print(f"{story.passed} passed, {story.failed} failed")
    return 1 if story.failed else 0


if __name__ == "__main__":
    sys.exit(main())
