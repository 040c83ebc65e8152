#!/usr/bin/env bash
# Token ids against the reference implementations (PyPI tokenizers and sentencepiece) on 10,000 lines in many scripts,
# for SmolLM2 (and its vocabulary under three other rules for cutting words, one of them with NFC too), tok512, MiniLM and
# three small models that sentencepiece trains on the lines, all read from files as their libraries write them; the
# number of SmolLM2's ids of WikiText-2, and the time that they take.
# Goals: no line differs; 303,415 and 266,981 ids as llama.cpp gives; less than half a second.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
export RATESCOPE_DATA=${RATESCOPE_DATA:-$root/../shared/data}
cmake --build "$build" --target bench-tokenizers >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$benchPython" -B "$root/scripts/bench.d/reference_tokenizers.py" "$work"
reached=0
for tokenizer in "$work"/*.json "$work"/*.model; do
    name=$(basename "${tokenizer%.*}")
    ids=$work/$name.ids
    "$build/bin/bench-tokenizers" "$tokenizer" lines "$work/lines.txt" >"$work/ours"
    differing=$(paste -d '|' "$ids" "$work/ours" | awk -F '|' '$1 != $2' | wc -l)
    printf '%-20s %d of %d lines differ\n' "$name" "$differing" "$(wc -l <"$ids")"
    [ "$differing" = 0 ] || reached=1
done
while read -r file expected; do
    line=$("$build/bin/bench-tokenizers" "$work/smollm.json" time "$RATESCOPE_DATA/text/wikitext-2/$file")
    echo "$file: $line (llama.cpp: $expected)"
    [[ $line =~ ^$expected\ .*\ in\ 0\.[0-4] ]] || reached=1
done <<<"wiki.test.raw 303415
wiki.valid.raw 266981"
exit $reached
