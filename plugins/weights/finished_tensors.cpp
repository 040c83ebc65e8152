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

void putLayer(FieldWriter& fields, const LayerRow& layer) {
    fields.text(layer.tensor);
    fields.varint(layer.weights);
    fields.varint(layer.bits);
    fields.f64(layer.error);
    fields.f64(layer.outputError);
}

LayerRow layerFrom(FieldReader& fields) {
    LayerRow layer;
    layer.tensor = fields.text();
    layer.weights = fields.varint();
    layer.bits = fields.varint();
    layer.error = fields.f64();
    layer.outputError = fields.f64();
    return layer;
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

void saveTensors(Context& context, const std::string& checkpoint,
                 const std::vector<FinishedTensor>& tensors) {
    FieldWriter fields;
    for (const FinishedTensor& tensor : tensors) {
        putLayer(fields, tensor.layer);
        for (const LedgeredBytes& bits : tensor.bits)
            putBits(fields, bits);
    }
    saveFields(context, checkpoint, fields);
}

std::vector<FinishedTensor> savedTensors(Context& context, const std::string& checkpoint, std::size_t tensors,
                                         std::size_t sections) {
    const auto read = [&](FieldReader& fields) {
        std::vector<FinishedTensor> all(tensors);
        for (FinishedTensor& tensor : all) {
            tensor.layer = layerFrom(fields);
            for (std::size_t i = 0; i < sections; ++i)
                tensor.bits.push_back(bitsFrom(fields));
        }
        return all;
    };
    return takeUp(context, checkpoint, read).value_or(std::vector<FinishedTensor>());
}

}  // namespace ratescope::media::weights
