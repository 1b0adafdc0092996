# Sourced by the benchmarks that run the functions as they are deployed. Wants $CACHE, and tests/steps/setup.sh before it.

# What builds the functions, the peer beside them, and a key for both to parse.
bench_tools() {
    mkdir -p "$CACHE/bench/logs"
    python_packages "$CACHE/tools" tests/steps/requirements.txt
    npm_packages "$CACHE/probot" tests/bench/probot
    private_key "$CACHE/bench/key.pem"
    export PATH="$CACHE/tools/bin:$PATH"
}

# Builds the named functions into target/bench/NAME/bootstrap. Natively, since emulation would measure the emulator; but
# with the profile that is deployed.
build_functions() {
    local architecture=--x86-64
    [[ "$(uname -m)" == aarch64 ]] && architecture=--arm64
    cargo lambda build "$architecture" --profile lambda --locked --lambda-dir target/bench "${@/#/--package=covermark-}"
}

# A key of this machine's own.
private_key() {
    [[ -s "$1" ]] && return
    node --input-type=module --eval '
        import { generateKeyPairSync } from "node:crypto";
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        process.stdout.write(privateKey.export({ type: "pkcs1", format: "pem" }));' >"$1.new"
    mv "$1.new" "$1"
}
