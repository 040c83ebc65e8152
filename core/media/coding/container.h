#pragma once

// Our own container for the streams of codecs that have no standard file of their own.
//
//   4  magic "RSCS"
//   1  format version, 1
//      text    node id              (text, varint: see fields.h)
//      varint  node version
//      varint  length of the header; header: fields of the codec's own
//      varint  number of sections; for each: text name, varint length in bytes, u32 CRC-32 of its bytes
//   4  u32 CRC-32 of all above
//      the sections' bytes, one after the other; the stream ends with the last
//
// The ledger: the codec's header is the part "header", each section has its own parts, all the rest of the
// framing is the part "container". CRC-32 as in PNG and zlib.

#include "core/media/coding/bit_writer.h"
#include "core/media/coding/fields.h"
#include "core/media/node/stream.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

class ContainerWriter {
  public:
    ContainerWriter(std::string nodeId, int nodeVersion);

    /// The codec's own fields.
    FieldWriter& header() { return header_; }
    /// Throws Error(Internal) when the ledger does not sum to the bytes, or the name was used before.
    void addSection(const std::string& name, LedgeredBytes section);
    /// A section whose bytes all belong to the part of the same name.
    void addSection(const std::string& name, std::span<const std::byte> bytes, bool searched = false);
    /// Writes the whole container.
    void finish(ByteSink& sink) const;

  private:
    struct Section {
        std::string name;
        LedgeredBytes content;
    };
    std::string nodeId_;
    int nodeVersion_;
    FieldWriter header_;
    std::vector<Section> sections_;
};

/// Checks the whole framing when made: magic, version, sizes against the stream's length, CRC of the framing.
/// Gives sections without copying; the stream's bytes must outlive it. Throws Error(Input).
class ContainerReader {
  public:
    explicit ContainerReader(std::span<const std::byte> stream);
    /// Takes all that is left in `source`. Throws Error(Input) unless the stream is of node `nodeId` and of a
    /// version from 1 to `nodeVersion`.
    ContainerReader(ByteSource& source, const std::string& nodeId, int nodeVersion);

    const std::string& nodeId() const { return nodeId_; }
    int nodeVersion() const { return nodeVersion_; }
    FieldReader header() const { return FieldReader(header_); }
    bool has(const std::string& name) const;
    /// Throws Error(Input) when there is no such section or its CRC differs.
    std::span<const std::byte> section(const std::string& name) const;
    std::vector<std::string> sectionNames() const;

  private:
    struct Section {
        std::string name;
        std::uint32_t crc = 0;
        std::span<const std::byte> bytes;
    };
    std::string nodeId_;
    int nodeVersion_ = 0;
    std::span<const std::byte> header_;
    std::vector<Section> sections_;
};

/// The node that wrote this stream, so that `decode` needs no --node; nothing when it is not our container.
/// Looks at the first bytes only.
std::optional<std::string> peekNodeId(std::span<const std::byte> stream);

}  // namespace ratescope::media
