# What the tests need beyond Rust and a C compiler. Every part is skipped when it is already there: a second run takes
# a second or two. Pinned by tests/**/requirements.txt and package-lock.json.

set_up() {
    mkdir -p "$LOGS"
    printf '── set-up\n'
    command -v cargo >/dev/null || set_up_failed "cargo is missing. Install Rust $(rust_version) or newer"
    need cc gcc
    need curl curl
    need node nodejs
    need npm npm
    need python3 python3
    python3 -c 'import ensurepip' 2>/dev/null || install_package python3-venv
    need chromium chromium
    need chromedriver chromium-driver
    need gpg gnupg
    node_is_new_enough
    python_packages "$CACHE/venv" tests/conformance/requirements.txt
    python_packages "$CACHE/venv-old" tests/conformance/requirements-old.txt
    python_packages "$CACHE/tools" tests/steps/requirements.txt
    npm_packages "$CACHE/npm" tests/conformance
    openapi_descriptions
    signature_vectors
    report_tools
    python_packages "$CACHE/reports-venv" tests/conformance/reports/requirements.txt
    npm_packages "$CACHE/reports-npm" tests/conformance/reports
    real_reports
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

# What writes the reports of tests/conformance/reports: all that is missing in one go, since each would read the lists of
# packages again.
report_tools() {
    local missing=()
    wants() { # PACKAGE CHECK...
        "${@:2}" >/dev/null 2>&1 || missing+=("$1")
    }
    wants g++ command -v g++
    wants lcov command -v lcov
    wants golang-go command -v go
    wants ruby-simplecov ruby -e 'require "simplecov"'
    wants phpunit command -v phpunit
    wants php-pcov php -r 'exit(extension_loaded("pcov") ? 0 : 1);'
    wants default-jdk-headless command -v javac
    wants libjacoco-java test -e /usr/share/java/org.jacoco.core.jar
    wants clang command -v clang++
    wants llvm command -v llvm-profdata
    install_packages "${missing[@]}"
    # Only clang knows which one it wants.
    local major
    major=$(clang++ -dumpversion | cut -d. -f1)
    missing=()
    wants "libclang-rt-$major-dev" clang_can_profile
    install_packages "${missing[@]}"
}

clang_can_profile() {
    printf 'int main() { return 0; }\n' | clang++ -fprofile-instr-generate -x c++ - -o /dev/null
}

# install_packages PACKAGE...: at once; one by one when that fails, to name the one that cannot be had.
install_packages() {
    (($# > 0)) || return 0
    if ((EUID == 0)) && command -v apt-get >/dev/null; then
        printf 'installing Debian packages %s\n' "$*"
        apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null && return 0
    fi
    local package
    for package in "$@"; do
        install_package "$package"
    done
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

# Real tools run sample programs and write reports of them; the tests beside tests/oracles read those. Written again only
# when the samples, the tools' pins or the scripts change.
real_reports() {
    local stamp
    stamp=$(find tests/conformance/reports -type f -not -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum)
    [[ "$(cat "$COVERMARK_REPORTS/stamp" 2>/dev/null)" == "$stamp" ]] && return
    printf 'letting real tools write real reports\n'
    COVERMARK_REPORTS_VENV="$CACHE/reports-venv" COVERMARK_REPORTS_NPM="$CACHE/reports-npm" \
        python3 -B tests/conformance/reports/make.py "$COVERMARK_REPORTS" || set_up_failed "tests/conformance/reports/make.py"
    printf '%s\n' "$stamp" >"$COVERMARK_REPORTS/stamp"
}
