#include "tests/core/media/assets/model_files.h"

#include "core/media/assets/ggml_blocks.h"
#include "core/media/assets/gguf_model.h"
#include "core/media/assets/safetensors_file.h"
#include "tests/core/media/assets/gguf_files.h"

#include <cmath>
#include <cstdio>
#include <fstream>

namespace ratescope::media::test {
namespace {

template <typename T>
std::string le(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace

void writeBytes(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

TensorSet tinyTensors() {
    TensorSet set;
    for (const ModelTensor& tensor : languageModelOf(decoded(tinyLlama().bytes())).tensors)
        set.tensors.push_back({tensor.name, toFloat(tensor)});
    return set;
}

std::string tinyConfig() {
    return R"({"model_type": "llama", "vocab_size": 300, "hidden_size": 32, "intermediate_size": 64,
"num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64,
"rms_norm_eps": 1e-06, "rope_theta": 100000, "hidden_act": "silu", "tie_word_embeddings": true,
"bos_token_id": 0, "eos_token_id": [0, 1]})";
}

std::string tinyTokenizerJson(int pieces) {
    std::string vocabulary = R"("<|endoftext|>": 0)";
    for (int i = 1; i < pieces; ++i)
        vocabulary += ", \"p" + std::to_string(i) + "\": " + std::to_string(i);
    return R"({"added_tokens": [{"id": 0, "content": "<|endoftext|>", "special": true}], "normalizer": null,
"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]}, "post_processor": null,
"model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
"byte_fallback": false, "vocab": {)" +
           vocabulary + R"(}, "merges": ["p 1", ["p1", "2"]]}})";
}

std::string regexSplitter(const std::string& numbers) {
    return R"({"type": "Split", "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|)" +
           numbers +
           R"(| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated", "invert": false},
{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false})";
}

// Printable bytes stand for themselves, the others from U+0100 on.
TokenizerData tokenizerOfBytes() {
    TokenizerData tokenizer;
    tokenizer.splitter = "gpt-2";
    int others = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const bool isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte != 173);
        const int code = isPrintable ? byte : 256 + others++;
        if (code < 128)
            tokenizer.pieces.emplace_back(1, static_cast<char>(code));
        else
            tokenizer.pieces.push_back(
                {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 63))});
        tokenizer.kinds.push_back(PieceKind::Normal);
    }
    return tokenizer;
}

void writeTinyFolder(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    writeBytes(folder / "config.json", tinyConfig());
    writeBytes(folder / "tokenizer.json", tinyTokenizerJson());
    writeSafetensors(folder / "model.safetensors", tinyTensors());
}

std::string tinyLlama2c(std::int32_t vocabulary) {
    std::string file;
    for (const std::int32_t count : {8, 12, 2, 2, 1, vocabulary, 16})
        file += le(count);
    const int pieces = std::abs(vocabulary), kinds = vocabulary < 0 ? 2 : 1;
    const int layer = 8 + 64 + 32 + 32 + 64 + 8 + 3 * 96;
    const int floats = kinds * pieces * 8 + 2 * layer + 8 + 2 * 16 * 2;
    for (int i = 0; i < floats; ++i)
        file += le(static_cast<float>(i));
    return file;
}

std::string tinyLlama2cTokenizer(std::int32_t vocabulary) {
    std::string file = le(std::uint32_t{7});
    const auto add = [&](float score, const std::string& piece) {
        file += le(score) + le(static_cast<std::uint32_t>(piece.size())) + piece;
    };
    for (const char* piece : {"<unk>", "\n<s>\n", "\n</s>\n"})
        add(0, piece);
    for (int i = 0; i < 256; ++i) {
        char text[8];
        std::snprintf(text, sizeof text, "<0x%02X>", i);
        add(0, text);
    }
    for (int i = 259; i < vocabulary; ++i)
        add(static_cast<float>(259 - i), std::string(" ") + static_cast<char>('a' + i % 26));
    return file;
}

}  // namespace ratescope::media::test
