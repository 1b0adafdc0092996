# What is deployed: the template, and the functions as they are shipped.

# A lock file with a registry's address in it would install from there, whatever the machine is set up for.
step_lockfiles() {
    local lock
    for lock in tests/conformance/package-lock.json tests/conformance/reports/package-lock.json tests/bench/probot/package-lock.json; do
        if grep --line-number '"resolved"' "$lock"; then
            printf '%s names a registry. See the .npmrc beside it\n' "$lock"
            return 1
        fi
    done
    cargo metadata --format-version 1 --locked >/dev/null
}

step_template() {
    cfn-lint template.yaml
    sam validate --lint --region eu-west-1 --template template.yaml
    "$CACHE/tools/bin/python" tests/steps/template_facts.py template.yaml
}

# Every bootstrap, for arm64 where the target can be had: that is what template.yaml deploys.
step_functions() {
    local architecture=--arm64
    if ! rustup target add aarch64-unknown-linux-gnu; then
        printf 'The target aarch64-unknown-linux-gnu cannot be had here: building for x86_64 instead.\n'
        architecture=--x86-64
    fi
    printf 'building every function for %s\n' "${architecture#--}"
    cargo functions "$architecture"
    python3 tests/steps/sizes.py target/functions console oauth setup webhook sync upload feedback
}
