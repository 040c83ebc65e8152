#include "plugins/weights/finished_tensors.h"

#include "core/media/node/checkpoint.h"

#include <utility>

namespace ratescope::media::weights {
namespace {

void putBits(FieldWriter& fields, const LedgeredBytes& bits) {
    fields.varint(bits.ledger.parts.size());
    for (const Part& part : bits.ledger.parts) {
        fields.text(part.name);
        fields.u8(part.searched ? 1 : 0);
        fields.varint(part.bits);
    }
    fields.varint(bits.bytes.size());
    fields.raw(bits.bytes);
}

LedgeredBytes bitsFrom(FieldReader& fields) {
    LedgeredBytes bits;
    for (std::uint64_t left = fields.varintUpTo(fields.left()); left > 0; --left) {
        const std::string part = fields.text();
        const bool searched = fields.u8() != 0;
        bits.ledger.add(part, fields.varint(), searched);
    }
    const auto bytes = fields.raw(fields.varintUpTo(fields.left()));
    bits.bytes.assign(bytes.begin(), bytes.end());
    return bits;
}

}  // namespace

TensorBits takeBits(const SectionWriters& writers) {
    TensorBits bits;
    for (BitWriter* writer : writers)
        bits.push_back(writer->take());
    return bits;
}

void appendBits(const SectionWriters& writers, const TensorBits& bits) {
    for (std::size_t i = 0; i < writers.size(); ++i)
        writers[i]->append(bits.at(i));
}

void saveTensors(Context& context, const std::string& checkpoint, const std::vector<TensorBits>& tensors) {
    FieldWriter fields;
    for (const TensorBits& tensor : tensors)
        for (const LedgeredBytes& bits : tensor)
            putBits(fields, bits);
    saveFields(context, checkpoint, fields);
}

std::vector<TensorBits> savedTensors(Context& context, const std::string& checkpoint, std::size_t tensors,
                                     std::size_t sections) {
    const auto read = [&](FieldReader& fields) {
        std::vector<TensorBits> all(tensors);
        for (TensorBits& tensor : all)
            for (std::size_t i = 0; i < sections; ++i)
                tensor.push_back(bitsFrom(fields));
        return all;
    };
    return takeUp(context, checkpoint, read).value_or(std::vector<TensorBits>());
}

}  // namespace ratescope::media::weights
