#include "tests/core/media/assets/gguf_files.h"

#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

namespace ratescope::media::test {
namespace {

template <typename T>
std::string le(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string counted(std::string_view text) {
    return le(std::uint64_t{text.size()}) + std::string(text);
}

template <typename T>
std::string arrayOf(std::uint32_t type, const std::vector<T>& values) {
    std::string bytes = le(type) + le(std::uint64_t{values.size()});
    for (const T& value : values)
        bytes += le(value);
    return bytes;
}

float wave(std::size_t i) {
    return 0.1f * std::sin(static_cast<float>(i) * 0.37f);
}

std::string plainBytes(std::int64_t count, bool half) {
    std::string bytes;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        bytes += half ? le(floatToHalf(wave(i))) : le(wave(i));
    return bytes;
}

std::string blockBytes(std::int64_t blocks, std::size_t size, int halves) {
    std::string bytes;
    for (std::size_t i = 0; i < static_cast<std::size_t>(blocks) * size; ++i)
        bytes += static_cast<char>(i * i * 7 + i * 13 + 5);
    for (std::size_t at = 0; at < bytes.size(); at += size)
        for (int k = 0; k < halves; ++k)
            bytes.replace(at + 2 * static_cast<std::size_t>(k), 2, le(floatToHalf(k == 0 ? 0.01f : -0.07f)));
    return bytes;
}

}  // namespace

void GgufFileMaker::raw(const std::string& key, std::uint32_t type, std::string_view bytes) {
    keys_.push_back(counted(key) + le(type) + std::string(bytes));
}
void GgufFileMaker::text(const std::string& key, std::string_view value) {
    raw(key, 8, counted(value));
}
void GgufFileMaker::u32(const std::string& key, std::uint32_t value) {
    raw(key, 4, le(value));
}
void GgufFileMaker::f32(const std::string& key, float value) {
    raw(key, 6, le(value));
}
void GgufFileMaker::flag(const std::string& key, bool value) {
    raw(key, 7, le(static_cast<std::uint8_t>(value)));
}
void GgufFileMaker::texts(const std::string& key, const std::vector<std::string>& values) {
    std::string bytes = le(std::uint32_t{8}) + le(std::uint64_t{values.size()});
    for (const std::string& value : values)
        bytes += counted(value);
    raw(key, 9, bytes);
}
void GgufFileMaker::i32s(const std::string& key, const std::vector<std::int32_t>& values) {
    raw(key, 9, arrayOf(5, values));
}
void GgufFileMaker::f32s(const std::string& key, const std::vector<float>& values) {
    raw(key, 9, arrayOf(6, values));
}

void GgufFileMaker::tensor(const std::string& name, const Shape& shape, std::uint32_t type) {
    const std::int64_t count = elementCount(shape);
    switch (type) {
        case 2:
            tensors.push_back({name, shape, type, blockBytes(count / 32, 18, 1)});
            break;
        case 3:
            tensors.push_back({name, shape, type, blockBytes(count / 32, 20, 2)});
            break;
        case 8:
            tensors.push_back({name, shape, type, blockBytes(count / 32, 34, 1)});
            break;
        default:
            tensors.push_back({name, shape, type, plainBytes(count, type == 1)});
    }
}

std::string GgufFileMaker::bytes() const {
    std::string file = "GGUF" + le(version) + le(std::uint64_t{tensors.size()} + extraTensors) +
                       le(std::uint64_t{keys_.size()} + extraKeys);
    for (const std::string& key : keys_)
        file += key;
    std::uint64_t offset = 0;
    std::string data;
    for (const TensorEntry& tensor : tensors) {
        file += counted(tensor.name) + le(static_cast<std::uint32_t>(tensor.shape.size()));
        for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
            file += le(static_cast<std::uint64_t>(*extent));
        file += le(tensor.type) + le(offset + (&tensor == &tensors.back() ? shift : 0));
        data += tensor.bytes;
        data.append((32 - data.size() % 32) % 32, '\0');
        offset = data.size();
    }
    file.append((32 - file.size() % 32) % 32, '\0');
    return file + data;
}

GgufFileMaker tinyLlama() {
    GgufFileMaker file;
    file.text("general.architecture", "llama");
    file.text("general.name", "tiny");
    file.u32("llama.block_count", 2);
    file.u32("llama.context_length", 64);
    file.u32("llama.embedding_length", 32);
    file.u32("llama.feed_forward_length", 64);
    file.u32("llama.attention.head_count", 2);
    file.u32("llama.attention.head_count_kv", 1);
    file.u32("llama.rope.dimension_count", 16);
    file.f32("llama.rope.freq_base", 100000);
    file.f32("llama.attention.layer_norm_rms_epsilon", 1e-6f);
    std::vector<std::string> pieces{"<|endoftext|>"};
    std::vector<std::int32_t> types{3};
    while (pieces.size() < 300) {
        pieces.push_back("p" + std::to_string(pieces.size()));
        types.push_back(1);
    }
    file.text("tokenizer.ggml.model", "gpt2");
    file.text("tokenizer.ggml.pre", "smollm");
    file.texts("tokenizer.ggml.tokens", pieces);
    file.i32s("tokenizer.ggml.token_type", types);
    file.texts("tokenizer.ggml.merges", {"p 1", "p1 2"});
    file.u32("tokenizer.ggml.bos_token_id", 0);
    file.flag("tokenizer.ggml.add_bos_token", false);
    file.tensor("token_embd.weight", {300, 32}, 8);
    for (const char* layer : {"blk.0.", "blk.1."}) {
        const std::string at = layer;
        file.tensor(at + "attn_norm.weight", {32}, 0);
        file.tensor(at + "attn_q.weight", {32, 32}, 3);
        file.tensor(at + "attn_k.weight", {16, 32}, 2);
        file.tensor(at + "attn_v.weight", {16, 32}, 1);
        file.tensor(at + "attn_output.weight", {32, 32}, 3);
        file.tensor(at + "ffn_norm.weight", {32}, 0);
        file.tensor(at + "ffn_gate.weight", {64, 32}, 3);
        file.tensor(at + "ffn_up.weight", {64, 32}, 2);
        file.tensor(at + "ffn_down.weight", {32, 64}, 8);
    }
    file.tensor("output_norm.weight", {32}, 0);
    return file;
}

GgufFile decoded(const std::string& bytes) {
    auto memory = std::make_shared<Array>(DType::U8, Shape{static_cast<std::int64_t>(bytes.size())});
    std::ranges::copy(std::as_bytes(std::span(bytes)), memory->writableBytes().begin());
    return decodeGguf(memory->bytes(), memory, "tiny.gguf");
}

}  // namespace ratescope::media::test
