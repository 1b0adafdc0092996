"""What no linter knows about template.yaml: that it fits this repository.

Usage: template_facts.py TEMPLATE   (with the Python that has the SAM CLI)

Each check is a generator of sentences that say what is wrong. Ends with 1 when there is one.
"""

import pathlib
import re
import subprocess
import sys

from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALLED_BY_PEOPLE = {"local"}


def functions(resources: dict) -> dict[str, dict]:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}


def deployed_folders(template: dict) -> set[str]:
    return {f["CodeUri"].rstrip("/").rsplit("/", 1)[-1] for f in functions(template["Resources"]).values()}


def every_folder_is_deployed(template: dict):
    """functions/NAME is what target/functions/NAME/ is built from."""
    deployed = deployed_folders(template)
    folders = {path.parent.name for path in ROOT.glob("functions/*/Cargo.toml")} - CALLED_BY_PEOPLE
    for name in sorted(folders ^ deployed):
        yield f"functions/{name}: it is either a folder without a function in the template, or the other way round"
    alias = (ROOT / ".cargo/config.toml").read_text()
    for name in sorted(folders):
        if f'"covermark-{name}"' not in alias:
            yield f"functions/{name} is not built by the alias `cargo functions`"


def every_variable_is_read(template: dict):
    """A misspelt variable would be found only by the first cold start."""
    known = set(re.findall(r"COVERMARK_[A-Z_]+", (ROOT / "shared/service/src/config.rs").read_text()))
    given = set(template["Globals"]["Function"]["Environment"]["Variables"])
    for function in functions(template["Resources"]).values():
        given |= set(function.get("Environment", {}).get("Variables", {}))
    for name in sorted(given):
        if name.startswith("COVERMARK_") and name not in known:
            yield f"{name} is set, but shared/service/src/config.rs does not know it"


def messages_are_hidden_long_enough(template: dict):
    """AWS asks for six times the function's timeout; less makes a throttled batch come back while it is worked on."""
    resources = template["Resources"]
    for name, function in functions(resources).items():
        for event in function.get("Events", {}).values():
            if event["Type"] != "SQS":
                continue
            queue = resources[event["Properties"]["Queue"]["Fn::GetAtt"][0]]["Properties"]
            timeout = function.get("Timeout", template["Globals"]["Function"]["Timeout"])
            if queue["VisibilityTimeout"] < 6 * timeout:
                yield f"{name}: its queue hides messages for {queue['VisibilityTimeout']} s, less than 6 × {timeout} s"
            if "ReportBatchItemFailures" not in event["Properties"].get("FunctionResponseTypes", []):
                yield f"{name}: one failed message would bring the whole batch back"
            if "RedrivePolicy" not in queue:
                yield f"{name}: its queue has no dead letters"


# Where the router of a function with pages is built; further files that are merged into it.
ROUTERS = {
    "Oauth": ("functions/oauth/src/lib.rs", "shared/service/src/pages/assets.rs"),
    "Setup": ("functions/setup/src/lib.rs",),
    "Console": ("functions/console/src/lib.rs",),
    "Webhook": ("functions/webhook/src/handler.rs",),
}
# Upload reads its paths itself (functions/upload/src/call.rs): one of each length and method, as the clients write them.
UPLOAD_CALLS = (
    "POST /upload/gh/acme::::widgets/upload-coverage",
    "POST /upload/gh/acme::::widgets/commits",
    "POST /upload/gh/acme::::widgets/commits/SHA/reports",
    "POST /upload/gh/acme::::widgets/commits/SHA/reports/default/uploads",
    "GET /upload/gh/acme::::widgets/commits/SHA/reports/default/results",
    "POST /upload/gh/acme::::widgets/commits/SHA/empty-upload",
    "POST /upload/gh/acme::::widgets/commits/SHA/upload-complete",
    "PUT /upload/gh/acme::::widgets/report",
    "GET /upload/v4",
    "POST /upload/v4",
    "POST /upload/v2",
    "POST /upload/test_results/v1",
    "POST //upload/gh/acme::::widgets/upload-coverage",
    "POST /validate",
    "POST /validate/v1",
    "PUT /api/v1/github/acme/widgets/pulls/7",
)
METHODS = ("get", "post", "put", "patch", "delete")


def addresses(source: str):
    """The (method, path) pairs of every `.route("PATH", get(…).post(…))` of a router."""
    for found in re.finditer(r'\.route\(\s*"([^"]+)"\s*,', source):
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(source[end], 0)
            end += 1
        methods = re.findall(rf"\b({'|'.join(METHODS)})\(", source[found.end() : end])
        # A route whose methods cannot be told is a hole in this check.
        for method in methods or ("?",):
            yield method.upper(), found[1]


def chosen(keys: dict[str, str], method: str, path: str) -> str:
    """Which function API Gateway gives a request to: of the routes that fit the method, one without a greedy part goes
    before one with, named segments go before variables, and a method before ANY; `$default` is the last."""
    best, answer = None, keys["$default"]
    asked = path.removeprefix("/").split("/")
    for key, function in keys.items():
        if key == "$default":
            continue
        takes, route = key.split(" ")
        parts = route.removeprefix("/").split("/")
        greedy = parts[-1].endswith("+}")
        fits = len(asked) >= len(parts) if greedy else len(asked) == len(parts)
        named = [not part.startswith("{") for part in parts]
        fits = fits and all(not name or part == at for name, part, at in zip(named, parts, asked))
        # A variable stands for something.
        fits = fits and all(name or at for name, at in zip(named, asked))
        rank = (not greedy, named, takes != "ANY")
        if fits and takes in ("ANY", method) and (best is None or rank > best):
            best, answer = rank, function
    return answer


def route_keys(resources: dict) -> dict[str, str]:
    """Route key to the function behind it."""
    of_type = lambda wanted: {n: r["Properties"] for n, r in resources.items() if r["Type"] == f"AWS::ApiGatewayV2::{wanted}"}
    functions_of = {n: p["IntegrationUri"]["Fn::GetAtt"][0] for n, p in of_type("Integration").items()}
    target = lambda route: re.search(r"\{(\w+)\}", route["Target"]["Fn::Sub"])[1]
    return {route["RouteKey"]: functions_of[target(route)] for route in of_type("Route").values()}


def example(path: str) -> str:
    """A path that fits: what stands for a variable is no other route's segment."""
    return re.sub(r"\{[^}]+\}", "x", path)


def routes_lead_to_their_functions(template: dict):
    """A page that the template sends elsewhere works in `covermark serve` and is missing on AWS alone."""
    keys = route_keys(template["Resources"])
    served = {"Upload": [tuple(call.split(" ", 1)) for call in UPLOAD_CALLS]}
    for name, files in ROUTERS.items():
        served[name] = [pair for file in files for pair in addresses((ROOT / file).read_text())]
        if not served[name]:
            yield f"{name}: no route was found in {', '.join(files)}"
    for path in sorted(ROOT.glob("functions/*/src/**/*.rs")):
        file = str(path.relative_to(ROOT))
        known = any(file in files for files in ROUTERS.values()) or file.startswith("functions/local/")
        if not known and ".route(" in path.read_text():
            yield f"{file} has routes and is not compared with the template"
    for name, pairs in served.items():
        for method, path in pairs:
            taker = chosen(keys, method, example(path))
            if method == "?":
                yield f"{name}: the methods of {path} cannot be told"
            elif taker != name:
                yield f"{method} {path} is {name}'s, and the template sends it to {taker}"


def statements(resources: dict, role: str):
    """A role's statements, those that a condition may leave out among them."""
    for policy in resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def rights_are_narrow(template: dict):
    """The function that GitHub's webhooks reach must be unable to read the private key; nobody may do everything."""
    resources = template["Resources"]
    for role in (name for name, r in resources.items() if r["Type"] == "AWS::IAM::Role"):
        for statement in statements(resources, role):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            for action in actions:
                if action.endswith("*") or action == "dynamodb:Scan":
                    yield f"{role}: {action} is too much"
            if statement["Resource"] == "*" and any(not action.startswith("xray:") for action in actions):
                yield f"{role}: {statement['Sid']} is for every resource"
            if role == "WebhookRole" and "/app" in str(statement["Resource"]):
                yield f"{role}: {statement['Sid']} can read the private key"


def openpgp_is_in_setup_alone(template: dict):
    """A library that reads strangers' binary messages belongs into no function that has no use for it."""
    for name in sorted(deployed_folders(template)):
        tree = ["cargo", "tree", "--locked", "--package", f"covermark-{name}", "--edges", "normal", "--prefix", "none"]
        crates = subprocess.run(tree, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
        has_it = any(line.split()[:1] == ["pgp"] for line in crates)
        if has_it != (name == "setup"):
            yield f"functions/{name}: the crate pgp is {'' if has_it else 'not '}in its dependency tree"


def main(path: str) -> int:
    template = yaml_parse(pathlib.Path(path).read_text())
    checks = (
        every_folder_is_deployed,
        every_variable_is_read,
        messages_are_hidden_long_enough,
        routes_lead_to_their_functions,
        rights_are_narrow,
        openpgp_is_in_setup_alone,
    )
    problems = [problem for check in checks for problem in check(template)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
