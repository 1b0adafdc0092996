# What the tests need beyond Rust and a C compiler. Every part is skipped when it is already there: a second run takes
# a second or two. Pinned by tests/**/requirements.txt and package-lock.json.

set_up() {
    mkdir -p "$LOGS"
    printf '── set-up\n'
    command -v cargo >/dev/null || set_up_failed "cargo is missing. Install Rust $(rust_version) or newer"
    need cc gcc
    need node nodejs
    need npm npm
    need python3 python3
    python3 -c 'import ensurepip' 2>/dev/null || install_package python3-venv
    need chromium chromium
    need chromedriver chromium-driver
    node_is_new_enough
    python_packages "$CACHE/venv" tests/conformance/requirements.txt
    python_packages "$CACHE/tools" tests/steps/requirements.txt
    npm_packages "$CACHE/npm" tests/conformance
    openapi_descriptions
    signature_vectors
    printf '── set-up: done in %s\n' "$(duration "$SECONDS")"
}

rust_version() {
    sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml
}

set_up_failed() {
    printf 'Set-up failed: %s\n' "$1" >&2
    printf '0 passed, 1 failed\n'
    exit 1
}

# need COMMAND PACKAGE: the command, installed as Debian's PACKAGE where it is missing.
need() {
    command -v "$1" >/dev/null && return
    install_package "$2"
    command -v "$1" >/dev/null || set_up_failed "$1 is missing, and $2 does not provide it"
}

install_package() {
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        set_up_failed "$1 is missing. Install it (on Debian: apt-get install $1), or run this as root on Debian"
    fi
    printf 'installing Debian package %s\n' "$1"
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1" >/dev/null; }; then
        set_up_failed "apt-get could not install $1"
    fi
}

node_is_new_enough() {
    local major
    major=$(node --print 'process.versions.node.split(".")[0]')
    ((major >= 20)) || set_up_failed "node $major is too old for GitHub's packages: 20 or newer is needed"
}

# python_packages VENV REQUIREMENTS
python_packages() {
    cmp -s "$2" "$1/installed.txt" && return
    printf 'installing Python packages of %s\n' "$2"
    rm -rf "$1"
    python3 -m venv "$1" || set_up_failed "python3 -m venv does not work. Install python3-venv"
    "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$2" ||
        set_up_failed "pip could not install $2"
    cp "$2" "$1/installed.txt"
}

# npm_packages FOLDER MANIFEST_FOLDER: no install scripts, since a test needs none and they run anybody's code.
npm_packages() {
    cmp -s "$2/package-lock.json" "$1/installed.json" && return
    printf 'installing npm packages of %s\n' "$2"
    mkdir -p "$1"
    cp "$2/package.json" "$2/package-lock.json" "$1"
    npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error ||
        set_up_failed "npm could not install $2"
    cp "$2/package-lock.json" "$1/installed.json"
}

# GitHub's own descriptions, cut down to what we call: whole they are 13 MB each and slow every test that reads them.
openapi_descriptions() {
    local trim=tests/conformance/trim-openapi.py
    [[ "$COVERMARK_OPENAPI/.done" -nt "$trim" && "$COVERMARK_OPENAPI/.done" -nt "$CACHE/npm/installed.json" ]] && return
    printf 'trimming the OpenAPI descriptions\n'
    mkdir -p "$COVERMARK_OPENAPI"
    python3 "$trim" "$COVERMARK_NPM/@octokit/openapi/generated" "$COVERMARK_OPENAPI" || set_up_failed "$trim"
    touch "$COVERMARK_OPENAPI/.done"
}

# 1,000 bodies signed by GitHub's own library, new ones in every run.
signature_vectors() {
    node tests/conformance/signatures.mjs "$COVERMARK_NPM" "$COVERMARK_SIGNATURES" ||
        set_up_failed "tests/conformance/signatures.mjs"
}
