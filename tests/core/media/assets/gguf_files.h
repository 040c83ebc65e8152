#pragma once

// GGUF files in memory for tests: whole ones and whatever a test wants wrong about them.

#include "core/media/assets/gguf_file.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::media::test {

class GgufFileMaker {
  public:
    void text(const std::string& key, std::string_view value);
    void u32(const std::string& key, std::uint32_t value);
    void f32(const std::string& key, float value);
    void flag(const std::string& key, bool value);
    void texts(const std::string& key, const std::vector<std::string>& values);
    void i32s(const std::string& key, const std::vector<std::int32_t>& values);
    void f32s(const std::string& key, const std::vector<float>& values);
    /// A value as its type and bytes.
    void raw(const std::string& key, std::uint32_t type, std::string_view bytes);

    struct TensorEntry {
        std::string name;
        Shape shape;  ///< from the outermost axis
        std::uint32_t type = 0;
        std::string bytes;
    };
    std::vector<TensorEntry> tensors;
    /// Values from a wave; blocks get scales of 0.01 and smaller.
    void tensor(const std::string& name, const Shape& shape, std::uint32_t type);

    std::uint32_t version = 3;
    std::uint64_t extraTensors = 0, extraKeys = 0;  ///< that the counts promise beyond what is there
    std::uint64_t shift = 0;                        ///< added to the offset of the last tensor

    std::string bytes() const;

  private:
    std::vector<std::string> keys_;
};

/// A model of two layers: 300 byte-level pieces, hidden size 32, two heads of 16 that share one of keys and values,
/// intermediate size 64, tied embeddings; of F32, F16, Q8_0, Q4_0 and Q4_1 tensors.
GgufFileMaker tinyLlama();
/// As bytes in memory that the arrays share.
GgufFile decoded(const std::string& bytes);

}  // namespace ratescope::media::test
