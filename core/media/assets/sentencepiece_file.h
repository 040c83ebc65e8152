#pragma once

// SentencePiece's model files (github.com/google/sentencepiece, sentencepiece_model.proto): a protocol buffer, of which
// pieces, trainer and normaliser are read.

#include "core/media/node/language_model.h"

#include <cstddef>
#include <span>
#include <string>

namespace ratescope::media {

/// Model types BPE and unigram. The beginning, where there is one, is what a model expects (addsBeginning). Extra blanks
/// are removed where remove_extra_whitespaces says so or is missing, as SentencePiece itself does for either type:
/// Llama's models switch it off, while llama2.c and llama.cpp's BPE never look at it (tok512.model has it on, so that
/// its ids are not those of tok512.bin where blanks are doubled). Throws Error(Input) that names the file: a length
/// beyond what is left, a wire type that is none, text that is not UTF-8, scores that are not finite, ids outside the
/// pieces, another model type, a normaliser with a map of characters.
TokenizerData parseSentencePiece(std::span<const std::byte> bytes, const std::string& name);

}  // namespace ratescope::media
