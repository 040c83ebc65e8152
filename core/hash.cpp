#include "core/hash.h"

#include "core/error.h"

#include <nettle/sha2.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace ratescope {
namespace {

int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

std::string Hash::hex() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (std::uint8_t byte : bytes) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

Hash Hash::fromHex(std::string_view hex) {
    Hash hash;
    bool valid = hex.size() == 2 * hash.bytes.size();
    for (std::size_t i = 0; valid && i < hash.bytes.size(); ++i) {
        const int high = digitOf(hex[2 * i]);
        const int low = digitOf(hex[2 * i + 1]);
        valid = high >= 0 && low >= 0;
        if (valid) hash.bytes[i] = static_cast<std::uint8_t>(16 * high + low);
    }
    if (!valid)
        throw Error(ErrorKind::Input, "\"" + std::string(hex.substr(0, 80)) + "\" is not a SHA-256 digest.",
                    "Give 64 hexadecimal digits.");
    return hash;
}

std::size_t HashOfHash::operator()(const Hash& hash) const {
    std::size_t value;
    std::memcpy(&value, hash.bytes.data(), sizeof value);
    return value;
}

struct Sha256::State {
    sha256_ctx context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    sha256_init(&state_->context);
}
Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
    sha256_update(&state_->context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

void Sha256::add(std::string_view text) {
    add(std::as_bytes(std::span(text)));
}

Hash Sha256::finish() {
    Hash hash;
    sha256_digest(&state_->context, hash.bytes.size(), hash.bytes.data());
    return hash;
}

Hash sha256(std::span<const std::byte> bytes) {
    Sha256 state;
    state.add(bytes);
    return state.finish();
}

Hash sha256(std::string_view text) {
    return sha256(std::as_bytes(std::span(text)));
}

Hash sha256OfFile(const std::filesystem::path& file) {
    const auto unreadable = [&] {
        return Error(ErrorKind::Input, file.string() + " can't be read: " + std::strerror(errno) + ".",
                     "Check that the file exists and that you may read it.");
    };
    std::unique_ptr<std::FILE, CloseFile> stream(std::fopen(file.c_str(), "rb"));
    if (!stream) throw unreadable();
    Sha256 state;
    std::vector<std::byte> block(1 << 18);
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), stream.get()))
        state.add(std::span(block).first(count));
    if (std::ferror(stream.get())) throw unreadable();
    return state.finish();
}

}  // namespace ratescope
