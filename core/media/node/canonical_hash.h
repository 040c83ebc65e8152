#pragma once

// The name of a value by what it holds: the SHA-256 of its canonical bytes. Both ends of a codec that hold
// the same shared value get the same hash, whatever file it came from.
//
// Canonical bytes: integers are u64 little-endian unless another width is given; a text is its length in
// bytes, then its UTF-8 bytes; an array is its dtype name as text, its rank, its extents, then its elements
// row-major and little-endian. Enumerations are one byte, in the order of their declaration.
//
//   "RSCANON1", the type's name as text ("Image", "TensorSet", "Table", …), then
//   Image      u8 model, u8 alpha, u8 bitDepth, u8 range, u8 matrix, u8 orientation, u64 length of icc,
//              icc, array of samples; where chroma is subsampled also u8 subsampling, u8 siting, arrays cb, cr
//   TensorSet  text schema, u64 n of tensors, n × (text name, array) sorted by name (bytewise),
//              u64 n of metadata, n × (text key, text value) sorted by key
//   Table      text schema, u64 n of columns, u64 rows, n × (text name, text unit, u8 kind: 0 doubles,
//              1 integers, 2 texts, cells: IEEE doubles, i64, or texts); the view does not count
//   LanguageModel  text of the searched patterns; the configuration's fields in the order of ModelConfig (architecture, flags and kinds u8, family
//              text, counts i64, reals IEEE double, divisors u64 n, n × float); the tokenizer's: u8 kind, text
//              splitter, u64 n of pieces, n × text, n × u8 kind, u64 n of scores, n × float, u64 n of merges, n × 2
//              texts, i64 ids of beginning, end, unknown (−1: none), three u8 flags; u64 n of tensors, n × (text name,
//              u8 blocks, u64 rank, extents, array) sorted by name; the model's own name does not count
//   TextCorpus array of the bytes

#include "core/hash.h"
#include "core/media/node/language_model.h"
#include "core/media/node/value.h"

namespace ratescope::media {

/// Reads the whole value: a second for some gigabytes. Throws Error(Internal) for an empty value.
Hash canonicalHash(const Value& value);

/// The name of a tokenizer, to be stated with what was measured with it: the SHA-256 of "RSCANON1", "Tokenizer" as text and
/// its fields as in LanguageModel.
Hash tokenizerHash(const TokenizerData& tokenizer);

}  // namespace ratescope::media
