#include "tests/contract/gallery.h"

#include "core/media/assets/asset.h"
#include "core/media/assets/gguf_model.h"
#include "core/media/quality/searched.h"
#include "core/media/worker/call.h"
#include "core/media/worker/plugins.h"
#include "core/media/worker/task_context.h"
#include "core/run/command_files.h"
#include "tests/core/engine/llm/tiny_bert.h"
#include "tests/core/media/assets/gguf_files.h"
#include "tests/core/media/assets/model_files.h"

#include <QByteArray>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <span>

namespace ratescope::contract {
namespace {

using namespace media;
using graph::PortType;

struct ImageFormat {
    const char* name;
    ColourModel model;
    bool alpha;
    int bitDepth;
    std::int64_t height, width;
    Matrix matrix = Matrix::None;
    Range range = Range::Full;
    Subsampling subsampling = Subsampling::C444;
    Siting siting = Siting::Centre;
};

constexpr ImageFormat imageFormats[] = {
    {"rgb-8", ColourModel::Rgb, false, 8, 12, 16},
    {"grey-8", ColourModel::Grey, false, 8, 12, 16},
    {"rgb-alpha-8", ColourModel::Rgb, true, 8, 12, 16},
    {"rgb-16", ColourModel::Rgb, false, 16, 12, 16},
    {"grey-16", ColourModel::Grey, false, 16, 12, 16},
    {"rgb-10", ColourModel::Rgb, false, 10, 5, 7},
    {"ycbcr-8", ColourModel::YCbCr, false, 8, 12, 16, Matrix::Bt601},
    {"ycbcr-709-12", ColourModel::YCbCr, true, 12, 12, 16, Matrix::Bt709, Range::Limited},
    {"ycbcr-420-8", ColourModel::YCbCr, false, 8, 264, 288, Matrix::Bt601, Range::Full, Subsampling::C420,
     Siting::Centre},
    {"ycbcr-420-10-odd", ColourModel::YCbCr, false, 10, 5, 7, Matrix::Bt709, Range::Limited,
     Subsampling::C420, Siting::Left},
    {"ycbcr-422-alpha-8", ColourModel::YCbCr, true, 8, 9, 5, Matrix::Bt601, Range::Limited, Subsampling::C422,
     Siting::Left},
    {"cmyk-8", ColourModel::Cmyk, false, 8, 12, 16},
    {"rgb-8-one-pixel", ColourModel::Rgb, false, 8, 1, 1},
    {"rgb-8-large", ColourModel::Rgb, false, 8, 264, 288}};

int channelsOf(const ImageFormat& format) {
    const bool isOne = format.model == ColourModel::Grey || format.subsampling != Subsampling::C444;
    const int colours = isOne ? 1 : format.model == ColourModel::Cmyk ? 4 : 3;
    return colours + (format.alpha ? 1 : 0);
}

/// Waves, so that codecs find something to do; `shift` makes twins.
std::int64_t wave(std::size_t i, std::int64_t greatest, std::int64_t shift) {
    const auto index = static_cast<std::int64_t>(i);
    const std::int64_t triangle = std::abs(index * 7 % 512 - 256) * greatest / 256;
    return std::clamp<std::int64_t>(triangle + (index % 5 == 0 ? shift : 0), 0, greatest);
}

template <typename T>
void fill(Array& samples, std::int64_t greatest, std::int64_t shift) {
    const std::span<T> values = samples.writable<T>();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<T>(wave(i, greatest, shift));
}

Array waves(int bitDepth, Shape shape, std::int64_t shift) {
    Array samples(bitDepth <= 8 ? DType::U8 : DType::U16, std::move(shape));
    const std::int64_t greatest = (std::int64_t{1} << bitDepth) - 1;
    if (bitDepth <= 8)
        fill<std::uint8_t>(samples, greatest, shift);
    else
        fill<std::uint16_t>(samples, greatest, shift);
    return samples;
}

Value imageOf(const ImageFormat& format, std::int64_t shift) {
    auto image = std::make_shared<Image>();
    image->model = format.model;
    image->alpha = format.alpha;
    image->bitDepth = format.bitDepth;
    image->matrix = format.matrix;
    image->range = format.range;
    image->subsampling = format.subsampling;
    image->siting = format.siting;
    image->samples = waves(format.bitDepth, {format.height, format.width, channelsOf(format)}, shift);
    if (image->subsampled()) {
        image->cb = waves(format.bitDepth, {image->chromaHeight(), image->chromaWidth()}, shift);
        image->cr = waves(format.bitDepth, {image->chromaHeight(), image->chromaWidth()}, 2 * shift);
    }
    return std::shared_ptr<const Image>(std::move(image));
}

Array realArray(Shape shape, float shift) {
    Array array(DType::F32, std::move(shape));
    const std::span<float> values = array.writable<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = std::sin(static_cast<float>(i) * 0.37f) + (i % 5 == 0 ? shift : 0.0f);
    return array;
}

/// Halves are the upper bits of floats (BF16), or numbers between 1 and 2 (F16).
Array halfArray(DType type, Shape shape, std::uint16_t shift) {
    Array array(type, std::move(shape));
    const std::span<std::uint16_t> values = array.writable<std::uint16_t>();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<std::uint16_t>((type == DType::F16 ? 0x3c00 : 0x3f80) + i % 100 + shift);
    return array;
}

Value setOf(std::vector<Tensor> tensors) {
    auto set = std::make_shared<TensorSet>();
    set->tensors = std::move(tensors);
    return std::shared_ptr<const TensorSet>(std::move(set));
}

std::vector<Exhibit> tensorExhibits() {
    const auto reals = [](float shift) {
        return setOf(
            {{"layer.0.weight", realArray({4, 256}, shift)}, {"layer.0.bias", realArray({4}, shift)}});
    };
    const auto halves = [](DType type, std::uint16_t shift) {
        return setOf({{"weight", halfArray(type, {3, 128}, shift)}});
    };
    Array whole(DType::I32, {6});
    fill<std::int32_t>(whole, 100, 0);
    return {{"f32", reals(0), reals(0.01f)},
            {"f16", halves(DType::F16, 0), halves(DType::F16, 1)},
            {"bf16", halves(DType::BF16, 0), halves(DType::BF16, 1)},
            {"i32", setOf({{"codes", whole}}), setOf({{"codes", whole}})}};
}

/// Rows of a study: what analyses and table nodes are given.
Value rowsOf(double shift) {
    std::vector<std::string> studies, series, assets;
    std::vector<double> rates, qualities, errors;
    std::vector<std::int64_t> rows;
    for (int i = 0; i < 24; ++i) {
        studies.push_back("study");
        series.push_back(i % 2 ? "jpeg" : "jpeg-2");
        assets.push_back("asset " + std::to_string(i / 4));
        rows.push_back(i % 4);
        rates.push_back(0.1 * (i % 4 + 1) + 0.01 * (i / 4));
        qualities.push_back(28 + 2.5 * (i % 4) + 0.3 * (i / 4) + shift);
        errors.push_back(1.0 / (i + 1));
    }
    auto table = std::make_shared<Table>();
    table->columns = {{"study", "", studies},  {"branch", "", series},
                      {"series", "", series},  {"asset", "", assets},
                      {"row", "", rows},       {"seed", "", rows},
                      {"bpp", "bit", rates},   {"psnr-rgb", "dB", qualities},
                      {"psnr-y", "dB", errors}};
    return std::shared_ptr<const Table>(std::move(table));
}

/// For nodes that ask models; corpus, queries and judgements of a retrieval too.
Value questionsOf(const char* right) {
    const std::vector<std::string> none(2);
    auto table = std::make_shared<Table>();
    table->columns = {{"question", "", std::vector<std::string>{"What is green?", "Two and two are"}},
                      {"A", "", std::vector<std::string>{"grass", "three"}},
                      {"B", "", std::vector<std::string>{"snow", "four"}},
                      {"C", "", std::vector<std::string>{"", "twenty-two"}},
                      {"D", "", none},
                      {"_id", "", std::vector<std::int64_t>{1, 2}},
                      {"text", "", std::vector<std::string>{"a b c", "d e f g h i"}},
                      {"query-id", "", std::vector<std::int64_t>{1, 2}},
                      {"corpus-id", "", std::vector<std::int64_t>{2, 1}},
                      {"score", "", std::vector<std::int64_t>{1, 1}},
                      {"answer", "", std::vector<std::string>{right, "B"}}};
    return std::shared_ptr<const Table>(std::move(table));
}

/// A model of blocks, one that is plain, an encoder, and of each a twin with other norms.
std::vector<Exhibit> modelExhibits() {
    const auto modelOf = [](float shift, bool plain) {
        LanguageModel model = languageModelOf(media::test::decoded(media::test::tinyLlama().bytes()));
        model.tensors.back().array = realArray({32}, shift);
        model.tokenizer = media::test::tokenizerOfBytes();
        if (plain) {
            model.tensors.clear();
            for (const Tensor& tensor : media::test::tinyTensors().tensors)
                model.tensors.push_back({tensor.name, tensor.array.shape(), BlockFormat::None, tensor.array});
            model.tensors.back().array = realArray({32}, shift);
        }
        return Value(std::make_shared<const LanguageModel>(std::move(model)));
    };
    const auto encoderOf = [](float shift) {
        LanguageModel model = engine::testing::tinyBert(256);
        model.tensors.back().array = realArray({12}, shift);
        return Value(std::make_shared<const LanguageModel>(std::move(model)));
    };
    return {{"blocks", modelOf(0, false), modelOf(0.01f, false)},
            {"plain", modelOf(0, true), modelOf(0.01f, true)},
            {"encoder", encoderOf(0), encoderOf(0.01f)}};
}

Value textOf(const std::string& text) {
    Array bytes(DType::U8, {static_cast<std::int64_t>(text.size())});
    std::ranges::copy(std::as_bytes(std::span(text)), bytes.writableBytes().begin());
    return std::make_shared<const TextCorpus>(TextCorpus{bytes});
}

/// So many pieces of the sample models, and more than their windows hold.
Value pageOf(int pieces) {
    std::string text;
    for (int i = 0; i < pieces; ++i)
        text += "p" + std::to_string(i * 7 % 150) + (i % 11 == 0 ? "\n" : " ");
    return textOf(text);
}

bool isPrimary(const graph::Port& port) {
    return port.role == graph::PortRole::Value || port.role == graph::PortRole::Coded ||
           port.role == graph::PortRole::Reference;
}

/// Three bits for each tensor of the set that is searched.
Value allocationFor(const Value& tensors) {
    std::vector<std::string> units;
    for (const Tensor& tensor : std::get<std::shared_ptr<const TensorSet>>(tensors)->tensors)
        if (tensor.array.shape().size() > 1 && isFloatingPoint(tensor.array.type()))
            units.push_back(tensor.name);
    auto table = std::make_shared<Table>();
    table->schema = "allocation";
    table->columns = {{"unit", "", units}, {"bits", "bit", std::vector<std::int64_t>(units.size(), 3)}};
    return std::shared_ptr<const Table>(std::move(table));
}

/// The first output with that schema of a source of the catalogue, which is run for it.
Value valueOfSchema(const graph::Port& port, const graph::Catalogue& catalogue) {
    for (const graph::Manifest* manifest : catalogue.all())
        for (const graph::Port& output : manifest->outputs) {
            const bool fits = manifest->kind == graph::NodeKind::Source && output.type == port.type &&
                              output.schema == port.schema;
            if (!fits) continue;
            static Plugins plugins;
            run::Task task;
            task.kind = run::TaskKind::Source;
            task.type = manifest->id;
            for (const graph::Parameter& parameter : manifest->parameters)
                task.parameters[parameter.id] = parameter.defaultValue;
            const run::Chain chain;
            const std::atomic<bool> cancelled{false};
            const Send send = [](const run::FromWorker&) {};
            TaskContext context(chain, task, cancelled, send);
            return callNode(plugins.node(catalogue.libraryOf(manifest->id), manifest->id), task, {}, context)
                .values.at(output.id);
        }
    return {};
}

std::vector<Value> inputFor(const graph::Port& port, const graph::Port& primary, const Exhibit& exhibit,
                            const graph::Catalogue& catalogue) {
    if (port.schema == "allocation") return {allocationFor(exhibit.value)};
    if (!port.schema.empty()) return {valueOfSchema(port, catalogue)};
    if (port.type != primary.type) return {exhibitsOf(port.type).at(0).value};
    if (port.fanOut == graph::FanOut::All) return {exhibit.value, exhibit.twin};
    return {port.role == graph::PortRole::Candidate ? exhibit.twin : exhibit.value};
}

void writeText(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

/// A raw file says nothing of itself, so it is one of the size that its source has by default.
Sample rawSample(const graph::Manifest& manifest, const std::filesystem::path& folder) {
    const auto extent = [&](const char* id) {
        return static_cast<std::size_t>(std::get<std::int64_t>(manifest.parameter(id)->defaultValue));
    };
    std::string planes(extent("width") * extent("height") * 3 / 2, '\0');
    for (std::size_t i = 0; i < planes.size(); ++i)
        planes[i] = static_cast<char>(wave(i, 255, 0));
    writeText(folder / "picture.yuv", planes);
    return {"picture.yuv", {}, folder / "picture.yuv", 0};
}

/// A file of each format; a folder by its config.json.
std::vector<Sample> modelSamples(const std::filesystem::path& folder) {
    media::test::writeBytes(folder / "tiny.gguf", media::test::tinyLlama().bytes());
    media::test::writeBytes(folder / "tiny.bin", media::test::tinyLlama2c());
    media::test::writeBytes(folder / "tokenizer.bin", media::test::tinyLlama2cTokenizer());
    media::test::writeTinyFolder(folder / "tiny");
    std::vector<Sample> samples;
    for (const char* name : {"tiny.gguf", "tiny.bin", "tiny/config.json"})
        samples.push_back({name, {}, folder / name, 0});
    return samples;
}

std::vector<Sample> fileSamples(const graph::Manifest& manifest, const std::filesystem::path& folder) {
    if (manifest.outputs.at(0).type == PortType::LanguageModel) return modelSamples(folder);
    if (manifest.assets.extensions == std::vector<std::string>{"yuv"}) return {rawSample(manifest, folder)};
    std::vector<Sample> samples;
    const std::map<PortType, std::vector<std::string>> extensions = {
        {PortType::Image, {"png", "ppm", "pgm", "y4m"}},
        {PortType::TensorSet, {"safetensors"}},
        {PortType::Table, {"csv"}},
        {PortType::TextCorpus, {"txt"}}};
    const PortType type = manifest.outputs.at(0).type;
    for (const std::string& extension : extensions.at(type))
        for (const Exhibit& exhibit : exhibitsOf(type)) {
            const std::string name = exhibit.name + "." + extension;
            try {
                writeAsset(exhibit.value, folder / name);
            } catch (const Error&) {
                continue;  // Not every format takes every exhibit.
            }
            samples.push_back({name, {}, folder / name, 0});
        }
    return samples;
}

}  // namespace

std::vector<Exhibit> exhibitsOf(PortType type) {
    std::vector<Exhibit> exhibits;
    if (type == PortType::Image)
        for (const ImageFormat& format : imageFormats)
            exhibits.push_back({format.name, imageOf(format, 0), imageOf(format, 3)});
    if (type == PortType::TensorSet) return tensorExhibits();
    if (type == PortType::LanguageModel) return modelExhibits();
    if (type == PortType::TextCorpus)
        exhibits = {{"page", pageOf(600), pageOf(700)},
                    {"lines", textOf("p1 p12 p3\n\u2581p4\r\n"), textOf("p1 p12 p5\n")}};
    if (type == PortType::Table)
        exhibits = {{"questions", questionsOf("A"), questionsOf("B")}, {"rows", rowsOf(0), rowsOf(0.5)}};
    return exhibits;
}

std::vector<Exhibit> senselessOf(PortType type) {
    if (type == PortType::Image) {
        const Value none = imageOf({"", ColourModel::Rgb, false, 8, 0, 0}, 0);
        return {{"no pixels", none, none}};
    }
    if (type == PortType::Table) {
        const Value none = std::make_shared<const Table>();
        return {{"no columns", none, none}};
    }
    if (type == PortType::LanguageModel) {
        const Value none = std::make_shared<const LanguageModel>();
        return {{"no tensors", none, none}};
    }
    if (type == PortType::TextCorpus) return {{"no text", textOf(""), textOf("")}};
    if (type != PortType::TensorSet) return {};
    Array nan(DType::F32, {4, 256});
    std::ranges::fill(nan.writable<float>(), std::numeric_limits<float>::quiet_NaN());
    const Value nans = setOf({{"layer.0.weight", nan}});
    return {{"no tensors", setOf({}), setOf({})}, {"NaN", nans, nans}};
}

namespace {

/// A command has no default that does something everywhere, and a search need not go on for long.
std::map<std::string, graph::ParameterValue> settingsOf(const graph::Manifest& manifest) {
    const std::map<std::string, std::string> commands = {{"encoder", "copy {input} {bitstream}"},
                                                         {"decoder", "copy {bitstream} {output}"},
                                                         {"command", "differ {reference} {candidate}"}};
    const std::filesystem::path source = qgetenv("RATESCOPE_SOURCE").toStdString();
    std::map<std::string, graph::ParameterValue> settings;
    for (const graph::Parameter& parameter : manifest.parameters)
        if (parameter.type == graph::ParameterType::Command)
            settings[parameter.id] = run::resolveCommand(
                "tests/contract/tool.sh " + commands.at(parameter.id), {source, {}}, sha256OfFile);
        else if (manifest.kind == graph::NodeKind::Experiment &&
                 (parameter.id == "generations" || parameter.id == "offspring" ||
                  parameter.id == "sequences"))
            settings[parameter.id] = std::int64_t{2};
    return settings;
}

}  // namespace

std::vector<Sample> samplesOf(const graph::Manifest& manifest, const graph::Catalogue& catalogue,
                              const std::filesystem::path& folder) {
    if (manifest.kind == graph::NodeKind::Source) {
        if (manifest.assets.by == graph::AssetRule::By::Files) return fileSamples(manifest, folder);
        return {{"first", {}, {}, 0}};
    }
    if (manifest.kind == graph::NodeKind::Analysis) {
        writeAsset(rowsOf(0), folder / "rows.csv");
        return {{"rows", {}, folder / "rows.csv", 0}};
    }
    std::vector<Sample> samples;
    const auto primary = std::find_if(manifest.inputs.begin(), manifest.inputs.end(), isPrimary);
    for (const Exhibit& exhibit : exhibitsOf(primary->type)) {
        Sample& sample = samples.emplace_back();
        sample.name = exhibit.name;
        sample.settings = settingsOf(manifest);
        for (const graph::Port& port : manifest.inputs)
            if (port.required) sample.inputs[port.id] = inputFor(port, *primary, exhibit, catalogue);
    }
    return samples;
}

std::vector<Sample> badSamplesOf(const graph::Manifest& manifest, const Sample& good,
                                 const std::filesystem::path& folder) {
    std::vector<Sample> samples;
    const auto with = [&](const std::string& name, const graph::Port& port, const Value& value) {
        Sample sample = good;
        sample.name = good.name + " with " + name + " at " + port.id;
        std::vector<Value>& values = sample.inputs[port.id];
        if (values.empty()) values.emplace_back();
        values.back() = value;
        samples.push_back(sample);
    };
    for (const graph::Port& port : manifest.inputs) {
        const PortType other = port.type == PortType::Image ? PortType::TensorSet : PortType::Image;
        with("another type", port, exhibitsOf(other).at(0).value);
        for (const Exhibit& exhibit : senselessOf(port.type))
            with(exhibit.name, port, exhibit.value);
    }
    if (good.file.empty()) return samples;
    std::ifstream stream(good.file, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(stream)), {});
    const std::string extension = good.file.extension().string();
    const std::map<std::string, std::string> files = {{"empty", ""},
                                                      {"cut short", whole.substr(0, whole.size() / 2)},
                                                      {"something else",
                                                       "\x7f"
                                                       "ELF nonsense\xff"}};
    for (const auto& [name, text] : files) {
        if (name == "cut short" && (extension == ".csv" || extension == ".txt")) continue;  // Half is whole.
        const std::filesystem::path file = folder / (name + extension);
        writeText(file, text);
        samples.push_back({good.name + " " + name, {}, file, 0});
    }
    samples.push_back({good.name + " missing", {}, folder / ("missing" + extension), 0});
    return samples;
}

}  // namespace ratescope::contract
