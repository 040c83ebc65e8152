#pragma once

// A language model as its files hold it: what the runtime must know, the tokenizer's vocabulary, and tensors that
// are views of the mapped file. Readers of every format (GGUF, Hugging Face folders, llama2.c) make this one value.

#include "core/buffer/buffer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::media {

/// Llama: decoder with RMSNorm, rotary positions, gated SiLU (Llama, Mistral, Qwen2, SmolLM2, TinyLlama).
/// Bert: encoder with learned positions, LayerNorm, GELU (MiniLM).
enum class ModelArchitecture { Llama, Bert };

/// How rotary frequencies are stretched for contexts longer than those of training.
struct RopeScaling {
    enum class Kind { None, Linear, Llama3 };
    Kind kind = Kind::None;
    double factor = 1;
    double lowFrequencyFactor = 1, highFrequencyFactor = 4;  ///< Llama3 only
    std::int64_t originalContext = 8192;                     ///< Llama3 only
    /// Divisors of the frequencies, one a pair, where a file gives them itself; then `kind` is None.
    std::vector<float> divisors;
};

struct ModelConfig {
    ModelArchitecture architecture = ModelArchitecture::Llama;
    std::string family;  ///< as the file names it: "llama", "qwen2", "mistral", "bert"
    std::int64_t vocabulary = 0, hidden = 0, intermediate = 0, layers = 0;
    std::int64_t heads = 0, keyValueHeads = 0, headSize = 0;
    std::int64_t context = 0;  ///< longest sequence it was trained for
    double normEpsilon = 1e-5;
    double ropeBase = 10000;
    /// Whether a head's pairs are neighbours (2i, 2i+1), as in GGUF's llama and in llama2.c, or lie half a head
    /// apart (i, i + headSize/2), as in Hugging Face folders. The rows of q and k are ordered to match.
    bool ropeOfNeighbours = false;
    RopeScaling ropeScaling;
    std::int64_t slidingWindow = 0;  ///< tokens that a query sees, itself included; 0: all before it
    bool tiedEmbeddings = false;     ///< lm_head is embed_tokens; then there is no tensor lm_head.weight
};

/// Element layout of a tensor: plain elements, or ggml's blocks (github.com/ggml-org/ggml, ggml-common.h).
enum class BlockFormat { None, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K };

struct BlockSize {
    std::int64_t elements = 1;  ///< that one block holds, along the last axis
    std::int64_t bytes = 0;
};

/// Throws Error(Internal) for BlockFormat::None.
BlockSize blockSize(BlockFormat format);

/// Names are those of Hugging Face checkpoints ("model.layers.0.self_attn.q_proj.weight"), whatever the file says.
/// `shape` is [out, in] for a linear layer. `array` has that shape and a floating-point type; with blocks it is U8
/// of shape [rows, bytes of a row], and each row holds whole blocks.
struct ModelTensor {
    std::string name;
    Shape shape;
    BlockFormat blocks = BlockFormat::None;
    Array array;
};

enum class TokenizerKind { ByteLevelBpe, SentencePieceBpe, SentencePieceUnigram, WordPiece };
enum class PieceKind : std::uint8_t { Normal, Unknown, Control, UserDefined, Unused, Byte };

/// What a tokenizer is made of; core/engine/llm/tokenizer.h makes one of it.
struct TokenizerData {
    TokenizerKind kind = TokenizerKind::ByteLevelBpe;
    /// Of byte-level BPE: which rule cuts text before merging, by llama.cpp's name ("gpt-2", "smollm", "llama-bpe",
    /// "qwen2").
    std::string splitter;
    /// By id; byte-level pieces in GPT-2's printable alphabet, SentencePiece's with U+2581 for a blank and <0x0A> for
    /// a byte.
    std::vector<std::string> pieces;
    std::vector<float> scores;     ///< by id; SentencePiece only, and there BPE may have merges instead
    std::vector<PieceKind> kinds;  ///< by id
    std::vector<std::pair<std::string, std::string>> merges;  ///< best first; BPE without scores only
    std::optional<std::int32_t> beginning, end, unknown;
    bool addsBeginning = false;   ///< what the model expects; the protocol says whether it is done
    bool addsSpacePrefix = true;  ///< SentencePiece: a blank before the text
    /// SentencePiece: blanks around the text go, and runs of them become one.
    bool removesExtraBlanks = false;
    bool lowerCase = false;   ///< WordPiece: lower case and without accents
    bool appliesNfc = false;  ///< byte-level BPE: brings text into Unicode's form NFC before it is cut
    /// Byte-level BPE: a word that is a piece is that piece, also where no merges lead to it. Llama 3 was trained with a
    /// tokenizer that knows ranks of pieces and no list of merges.
    bool takesWholeWords = false;
};

/// What takesWholeWords is with this splitter where a file does not say it, as in llama.cpp.
bool usuallyTakesWholeWords(const std::string& splitter);

struct LanguageModel {
    std::string name;
    ModelConfig config;
    TokenizerData tokenizer;
    std::vector<ModelTensor> tensors;
    /// Which tensors are to be compressed: see searched.h. By default the linear layers of the blocks.
    std::string searched = "model.layers.*;encoder.layer.*";

    /// Null where there is none.
    const ModelTensor* tensor(const std::string& tensorName) const;
};

/// Throws Error(Input) unless configuration, tokenizer and tensors make a model of its architecture: each tensor that
/// it needs, with the shape that follows from the configuration, no other, and none twice; no more pieces than the
/// vocabulary has. A model without any pieces is one without a tokenizer. Values are not looked at.
void checkLanguageModel(const LanguageModel& model);

}  // namespace ratescope::media
