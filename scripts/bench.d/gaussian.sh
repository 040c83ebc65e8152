#!/usr/bin/env bash
# Per-symbol Gaussian coding of 3 M symbols with means and scales as float32 arrays, against constriction and
# compressai in turns. Quantisation of scales and the making of tables are within all times. constriction gets whole
# arrays; compressai its C++ coder with lists that are ready, and index building apart, because making lists of arrays
# takes longer than coding. It codes what its entropy model would: the rounded distance to the mean.
# Goals: encode >= 3 x and decode >= 8 x as fast as each; bytes within 0.3 % of the exact discretised Gaussian.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
cmake --build "$build" --target bench-gaussian >&2

"$benchPython" -W ignore - "$build/bin/bench-gaussian" <<'PYTHON'
import importlib.metadata, pathlib, statistics, subprocess, sys, tempfile, time
import constriction, numpy, scipy.special, torch
from compressai.entropy_models import GaussianConditional
torch.set_num_threads(1)

count, rounds = 3_000_000, 9
random = numpy.random.default_rng(1)
scales = numpy.exp(random.uniform(numpy.log(0.11), numpy.log(16), count)).astype(numpy.float32)
means = random.normal(0, 10, count).astype(numpy.float32)
symbols = numpy.rint(means + scales * random.standard_normal(count)).astype(numpy.int32)

low, high = ((symbols + side - means.astype(float)) / scales for side in (-0.5, 0.5))
low, high = numpy.where(low > 0, -high, low), numpy.where(low > 0, -low, high)  # the lower tail keeps its digits
ideal = -numpy.log2(scipy.special.ndtr(high) - scipy.special.ndtr(low)).sum() / 8

def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result

def constriction_round():
    family = constriction.stream.model.QuantizedGaussian(int(symbols.min()), int(symbols.max()))
    doubles = means.astype(numpy.float64), scales.astype(numpy.float64)
    def encode():
        coder = constriction.stream.stack.AnsCoder()
        coder.encode_reverse(symbols, family, *doubles)
        return coder.get_compressed()
    encode_time, stream = timed(encode)
    decode_time, back = timed(lambda: constriction.stream.stack.AnsCoder(stream).decode(family, *doubles))
    assert (back == symbols).all()
    return encode_time, decode_time, stream.nbytes

table = torch.exp(torch.linspace(numpy.log(0.11), numpy.log(256), 64)).tolist()
model = GaussianConditional(table)
model.update_scale_table(table)
residuals = numpy.rint(symbols - means).astype(numpy.int32).tolist()
cdf, lengths, offsets = (buffer.tolist() for buffer in (model._quantized_cdf, model._cdf_length, model._offset))
scale_tensor = torch.from_numpy(scales)
from compressai.ans import RansDecoder, RansEncoder

def compressai_round():
    index_time, indexes = timed(lambda: model.build_indexes(scale_tensor))
    indexes = indexes.tolist()
    encode_time, stream = timed(lambda: RansEncoder().encode_with_indexes(residuals, indexes, cdf, lengths, offsets))
    decode_time, back = timed(lambda: RansDecoder().decode_with_indexes(stream, indexes, cdf, lengths, offsets))
    assert back == residuals
    return index_time + encode_time, index_time + decode_time, len(stream)

with tempfile.TemporaryDirectory() as folder:
    files = [pathlib.Path(folder) / name for name in ("symbols", "means", "scales")]
    for file, array in zip(files, (symbols, means, scales)):
        array.tofile(file)
    ours = subprocess.Popen([sys.argv[1], *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    def ours_round():
        print(file=ours.stdin, flush=True)
        encode_time, decode_time, size = ours.stdout.readline().split()
        return float(encode_time), float(decode_time), int(size)
    coders = {"Ratescope": ours_round,
              "constriction " + importlib.metadata.version("constriction"): constriction_round,
              "compressai " + importlib.metadata.version("compressai"): compressai_round}
    runs = {name: [] for name in coders}
    for round in range(rounds + 1):
        for name, run in coders.items():
            runs[name].append(run())
    ours.stdin.close()

print(f"{count} symbols, means and scales of 0.11 to 16 given for each; ideal {ideal:.0f} bytes")
medians = {}
for name, results in runs.items():
    encode, decode = (statistics.median(result[i] for result in results[1:]) for i in (0, 1))
    medians[name] = encode, decode
    print(f"  {name:20} encode {encode / count * 1e9:6.1f} ns, decode {decode / count * 1e9:6.1f} ns a symbol, "
          f"{results[0][2]} bytes ({100 * (results[0][2] / ideal - 1):+.3f} %)")
own, *others = medians
reached = runs[own][0][2] <= 1.003 * ideal
for name in others:
    encode, decode = (medians[name][i] / medians[own][i] for i in (0, 1))
    print(f"  against {name}: encode {encode:.1f} x (goal 3), decode {decode:.1f} x (goal 8)")
    reached = reached and encode >= 3 and decode >= 8
sys.exit(0 if reached else 1)
PYTHON
