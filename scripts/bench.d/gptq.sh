#!/usr/bin/env bash
# GPTQ on SmolLM2-135M: 210 linear layers, 4 bits, symmetric, groups of 128 with a last one of 64, 32 sequences of 512
# tokens of wiki.valid.raw, damping 0.05, calibrated layer by layer while it is compressed; in a group-aware order (the
# peer's default) and with act-order, and round to nearest. Against the PyPI package gptqmodel on the processor, both
# with 2 threads. Perplexity (ppl-half-512) over 64 windows of wiki.test.raw, or RATESCOPE_WINDOWS. Time and peak memory
# are those of the encoder's task, theirs of loading and quantising. RATESCOPE_PEER=no leaves the peer out.
# Goals: time <= 0.5 x, memory <= 0.6 x, perplexity <= 1.00 x the peer's.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
model="$cache/models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
data="${RATESCOPE_DATA:-$root/../shared/data}/text/wikitext-2"
[ -e "$model" ] || fail "The model is not there: $model" "scripts/setup --models fetches it."
cmake --build "$build" --target ratescope-cli ratescope-worker ratescope-keeper ratescope-plugin-source \
    ratescope-plugin-language ratescope-plugin-weights ratescope-plugin-weights-calibrated >&2
peer=${RATESCOPE_PEER_PYTHON:-$cache/gptqmodel-7.7.0/bin/python}
if [ "${RATESCOPE_PEER:-yes}" = yes ] && [ ! -x "$peer" ]; then
    heading "Install gptqmodel" >&2
    folder="$cache/gptqmodel-7.7.0"
    "$benchPython" -m venv "$folder"
    # It builds against the Torch that is there.
    "$benchPython" -c 'import site; print(site.getsitepackages()[0])' >"$(echo "$folder"/lib/python3*/site-packages)/bench.pth"
    "$folder/bin/python" -m pip install --quiet --upgrade pip setuptools wheel
    "$folder/bin/python" -m pip install --quiet --no-build-isolation --requirement "$root/scripts/bench.d/gptqmodel/requirements.txt" || {
        rm -rf "$folder"
        fail "gptqmodel could not be installed from PyPI." "Check the network, or set RATESCOPE_PEER=no."
    }
fi
scratch=$(mktemp -d "$root/build/bench-gptq.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

"$benchPython" - "$build/bin/ratescope-cli" "$model" "$data" "$scratch" "${RATESCOPE_WINDOWS:-64}" \
    "$([ "${RATESCOPE_PEER:-yes}" = yes ] && echo "$peer" || true)" "$root/scripts/bench.d/gptqmodel/peer.py" <<'PYTHON'
import csv, io, json, pathlib, subprocess, sys
import gguf, numpy
from tokenizers import Tokenizer, models, pre_tokenizers

program, model, data, scratch, windows, peer, script = sys.argv[1:8]
data, scratch = pathlib.Path(data), pathlib.Path(scratch)
settings = {"bits": 4, "symmetric": True, "group-size": 128}
calibrated = settings | {"damping": 0.05, "sequences": 32, "length": 512}

def node(slug, kind, parameters):
    return {"slug": slug, "type": kind, "version": 1, "parameters": parameters}

sources = [node("model", "source.language-model", {"files": model}),
           node("calibration", "source.text", {"files": str(data / "wiki.valid.raw")})]
codecs = {"rtn": node("rtn", "weights.rtn", settings),
          "gptq-group-aware": node("gptq-group-aware", "weights.gptq", calibrated | {"act-order": False, "group-aware": True}),
          "gptq-act-order": node("gptq-act-order", "weights.gptq", calibrated | {"act-order": True})}
measure = [node("text", "source.text", {"files": str(data / "wiki.test.raw")}),
           node("perplexity", "language.perplexity", {"chunks": int(windows)})]

def run(codec, measured):
    wires = [("model.model", f"{codec}.tensors")]
    if codec != "rtn":
        wires.append(("calibration.text", f"{codec}.text"))
    if measured:
        wires += [("model.model", "perplexity.reference"), ("text.text", "perplexity.text"), (f"{codec}.tensors", "perplexity.candidate")]
    study = {"ratescope": "document", "format": 2, "id": "5d0c8a4f0e7b4a41b0a7c1b5d9e2f314", "name": codec, "threads": 2,
             "nodes": sources + [codecs[codec]] + (measure if measured else []), "sweeps": [],
             "wires": [{"from": a, "to": b} for a, b in wires], "candidates": [f"{codec}.tensors"]}
    document, library = scratch / f"{codec}.ratescope", str(scratch / f"{codec}.rslib")
    document.write_text(json.dumps(study))
    subprocess.run([program, "run", str(document), "--library", library, "--jobs", "1"], check=True, stdout=sys.stderr)
    view = "points" if measured else "items"
    rows = csv.DictReader(io.StringIO(subprocess.check_output([program, "export", "--library", library, "--view", view, "--format", "csv"], text=True)))
    return next(row for row in rows if not measured or (row["metric"], row["rate_id"]) == ("ppl-half-512", "bpw-searched"))

# First each codec in a worker of its own: one that has measured holds the model for the next perplexity.
ours = {}
for codec in codecs:
    alone = run(codec, False)
    ours[codec] = run(codec, True) | {what: alone[what] for what in ("encode_seconds", "peak_memory")}
reader = gguf.GGUFReader(model)
tokenizer = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(reader.fields["tokenizer.ggml.tokens"].contents())},
                                 merges=[tuple(pair.split(" ")) for pair in reader.fields["tokenizer.ggml.merges"].contents()]))
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
ids = {name: numpy.array(tokenizer.encode((data / f"wiki.{name}.raw").read_text(encoding="utf8"), add_special_tokens=False).ids, numpy.int32)
       for name in ("valid", "test")}
places = numpy.random.default_rng(0).integers(0, len(ids["valid"]) - 512, 32)
numpy.concatenate([ids["valid"][place : place + 512] for place in places]).tofile(scratch / "calibration")
ids["test"].tofile(scratch / "text")

def theirs(order):
    command = [peer, "-W", "ignore", script, model, str(scratch / "calibration"), str(scratch / "text"), windows, order]
    with open(scratch / f"peer-{order}.log", "w") as log:
        run = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=log, cwd=scratch)  # where its logs stay
    if run.returncode:
        sys.exit("gptqmodel failed:\n" + run.stdout[-2000:] + (scratch / f"peer-{order}.log").read_text()[-2000:])
    return json.loads(run.stdout.splitlines()[-1])

missed = False
for branch, order in (("rtn", "rtn"), ("gptq-group-aware", "0"), ("gptq-act-order", "1")):
    row = ours[branch]
    seconds, memory, perplexity = float(row["encode_seconds"]), float(row["peak_memory"]) / 2**30, float(row["value"])
    print(f"{branch}: {float(row['rate']):.4f} bits a searched weight, perplexity {perplexity:.3f}, encoded in {seconds:.1f} s, peak memory {memory:.2f} GiB")
    if not peer:
        continue
    other = theirs(order)
    print(f"  gptqmodel: perplexity {other['last']:.3f} ({perplexity / other['last']:.4f} x, goal 1.00), {other['seconds']:.1f} s "
          + (f"({seconds / other['seconds']:.2f} x, goal 0.5), {other['memory']:.2f} GiB ({memory / other['memory']:.2f} x, goal 0.6)" if other["seconds"] else ""))
    missed = missed or perplexity > 1.0005 * other["last"]
    if order != "rtn":
        missed = missed or seconds > 0.5 * other["seconds"] or memory > 0.6 * other["memory"]
sys.exit(int(missed))
PYTHON
