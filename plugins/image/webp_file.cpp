#include "plugins/image/webp_file.h"

#include "core/media/assets/exif.h"
#include "core/media/coding/fields.h"
#include "plugins/image/file_reader.h"

#include <string_view>

namespace ratescope::media::image {
namespace {

constexpr std::size_t chunkHead = 8;  ///< tag and size
constexpr std::size_t riffHead = chunkHead + 4;
constexpr std::size_t vp8Head = 10;  ///< frame tag, start code, width and height
constexpr std::size_t vp8lHead = 5;  ///< signature, width, height, alpha, version

constexpr std::uint32_t hasExif = 0x08, hasAlpha = 0x10, hasIcc = 0x20;  // of VP8X

struct Chunk {
    std::string tag;
    std::span<const std::byte> payload;
};

Chunk readChunk(FileReader& reader) {
    Chunk chunk;
    chunk.tag = reader.tag();
    chunk.payload = reader.take(reader.littleEndian(4));
    if (chunk.payload.size() % 2 != 0) reader.take(1);
    return chunk;
}

/// A lossy frame: RFC 6386, section 9.1.
void addFrame(Ledger& ledger, std::span<const std::byte> frame, const FileReader& reader) {
    if (frame.size() < vp8Head) throw reader.damaged();
    const std::size_t modes = FileReader(frame, "VP8").littleEndian(3) >> 5;
    if (modes > frame.size() - vp8Head) throw reader.damaged();
    ledger.add("header", 8 * (chunkHead + vp8Head));
    ledger.add("modes", 8 * modes);
    ledger.add("coefficients", 8 * (frame.size() - vp8Head - modes));
}

void addLossless(Ledger& ledger, std::span<const std::byte> image, const FileReader& reader) {
    if (image.size() < vp8lHead) throw reader.damaged();
    ledger.add("header", 8 * (chunkHead + vp8lHead));
    ledger.add("lossless", 8 * (image.size() - vp8lHead));
}

const char* partOf(const std::string& tag) {
    if (tag == "VP8X") return "header";
    if (tag == "ALPH") return "alpha";
    if (tag == "ICCP") return "icc";
    if (tag == "EXIF") return "exif";
    return "other";
}

void addChunk(WebpFile& webp, const Chunk& chunk, const FileReader& reader) {
    if (chunk.tag == "VP8 ")
        addFrame(webp.ledger, chunk.payload, reader);
    else if (chunk.tag == "VP8L")
        addLossless(webp.ledger, chunk.payload, reader);
    else
        webp.ledger.add(partOf(chunk.tag), 8 * (chunkHead + chunk.payload.size()));
    if (chunk.tag == "ICCP") webp.icc = chunk.payload;
    if (chunk.tag == "EXIF") webp.exif = chunk.payload;
    if (chunk.payload.size() % 2 != 0) webp.ledger.add("padding", 8);
}

class ChunkWriter {
  public:
    void write(std::string_view tag, std::span<const std::byte> payload) {
        fields_.raw(std::as_bytes(std::span(tag)));
        fields_.u32(static_cast<std::uint32_t>(payload.size()));
        fields_.raw(payload);
        if (payload.size() % 2 != 0) fields_.u8(0);
    }
    void raw(std::span<const std::byte> chunks) { fields_.raw(chunks); }
    const std::vector<std::byte>& bytes() const { return fields_.bytes(); }

  private:
    FieldWriter fields_;
};

/// Of an encoder's file: a lossy one with alpha is an extended one already, a lossless one says so in its head.
bool storesAlpha(const Chunk& first) {
    constexpr std::size_t flags = 4;  // after the signature, the upper bits of two sizes of 14 bits
    constexpr unsigned alphaIsUsed = 0x10;
    return first.tag == "VP8X" ||
           (first.tag == "VP8L" && (std::to_integer<unsigned>(first.payload[flags]) & alphaIsUsed) != 0);
}

std::vector<std::byte> extendedHeader(const Image& image, bool alpha) {
    FieldWriter fields;
    fields.u32((image.icc.empty() ? 0u : hasIcc) | (image.orientation == 1 ? 0u : hasExif) |
               (alpha ? hasAlpha : 0u));
    for (const std::int64_t extent : {image.width() - 1, image.height() - 1})
        for (int shift = 0; shift < 24; shift += 8)
            fields.u8(static_cast<std::uint8_t>(extent >> shift));
    return fields.bytes();
}

}  // namespace

WebpFile readWebpFile(std::span<const std::byte> file) {
    FileReader head(file, "WebP");
    if (head.tag() != "RIFF") throw head.damaged();
    const std::uint64_t size = head.littleEndian(4);
    if (size < 4 || size > head.left()) throw head.damaged();
    if (head.tag() != "WEBP") throw head.damaged();
    if (size - 4 < head.left())
        throw Error(ErrorKind::Input, "The WebP stream goes on after its end.", "Make the stream again.");
    WebpFile webp;
    webp.ledger.add("header", 8 * riffHead);
    while (!head.atEnd()) {
        const Chunk chunk = readChunk(head);
        addChunk(webp, chunk, head);
    }
    return webp;
}

std::vector<std::byte> webpWithMetadata(std::vector<std::byte> file, const Image& image) {
    if (image.icc.empty() && image.orientation == 1) return file;
    auto chunks = std::span<const std::byte>(file).subspan(riffHead);
    FileReader reader(chunks, "WebP");
    const Chunk first = readChunk(reader);
    if (first.tag == "VP8X") chunks = chunks.subspan(reader.position());
    ChunkWriter inner;
    inner.raw(std::as_bytes(std::span(std::string_view("WEBP"))));
    inner.write("VP8X", extendedHeader(image, storesAlpha(first)));
    if (!image.icc.empty()) inner.write("ICCP", image.icc);
    inner.raw(chunks);
    if (image.orientation != 1) inner.write("EXIF", exifWithOrientation(image.orientation));
    ChunkWriter whole;
    whole.write("RIFF", inner.bytes());
    return whole.bytes();
}

}  // namespace ratescope::media::image
