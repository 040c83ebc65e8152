#include "plugins/image/jpeg_ledger.h"

#include "core/error.h"

#include <cstdint>
#include <cstring>

namespace ratescope::media::image {
namespace {

enum Marker : unsigned {
    dht = 0xC4,
    rst0 = 0xD0,
    rst7 = 0xD7,
    soi = 0xD8,
    eoi = 0xD9,
    sos = 0xDA,
    dqt = 0xDB,
    app1 = 0xE1,
    app2 = 0xE2,
};

const char* partOf(unsigned marker) {
    switch (marker) {
        case dht:
            return "huffman-tables";
        case dqt:
            return "quantisation-tables";
        case app1:
            return "exif";
        case app2:
            return "icc";
        default:
            return "header";
    }
}

/// Reads the file's structure; positions in bytes.
class MarkerReader {
  public:
    explicit MarkerReader(std::span<const std::byte> file) : file_(file) {}

    bool atEnd() const { return position_ == file_.size(); }

    /// The code after 0xFF.
    unsigned marker() {
        if (byte() != 0xFF) throw damaged();
        return byte();
    }

    void segment() {
        const std::size_t high = byte();
        const std::size_t length = high << 8 | byte();
        if (length < 2 || length - 2 > file_.size() - position_) throw damaged();
        position_ += length - 2;
    }

    /// Up to the next marker that is neither a stuffed zero nor a restart.
    void entropyCodedData() {
        while (true) {
            const void* found = std::memchr(file_.data() + position_, 0xFF, file_.size() - position_);
            if (found == nullptr) throw damaged();
            position_ = static_cast<std::size_t>(static_cast<const std::byte*>(found) - file_.data());
            if (position_ + 1 >= file_.size()) throw damaged();
            const unsigned code = std::to_integer<unsigned>(file_[position_ + 1]);
            if (code != 0 && (code < rst0 || code > rst7)) return;
            position_ += 2;
        }
    }

    std::size_t position() const { return position_; }

  private:
    unsigned byte() {
        if (atEnd()) throw damaged();
        return std::to_integer<unsigned>(file_[position_++]);
    }

    Error damaged() const {
        return {ErrorKind::Input,
                "The JPEG stream is damaged or cut off at byte " + std::to_string(position_) + ".",
                "Make the stream again."};
    }

    std::span<const std::byte> file_;
    std::size_t position_ = 0;
};

}  // namespace

Ledger jpegLedger(std::span<const std::byte> file) {
    Ledger ledger;
    MarkerReader reader(file);
    for (bool ended = false; !ended;) {
        const std::size_t start = reader.position();
        const unsigned marker = reader.marker();
        ended = marker == eoi;
        if (marker != soi && !ended) reader.segment();
        ledger.add(partOf(marker), 8 * (reader.position() - start));
        if (marker != sos) continue;
        const std::size_t scan = reader.position();
        reader.entropyCodedData();
        ledger.add("scan-data", 8 * (reader.position() - scan));
    }
    if (!reader.atEnd())
        throw Error(ErrorKind::Input, "The JPEG stream goes on after its end marker.",
                    "Make the stream again.");
    return ledger;
}

}  // namespace ratescope::media::image
