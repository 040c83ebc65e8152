#include "core/media/node/value.h"

#include "core/media/node/language_model.h"
#include "core/media/node/value_parts.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 4> models = {"grey", "rgb", "ycbcr", "cmyk"};
constexpr std::array<const char*, 2> ranges = {"full", "limited"};
constexpr std::array<const char*, 3> matrices = {"none", "bt601", "bt709"};
constexpr std::array<const char*, 3> subsamplings = {"4:4:4", "4:2:2", "4:2:0"};
constexpr std::array<const char*, 2> sitings = {"centre", "left"};
constexpr std::array<const char*, 5> views = {"none", "line", "bars", "heat-map", "scatter"};

int colourChannels(ColourModel model) {
    switch (model) {
        case ColourModel::Grey:
            return 1;
        case ColourModel::Cmyk:
            return 4;
        default:
            return 3;
    }
}

/// Samples above the bit depth would index past tables of codecs, so they are looked for.
void checkSamples(const Array& samples, int bitDepth) {
    if (samples.type() != (bitDepth <= 8 ? DType::U8 : DType::U16))
        throw unfit("an image's samples are not of the type of its bit depth");
    const int limit = (1 << bitDepth) - 1;
    bool above = false;
    if (samples.type() == DType::U8) {
        if (limit == 255) return;
        for (const std::uint8_t sample : samples.as<std::uint8_t>())
            above |= sample > limit;
    } else {
        if (limit == 65535) return;
        for (const std::uint16_t sample : samples.as<std::uint16_t>())
            above |= sample > limit;
    }
    if (above) throw unfit("a sample of an image exceeds its bit depth");
}

void checkChroma(const Image& image) {
    if (!image.subsampled()) {
        if (!image.cb.empty() || !image.cr.empty() || image.siting != Siting::Centre)
            throw unfit("an image has chroma planes though its chroma is not subsampled");
        return;
    }
    if (image.model != ColourModel::YCbCr)
        throw unfit("an image without chroma is said to have it subsampled");
    for (const Array* plane : {&image.cb, &image.cr}) {
        if (plane->shape() != Shape{image.chromaHeight(), image.chromaWidth()})
            throw unfit("a chroma plane of an image has the wrong size");
        checkSamples(*plane, image.bitDepth);
    }
}

void checkImage(const Image& image) {
    const Shape& shape = image.samples.shape();
    if (shape.size() != 3 || shape[0] < 1 || shape[1] < 1) throw unfit("an image has no size");
    const int colours = image.subsampled() ? 1 : colourChannels(image.model);
    if (shape[2] != colours + (image.alpha ? 1 : 0)) throw unfit("an image has the wrong number of channels");
    if (image.bitDepth < 1 || image.bitDepth > 16) throw unfit("an image has an impossible bit depth");
    if (image.orientation < 1 || image.orientation > 8) throw unfit("an image has an impossible orientation");
    if ((image.model == ColourModel::YCbCr) != (image.matrix != Matrix::None))
        throw unfit("an image's colour model and matrix do not agree");
    checkSamples(image.samples, image.bitDepth);
    checkChroma(image);
}

/// Fields of subsampling stand only in subsampled images: files of all others are as they always were.
ValueParts imageParts(const Image& image) {
    json fields = {{"model", nameOf(models, image.model)},
                   {"alpha", image.alpha},
                   {"bitDepth", image.bitDepth},
                   {"range", nameOf(ranges, image.range)},
                   {"matrix", nameOf(matrices, image.matrix)},
                   {"orientation", image.orientation}};
    std::vector<NamedArray> arrays{{"samples", image.samples}};
    if (image.subsampled()) {
        fields["subsampling"] = nameOf(subsamplings, image.subsampling);
        fields["siting"] = nameOf(sitings, image.siting);
        arrays.push_back({"cb", image.cb});
        arrays.push_back({"cr", image.cr});
    }
    ValueParts parts{"Image", fields.dump(), std::move(arrays)};
    if (!image.icc.empty()) parts.arrays.push_back({"icc", arrayOf(image.icc, DType::U8)});
    return parts;
}

Value imageFrom(const ValueParts& parts) {
    const json fields = json::parse(parts.fields);
    auto image = std::make_shared<Image>();
    image->model = fromName<ColourModel>(models, fields.at("model").get<std::string>());
    image->alpha = fields.at("alpha").get<bool>();
    image->bitDepth = fields.at("bitDepth").get<int>();
    image->range = fromName<Range>(ranges, fields.at("range").get<std::string>());
    image->matrix = fromName<Matrix>(matrices, fields.at("matrix").get<std::string>());
    image->orientation = fields.at("orientation").get<int>();
    image->subsampling = fromName<Subsampling>(subsamplings, fields.value("subsampling", subsamplings[0]));
    image->siting = fromName<Siting>(sitings, fields.value("siting", sitings[0]));
    bool found = false;
    for (const NamedArray& part : parts.arrays) {
        if (part.name == "samples") {
            image->samples = part.array;
            found = true;
        } else if (part.name == "cb" || part.name == "cr") {
            (part.name == "cb" ? image->cb : image->cr) = part.array;
        } else if (part.name == "icc" && part.array.type() == DType::U8) {
            const auto bytes = part.array.bytes();
            image->icc.assign(bytes.begin(), bytes.end());
        } else {
            throw unfit("an image has an array that does not belong there");
        }
    }
    if (!found) throw unfit("an image has no samples");
    checkImage(*image);
    return std::shared_ptr<const Image>(std::move(image));
}

ValueParts tensorParts(const TensorSet& set) {
    ValueParts parts{"TensorSet", json{{"schema", set.schema}, {"metadata", set.metadata}}.dump(), {}};
    for (const Tensor& tensor : set.tensors)
        parts.arrays.push_back({tensor.name, tensor.array});
    return parts;
}

Value tensorsFrom(const ValueParts& parts) {
    const json fields = json::parse(parts.fields);
    auto set = std::make_shared<TensorSet>();
    set->schema = fields.at("schema").get<std::string>();
    set->metadata = fields.at("metadata").get<std::map<std::string, std::string>>();
    std::set<std::string> names;
    for (const NamedArray& part : parts.arrays) {
        if (!names.insert(part.name).second) throw unfit("two tensors have one name");
        set->tensors.push_back({part.name, part.array});
    }
    return std::shared_ptr<const TensorSet>(std::move(set));
}

ValueParts tableParts(const Table& table) {
    ValueParts parts{"Table", "", {}};
    json columns = json::array();
    for (const Column& column : table.columns) {
        const std::string array = std::to_string(columns.size());
        const char* kind = "text";
        if (const auto* reals = std::get_if<std::vector<double>>(&column.cells)) {
            kind = "f64";
            parts.arrays.push_back({array, arrayOf(*reals, DType::F64)});
        } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.cells)) {
            kind = "i64";
            parts.arrays.push_back({array, arrayOf(*integers, DType::I64)});
        } else {
            addTexts(parts, array, std::get<std::vector<std::string>>(column.cells));
        }
        columns.push_back({{"name", column.name}, {"unit", column.unit}, {"cells", kind}});
    }
    parts.fields =
        json{{"schema", table.schema}, {"view", nameOf(views, table.view)}, {"columns", columns}}.dump();
    return parts;
}

Column columnFrom(const ValueParts& parts, const json& entry, const std::string& array) {
    Column column{entry.at("name").get<std::string>(), entry.at("unit").get<std::string>(), {}};
    const auto kind = entry.at("cells").get<std::string>();
    if (kind == "f64")
        column.cells = numbersFrom<double>(parts, array, DType::F64);
    else if (kind == "i64")
        column.cells = numbersFrom<std::int64_t>(parts, array, DType::I64);
    else if (kind == "text")
        column.cells = textsFrom(parts, array);
    else
        throw unfit("a column of a table has cells of no known kind");
    return column;
}

std::size_t lengthOf(const Column& column) {
    return std::visit([](const auto& cells) { return cells.size(); }, column.cells);
}

Value tableFrom(const ValueParts& parts) {
    const json fields = json::parse(parts.fields);
    auto table = std::make_shared<Table>();
    table->schema = fields.at("schema").get<std::string>();
    table->view = fromName<TableView>(views, fields.at("view").get<std::string>());
    std::set<std::string> names;
    for (const json& entry : fields.at("columns")) {
        Column column = columnFrom(parts, entry, std::to_string(table->columns.size()));
        if (!names.insert(column.name).second) throw unfit("two columns of a table have one name");
        table->columns.push_back(std::move(column));
        if (lengthOf(table->columns.back()) != table->rows())
            throw unfit("the columns of a table differ in length");
    }
    return std::shared_ptr<const Table>(std::move(table));
}

/// Text is checked where it comes from outside, and here: what is stored may be damaged.
Value corpusFrom(const ValueParts& parts) {
    auto corpus = std::make_shared<TextCorpus>();
    corpus->bytes = vectorNamed(parts, "text", DType::U8);
    if (corpus->bytes.empty() || !isUtf8(corpus->text())) throw unfit("a text is empty or not UTF-8");
    return std::shared_ptr<const TextCorpus>(std::move(corpus));
}

struct PartsOf {
    ValueParts operator()(std::monostate) const {
        throw Error(ErrorKind::Internal, "An empty value was to be stored.", "");
    }
    ValueParts operator()(const std::shared_ptr<const Image>& image) const { return imageParts(*image); }
    ValueParts operator()(const std::shared_ptr<const TensorSet>& set) const { return tensorParts(*set); }
    ValueParts operator()(const std::shared_ptr<const Table>& table) const { return tableParts(*table); }
    ValueParts operator()(const std::shared_ptr<const LanguageModel>& model) const {
        return languageModelParts(*model);
    }
    ValueParts operator()(const std::shared_ptr<const TextCorpus>& corpus) const {
        return {"TextCorpus", "{}", {{"text", corpus->bytes}}};
    }
};

struct BytesOf {
    std::size_t operator()(std::monostate) const { return 0; }
    std::size_t operator()(const std::shared_ptr<const Image>& image) const {
        return sizeof(Image) + image->icc.size() + image->samples.byteSize() + image->cb.byteSize() +
               image->cr.byteSize();
    }
    std::size_t operator()(const std::shared_ptr<const TensorSet>& set) const {
        std::size_t bytes = sizeof(TensorSet);
        for (const Tensor& tensor : set->tensors)
            bytes += sizeof(Tensor) + tensor.name.size() + tensor.array.byteSize();
        for (const auto& [key, text] : set->metadata)
            bytes += key.size() + text.size();
        return bytes;
    }
    std::size_t operator()(const std::shared_ptr<const Table>& table) const {
        std::size_t bytes = sizeof(Table);
        for (const Column& column : table->columns) {
            bytes += sizeof(Column) + column.name.size() + column.unit.size();
            if (const auto* texts = std::get_if<std::vector<std::string>>(&column.cells))
                for (const std::string& text : *texts)
                    bytes += sizeof(std::string) + text.size();
            else
                bytes += 8 * lengthOf(column);
        }
        return bytes;
    }
    std::size_t operator()(const std::shared_ptr<const LanguageModel>& model) const {
        return languageModelSize(*model);
    }
    std::size_t operator()(const std::shared_ptr<const TextCorpus>& corpus) const {
        return sizeof(TextCorpus) + (corpus->bytes.isMapped() ? 0 : corpus->bytes.byteSize());
    }
};

}  // namespace

std::size_t Table::rows() const {
    return columns.empty() ? 0 : lengthOf(columns.front());
}

const Column* Table::column(const std::string& columnName) const {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& column) { return column.name == columnName; });
    return found == columns.end() ? nullptr : &*found;
}

const char* toText(Subsampling subsampling) {
    return nameOf(subsamplings, subsampling);
}

graph::PortType typeOf(const Value& value) {
    switch (value.index()) {
        case 1:
            return graph::PortType::Image;
        case 2:
            return graph::PortType::TensorSet;
        case 3:
            return graph::PortType::Table;
        case 4:
            return graph::PortType::LanguageModel;
        case 5:
            return graph::PortType::TextCorpus;
        default:
            throw Error(ErrorKind::Internal, "An empty value has no type.", "");
    }
}

std::size_t memorySize(const Value& value) {
    return std::visit(BytesOf{}, value);
}

ValueParts toParts(const Value& value) {
    return std::visit(PartsOf{}, value);
}

Value fromParts(const ValueParts& parts) {
    try {
        if (parts.type == "Image") return imageFrom(parts);
        if (parts.type == "TensorSet") return tensorsFrom(parts);
        if (parts.type == "Table") return tableFrom(parts);
        if (parts.type == "LanguageModel") return languageModelFrom(parts);
        if (parts.type == "TextCorpus") return corpusFrom(parts);
    } catch (const json::exception&) {
        throw unfit("a field is missing or of the wrong kind");
    }
    throw unfit(quote(parts.type) + " is no type of value");
}

}  // namespace ratescope::media
