#!/usr/bin/env bash
# What the supervisor adds to short tasks: 2,000 items of a 1 ms task through one worker, with durable commits, from
# submitting the document until all is finished. Goal: 3 ms an item, without a stream and with one that is stored.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
cmake --build "$build" --target bench-supervisor ratescope-worker ratescope-plugin-test >&2

goal=3.0
missed=0
while read -r kind milliseconds; do
    printf '2,000 items of a 1 ms task, %-8s %s ms an item (goal %s)\n' "$kind:" "$milliseconds" "$goal"
    awk -v a="$milliseconds" -v b="$goal" 'BEGIN {exit !(a > b)}' && missed=1
done < <("$build/bin/bench-supervisor" "$build/tests/plugins" "$build/bin/ratescope-worker" 2000 1)
[ "$missed" = 0 ] || fail "The goal of $goal ms an item is missed."
