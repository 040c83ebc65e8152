#pragma once

// tokenizer.json of Hugging Face's tokenizers (github.com/huggingface/tokenizers): the three kinds that language models
// here have. What a file asks for beyond them is refused, so that no text is cut in another way than it says.

#include "core/media/node/language_model.h"

#include <cstddef>
#include <span>
#include <string>

namespace ratescope::media {

/// - Byte-level BPE: the splitter by its pre-tokenizer ("gpt-2": ByteLevel with its own regular expression; "smollm":
///   Digits one by one, then that; "llama-bpe" and "qwen2": their regular expressions), with NFC or without; whole
///   words are taken where its model says ignore_merges.
/// - BPE with byte fallback over U+2581 for blanks: SentencePiece's, with the file's merges in place of scores.
/// - WordPiece with BERT's normalizer and pre-tokenizer.
/// Added tokens are Control where they are special, else UserDefined; ids between them that no piece has are Unused.
/// Beginning and end: where a template puts a special token before and after the text; `unknown` is the model's.
/// Throws Error(Input) that names the file.
TokenizerData parseTokenizerJson(std::span<const std::byte> bytes, const std::string& name);

}  // namespace ratescope::media
