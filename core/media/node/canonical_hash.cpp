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
    void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
    void f64(double value) { hash_.add(std::as_bytes(std::span(&value, 1))); }
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

void addScaling(Canonical& out, const RopeScaling& scaling) {
    out.u8(static_cast<std::uint8_t>(scaling.kind));
    out.f64(scaling.factor);
    out.f64(scaling.lowFrequencyFactor);
    out.f64(scaling.highFrequencyFactor);
    out.i64(scaling.originalContext);
    out.u64(scaling.divisors.size());
    out.raw(std::as_bytes(std::span(scaling.divisors)));
}

void addConfig(Canonical& out, const ModelConfig& config) {
    out.u8(static_cast<std::uint8_t>(config.architecture));
    out.text(config.family);
    for (const std::int64_t count : {config.vocabulary, config.hidden, config.intermediate, config.layers,
                                     config.heads, config.keyValueHeads, config.headSize, config.context})
        out.i64(count);
    out.f64(config.normEpsilon);
    out.f64(config.ropeBase);
    out.u8(config.ropeOfNeighbours ? 1 : 0);
    addScaling(out, config.ropeScaling);
    out.i64(config.slidingWindow);
    out.u8(config.tiedEmbeddings ? 1 : 0);
}

void addTokenizer(Canonical& out, const TokenizerData& tokenizer) {
    out.u8(static_cast<std::uint8_t>(tokenizer.kind));
    out.text(tokenizer.splitter);
    out.u64(tokenizer.pieces.size());
    for (const std::string& piece : tokenizer.pieces)
        out.text(piece);
    out.raw(std::as_bytes(std::span(tokenizer.kinds)));
    out.u64(tokenizer.scores.size());
    out.raw(std::as_bytes(std::span(tokenizer.scores)));
    out.u64(tokenizer.merges.size());
    for (const auto& [left, right] : tokenizer.merges) {
        out.text(left);
        out.text(right);
    }
    for (const auto& id : {tokenizer.beginning, tokenizer.end, tokenizer.unknown})
        out.i64(id.value_or(-1));
    for (const bool flag : {tokenizer.addsBeginning, tokenizer.addsSpacePrefix, tokenizer.lowerCase})
        out.u8(flag ? 1 : 0);
    // Hashed only where they are not as they were before there were such flags, so that models of then keep theirs.
    if (tokenizer.removesExtraBlanks) out.text("removesExtraBlanks");
    if (tokenizer.appliesNfc) out.text("appliesNfc");
    if (tokenizer.takesWholeWords != usuallyTakesWholeWords(tokenizer.splitter)) out.text("takesWholeWords");
}

template <typename Named>
std::vector<const Named*> sortedByName(const std::vector<Named>& tensors) {
    std::vector<const Named*> sorted;
    for (const Named& tensor : tensors)
        sorted.push_back(&tensor);
    std::sort(sorted.begin(), sorted.end(), [](const Named* a, const Named* b) { return a->name < b->name; });
    return sorted;
}

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
        const std::vector<const Tensor*> sorted = sortedByName(set->tensors);
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
    void operator()(const std::shared_ptr<const LanguageModel>& model) const {
        out.text("LanguageModel");
        out.text(model->searched);
        addConfig(out, model->config);
        addTokenizer(out, model->tokenizer);
        const std::vector<const ModelTensor*> sorted = sortedByName(model->tensors);
        out.u64(sorted.size());
        for (const ModelTensor* tensor : sorted) {
            out.text(tensor->name);
            out.u8(static_cast<std::uint8_t>(tensor->blocks));
            out.u64(tensor->shape.size());
            for (const std::int64_t extent : tensor->shape)
                out.i64(extent);
            out.array(tensor->array);
        }
    }
    void operator()(const std::shared_ptr<const TextCorpus>& corpus) const {
        out.text("TextCorpus");
        out.array(corpus->bytes);
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

Hash tokenizerHash(const TokenizerData& tokenizer) {
    Canonical canonical;
    canonical.text("Tokenizer");
    addTokenizer(canonical, tokenizer);
    return canonical.finish();
}

}  // namespace ratescope::media
