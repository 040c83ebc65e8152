#pragma once

// Python's pickles (docs.python.org/3/library/pickletools) as data: the opcodes of protocols 2 and 3 that a dictionary
// of tensors needs. Nothing is executed: a callable is a name, and only the names below mean something.

#include "core/buffer/buffer.h"

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ratescope::media {

/// A value of a pickle; the pickle that made it owns it. Values may stand in several places, also within themselves.
/// Texts are views of the pickle's bytes: a few bytes can name a long one again and again.
struct PickleValue {
    enum class Kind { None, Bool, Int, Real, Text, Tuple, List, Dict, Global, Storage, Tensor };
    Kind kind = Kind::None;
    std::int64_t integer = 0;  ///< Int; Bool; Storage: number of elements; Tensor: offset in elements
    double real = 0;
    std::string_view text;                     ///< Text; Global: "module name"; Storage: its key
    std::vector<PickleValue*> items;           ///< of a Dict: key, value, key, value, …
    DType type = DType::F32;                   ///< of a Storage
    const PickleValue* storage = nullptr;      ///< of a Tensor
    std::vector<std::int64_t> shape, strides;  ///< of a Tensor, in elements
};

/// One pickle after the other out of a file. Limits: 64 MB a pickle, 2^21 values in all.
class PickleReader {
  public:
    /// `name` stands in messages; the bytes must outlive the reader and its values.
    PickleReader(std::span<const std::byte> bytes, std::string name)
        : bytes_(bytes), name_(std::move(name)) {}

    /// The next pickle. Known callables: OrderedDict, torch.Size, the storages of torch, and those of torch._utils that
    /// rebuild tensors and parameters. Throws Error(Input): truncated, another opcode (naming it), another callable
    /// (naming it), arguments of another form, an empty stack, an unknown place of the memo.
    const PickleValue& next();
    /// Bytes read so far.
    std::size_t position() const { return position_; }

  private:
    std::span<const std::byte> bytes_;
    std::string name_;
    std::size_t position_ = 0;
    std::deque<PickleValue> values_;
};

}  // namespace ratescope::media
