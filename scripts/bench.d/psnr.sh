#!/usr/bin/env bash
# PSNR of 396 frames of 1280 x 720 (Big Buck Bunny three times, against itself through x264 at CRF 35) against ffmpeg's
# filter psnr with two threads. Both programs read the same two Y4M files (in the page cache) and report PSNR of the
# mean squared error of all frames of each plane. Wall time of the whole processes, medians of five, in turns; goal: as
# many frames a second, values within 1e-5 dB.
set -euo pipefail
shopt -s inherit_errexit
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
cmake --build "$build" --target bench-psnr >&2
clip="${RATESCOPE_DATA:-$root/../shared/data}/video/bigbuckbunny.mp4"
[ -f "$clip" ] || fail "The clip $clip is missing."
work=$(mktemp -d "$root/build/bench-psnr.XXXXXX")
trap 'rm -rf "$work"' EXIT

quietly() { ffmpeg -nostdin -v error -y -threads 2 "$@"; }
quietly -stream_loop 2 -i "$clip" -an -pix_fmt yuv420p "$work/original.y4m"
quietly -i "$work/original.y4m" -c:v libx264 -crf 35 -preset veryfast "$work/coded.mkv"
quietly -i "$work/coded.mkv" -pix_fmt yuv420p "$work/other.y4m"

ours() { "$build/bin/bench-psnr" "$work/original.y4m" "$work/other.y4m" "$1" >"$work/ours"; }
theirs() {
    ffmpeg -nostdin -hide_banner -threads 2 -filter_threads 2 -filter_complex_threads 2 -i "$work/original.y4m" \
        -i "$work/other.y4m" -lavfi psnr -f null - 2>"$work/theirs"
}
seconds() { # COMMAND... → wall time
    local start=$EPOCHREALTIME
    "$@"
    awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN {printf "%.4f\n", end - start}'
}
median() { sort -n "$1" | sed -n 3p; }

for run in warm-up 1 2 3 4 5; do
    one=$(seconds ours 1)
    two=$(seconds ours 2)
    peer=$(seconds theirs)
    [ "$run" = warm-up ] && continue
    echo "$one" >>"$work/one"
    echo "$two" >>"$work/two"
    echo "$peer" >>"$work/peer"
done
theirValues=$(sed -n 's/.*PSNR y:\([0-9.]*\) u:\([0-9.]*\) v:\([0-9.]*\) average:\([0-9.]*\).*/\1 \2 \3 \4/p' "$work/theirs")
read -r frames ourValues <"$work/ours"
echo "$frames frames of 1280 x 720, $(ffmpeg -version | sed -n '1s/ Copyright.*//p')"
echo "PSNR of Y, U, V, all: ours $ourValues, theirs $theirValues"
awk -v frames="$frames" -v ours="$ourValues" -v theirs="$theirValues" -v one="$(median "$work/one")" \
    -v two="$(median "$work/two")" -v peer="$(median "$work/peer")" 'BEGIN {
    split(ours, a, " "); count = split(theirs, b, " ")
    for (i = 1; i <= 4; i++) { d = a[i] - b[i]; d = d < 0 ? -d : d; if (d > worst) worst = d }
    printf "ours %.0f frames/s with 1 thread, %.0f with 2; ffmpeg %.0f\n", frames / one, frames / two, frames / peer
    printf "ratio of frames/s %.2f and %.2f (goal 1.0), greatest difference %.1e dB (goal 1e-5)\n", peer / one, peer / two, worst
    exit count != 4 || two > peer || worst > 1e-5
}'
