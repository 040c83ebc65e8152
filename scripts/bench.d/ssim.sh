#!/usr/bin/env bash
# SSIM and MS-SSIM of the 24 Kodak photographs and their JPEG versions (quality 50), RGB, against the PyPI package
# pytorch-msssim 1.0.0. Both sides have the pictures in memory, we as bytes, the package as float tensors; each with 1
# and 2 threads; best of fifteen and of six rounds, in turns. Goal: 5 times as fast, values within 1e-4.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
cmake --build "$build" --target bench-ssim >&2
decoded=$(mktemp -d "$root/build/bench-ssim.XXXXXX")
trap 'rm -rf "$decoded"' EXIT

"$benchPython" - "$build/bin/bench-ssim" "${RATESCOPE_DATA:-$root/../shared/data}/images/kodak" "$decoded" <<'PYTHON'
import io, json, pathlib, subprocess, sys, time
import numpy, PIL.Image, torch
from pytorch_msssim import ms_ssim, ssim

program, kodak, decoded = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
goal, tolerance = 5, 1e-4

def tensor(picture):
    return torch.from_numpy(numpy.asarray(picture, numpy.float32).transpose(2, 0, 1)[None].copy())

pairs = []
for file in sorted(kodak.glob("kodim*.png")):
    original = PIL.Image.open(file).convert("RGB")
    stream = io.BytesIO()
    original.save(stream, "JPEG", quality=50)
    other = PIL.Image.open(stream).convert("RGB")
    other.save(decoded / f"{file.stem}.ppm")
    pairs.append((tensor(original), tensor(other)))
if len(pairs) != 24:
    sys.exit(f"Kodak is not in {kodak}.")

ours, theirs, values = {}, {}, {}
functions = {"ssim": ssim, "ms-ssim": ms_ssim}
for turn in range(3):
    output = subprocess.run([program, kodak, decoded], check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in map(json.loads, output.splitlines()):
        key = line["measure"], line["threads"]
        ours[key] = min(ours.get(key, 1e9), line["seconds"])
        values[key] = line["values"]
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for name, function in functions.items():
            for _ in range(2):
                start = time.perf_counter()
                with torch.no_grad():
                    found = [function(a, b, data_range=255).item() for a, b in pairs]
                theirs[name, threads] = min(theirs.get((name, threads), 1e9), time.perf_counter() - start)
            values["theirs", name] = found
missed = False
print(f"24 Kodak photographs, {line['instructions']}, torch {torch.__version__}")
for (name, threads), seconds in sorted(ours.items(), key=lambda entry: entry[0][::-1]):
    peer, exact = theirs[name, threads], values["theirs", name]
    greatest = max(abs(a - b) for a, b in zip(values[name, threads], exact))
    print(f"  {name:8} {threads} threads: ours {seconds * 1000:6.1f} ms, theirs {peer * 1000:7.1f} ms, "
          f"{peer / seconds:5.1f} times as fast (goal {goal}), greatest difference {greatest:.1e} (goal {tolerance})")
    missed = missed or peer < goal * seconds or not greatest <= tolerance
sys.exit(int(missed))
PYTHON
