#!/usr/bin/env bash
# 24 Kodak photographs x 8 qualities of JPEG with two jobs: a study without a measure that keeps its reconstructions
# against a shell loop over cjpeg and djpeg. Both read PPM, encode, store the stream, decode and write PPM; the pictures
# are held to be the same, byte for byte. Goal: wall time <= 1.0 x. Medians of five runs each, in turns.
set -euo pipefail
shopt -s inherit_errexit
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

data="${RATESCOPE_DATA:-$root/../shared/data}"
program="$root/build/release/bin/ratescope-cli"
qualities="10 25 40 55 70 80 90 95"
work=$(mktemp -d "$root/build/bench-jpeg-sweep.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/kodak"
"$benchPython" - "$data/images/kodak" "$work" $qualities <<'PYTHON'
import json, pathlib, sys
import PIL.Image
source, work, qualities = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), [int(text) for text in sys.argv[3:]]
for file in sorted(source.glob("*.png")):
    PIL.Image.open(file).convert("RGB").save(work / "kodak" / f"{file.stem}.ppm")
document = {
    "ratescope": "document", "format": 1, "id": "6b1f3c0a5d2e4f7890a1b2c3d4e5f607", "name": "jpeg-sweep",
    "nodes": [{"slug": "photographs", "type": "source.images", "parameters": {"files": "kodak/*.ppm"}},
              {"slug": "jpeg", "type": "image.jpeg"}],
    "wires": [{"from": "photographs.image", "to": "jpeg.image"}],
    "sweeps": [{"columns": [{"node": "jpeg", "parameter": "quality"}], "rows": [[quality] for quality in qualities]}],
    "candidates": ["jpeg.image"], "keep_reconstructions": True,
}
(work / "sweep.ratescope").write_text(json.dumps(document))
PYTHON
[ "$(find "$work/kodak" -name '*.ppm' | wc -l)" = 24 ] || fail "Kodak is not in $data/images/kodak."

half() { # EVERY SECOND PICTURE
    local picture quality stream number=0
    for picture in "$work"/kodak/*.ppm; do
        number=$((number + 1))
        [ $((number % 2)) = "$1" ] || continue
        for quality in $qualities; do
            stream="$work/loop/$(basename "$picture" .ppm)-$quality.jpg"
            cjpeg -baseline -sample 2x2 -quality "$quality" -outfile "$stream" "$picture"
            djpeg -outfile "${stream%.jpg}.ppm" "$stream"
        done
    done
}

loop() {
    local other
    mkdir "$work/loop"
    half 0 &
    other=$!
    half 1
    wait "$other"
}

study() {
    "$program" run "$work/sweep.ratescope" --library "$work/sweep.rslib" --jobs 2 >/dev/null 2>"$work/log" || {
        cat "$work/log" >&2
        fail "The study failed."
    }
}

seconds() { # COMMAND... → wall time
    local start=$EPOCHREALTIME
    "$@"
    awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN {printf "%.3f\n", end - start}'
}

median() { sort -n "$1" | sed -n 3p; }

pictures() { find "$1" -name '*.ppm' -exec sha256sum {} + | cut -d ' ' -f 1 | sort; }

for run in warm-up 1 2 3 4 5; do
    rm -rf "$work/loop" "$work"/sweep.rslib*
    ours=$(seconds study)
    theirs=$(seconds loop)
    if [ "$run" = warm-up ]; then
        [ "$(pictures "$work/loop" | wc -l)" = 192 ] || fail "The loop did not write 192 pictures."
        [ "$(pictures "$work/loop")" = "$(pictures "$work/sweep.rslib.files/reconstructions")" ] ||
            fail "The study's pictures are not those of djpeg."
        continue
    fi
    echo "$ours" >>"$work/ours"
    echo "$theirs" >>"$work/theirs"
done
awk -v ours="$(median "$work/ours")" -v theirs="$(median "$work/theirs")" 'BEGIN {
    printf "192 encodings with the decoded pictures: Ratescope %.2f s, loop %.2f s\n", ours, theirs
    printf "ratio %.3f (goal: 1.0)\n", ours / theirs
    exit ours > theirs
}'
