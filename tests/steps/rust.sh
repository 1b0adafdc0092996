# Formatting, lints, tests and documentation of the workspace. One dev build serves the tests, one check build the lints
# and the documentation.

step_format() {
    cargo fmt --all --check
}

step_lint() {
    cargo clippy --workspace --all-targets --locked -- -D warnings
}

# Not `advisories`: its database cannot be fetched where our checks run (see deny.toml).
step_deny() {
    cargo deny --locked check licenses bans sources
}

step_tests() {
    if command -v cargo-nextest >/dev/null; then
        cargo nextest run --workspace --locked --no-fail-fast
    else
        cargo test --workspace --locked --no-fail-fast --lib --bins --tests
    fi
}

step_doctests() {
    cargo test --workspace --locked --no-fail-fast --doc
}

step_docs() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
}
