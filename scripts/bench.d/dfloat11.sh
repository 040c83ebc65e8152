#!/usr/bin/env bash
# Lossless bfloat16 weights, one thread: weights.dfloat11 (parts of 131,072 weights, index of blocks of 2 KiB; and the
# paper's settings) against the PyPI package zipnn and zstd -3, on the bfloat16 casts of MiniLM (scripts/setup --models)
# and ResNet-56. The peers get the weights alone, one tensor after the other; ours holds names and shapes besides, so
# sizes are compared without its header (and given with it). Times are from bytes to bytes, best of the rounds, in
# turns. ZipNN changes the buffers it is given, so it gets a copy, outside its time.
# Goals: size <= 1.00 x ZipNN and <= 0.87 x zstd, decode >= 1.3 x as fast as ZipNN.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
cmake --build "$build" --target bench-dfloat11 >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$benchPython" -W ignore - "$build/bin/bench-dfloat11" "$build/plugins/libratescope-weights.so" "$work" \
    "$cache/models/minilm/model/model.safetensors" \
    "${RATESCOPE_DATA:-$root/../shared/data}/models/resnet_cifar10/resnet56-4bfd9763.th" <<'PYTHON'
import importlib.metadata, json, pathlib, subprocess, sys, time
import torch, zipnn
from safetensors.torch import load_file, save_file

program, library = sys.argv[1:3]
work, minilm, resnet = map(pathlib.Path, sys.argv[3:])
if not minilm.exists():
    sys.exit(f"MiniLM is not in {minilm}: run scripts/setup --models.")
turns, rounds = 5, 7
models = {"MiniLM": load_file(minilm),
          "ResNet-56": torch.load(resnet, map_location="cpu", weights_only=True)["state_dict"]}

def peer(weights):
    coder = zipnn.ZipNN(input_format="byte", bytearray_dtype="bfloat16", threads=1)
    stream = bytes(coder.compress(bytearray(weights)))
    def decode():
        given = bytearray(stream)
        start = time.perf_counter()
        back = coder.decompress(given)
        taken = time.perf_counter() - start
        if bytes(back) != weights:
            sys.exit("ZipNN does not give the weights back.")
        return taken
    return len(stream), decode

reached = True
print("zipnn " + importlib.metadata.version("zipnn"), subprocess.check_output(["zstd", "--version"], text=True).strip(), sep=", ")
for name, tensors in models.items():
    cast = {key: tensor.bfloat16().contiguous() for key, tensor in tensors.items() if tensor.is_floating_point()}
    file = work / f"{name}.safetensors"
    save_file(cast, file)
    weights = b"".join(tensor.reshape(-1).view(torch.uint8).numpy().tobytes() for tensor in cast.values())
    zstd = len(subprocess.run(["zstd", "-3", "-c"], input=weights, stdout=subprocess.PIPE, check=True).stdout)
    zipped, decode = peer(weights)
    theirs, ours = [], {}
    for turn in range(turns):
        output = subprocess.check_output([program, library, str(rounds), file], text=True)
        for line in map(json.loads, output.splitlines()):
            own = ours.setdefault((line["grouping"], line["index"]), line | {"decode": []})
            own["decode"] += line["decode"]
        theirs += [decode() for _ in range(rounds)]
    count = len(weights) // 2
    print(f"{name}: {count} weights; ZipNN {zipped} bytes ({8 * zipped / count:.3f} bits), "
          f"decodes {len(weights) / min(theirs) / 1e6:.0f} MB/s; zstd {zstd} bytes")
    for (grouping, index), line in ours.items():
        size, fastest = line["bytes"], min(line["decode"])
        plain = size - (line["parts"].get("header (kept)", 0) + line["parts"]["container (kept)"]) // 8
        print(f"  ours, {grouping}, {index}: {size} bytes, {plain} without names and shapes "
              f"({8 * plain / count:.3f} bits), {plain / zipped:.4f} x ZipNN (goal 1), {plain / zstd:.4f} x zstd "
              f"(goal 0.87); decodes {len(weights) / fastest / 1e6:.0f} MB/s, {min(theirs) / fastest:.2f} x ZipNN "
              f"(goal 1.3)")
        if index == "blocks":
            reached = reached and plain <= zipped and plain <= 0.87 * zstd and min(theirs) >= 1.3 * fastest
sys.exit(0 if reached else 1)
PYTHON
