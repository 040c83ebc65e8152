#include "plugins/image/file_reader.h"

namespace ratescope::media::image {

std::uint64_t FileReader::bigEndian(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const std::byte byte : take(bytes))
        value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
}

std::uint64_t FileReader::littleEndian(std::size_t bytes) {
    std::uint64_t value = 0;
    int shift = 0;
    for (const std::byte byte : take(bytes)) {
        value |= std::to_integer<std::uint64_t>(byte) << shift;
        shift += 8;
    }
    return value;
}

std::span<const std::byte> FileReader::take(std::uint64_t bytes) {
    if (bytes > left()) throw damaged();
    const auto taken = file_.subspan(position_, bytes);
    position_ += bytes;
    return taken;
}

std::string FileReader::tag() {
    const auto bytes = take(4);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error FileReader::damaged() const {
    return {ErrorKind::Input,
            "The " + format_ + " stream is damaged or cut off at byte " + std::to_string(position_) + ".",
            "Make the stream again."};
}

}  // namespace ratescope::media::image
