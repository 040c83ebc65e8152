#include "core/media/assets/image_formats.h"
#include "core/media/assets/planar.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

// YUV4MPEG2: a line of tags, then for each frame a line FRAME and its planes (mjpegtools, yuv4mpeg(5)). It names no
// matrix, which is BT.601 then, and its range by a tag of ffmpeg's (XCOLORRANGE). What the tags can't say of an image
// that is written here stands in two tags of our own, XMATRIX and XSITING, which other programs pass over.

namespace ratescope::media {
namespace {

constexpr std::string_view signature = "YUV4MPEG2 ";
constexpr std::string_view frameWord = "FRAME";
constexpr std::size_t longestLine = 1000;

struct Header {
    std::int64_t width = 0, height = 0;
    PlanarFormat format;
    Siting siting = Siting::Centre;
    Matrix matrix = Matrix::Bt601;
    Range range = Range::Limited;
};

Error unreadable(const std::string& name, const std::string& what) {
    return Error(ErrorKind::Input, name + " is a Y4M file " + what + ", which is not read.",
                 "Export it as one progressive picture in 4:2:0, 4:2:2, 4:4:4 or mono, of 8 to 16 bits.");
}

std::string_view textOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Up to the line feed, which is taken off `bytes` too.
std::string_view takeLine(std::span<const std::byte>& bytes, const std::string& name) {
    const std::string_view text = textOf(bytes.first(std::min(bytes.size(), longestLine)));
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) throw damagedImage(name, "is a truncated Y4M file");
    bytes = bytes.subspan(end + 1);
    return text.substr(0, end);
}

std::int64_t numberIn(std::string_view text, const std::string& name) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > INT32_MAX)
        throw damagedImage(name, "has a Y4M header with \"" + std::string(text) + "\" for a number");
    return value;
}

/// "p10" or "10" after the kind of chroma; nothing is 8.
int depthIn(std::string_view text, const std::string& name) {
    if (text.empty()) return 8;
    if (text[0] == 'p') text.remove_prefix(1);
    const std::int64_t bits = numberIn(text, name);
    if (bits < 8 || bits > 16) throw unreadable(name, "of " + std::to_string(bits) + " bits");
    return static_cast<int>(bits);
}

void readChroma(std::string_view tag, Header& header, const std::string& name) {
    const auto is = [&](std::string_view kind) { return tag.substr(0, kind.size()) == kind; };
    const std::string_view rest = tag.substr(std::min<std::size_t>(tag.size(), 3));
    const bool plain =
        rest.empty() || (rest.size() > 1 && rest[0] == 'p' && rest[1] >= '0' && rest[1] <= '9');
    if (is("mono")) {
        header.format = {ColourModel::Grey, Subsampling::C444, depthIn(tag.substr(4), name)};
    } else if (tag == "420jpeg" || tag == "420mpeg2") {
        header.format = {};
        header.siting = tag == "420jpeg" ? Siting::Centre : Siting::Left;
    } else if (is("420") && plain) {
        header.format = {ColourModel::YCbCr, Subsampling::C420, depthIn(rest, name)};
        header.siting = rest.empty() ? Siting::Centre : Siting::Left;
    } else if (is("422") && plain) {
        header.format = {ColourModel::YCbCr, Subsampling::C422, depthIn(rest, name)};
        header.siting = Siting::Left;
    } else if (is("444") && plain) {
        header.format = {ColourModel::YCbCr, Subsampling::C444, depthIn(rest, name)};
    } else {
        throw unreadable(name, "in the colour space " + std::string(tag));
    }
}

void readExtension(std::string_view tag, Header& header, std::optional<Siting>& siting,
                   const std::string& name) {
    if (tag == "COLORRANGE=FULL")
        header.range = Range::Full;
    else if (tag == "MATRIX=BT709")
        header.matrix = Matrix::Bt709;
    else if (tag == "SITING=CENTRE")
        siting = Siting::Centre;
    else if (tag.starts_with("MATRIX=") || tag.starts_with("SITING="))
        throw unreadable(name, "with the tag X" + std::string(tag));
}

void readTag(std::string_view tag, Header& header, std::optional<Siting>& siting, const std::string& name) {
    const std::string_view value = tag.substr(1);
    switch (tag[0]) {
        case 'W':
            header.width = numberIn(value, name);
            break;
        case 'H':
            header.height = numberIn(value, name);
            break;
        case 'C':
            readChroma(value, header, name);
            break;
        case 'I':
            if (value != "p" && value != "?") throw unreadable(name, "of interlaced frames");
            break;
        case 'X':
            readExtension(value, header, siting, name);
            break;
        default:
            break;
    }
}

Header takeHeader(std::span<const std::byte>& bytes, const std::string& name) {
    std::string_view line = takeLine(bytes, name);
    line.remove_prefix(std::min(line.size(), signature.size()));
    Header header;
    std::optional<Siting> siting;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) readTag(line.substr(0, end), header, siting, name);
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    if (siting) header.siting = *siting;
    checkImageSize(header.width, header.height, name);
    return header;
}

std::string chromaTag(const Image& image) {
    const std::string depth = image.bitDepth == 8 ? "" : std::to_string(image.bitDepth);
    if (image.model == ColourModel::Grey) return "mono" + depth;
    const std::string deep = depth.empty() ? "" : "p" + depth;
    const bool centre = image.siting == Siting::Centre;
    switch (image.subsampling) {
        case Subsampling::C444:
            return "444" + deep;
        case Subsampling::C422:
            return "422" + deep + (centre ? " XSITING=CENTRE" : "");
        default:
            if (deep.empty()) return centre ? "420jpeg" : "420mpeg2";
            return "420" + deep + (centre ? " XSITING=CENTRE" : "");
    }
}

void checkHoldable(const Image& image, const std::string& name) {
    if (image.model != ColourModel::Grey && image.model != ColourModel::YCbCr)
        throw unfitImage(name, "is a Y4M file, which holds grey or YCbCr only");
    if (image.bitDepth < 8)
        throw unfitImage(
            name, "is a Y4M file, which can't hold samples of " + std::to_string(image.bitDepth) + " bits");
    if (image.alpha) throw unfitImage(name, "is a Y4M file, which can't hold alpha");
    if (!image.icc.empty()) throw unfitImage(name, "is a Y4M file, which can't hold a colour profile");
    if (image.orientation != 1) throw unfitImage(name, "is a Y4M file, which can't hold an orientation");
}

}  // namespace

ImageSize y4mSize(std::span<const std::byte> bytes, const std::string& name) {
    const Header header = takeHeader(bytes, name);
    return {header.width, header.height};
}

Image decodeY4m(std::span<const std::byte> bytes, const std::string& name) {
    const Header header = takeHeader(bytes, name);
    if (!takeLine(bytes, name).starts_with(frameWord))
        throw damagedImage(name, "is a Y4M file without a frame");
    Image image = readPlanes(bytes, header.format, header.width, header.height, name);
    const auto rest = bytes.subspan(planarBytes(header.format, header.width, header.height));
    if (textOf(rest).starts_with(frameWord))
        throw Error(ErrorKind::Input,
                    name + " is a Y4M file of several pictures; video comes in a later version.",
                    "Take its pictures apart, one a file.");
    image.range = header.range;
    if (image.model == ColourModel::YCbCr) image.matrix = header.matrix;
    if (image.subsampled()) image.siting = header.siting;
    return image;
}

std::vector<std::byte> encodeY4m(const Image& image, const std::string& name) {
    checkHoldable(image, name);
    const std::string header = std::string(signature) + "W" + std::to_string(image.width()) + " H" +
                               std::to_string(image.height()) + " F1:1 Ip A1:1 C" + chromaTag(image) +
                               " XCOLORRANGE=" + (image.range == Range::Full ? "FULL" : "LIMITED") +
                               (image.matrix == Matrix::Bt709 ? " XMATRIX=BT709" : "") + "\nFRAME\n";
    const auto bytes = std::as_bytes(std::span(header));
    std::vector<std::byte> out(bytes.begin(), bytes.end());
    appendPlanes(out, image);
    return out;
}

}  // namespace ratescope::media
