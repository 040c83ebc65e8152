#include "plugins/image/jp2_file.h"

#include "core/media/assets/exif.h"
#include "plugins/image/boxes.h"
#include "plugins/image/file_reader.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

namespace ratescope::media::image {
namespace {

constexpr const char* format = "JPEG 2000";

enum Marker : std::uint64_t {
    soc = 0xFF4F,
    cod = 0xFF52,
    plt = 0xFF58,
    sot = 0xFF90,
    sod = 0xFF93,
    eoc = 0xFFD9,
};

/// A marker with its segment; positions from the start of the codestream.
struct Segment {
    std::uint64_t marker = 0;
    std::size_t start = 0, end = 0;
};

/// Of a tile part: how long, and whether it is all there is.
struct TilePart {
    std::size_t start = 0, end = 0;  ///< of SOT, of the packets
    std::size_t packets = 0;         ///< where they begin
};

struct Codestream {
    std::span<const std::byte> bytes;
    std::vector<Segment> segments;  ///< SOC to SOD, EOC; without packets
    std::vector<TilePart> parts;
};

Segment readSegment(FileReader& reader) {
    Segment segment;
    segment.start = reader.position();
    segment.marker = reader.bigEndian(2);
    if (segment.marker < 0xFF00) throw reader.damaged();
    if (segment.marker != soc && segment.marker != sod && segment.marker != eoc) {
        const std::uint64_t length = reader.bigEndian(2);
        if (length < 2) throw reader.damaged();
        reader.take(length - 2);
    }
    segment.end = reader.position();
    return segment;
}

Codestream readCodestream(std::span<const std::byte> bytes) {
    constexpr std::size_t lengthInSot = 6;
    Codestream code{bytes, {}, {}};
    FileReader reader(bytes, format);
    while (true) {
        const Segment segment = code.segments.emplace_back(readSegment(reader));
        if (code.segments.size() == 1 && segment.marker != soc) throw reader.damaged();
        const bool awaitsPackets = !code.parts.empty() && code.parts.back().packets == 0;
        if (awaitsPackets && (segment.marker == sot || segment.marker == eoc)) throw reader.damaged();
        if (segment.marker == eoc) break;
        if (segment.marker == sot) {
            FileReader fields(bytes.subspan(segment.start, segment.end - segment.start), format);
            fields.take(lengthInSot);
            code.parts.push_back({.start = segment.start, .end = segment.start + fields.bigEndian(4)});
        }
        if (segment.marker != sod) continue;
        if (code.parts.empty() || code.parts.back().end < segment.end) throw reader.damaged();
        code.parts.back().packets = segment.end;
        reader.take(code.parts.back().end - segment.end);
    }
    if (!reader.atEnd())
        throw Error(ErrorKind::Input, "The JPEG 2000 stream goes on after its end marker.",
                    "Make the stream again.");
    return code;
}

void addCodestream(Ledger& ledger, std::span<const std::byte> bytes) {
    const Codestream code = readCodestream(bytes);
    for (const Segment& segment : code.segments)
        ledger.add(segment.marker == plt ? "packet-lengths" : "header", 8 * (segment.end - segment.start));
    for (const TilePart& part : code.parts)
        ledger.add("packets", 8 * (part.end - part.packets));
}

// --- metadata ----------------------------------------------------------------------------------------------

/// As ExifTool and others write it.
constexpr std::string_view exifUuid = "JpgTiffExif->JP2";
constexpr std::size_t colourHead = 3;  ///< method, precedence, approximation
constexpr std::byte byProfile{2};

std::span<const std::byte> profileOf(const Box& header) {
    const std::vector<Box> boxes = readBoxes(header.payload, format);
    const Box* colour = findBox(boxes, "colr");
    if (!colour || colour->payload.size() <= colourHead || colour->payload[0] != byProfile) return {};
    return colour->payload.subspan(colourHead);
}

bool holdsExif(const Box& box) {
    const auto uuid = std::as_bytes(std::span(exifUuid));
    return box.type == "uuid" && box.payload.size() >= uuid.size() &&
           std::ranges::equal(box.payload.first(uuid.size()), uuid);
}

class BoxWriter {
  public:
    void number(std::uint64_t value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
            bytes_.push_back(static_cast<std::byte>(value >> shift));
    }
    void raw(std::span<const std::byte> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void box(std::string_view type, std::span<const std::byte> payload) {
        number(8 + payload.size(), 4);
        raw(std::as_bytes(std::span(type)));
        raw(payload);
    }
    const std::vector<std::byte>& bytes() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

/// The jp2h box's payload with that profile.
std::vector<std::byte> headerWithProfile(const Box& header, std::span<const std::byte> icc) {
    BoxWriter boxes;
    for (const Box& box : readBoxes(header.payload, format)) {
        if (box.type != "colr") {
            boxes.raw(box.whole);
            continue;
        }
        BoxWriter colour;
        colour.raw(std::array{byProfile, std::byte{0}, std::byte{0}});
        colour.raw(icc);
        boxes.box("colr", colour.bytes());
    }
    return boxes.bytes();
}

// --- layers ------------------------------------------------------------------------------------------------

const Segment& codingStyle(const Codestream& code) {
    const auto found = std::ranges::find(code.segments, std::uint64_t{cod}, &Segment::marker);
    constexpr std::size_t leastSize = 14;
    if (found == code.segments.end() || found->end - found->start < leastSize)
        throw Error(ErrorKind::Input, "The JPEG 2000 stream has no coding style.", "Make the stream again.");
    return *found;
}

struct Layering {
    bool layersFirst = false;  ///< LRCP
    std::size_t layers = 0;
};

constexpr std::size_t progressionInCod = 5, layersInCod = 6;

Layering layeringOf(const Codestream& code) {
    const Segment& style = codingStyle(code);
    FileReader fields(code.bytes.subspan(style.start + progressionInCod), format);
    const bool layersFirst = fields.bigEndian(1) == 0;
    return {layersFirst, fields.bigEndian(2)};
}

/// The bytes of each packet, from all PLT segments in their order.
std::vector<std::size_t> packetLengths(const Codestream& code) {
    constexpr std::size_t head = 5;  // marker, length, index
    std::vector<std::size_t> lengths;
    std::size_t length = 0;
    for (const Segment& segment : code.segments) {
        if (segment.marker != plt || segment.end - segment.start < head) continue;
        for (const std::byte byte :
             code.bytes.subspan(segment.start, segment.end - segment.start).subspan(head)) {
            length = length << 7 | std::to_integer<std::size_t>(byte & std::byte{0x7F});
            if ((byte & std::byte{0x80}) != std::byte{0}) continue;
            lengths.push_back(length);
            length = 0;
        }
    }
    return lengths;
}

[[noreturn]] void refuseCut(const std::string& reason) {
    throw Error(ErrorKind::Input, "The layers of the JPEG 2000 stream can't be dropped: " + reason + ".",
                "Encode with image.jpeg2000, which lays layers out so.");
}

/// A length as PLT writes it: seven bits a byte, the most significant first, all but the last marked.
void writeLength(BoxWriter& out, std::size_t length) {
    int shift = 0;
    while (length >> (shift + 7) != 0)
        shift += 7;
    for (; shift >= 0; shift -= 7)
        out.number((length >> shift & 0x7F) | (shift > 0 ? 0x80 : 0), 1);
}

/// As many PLT segments as it takes.
std::vector<std::byte> lengthSegments(std::span<const std::size_t> lengths) {
    constexpr std::size_t mostBytes = 65000, mostSegments = 256;
    BoxWriter out;
    std::size_t next = 0, index = 0;
    while (next < lengths.size()) {
        if (index == mostSegments) refuseCut("it has too many packets");
        BoxWriter body;
        while (next < lengths.size() && body.bytes().size() < mostBytes)
            writeLength(body, lengths[next++]);
        out.number(plt, 2);
        out.number(3 + body.bytes().size(), 2);
        out.number(index++, 1);
        out.raw(body.bytes());
    }
    return out.bytes();
}

/// Main header, tile-part header, packets, end.
std::vector<std::byte> cutCodestream(const Codestream& code, std::size_t kept) {
    const auto [layersFirst, layers] = layeringOf(code);
    if (!layersFirst || code.parts.size() != 1) refuseCut("they do not lie one after the other");
    const std::vector<std::size_t> lengths = packetLengths(code);
    const TilePart& part = code.parts.front();
    const std::size_t all = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
    if (lengths.empty() || lengths.size() % layers != 0 || all != part.end - part.packets)
        refuseCut("it does not say how long each packet is");
    const std::span keptLengths = std::span(lengths).first(lengths.size() / layers * kept);
    const std::size_t packets = std::accumulate(keptLengths.begin(), keptLengths.end(), std::size_t{0});

    const std::vector<std::byte> tileHeader = lengthSegments(keptLengths);
    BoxWriter out;
    for (const Segment& segment : code.segments) {
        const auto bytes = code.bytes.subspan(segment.start, segment.end - segment.start);
        if (segment.marker == cod) {
            out.raw(bytes.first(layersInCod));
            out.number(kept, 2);
            out.raw(bytes.subspan(layersInCod + 2));
        } else if (segment.marker == sot) {
            constexpr std::size_t sotSize = 12, sodSize = 2, lengthInSot = 6;
            out.raw(bytes.first(lengthInSot));
            out.number(sotSize + tileHeader.size() + sodSize + packets, 4);
            out.raw(bytes.subspan(lengthInSot + 4));
            out.raw(tileHeader);
        } else if (segment.marker != plt) {
            out.raw(bytes);
        }
        if (segment.marker == sod) out.raw(code.bytes.subspan(part.packets, packets));
    }
    return out.bytes();
}

const Box& codestreamBox(const std::vector<Box>& boxes) {
    const Box* box = findBox(boxes, "jp2c");
    if (!box || boxes.front().type != "jP  ")
        throw Error(ErrorKind::Input, "The stream is not a JPEG 2000 file (JP2).",
                    "Decode it with the codec that wrote it.");
    return *box;
}

}  // namespace

Jp2File readJp2File(std::span<const std::byte> file) {
    const std::vector<Box> boxes = readBoxes(file, format);
    codestreamBox(boxes);
    Jp2File jp2;
    for (const Box& box : boxes) {
        if (box.type == "jp2c") {
            jp2.ledger.add("header", 8 * (box.whole.size() - box.payload.size()));
            addCodestream(jp2.ledger, box.payload);
        } else if (holdsExif(box)) {
            jp2.exif = box.payload.subspan(exifUuid.size());
            jp2.ledger.add("exif", 8 * box.whole.size());
        } else {
            if (box.type == "jp2h") jp2.icc = profileOf(box);
            const std::size_t profile = box.type == "jp2h" ? jp2.icc.size() : 0;
            jp2.ledger.add("header", 8 * (box.whole.size() - profile));
            if (profile > 0) jp2.ledger.add("icc", 8 * profile);
        }
    }
    return jp2;
}

std::vector<std::byte> jp2WithMetadata(std::vector<std::byte> file, const Image& image) {
    if (image.icc.empty() && image.orientation == 1) return file;
    BoxWriter out;
    for (const Box& box : readBoxes(file, format)) {
        if (box.type == "jp2c" && image.orientation != 1) {
            BoxWriter exif;
            exif.raw(std::as_bytes(std::span(exifUuid)));
            exif.raw(exifWithOrientation(image.orientation));
            out.box("uuid", exif.bytes());
        }
        if (box.type == "jp2h" && !image.icc.empty())
            out.box("jp2h", headerWithProfile(box, image.icc));
        else
            out.raw(box.whole);
    }
    return out.bytes();
}

std::vector<std::byte> withFirstLayers(std::span<const std::byte> file, std::size_t kept) {
    const std::vector<Box> boxes = readBoxes(file, format);
    const Codestream code = readCodestream(codestreamBox(boxes).payload);
    if (kept >= layeringOf(code).layers) return {file.begin(), file.end()};
    BoxWriter out;
    for (const Box& box : boxes)
        if (box.type == "jp2c")
            out.box("jp2c", cutCodestream(code, kept));
        else
            out.raw(box.whole);
    return out.bytes();
}

}  // namespace ratescope::media::image
