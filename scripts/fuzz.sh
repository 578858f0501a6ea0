#!/usr/bin/env bash
# Run every fuzz target of the readers, one after another, and print a row of figures for each.
#   scripts/fuzz.sh [SECONDS each, default 600] [FOLDER of targets that are built already]
# Needs `cargo install cargo-fuzz` unless a folder is given. Corpora and crashes go to fuzz/corpus and fuzz/artifacts, which are not kept.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
built=${2:-}
seeds="tests/fixtures/inputs tests/fixtures/presets"
# The stable compiler will do.
export RUSTC_BOOTSTRAP=1

echo "| target | executions | edges covered | corpus | slowest input | crashes |"
echo "|---|---|---|---|---|---|"
for source in fuzz/fuzz_targets/*.rs; do
    target=$(basename "$source" .rs)
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus" "fuzz/artifacts/$target"
    log=$(mktemp)
    options="-max_total_time=$seconds -print_final_stats=1 -timeout=30 -rss_limit_mb=4096 -malloc_limit_mb=3072 -artifact_prefix=fuzz/artifacts/$target/"
    # A crash ends a target early and leaves its input; the row says so.
    # shellcheck disable=SC2086
    if [ -n "$built" ]; then
        "$built/$target" $options "$corpus" $seeds >"$log" 2>&1 || true
    else
        cargo fuzz run "$target" "$corpus" $seeds -- $options >"$log" 2>&1 || true
    fi
    stat() { grep -o "stat::$1: *[0-9]*" "$log" | grep -o '[0-9]*$' || echo '?'; }
    covered=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
    # An input that was merely slow, as all are on a machine with other work, is none; the column before tells of it.
    crashes=$(find "fuzz/artifacts/$target" -type f ! -name 'slow-unit-*' | wc -l)
    echo "| $target | $(stat number_of_executed_units) | ${covered:-?} | $(find "$corpus" -type f | wc -l) | $(stat slowest_unit_time_sec) s | $crashes |"
    rm -f "$log"
done
