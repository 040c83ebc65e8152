#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ratescope {

/// A SHA-256 digest (FIPS 180-4): the name of artefacts, tasks and source files.
struct Hash {
    std::array<std::uint8_t, 32> bytes{};

    auto operator<=>(const Hash&) const = default;
    /// 64 lower-case hexadecimal digits.
    std::string hex() const;
    /// Throws Error(Input) unless `hex` is 64 hexadecimal digits.
    static Hash fromHex(std::string_view hex);
};

struct HashOfHash {
    std::size_t operator()(const Hash& hash) const;
};

/// Incremental SHA-256.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view text);
    /// The digest of all that was added; the object is then as new.
    Hash finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

Hash sha256(std::span<const std::byte> bytes);
Hash sha256(std::string_view text);

/// Reads the file once, in blocks. Throws Error(Input) naming the file if it can't be read.
Hash sha256OfFile(const std::filesystem::path& file);

}  // namespace ratescope
