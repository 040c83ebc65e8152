#pragma once

// Bitstreams as files: how an encoder's bytes are kept, and how a decoder gets them back.

#include "core/media/node/stream.h"
#include "core/run/protocol.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace ratescope::media {

/// A bitstream mapped read-only; lives on when the file is renamed or removed.
struct MappedStream {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;

    ByteSource source() const { return ByteSource(bytes, owner); }
};

/// Throws Error(Input) naming the file if it can't be read.
MappedStream mapStream(const std::filesystem::path& file);

/// Whether the bytes have reached the disk (fdatasync) before the file has its name.
enum class Flush { None, Data };

/// Writes bytes beside `file` and renames; the folder must exist. Throws Error(Resource) naming the file;
/// nothing is left behind.
void writeBytes(const std::filesystem::path& file, std::span<const std::byte> bytes,
                Flush flush = Flush::None);

/// Writes the stream and says what it holds: hash, bytes and the ledger's parts. Not flushed: whoever commits
/// the stream does that. Throws Error(Internal)
/// naming `node` when the ledger's bits are not 8 × the bytes, else as writeBytes().
run::StreamResult writeStream(const std::filesystem::path& file, const ByteSink& sink,
                              const std::string& node);

}  // namespace ratescope::media
