# How steps are run, timed and counted. Nothing here knows what a step does.
#
# A step is a function `step_NAME`; its output goes to the screen and to tests/.cache/logs/NAME.log. Each step counts as
# one, and the tests that it ran, as their runners' closing lines tell, count on top.

passed=0
failed=0
failed_steps=()

# Runs one step in a subshell (so that `set -e` holds inside it and ends only it), and keeps the score.
run_step() {
    local name="$1" start=$SECONDS status=0
    if ! declare -F "step_$name" >/dev/null; then
        printf 'There is no step named %s. The steps: %s\n' "$name" "${STEPS[*]}" >&2
        exit 2
    fi
    printf '\n── %s\n' "$name"
    set +e
    (
        set -e
        "step_$name"
    ) 2>&1 | tee "$LOGS/$name.log"
    status=${PIPESTATUS[0]}
    set -e
    count_tests "$LOGS/$name.log"
    if ((status == 0)); then
        passed=$((passed + 1))
        printf '── %s: passed in %s\n' "$name" "$(duration $((SECONDS - start)))"
    else
        failed=$((failed + 1))
        failed_steps+=("$name")
        printf '── %s: FAILED in %s (log: tests/.cache/logs/%s.log)\n' "$name" "$(duration $((SECONDS - start)))" "$name"
    fi
}

# Adds what nextest ("Summary [1.2s] 9 tests run: 8 passed, 1 failed, 0 skipped") and cargo test ("test result: ok. 8
# passed; 1 failed; …") say at their ends.
count_tests() {
    local in_log
    in_log=$(sed -E 's/\x1b\[[0-9;]*m//g' "$1" | awk '
        function number_before(word,   text) {
            if (!match($0, "[0-9]+ " word)) return 0
            text = substr($0, RSTART, RLENGTH)
            return text + 0
        }
        /^ *Summary \[.*tests? run:/ || /^test result: / {
            passed += number_before("passed")
            failed += number_before("failed") + number_before("timed out")
        }
        END { print passed + 0, failed + 0 }')
    passed=$((passed + ${in_log% *}))
    failed=$((failed + ${in_log#* }))
}

duration() {
    printf '%d min %02d s' $(($1 / 60)) $(($1 % 60))
}

# The last line is what machines read: it stands alone.
summary() {
    printf '\ntests/run took %s\n' "$(duration "$SECONDS")"
    if ((failed > 0)); then
        printf 'Failed: %s\n' "${failed_steps[*]}"
    fi
    printf '%d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0))
}
