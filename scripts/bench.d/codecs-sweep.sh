#!/usr/bin/env bash
# 24 Kodak photographs x 8 qualities of JPEG, WebP and JPEG XL with two jobs: a study without a measure for each codec
# against a shell loop over the codec's own programs at equal settings. Both read PPM, encode, store the stream and
# decode. The loop writes PPM, the study keeps its reconstructions. Goal: wall time <= 1.0 x over all three, stretch
# 0.8 x. In turns after a warm-up; medians of RUNS (default 3).
set -euo pipefail
shopt -s inherit_errexit
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

data="${RATESCOPE_DATA:-$root/../shared/data}"
program="$root/build/release/bin/ratescope-cli"
runs=${RUNS:-3}
codecs=${CODECS:-jpeg webp jxl}
declare -A qualities=([jpeg]="10 25 40 55 70 80 90 95" [webp]="5 20 40 55 70 80 90 95" [jxl]="0.5 0.8 1.2 1.8 2.5 4 7 12")
work=$(mktemp -d "$root/build/bench-codecs-sweep.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/kodak"
"$benchPython" - "$data/images/kodak" "$work" "${qualities[jpeg]}" "${qualities[webp]}" "${qualities[jxl]}" <<'PYTHON'
import json, pathlib, sys
import PIL.Image
source, work = map(pathlib.Path, sys.argv[1:3])
for file in sorted(source.glob("*.png")):
    PIL.Image.open(file).convert("RGB").save(work / "kodak" / f"{file.stem}.ppm")
knobs = {"jpeg": "quality", "webp": "quality", "jxl": "distance"}
for number, (codec, text) in enumerate(zip(knobs, sys.argv[3:])):
    rows = [[json.loads(quality)] for quality in text.split()]
    document = {
        "ratescope": "document", "format": 1, "id": f"5d0c7a1e94b84f3c8e6a2f90b7d1c3{number:02x}", "name": codec,
        "nodes": [{"slug": "photographs", "type": "source.images", "parameters": {"files": "kodak/*.ppm"}},
                  {"slug": codec, "type": f"image.{codec}"}],
        "wires": [{"from": "photographs.image", "to": f"{codec}.image"}],
        "sweeps": [{"columns": [{"node": codec, "parameter": knobs[codec]}], "rows": rows}],
        "candidates": [f"{codec}.image"],
        "keep_reconstructions": True,
    }
    (work / f"{codec}.ratescope").write_text(json.dumps(document))
PYTHON
[ "$(find "$work/kodak" -name '*.ppm' | wc -l)" = 24 ] || fail "Kodak is not in $data/images/kodak."

jpeg() { # PICTURE QUALITY STREAM
    cjpeg -baseline -sample 2x2 -quality "$2" -outfile "$3" "$1"
    djpeg -outfile "$3.ppm" "$3"
}

webp() {
    cwebp -quiet -q "$2" "$1" -o "$3"
    dwebp -quiet -ppm "$3" -o "$3.ppm"
}

jxl() {
    cjxl --quiet --num_threads=0 -d "$2" "$1" "$3" 2>/dev/null # it says of each picture that it takes it for sRGB
    djxl --quiet --num_threads=0 "$3" "$3.ppm"
}

half() { # CODEC EVERY SECOND PICTURE
    local picture quality number=0
    for picture in "$work"/kodak/*.ppm; do
        number=$((number + 1))
        [ $((number % 2)) = "$2" ] || continue
        for quality in ${qualities[$1]}; do
            "$1" "$picture" "$quality" "$work/streams/$(basename "$picture" .ppm)-$quality.$1"
        done
    done
}

loop() { # CODEC
    local other
    mkdir "$work/streams"
    half "$1" 0 &
    other=$!
    half "$1" 1
    wait "$other"
}

study() { # CODEC
    "$program" run "$work/$1.ratescope" --library "$work/sweep.rslib" --jobs 2 >/dev/null 2>"$work/log" || {
        cat "$work/log" >&2
        fail "The study failed."
    }
}

seconds() { # COMMAND... → wall time
    local start=$EPOCHREALTIME
    "$@"
    awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN {printf "%.3f\n", end - start}'
}

median() { sort -n "$1" | sed -n "$(((runs + 1) / 2))p"; }

# The programs and libraries into memory: one picture is enough.
for codec in $codecs; do
    "$codec" "$work/kodak/kodim01.ppm" 1 "$work/warm-up.$codec"
done
for ((run = 1; run <= runs; run++)); do
    for codec in $codecs; do
        rm -rf "$work/streams" "$work"/sweep.rslib*
        seconds study "$codec" >>"$work/$codec.ours"
        seconds loop "$codec" >>"$work/$codec.loop"
    done
done
for codec in $codecs; do
    echo "$codec $(median "$work/$codec.ours") $(median "$work/$codec.loop")"
done | awk '{
    printf "%-5s 192 encodings: Ratescope %.2f s, loop %.2f s, ratio %.3f\n", $1, $2, $3, $2 / $3
    ours += $2
    loop += $3
} END {
    printf "all: Ratescope %.2f s, loop %.2f s, ratio %.3f (goal: 1.0, stretch 0.8)\n", ours, loop, ours / loop
    exit ours > loop
}'
