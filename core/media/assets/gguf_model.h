#pragma once

// A GGUF file as a language model: which key says what (llama.cpp, convert_hf_to_gguf.py and gguf-py's constants),
// and Hugging Face's names for its tensors.

#include "core/media/assets/gguf_file.h"

namespace ratescope::media {

/// Architectures "llama" (Mistral's files too) and "qwen2". A tensor rope_freqs becomes the divisors of rotary
/// frequencies; without output.weight the embeddings are tied. Throws Error(Input) for another architecture, experts,
/// partly rotated heads, YaRN, heads that differ from layer to layer, a tokenizer that is not read, and whatever
/// checkLanguageModel refuses.
LanguageModel languageModelOf(const GgufFile& file);

/// The tokenizer's metadata: models "gpt2", "llama" (SentencePiece BPE) and "t5" (SentencePiece unigram); no pieces
/// where the file has none. Throws Error(Input).
TokenizerData tokenizerOf(const GgufMetadata& metadata);

}  // namespace ratescope::media
