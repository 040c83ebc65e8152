#pragma once

// Bitstreams as files: how an encoder's bytes are kept, and how a decoder gets them back.

#include "core/buffer/mapped_file.h"
#include "core/media/node/stream.h"
#include "core/run/protocol.h"

#include <filesystem>
#include <string>

namespace ratescope::media {

/// Maps a stream, which may be empty; it lives on when the file is renamed or removed. Throws Error(Input)
/// naming the file if it can't be read.
MappedFile mapStream(const std::filesystem::path& file);

/// Writes the stream and says what it holds: hash, bytes and the ledger's parts. Not flushed: whoever commits
/// the stream does that. Throws Error(Internal) naming `node` when the ledger's bits are not 8 × the bytes,
/// and Error(Resource) when the file can't be written; nothing is left behind.
run::StreamResult writeStream(const std::filesystem::path& file, const ByteSink& sink,
                              const std::string& node);

}  // namespace ratescope::media
