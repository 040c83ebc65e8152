#!/bin/bash
# A library of 10^6 items in five studies of 200,000: opening, counts by state, mean curves, pages by every indexed
# column (goal 50 ms each), and durable commits in groups of 100 (goal 3 ms an item). Takes a few minutes and 1.5 GB.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${RATESCOPE_BUILD:-build/release}
[ -f "$build/build.ninja" ] || cmake --preset "$(basename "$build")" >/dev/null
cmake --build "$build" --target bench-library >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$build/bin/bench-library" "$folder"
