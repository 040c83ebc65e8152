#include "core/media/node/canonical_hash.h"

#include "core/error.h"

#include <algorithm>
#include <bit>

static_assert(std::endian::native == std::endian::little, "canonical bytes are little-endian");

namespace ratescope::media {
namespace {

class Canonical {
  public:
    Canonical() { hash_.add("RSCANON1"); }

    void u8(std::uint8_t value) { hash_.add(std::as_bytes(std::span(&value, 1))); }
    void u64(std::uint64_t value) { hash_.add(std::as_bytes(std::span(&value, 1))); }
    void text(std::string_view value) {
        u64(value.size());
        hash_.add(value);
    }
    void raw(std::span<const std::byte> bytes) { hash_.add(bytes); }
    void array(const Array& value) {
        text(toText(value.type()));
        u64(value.shape().size());
        for (const std::int64_t extent : value.shape())
            u64(static_cast<std::uint64_t>(extent));
        raw(value.bytes());
    }
    Hash finish() { return hash_.finish(); }

  private:
    Sha256 hash_;
};

struct AddTo {
    Canonical& out;

    void operator()(std::monostate) const {
        throw Error(ErrorKind::Internal, "An empty value has no hash.", "");
    }
    void operator()(const std::shared_ptr<const Image>& image) const {
        out.text("Image");
        out.u8(static_cast<std::uint8_t>(image->model));
        out.u8(image->alpha ? 1 : 0);
        out.u8(static_cast<std::uint8_t>(image->bitDepth));
        out.u8(static_cast<std::uint8_t>(image->range));
        out.u8(static_cast<std::uint8_t>(image->matrix));
        out.u8(static_cast<std::uint8_t>(image->orientation));
        out.u64(image->icc.size());
        out.raw(image->icc);
        out.array(image->samples);
        if (!image->subsampled()) return;
        out.u8(static_cast<std::uint8_t>(image->subsampling));
        out.u8(static_cast<std::uint8_t>(image->siting));
        out.array(image->cb);
        out.array(image->cr);
    }
    void operator()(const std::shared_ptr<const TensorSet>& set) const {
        out.text("TensorSet");
        out.text(set->schema);
        std::vector<const Tensor*> sorted;
        for (const Tensor& tensor : set->tensors)
            sorted.push_back(&tensor);
        std::sort(sorted.begin(), sorted.end(),
                  [](const Tensor* a, const Tensor* b) { return a->name < b->name; });
        out.u64(sorted.size());
        for (const Tensor* tensor : sorted) {
            out.text(tensor->name);
            out.array(tensor->array);
        }
        out.u64(set->metadata.size());
        for (const auto& [key, text] : set->metadata) {
            out.text(key);
            out.text(text);
        }
    }
    void operator()(const std::shared_ptr<const Table>& table) const {
        out.text("Table");
        out.text(table->schema);
        out.u64(table->columns.size());
        out.u64(table->rows());
        for (const Column& column : table->columns) {
            out.text(column.name);
            out.text(column.unit);
            out.u8(static_cast<std::uint8_t>(column.cells.index()));
            addCells(column);
        }
    }
    void addCells(const Column& column) const {
        if (const auto* reals = std::get_if<std::vector<double>>(&column.cells))
            out.raw(std::as_bytes(std::span(*reals)));
        else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.cells))
            out.raw(std::as_bytes(std::span(*integers)));
        else
            for (const std::string& text : std::get<std::vector<std::string>>(column.cells))
                out.text(text);
    }
};

}  // namespace

Hash canonicalHash(const Value& value) {
    Canonical canonical;
    std::visit(AddTo{canonical}, value);
    return canonical.finish();
}

}  // namespace ratescope::media
