#pragma once

// How a stream names the values that encoder and decoder both hold: the first 8 bytes of the canonical hash
// (core/media/node/canonical_hash.h) of each, as the part "shared-id". A decoder that holds another value
// refuses the stream instead of decoding nonsense.

#include "core/media/coding/container.h"
#include "core/media/node/stream.h"
#include "core/media/node/value.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace ratescope::media {

using SharedId = std::array<std::byte, 8>;

SharedId sharedId(const Value& shared);

/// For streams in a container: the section "shared-id". Several shared inputs: one call with all of them, in
/// the order of the manifest's ports.
void writeSharedIds(ContainerWriter& writer, std::span<const SharedId> ids);
/// Throws Error(Input) "This stream was coded with other shared values (… here, … there)." unless the stream
/// names exactly these.
void checkSharedIds(const ContainerReader& reader, std::span<const SharedId> ids);

/// For streams of a format of their own: 8 bytes at the current position.
void writeSharedId(ByteSink& sink, const SharedId& id);
void checkSharedId(ByteSource& source, const SharedId& id);

}  // namespace ratescope::media
