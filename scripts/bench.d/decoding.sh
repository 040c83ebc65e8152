#!/usr/bin/env bash
# Tokens a second of decoding 128 tokens over packed weights, with 1 and 2 threads: 4 and 8 bits against single
# precision (goal: 3 times as fast), and 4 bits against llama-bench on SmolLM2's Q4_1 file (goal: 1.3 times as fast)
# where scripts/setup --models and --bench have brought both.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
cmake --build "$build" --target bench-decoding >&2

llamaBench="$cache/llama-cpp-0.3.36/llama-bench"
model="$cache/models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
peer=()
if [ -x "$llamaBench" ] && [ -e "$model" ]; then
    for threads in 1 2; do
        rate=$("$llamaBench" --model "$model" --threads "$threads" --n-prompt 0 --n-gen 128 --repetitions 5 --output json |
            python3 -c 'import json, sys; print(sorted(json.load(sys.stdin)[0]["samples_ts"])[2])')
        printf 'llama-bench, %s thread(s) %25.1f tokens/s\n' "$threads" "$rate"
        peer+=("$rate")
    done
else
    echo "skipped: no llama-bench, or no model"
fi
"$build/bin/bench-decoding" "${peer[@]}"
