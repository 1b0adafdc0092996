#!/usr/bin/env python3
"""Cuts GitHub's OpenAPI descriptions down to what the stand-in speaks, as plain JSON Schema.

    trim-openapi.py NODE_MODULES/@octokit/openapi/generated OUT_FOLDER

Writes OUT_FOLDER/api.github.com.json and OUT_FOLDER/ghes-3.19.json (about 200 kB each, out of 13 MB). References stay
references; what is reachable from the kept paths and webhooks is kept. OpenAPI 3.0's `nullable` becomes JSON Schema's
`anyOf … null`; prose and examples go. A path that GitHub no longer describes is named and ends the run.
"""

import json
import pathlib
import sys

DESCRIPTIONS = ["api.github.com", "ghes-3.19"]

PATHS = {
    "/app": ["get"],
    "/app/hook/config": ["get", "patch"],
    "/app/hook/deliveries": ["get"],
    "/app/hook/deliveries/{delivery_id}": ["get"],
    "/app/hook/deliveries/{delivery_id}/attempts": ["post"],
    "/app/installations": ["get"],
    "/app/installations/{installation_id}": ["get"],
    "/app/installations/{installation_id}/access_tokens": ["post"],
    "/app-manifests/{code}/conversions": ["post"],
    "/applications/{client_id}/token": ["delete"],
    "/installation/repositories": ["get"],
    "/installation/token": ["delete"],
    "/meta": ["get"],
    "/rate_limit": ["get"],
    "/repos/{owner}/{repo}": ["get"],
    "/repos/{owner}/{repo}/actions/runs": ["get"],
    "/repos/{owner}/{repo}/actions/runs/{run_id}": ["get"],
    "/repos/{owner}/{repo}/check-runs": ["post"],
    "/repos/{owner}/{repo}/check-runs/{check_run_id}": ["get", "patch"],
    "/repos/{owner}/{repo}/commits": ["get"],
    "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": ["get"],
    "/repos/{owner}/{repo}/commits/{ref}": ["get"],
    "/repos/{owner}/{repo}/commits/{ref}/check-runs": ["get"],
    "/repos/{owner}/{repo}/commits/{ref}/check-suites": ["get"],
    "/repos/{owner}/{repo}/commits/{ref}/status": ["get"],
    "/repos/{owner}/{repo}/commits/{ref}/statuses": ["get"],
    "/repos/{owner}/{repo}/compare/{basehead}": ["get"],
    "/repos/{owner}/{repo}/contents/{path}": ["get"],
    "/repos/{owner}/{repo}/git/trees/{tree_sha}": ["get"],
    "/repos/{owner}/{repo}/hooks": ["get", "post"],
    "/repos/{owner}/{repo}/hooks/{hook_id}": ["delete", "patch"],
    "/repos/{owner}/{repo}/hooks/{hook_id}/pings": ["post"],
    "/repos/{owner}/{repo}/installation": ["get"],
    "/repos/{owner}/{repo}/issues/comments/{comment_id}": ["delete", "get", "patch"],
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["get", "post"],
    "/repos/{owner}/{repo}/pulls": ["get"],
    "/repos/{owner}/{repo}/pulls/{pull_number}": ["get"],
    "/repos/{owner}/{repo}/pulls/{pull_number}/files": ["get"],
    "/repos/{owner}/{repo}/statuses/{sha}": ["post"],
    "/user": ["get"],
    "/user/installations": ["get"],
    "/user/installations/{installation_id}/repositories": ["get"],
}

WEBHOOKS = [
    "installation-created",
    "installation-deleted",
    "installation-new-permissions-accepted",
    "installation-repositories-added",
    "installation-repositories-removed",
    "installation-suspend",
    "installation-unsuspend",
    "ping",
    "pull-request-closed",
    "pull-request-converted-to-draft",
    "pull-request-opened",
    "pull-request-reopened",
    "pull-request-synchronize",
    "push",
    "repository-deleted",
    "repository-publicized",
    "repository-renamed",
    "repository-transferred",
]

PROSE = {"description", "summary", "example", "examples", "x-github", "externalDocs", "operationId", "tags", "title"}


def schema(node, named=False):
    """`node` without prose and with `nullable` said in JSON Schema; `named`: its keys are names, not keywords."""
    if isinstance(node, list):
        return [schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    if named:
        return {name: schema(value) for name, value in node.items()}
    kept = {
        key: value if key in ("enum", "default", "required") else schema(value, key in ("properties", "content", "headers"))
        for key, value in node.items()
        if key not in PROSE and key != "nullable"
    }
    return {"anyOf": [kept, {"type": "null"}]} if node.get("nullable") is True else kept


def references(node):
    """Every `#/components/KIND/NAME` that `node` mentions."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                _, _, kind, name = value.split("/", 3)
                yield kind, name
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def trim(description):
    """The kept paths, webhooks and components, and the names of what is missing."""
    paths, missing = {}, []
    for path, methods in PATHS.items():
        found = description["paths"].get(path, {})
        missing += [f"{method.upper()} {path}" for method in methods if method not in found]
        paths[path] = {key: schema(value) for key, value in found.items() if key in methods or key == "parameters"}
    hooks = {name: schema(description["x-webhooks"][name]) for name in WEBHOOKS if name in description["x-webhooks"]}
    missing += [f"webhook {name}" for name in WEBHOOKS if name not in hooks]
    components, waiting = {}, list(references([paths, hooks]))
    while waiting:
        kind, name = waiting.pop()
        if name in components.setdefault(kind, {}):
            continue
        components[kind][name] = schema(description["components"][kind][name])
        waiting += references(components[kind][name])
    return {"paths": paths, "x-webhooks": hooks, "components": components}, missing


def corrected(description):
    """Mends what is plainly wrong in the description: a listed installation's account cannot be user AND enterprise."""
    answer = description["paths"]["/app/installations"]["get"]["responses"]["200"]
    items = answer["content"]["application/json"]["schema"]["items"]
    account = items.get("properties", {}).get("account", {})
    if "allOf" in account:
        account["anyOf"] = account.pop("allOf")
    return description


def main():
    source, target = (pathlib.Path(argument) for argument in sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    for name in DESCRIPTIONS:
        trimmed, missing = trim(corrected(json.loads((source / f"{name}.json").read_text())))
        if missing:
            sys.exit(f"{name} does not describe: {', '.join(missing)}")
        text = json.dumps(trimmed, separators=(",", ":"), sort_keys=True)
        (target / f"{name}.json").write_text(text)
        print(f"{target / name}.json: {len(text)} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
