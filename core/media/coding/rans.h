#pragma once

// Static order-0 rANS of arrays of bytes or of 16-bit symbols, with the tables in the stream. The array is cut into
// blocks (2^20 bytes, 2^22 shorts), each with a table of its own. A block: the table (frequency_table.h) up to a byte
// border; unless it has only one symbol, the length of what follows as a varint, and a stream of rans_coder.h.

#include "core/instruction_set.h"
#include "core/media/coding/bit_writer.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ratescope::media {

/// The ledger: the symbols' code lengths are `part`, tables "tables", all else "coder"; each searched as told.
/// Every instruction set gives the same bytes.
LedgeredBytes encodeRans(std::span<const std::uint8_t> symbols, const std::string& part,
                         bool searched = false, InstructionSet set = bestInstructionSet());
LedgeredBytes encodeRans(std::span<const std::uint16_t> symbols, const std::string& part,
                         bool searched = false, InstructionSet set = bestInstructionSet());

/// Fills `symbols`, whose number the caller must know. Throws Error(Input) on any other stream than that of an array
/// of this type and length.
void decodeRans(std::span<const std::byte> stream, std::span<std::uint8_t> symbols,
                InstructionSet set = bestInstructionSet());
void decodeRans(std::span<const std::byte> stream, std::span<std::uint16_t> symbols,
                InstructionSet set = bestInstructionSet());

}  // namespace ratescope::media
