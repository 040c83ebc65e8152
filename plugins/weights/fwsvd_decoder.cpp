#include "plugins/weights/fwsvd_decoder.h"

#include "core/engine/quant/low_rank.h"
#include "core/media/coding/container.h"
#include "core/media/quality/execution.h"
#include "plugins/weights/tensor_list.h"

#include <algorithm>
#include <utility>

namespace ratescope::media::weights {
namespace {

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, fwsvdId, fwsvdVersion) {}

    TensorSet decode() {
        FieldReader header = container_.header();
        TensorList list = readTensorList(header, fwsvdId);
        TensorSet set{std::move(list.entries.schema), {}, std::move(list.entries.metadata)};
        for (std::size_t i = 0; i < list.tensors.size(); ++i) {
            context_.progress(static_cast<double>(i) / static_cast<double>(list.tensors.size()));
            set.tensors.push_back({list.tensors[i].name, next(list.tensors[i])});
        }
        for (BitReader* reader : {&ranks_, &left_, &right_, &dense_, &kept_})
            reader->expectEnd();
        return set;
    }

  private:
    BitReader section(const char* name) const { return BitReader(container_.section(name)); }

    Array next(const ListedTensor& tensor) {
        if (!tensor.searched) return getKept(kept_, tensor, fwsvdId);
        const MatrixShape shape = matrixShape(tensor.shape);
        if (shape.rows == 0) return Array(DType::F32, tensor.shape);
        const auto rank = static_cast<std::int64_t>(ranks_.get(16));
        if (rank == 0) return getKept(dense_, tensor, fwsvdId);
        if (rank > std::min(shape.rows, shape.columns)) throw damagedStream(fwsvdId);
        const engine::LowRank factors{halves(left_, shape.rows, rank), halves(right_, rank, shape.columns)};
        Array array(DType::F32, tensor.shape);
        engine::addProduct(array.writable<float>(), factors, executionIn(context_));
        return array;
    }

    static engine::Matrix<std::uint16_t> halves(BitReader& reader, std::int64_t rows, std::int64_t columns) {
        requireLeft(reader, rows * columns, 16, fwsvdId);
        engine::Matrix<std::uint16_t> values(rows, columns);
        reader.getPacked(values.values, 16);
        return values;
    }

    Context& context_;
    ContainerReader container_;
    BitReader ranks_ = section("ranks"), left_ = section("output-factors"), right_ = section("input-factors"),
              dense_ = section("dense"), kept_ = section("kept");
};

}  // namespace

TensorSet decodeFwsvd(Context& context, ByteSource& source) {
    return Decoder(context, source).decode();
}

}  // namespace ratescope::media::weights
