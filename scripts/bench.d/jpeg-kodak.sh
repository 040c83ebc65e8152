#!/usr/bin/env bash
# JPEG with the defaults on Kodak at qualities 5 to 95: mean bits per pixel against the published points (goal: within
# 0.3 %), and PSNR of every decoded file against NumPy (goal: 1e-6 dB).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

"$benchPython" - "$root/build/release/bin/ratescope-cli" "${RATESCOPE_DATA:-$root/../shared/data}" <<'PYTHON'
import concurrent.futures, json, os, pathlib, subprocess, sys, tempfile
import numpy, PIL.Image

program, data = sys.argv[1], pathlib.Path(sys.argv[2])
pictures = sorted((data / "images/kodak").glob("*.png"))
published = json.loads((data / "reference/compressai-kodak/jpeg.json").read_text())["results"]
qualities = range(5, 100, 5)
if len(pictures) != 24 or len(published["bpp"]) != len(qualities):
    sys.exit(f"Kodak or the published points are not in {data}.")

def call(*arguments):
    return json.loads(subprocess.run([program, *map(str, arguments), "--json"], check=True, stdout=subprocess.PIPE).stdout)

def measure(picture, quality, folder):
    stream = folder / f"{picture.stem}-{quality}.jpg"
    decoded = stream.with_suffix(".ppm")
    encoded = call("encode", "--node", "image.jpeg", "--set", f"quality={quality}", picture, stream)
    subprocess.run([program, "decode", "--node", "image.jpeg", stream, decoded], check=True)
    ours = call("measure", "--metric", "psnr-rgb", picture, decoded)["metrics"][0]["value"]
    original, result = (numpy.asarray(PIL.Image.open(file).convert("RGB"), numpy.float64) for file in (picture, decoded))
    theirs = 10 * numpy.log10(255**2 / numpy.mean((original - result) ** 2))
    bits = 8 * stream.stat().st_size
    if encoded["bytes"] * 8 != bits or sum(part["bits"] for part in encoded["parts"]) != bits:
        sys.exit(f"{stream.name}: the ledger does not sum to the file's size")
    decoded.unlink()
    return bits / original[..., 0].size, ours, abs(ours - theirs)

worst_rate = worst_psnr = 0
print("quality   bpp        published  difference   PSNR, RGB   published")
with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for quality, bpp, psnr in zip(qualities, published["bpp"], published["psnr-rgb"]):
        rows = list(pool.map(lambda picture: measure(picture, quality, pathlib.Path(folder)), pictures))
        rate, quality_db, _ = (numpy.mean(column) for column in zip(*rows))
        worst_rate = max(worst_rate, abs(rate / bpp - 1))
        worst_psnr = max(worst_psnr, *(row[2] for row in rows))
        print(f"{quality:7}   {rate:8.6f}   {bpp:8.6f}   {100 * (rate / bpp - 1):+8.3f} %   {quality_db:8.4f}   {psnr:8.4f}")
print(f"greatest difference of the mean rate: {100 * worst_rate:.3f} % (goal: 0.3 %)")
print(f"greatest difference of a PSNR from NumPy's: {worst_psnr:.1e} dB (goal: 1e-6 dB)")
sys.exit(int(worst_rate > 0.003 or worst_psnr > 1e-6))
PYTHON
