#include "core/media/assets/image_formats.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace ratescope::media {
namespace {

/// Reads the decimal numbers of a PNM header or of a plain raster.
class PnmText {
  public:
    PnmText(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

    char next() {
        if (position_ == bytes_.size()) throw damagedImage(name_, "is a truncated PNM picture");
        return static_cast<char>(bytes_[position_++]);
    }
    std::uint32_t number() {
        char c = next();
        while (isSpace(c) || c == '#') {
            if (c == '#')
                while (next() != '\n')
                    continue;
            c = next();
        }
        std::uint32_t value = 0;
        if (!isDigit(c)) throw damagedImage(name_, "has a PNM header or raster that is not made of numbers");
        while (isDigit(c)) {
            value = 10 * value + static_cast<std::uint32_t>(c - '0');
            if (value > limit) throw damagedImage(name_, "has a number in its PNM header that is too large");
            if (position_ == bytes_.size()) return value;
            c = next();
        }
        if (!isSpace(c) && c != '#')
            throw damagedImage(name_, "has a PNM header or raster that is not made of numbers");
        if (c == '#') --position_;
        return value;
    }
    std::span<const std::byte> rest() const { return bytes_.subspan(position_); }

  private:
    static constexpr std::uint32_t limit = 1u << 28;
    static bool isDigit(char c) { return c >= '0' && c <= '9'; }
    static bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

    std::span<const std::byte> bytes_;
    const std::string& name_;
    std::size_t position_ = 0;
};

int bitDepthOf(std::uint32_t maxval, const std::string& name) {
    if (maxval >= 1 && maxval <= 65535 && std::has_single_bit(maxval + 1)) return std::bit_width(maxval);
    throw Error(ErrorKind::Input,
                name + " has the greatest sample value " + std::to_string(maxval) +
                    ", which fills no whole number of bits.",
                "Export it with a maxval of 2^n - 1, such as 255 or 65535.");
}

[[noreturn]] void throwAboveMaxval(const std::string& name) {
    throw damagedImage(name, "has a sample above its maxval");
}

template <typename T>
void readPlain(PnmText& text, std::span<T> samples, std::uint32_t maxval, const std::string& name) {
    for (T& sample : samples) {
        const std::uint32_t value = text.number();
        if (value > maxval) throwAboveMaxval(name);
        sample = static_cast<T>(value);
    }
}

std::uint16_t bigEndian(std::uint16_t value) {
    return static_cast<std::uint16_t>(value << 8 | value >> 8);
}

void readRaw(std::span<const std::byte> raster, Array& samples, std::uint32_t maxval,
             const std::string& name) {
    std::memcpy(samples.writableBytes().data(), raster.data(), samples.byteSize());
    bool above = false;
    if (samples.type() == DType::U8) {
        for (const std::uint8_t sample : samples.as<std::uint8_t>())
            above |= sample > maxval;
    } else {
        for (std::uint16_t& sample : samples.writable<std::uint16_t>()) {
            sample = bigEndian(sample);
            above |= sample > maxval;
        }
    }
    if (above) throwAboveMaxval(name);
}

}  // namespace

Image decodePnm(std::span<const std::byte> bytes, const std::string& name) {
    PnmText text(bytes, name);
    text.next();
    const char kind = text.next();
    const bool plain = kind == '2' || kind == '3';
    const std::uint32_t width = text.number(), height = text.number(), maxval = text.number();
    checkImageSize(width, height, name);
    Image image;
    image.model = kind == '2' || kind == '5' ? ColourModel::Grey : ColourModel::Rgb;
    image.bitDepth = bitDepthOf(maxval, name);
    const std::uint64_t channels = image.model == ColourModel::Grey ? 1 : 3;
    const DType type = image.bitDepth <= 8 ? DType::U8 : DType::U16;
    const std::uint64_t samples = std::uint64_t{width} * height * channels;
    // A plain sample takes a digit and, but for the last, a space.
    const std::uint64_t needed = plain ? 2 * samples - 1 : samples * sizeOf(type);
    if (text.rest().size() < needed) throw damagedImage(name, "is a truncated PNM picture");
    image.samples = Array(type, {height, width, static_cast<std::int64_t>(channels)});
    if (!plain)
        readRaw(text.rest(), image.samples, maxval, name);
    else if (type == DType::U8)
        readPlain(text, image.samples.writable<std::uint8_t>(), maxval, name);
    else
        readPlain(text, image.samples.writable<std::uint16_t>(), maxval, name);
    return image;
}

std::vector<std::byte> encodePnm(const Image& image, const std::string& name, ColourModel model) {
    if (image.model != model)
        throw unfitImage(name, model == ColourModel::Grey ? "is a PGM, which holds grey only"
                                                          : "is a PPM, which holds RGB only");
    if (image.alpha) throw unfitImage(name, "is a PNM picture, which can't hold alpha");
    if (!image.icc.empty()) throw unfitImage(name, "is a PNM picture, which can't hold a colour profile");
    if (image.orientation != 1) throw unfitImage(name, "is a PNM picture, which can't hold an orientation");
    const std::string header = std::string(model == ColourModel::Grey ? "P5\n" : "P6\n") +
                               std::to_string(image.width()) + " " + std::to_string(image.height()) + "\n" +
                               std::to_string((1 << image.bitDepth) - 1) + "\n";
    std::vector<std::byte> out(header.size() + image.samples.byteSize());
    std::memcpy(out.data(), header.data(), header.size());
    std::memcpy(out.data() + header.size(), image.samples.bytes().data(), image.samples.byteSize());
    if (image.samples.type() == DType::U16)
        for (std::size_t i = header.size(); i < out.size(); i += 2)
            std::swap(out[i], out[i + 1]);
    return out;
}

}  // namespace ratescope::media
