"""Quantises SmolLM2 with GPT-QModel on the CPU. Writes one JSON object: seconds and peak memory (GiB) of loading and quantising, and perplexity over the windows.

usage: peer.py MODEL.gguf CALIBRATION-IDS TEXT-IDS WINDOWS ACT-ORDER(0|1|none|rtn)

Ids are int32 files; calibration ids are sequences of 512 end to end. "none" measures the model as it is, "rtn" rounds to
the nearest on the same grid.
"""

import json, math, os, resource, sys, tempfile, time

os.environ.setdefault("GPTQMODEL_CPU_WORKERS", "2")
import gguf, numpy, torch
import torch.nn.functional as F
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

length, group, bits = 512, 128, 4
model_file, calibration_file, text_file, windows, order = sys.argv[1:6]
layers = int(os.environ.get("RATESCOPE_LAYERS", "0"))  # a trial takes the first blocks only
torch.set_num_threads(2)
reader = gguf.GGUFReader(model_file)


def value(key):
    return reader.fields[key].contents()


def turned(rows, heads):
    """From pairs of neighbours, as GGUF has them, to pairs half a head apart."""
    return rows.reshape(heads, -1, 2, rows.shape[-1]).transpose(1, 2).reshape(rows.shape)


def uncompressed():
    heads, shared = value("llama.attention.head_count"), value("llama.attention.head_count_kv")
    count = layers or value("llama.block_count")
    config = LlamaConfig(
        vocab_size=len(value("tokenizer.ggml.tokens")), hidden_size=value("llama.embedding_length"),
        intermediate_size=value("llama.feed_forward_length"), num_hidden_layers=count, num_attention_heads=heads,
        num_key_value_heads=shared, rms_norm_eps=value("llama.attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": value("llama.rope.freq_base")},
        max_position_embeddings=value("llama.context_length"), tie_word_embeddings=True)
    model = LlamaForCausalLM(config).float()
    names = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
             "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
             "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
    state = {}
    for tensor in reader.tensors:
        weights = torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy())
        parts = tensor.name.split(".")
        if parts[0] == "blk":
            if int(parts[1]) >= count:
                continue
            if parts[2] in ("attn_q", "attn_k"):
                weights = turned(weights, heads if parts[2] == "attn_q" else shared)
            state[f"model.layers.{parts[1]}.{names[parts[2]]}.weight"] = weights
        else:
            state[{"token_embd": "model.embed_tokens.weight", "output_norm": "model.norm.weight"}[parts[0]]] = weights
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    model.load_state_dict(state)
    return model.eval()


def linears(model):
    return {name: module for name, module in model.named_modules()
            if isinstance(module, torch.nn.Linear) and name.startswith("model.layers.")}


def rounded(weights):
    result = weights.clone()
    for begin in range(0, weights.shape[1], group):
        part = weights[:, begin : begin + group]
        scale = (2 * part.abs().amax(1, keepdim=True) / (2**bits - 1)).clamp(min=2**-24).half().float()
        result[:, begin : begin + group] = scale * ((part / scale).round() + 2 ** (bits - 1)).clamp(0, 2**bits - 1).sub(2 ** (bits - 1))
    return result


def quantised(model):
    from gptqmodel import BACKEND, GPTQModel, QuantizeConfig
    from tokenizers import Tokenizer, models
    sequences = numpy.fromfile(calibration_file, numpy.int32).reshape(-1, length)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        pieces = {piece: i for i, piece in enumerate(value("tokenizer.ggml.tokens"))}
        PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE(vocab=pieces, merges=[])),
                                eos_token=value("tokenizer.ggml.tokens")[2], pad_token=value("tokenizer.ggml.tokens")[2]).save_pretrained(folder)
        # Its defaults besides.
        settings = QuantizeConfig(bits=bits, group_size=group, sym=True, desc_act=order == "1", act_group_aware=order == "0",
                                  damp_percent=0.05)
        start = time.perf_counter()
        peer = GPTQModel.load(folder, settings, device="cpu", dtype=torch.float32)
        peer.quantize([{"input_ids": ids.tolist(), "attention_mask": [1] * length} for ids in sequences],
                      batch_size=1, backend=BACKEND.TORCH, calibration_sort=None)
        seconds, memory = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        # As written and read again: in memory, layers may lie on disk, and zero points as the file format has them.
        peer.save(folder + "/quantised")
        peer = GPTQModel.load(folder + "/quantised", device="cpu", backend=BACKEND.TORCH, dtype=torch.float16)
        found = 0
        for name, module in linears(model).items():
            layer = peer.model.get_submodule(name)
            weights = layer.dequantize_weight().t()
            module.weight.data.copy_(weights[: module.weight.shape[0], : module.weight.shape[1]])
            found += 1
    if found != 7 * model.config.num_hidden_layers:
        sys.exit(f"{found} layers came back from GPT-QModel.")
    return seconds, memory


def perplexity(model):
    ids = torch.from_numpy(numpy.fromfile(text_file, numpy.int32).astype(numpy.int64))
    loss, scored, running = 0.0, length // 2 - 1, []
    with torch.inference_mode():
        for window in ids[: int(windows) * length].view(-1, length):
            logits = model(window[None]).logits[0, length // 2 : -1]
            loss += F.cross_entropy(logits, window[length // 2 + 1 :], reduction="sum").item()
            running.append(math.exp(loss / scored / (len(running) + 1)))
    return running


model = uncompressed()
seconds, memory = 0.0, 0.0
if order == "rtn":
    with torch.no_grad():
        for module in linears(model).values():
            module.weight.copy_(rounded(module.weight))
elif order != "none":
    seconds, memory = quantised(model)
running = perplexity(model)
print(json.dumps({"seconds": seconds, "memory": memory, "perplexity": {after: running[after - 1] for after in (16, 64) if after <= len(running)},
                  "last": running[-1]}))
