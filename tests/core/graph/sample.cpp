#include "tests/core/graph/sample.h"

#include "core/build_info.h"

namespace sample {

using namespace ratescope::graph;

namespace {

Port port(const std::string& id, PortType type, PortRole role = PortRole::Value,
          FanOut fanOut = FanOut::Each) {
    Port port;
    port.id = id;
    port.label = id;
    port.help = "A port of a test.";
    port.type = type;
    port.role = role;
    port.fanOut = fanOut;
    return port;
}

Parameter parameter(const std::string& id, ParameterType type, ParameterValue defaultValue) {
    Parameter parameter;
    parameter.id = id;
    parameter.label = id;
    parameter.help = "A parameter of a test.";
    parameter.type = type;
    parameter.defaultValue = std::move(defaultValue);
    return parameter;
}

Parameter moving(Parameter parameter, double minimum, double maximum) {
    parameter.minimum = minimum;
    parameter.maximum = maximum;
    parameter.movesAlongCurve = true;
    return parameter;
}

Manifest manifest(const std::string& slug, const std::string& title, NodeKind kind) {
    Manifest manifest;
    manifest.id = "test." + slug;
    manifest.title = title;
    manifest.family = "test";
    manifest.summary = "A node of a test.";
    manifest.manual = "It does nothing.";
    manifest.kind = kind;
    return manifest;
}

Manifest source(const std::string& slug, const std::string& title, PortType type, AssetRule rule) {
    Manifest made = manifest(slug, title, NodeKind::Source);
    made.outputs = {port(type == PortType::Image ? "image" : "tensors", type)};
    made.assets = std::move(rule);
    if (made.assets.by == AssetRule::By::Files)
        made.parameters = {parameter("files", ParameterType::File, std::string())};
    if (made.assets.by == AssetRule::By::Count) {
        made.parameters = {parameter("count", ParameterType::Int, std::int64_t{3})};
        made.parameters[0].minimum = 1;
    }
    return made;
}

Manifest codec(const std::string& slug, const std::string& title, std::vector<Parameter> parameters) {
    Manifest made = manifest(slug, title, NodeKind::Codec);
    made.inputs = {port("image", PortType::Image, PortRole::Coded)};
    made.outputs = {port("image", PortType::Image), port("bitstream", PortType::Bitstream)};
    made.parameters = std::move(parameters);
    made.extension = slug;
    made.magics = {"ffd8"};
    return made;
}

Manifest jpeg() {
    Parameter subsampling = parameter("subsampling", ParameterType::Choice, std::string("4:2:0"));
    subsampling.choices = {"4:4:4", "4:2:2", "4:2:0"};
    return codec("jpeg", "JPEG",
                 {moving(parameter("quality", ParameterType::Int, std::int64_t{75}), 1, 100),
                  parameter("optimise", ParameterType::Bool, false),
                  parameter("progressive", ParameterType::Bool, false), std::move(subsampling)});
}

Manifest layered() {
    Parameter layers = moving(parameter("layers", ParameterType::Int, std::int64_t{8}), 1, 8);
    layers.stage = Stage::Extract;
    Manifest made =
        codec("layered", "Layered", {parameter("name", ParameterType::Text, std::string()), layers});
    made.inputs.push_back(port("calibration", PortType::Image, PortRole::Encoder, FanOut::All));
    made.inputs.push_back(port("trained", PortType::TensorSet, PortRole::Shared));
    made.inputs[1].required = made.inputs[2].required = false;
    return made;
}

Manifest transform(const std::string& slug, const std::string& title, std::vector<Port> inputs, Port output) {
    Manifest made = manifest(slug, title, NodeKind::Transform);
    made.inputs = std::move(inputs);
    made.outputs = {std::move(output)};
    return made;
}

Manifest measure(const std::string& slug, const std::string& title) {
    Manifest made = manifest(slug, title, NodeKind::Measure);
    made.inputs = {port("reference", PortType::Image, PortRole::Reference),
                   port("candidate", PortType::Image, PortRole::Candidate)};
    Metric metric;
    metric.id = slug + "-rgb";
    metric.title = title;
    metric.unit = "dB";
    metric.help = "A metric of a test.";
    made.metrics = {metric};
    made.parameters = {parameter("peak", ParameterType::Real, 255.0)};
    return made;
}

std::vector<Manifest> manifests() {
    Port cache = port("tensors", PortType::TensorSet);
    cache.schema = "kv-cache";
    Manifest tensors =
        source("tensors", "Tensors", PortType::TensorSet, {AssetRule::By::Files, "files", {"safetensors"}});
    tensors.outputs = {cache};
    Port embeddings = port("tensors", PortType::TensorSet);
    embeddings.schema = "embeddings";
    Manifest resize =
        transform("resize", "Resize", {port("image", PortType::Image)}, port("image", PortType::Image));
    resize.parameters = {parameter("scale", ParameterType::Real, 1.0)};
    Manifest train = manifest("train", "Train", NodeKind::Learner);
    train.inputs = {port("images", PortType::Image, PortRole::Value, FanOut::All)};
    train.outputs = {port("trained", PortType::TensorSet)};
    Manifest judge = measure("judge", "Judge");
    judge.inputs.push_back(port("labels", PortType::Table));
    judge.inputs.back().required = false;
    return {source("photos", "Photographs", PortType::Image, {AssetRule::By::Files, "files", {"png", "jpg"}}),
            source("single", "One picture", PortType::Image, {}),
            source("noise", "Noise", PortType::Image, {AssetRule::By::Count, "count", {}}),
            tensors,
            jpeg(),
            codec("webp", "WebP",
                  {moving(parameter("effort", ParameterType::Real, 4.0), 0, 1e6),
                   parameter("sharp", ParameterType::Bool, false)}),
            layered(),
            resize,
            transform("to-tensors", "To tensors", {port("image", PortType::Image)}, embeddings),
            transform("cache-only", "Cache", {cache}, cache),
            transform("blend", "Blend", {port("a", PortType::Image), port("b", PortType::Image)},
                      port("image", PortType::Image)),
            train,
            measure("psnr", "PSNR"),
            judge,
            manifest("correlate", "Correlation", NodeKind::Analysis)};
}

}  // namespace

Manifest fullManifest() {
    Manifest full = jpeg();
    full.version = 3;
    full.id = "image.full";
    full.family = "image";
    full.papers = {{"A paper", "https://example.org/paper"}};
    full.synonyms = {"jpg", "jfif"};
    full.inputs.push_back(port("trained", PortType::TensorSet, PortRole::Shared, FanOut::All));
    full.inputs.back().schema = "parameters:image.full";
    full.inputs.back().required = false;
    full.parameters.push_back(parameter("smoothing", ParameterType::Real, 0.1));
    Parameter& smoothing = full.parameters.back();
    smoothing.unit = "px";
    smoothing.minimum = 1e-3;
    smoothing.logScale = true;
    smoothing.group = "filters";
    smoothing.advanced = true;
    smoothing.visibleIf = VisibleIf{"optimise", {true}};
    smoothing.stage = Stage::Decode;
    smoothing.entersKey = false;
    Metric metric;
    metric.id = "psnr-rgb";
    metric.title = "PSNR, RGB";
    metric.unit = "dB";
    metric.better = Better::Lower;
    metric.finish = Finish::MinusDbRatio;
    metric.pool = Pool::SumThenFinish;
    metric.drawUnit = "frame";
    metric.help = "10 log10(peak² / MSE)";
    full.metrics = {metric};
    full.assets = {AssetRule::By::Files, "files", {"png"}, "table", "table-key", {{"json", {"*.bin"}}}};
    full.streams = StreamRule::Added;
    full.usesSeed = full.usesCuda = full.hasMap = true;
    full.tolerance = 1e-7;
    return full;
}

const Catalogue& catalogue() {
    static const Catalogue made = [] {
        Catalogue catalogue;
        catalogue.add({"test", ratescope::buildInfo().buildId, "libratescope-test.so", manifests()});
        return catalogue;
    }();
    return made;
}

Node node(const std::string& slug, const std::string& type) {
    Node made;
    made.slug = slug;
    made.type = "test." + type;
    return made;
}

Wire wire(const std::string& from, const std::string& to) {
    return {portRefFromText(from), portRefFromText(to)};
}

Document jpegStudy() {
    Document document = newDocument("photographs");
    document.nodes = {node("photos", "photos"), node("jpeg", "jpeg"), node("psnr", "psnr")};
    document.nodes[0].parameters["files"] = ParameterValue(std::string("photos/*.png"));
    document.wires = {wire("photos.image", "jpeg.image"), wire("photos.image", "psnr.reference"),
                      wire("jpeg.image", "psnr.candidate")};
    return document;
}

Sweep sweepOf(const std::string& column, std::vector<ParameterValue> values) {
    Sweep sweep;
    const auto dot = column.find('.');
    if (dot == std::string::npos)
        sweep.columns = {{"", column, {}}};
    else
        sweep.columns = {{column.substr(0, dot), column.substr(dot + 1), {}}};
    for (ParameterValue& value : values)
        sweep.rows.push_back({std::move(value)});
    return sweep;
}

}  // namespace sample
