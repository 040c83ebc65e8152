#pragma once

// GGUF, versions 2 and 3 (github.com/ggml-org/ggml, docs/gguf.md), little-endian: a header, metadata by key, what
// tensors there are, and their data at multiples of an alignment.

#include "core/media/node/language_model.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

/// As numbered in the file.
enum class GgufType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, Text, Array, U64, I64, F64 };

/// A value of the metadata as it lies in the file, already walked through: its bytes are as long as they must be.
struct GgufValue {
    GgufType type = GgufType::U8;
    bool isArray = false;  ///< of `count` values of the type
    std::uint64_t count = 1;
    std::span<const std::byte> bytes;
};

/// Metadata by key, views of memory that is kept alive. Each getter gives nothing where the key is missing, and throws
/// Error(Input) that names the key where its value is of another kind.
class GgufMetadata {
  public:
    GgufMetadata(std::string name, std::shared_ptr<const void> owner)
        : name_(std::move(name)), owner_(std::move(owner)) {}

    std::optional<std::int64_t> integer(const std::string& key) const;
    std::optional<double> real(const std::string& key) const;
    std::optional<bool> flag(const std::string& key) const;
    std::optional<std::string> text(const std::string& key) const;
    std::optional<std::vector<std::string>> texts(const std::string& key) const;
    std::optional<std::vector<std::int64_t>> integers(const std::string& key) const;
    std::optional<std::vector<float>> reals(const std::string& key) const;

    std::map<std::string, GgufValue> values;
    const std::string& name() const { return name_; }  ///< of the file

  private:
    const GgufValue* find(const std::string& key, bool isArray) const;
    std::string name_;
    std::shared_ptr<const void> owner_;
};

struct GgufFile {
    GgufMetadata metadata;
    /// With the file's names ("blk.0.attn_q.weight") and shapes from the outermost axis, as everywhere here (the file
    /// has them from the innermost). F32, F16 and BF16 are plain, all others stay in their blocks; all are views of the
    /// mapping, except plain ones that do not lie at a multiple of their element.
    std::vector<ModelTensor> tensors;
};

/// From memory that `owner` keeps alive; `name` stands in messages. Throws Error(Input) that names the file and what is
/// wrong: another magic, version or byte order; counts, lengths or offsets beyond the file; a key or tensor that is
/// there twice; nested arrays; more than four axes, shapes that overflow, rows that are no whole blocks, data that
/// overlap; a type of tensor that is not read.
GgufFile decodeGguf(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                    const std::string& name);

}  // namespace ratescope::media
