#include "tests/core/run/fake_study.h"

#include "core/build_info.h"

#include <cmath>

namespace ratescope::run::fake {
namespace {

using namespace graph;

Port port(const std::string& id, PortRole role = PortRole::Value, FanOut fanOut = FanOut::Each,
          bool required = true) {
    Port made;
    made.id = id;
    made.type = PortType::Image;
    made.role = role;
    made.fanOut = fanOut;
    made.required = required;
    return made;
}

Parameter parameter(const std::string& id, ParameterType type, ParameterValue value,
                    Stage stage = Stage::Encode) {
    Parameter made;
    made.id = id;
    made.label = id;
    made.type = type;
    made.defaultValue = std::move(value);
    made.stage = stage;
    return made;
}

Parameter behaviour() {
    return parameter("behaviour", ParameterType::Text, std::string());
}

Manifest manifest(const std::string& slug, NodeKind kind, std::vector<Port> inputs) {
    Manifest made;
    made.id = "fake." + slug;
    made.title = slug;
    made.family = "fake";
    made.kind = kind;
    made.inputs = std::move(inputs);
    if (kind != NodeKind::Measure && kind != NodeKind::Analysis) made.outputs = {port("value")};
    return made;
}

Manifest source() {
    Manifest made = manifest("source", NodeKind::Source, {});
    made.parameters = {parameter("count", ParameterType::Int, std::int64_t{1}), behaviour()};
    made.assets = {AssetRule::By::Count, "count", {}};
    return made;
}

Manifest files() {
    Manifest made = manifest("files", NodeKind::Source, {});
    made.parameters = {parameter("files", ParameterType::File, std::string())};
    made.assets = {AssetRule::By::Files, "files", {"txt"}};
    made.assets.companions = {{"txt", {"*.companion"}}};
    return made;
}

Manifest codec(const std::string& slug) {
    Manifest made = manifest(slug, NodeKind::Codec, {port("coded", PortRole::Coded)});
    Port stream = port("bitstream");
    stream.type = PortType::Bitstream;
    made.outputs.push_back(stream);
    return made;
}

Manifest plainCodec() {
    Manifest made = codec("codec");
    made.inputs.push_back(port("calibration", PortRole::Encoder, FanOut::All, false));
    made.inputs.push_back(port("model", PortRole::Shared, FanOut::Each, false));
    Parameter quality = parameter("quality", ParameterType::Int, std::int64_t{50});
    quality.movesAlongCurve = true;
    Parameter mode = parameter("mode", ParameterType::Choice, std::string("plain"));
    mode.choices = {"plain", "fancy"};
    Parameter file = parameter("table", ParameterType::File, std::string());
    Parameter comment = parameter("comment", ParameterType::Text, std::string());
    comment.entersKey = false;
    made.parameters = {quality, mode,        file,
                       comment, behaviour(), parameter("exclusive", ParameterType::Bool, false)};
    return made;
}

Manifest sized() {
    Manifest made = codec("sized");
    Parameter quality = parameter("quality", ParameterType::Int, std::int64_t{50});
    quality.minimum = 1;
    quality.maximum = 100;
    quality.movesAlongCurve = true;
    Parameter scale = parameter("scale", ParameterType::Real, 1.0);
    scale.minimum = 0.01;
    scale.maximum = 100;
    scale.logScale = true;
    Parameter shape = parameter("shape", ParameterType::Choice, std::string("rising"));
    shape.choices = {"rising", "falling", "hump"};
    made.parameters = {quality, scale, shape, behaviour()};
    return made;
}

Manifest layers() {
    Manifest made = codec("layers");
    Parameter layers = parameter("layers", ParameterType::Int, std::int64_t{1}, Stage::Extract);
    layers.movesAlongCurve = true;
    made.parameters = {parameter("quality", ParameterType::Int, std::int64_t{50}), layers,
                       parameter("post", ParameterType::Bool, false, Stage::Decode)};
    return made;
}

Manifest residual() {
    Manifest made = codec("residual");
    made.streams = StreamRule::Added;
    return made;
}

Manifest noise() {
    Manifest made = manifest("noise", NodeKind::Transform, {port("value")});
    made.usesSeed = true;
    return made;
}

Manifest measure() {
    Manifest made =
        manifest("measure", NodeKind::Measure,
                 {port("reference", PortRole::Reference), port("candidate", PortRole::Candidate)});
    made.parameters = {behaviour()};
    Metric metric;
    metric.id = "error";
    metric.title = "Error";
    made.metrics = {metric};
    return made;
}

Manifest transform() {
    Manifest made = manifest("transform", NodeKind::Transform, {port("value")});
    made.parameters = {parameter("amount", ParameterType::Real, 1.0), behaviour()};
    return made;
}

Manifest learner() {
    Manifest made = manifest("learn", NodeKind::Learner, {port("values", PortRole::Value, FanOut::All)});
    made.parameters = {parameter("amount", ParameterType::Real, 1.0), behaviour()};
    return made;
}

}  // namespace

Catalogue catalogue() {
    Family family;
    family.name = "fake";
    family.buildId = buildInfo().buildId;
    family.library = "/nowhere/fake.so";
    family.manifests = {
        source(),     files(),
        transform(),  learner(),
        noise(),      manifest("sum", NodeKind::Transform, {port("values", PortRole::Value, FanOut::All)}),
        plainCodec(), sized(),
        layers(),     residual(),
        measure(),    manifest("analysis", NodeKind::Analysis, {})};
    Catalogue made;
    made.add(std::move(family));
    return made;
}

Node node(const std::string& slug, const std::string& type, std::map<std::string, Binding> parameters) {
    Node made;
    made.slug = slug;
    made.type = "fake." + type;
    made.parameters = std::move(parameters);
    return made;
}

Wire wire(const std::string& from, const std::string& to) {
    const auto ref = [](const std::string& text) {
        const std::size_t dot = text.find('.');
        return PortRef{text.substr(0, dot), text.substr(dot + 1)};
    };
    return {ref(from), ref(to)};
}

Sweep sweep(const std::string& column, std::vector<ParameterValue> values) {
    const std::size_t dot = column.find('.');
    Sweep made;
    made.columns = {{column.substr(0, dot), column.substr(dot + 1), {}}};
    for (ParameterValue& value : values)
        made.rows.push_back({std::move(value)});
    return made;
}

Document study(int assets, const std::vector<std::int64_t>& qualities) {
    Document document = newDocument("fake-study");
    document.nodes = {node("source", "source", {{"count", ParameterValue(std::int64_t{assets})}}),
                      node("codec", "codec"), node("measure", "measure")};
    document.wires = {wire("source.value", "codec.coded"), wire("source.value", "measure.reference"),
                      wire("codec.value", "measure.candidate")};
    document.sweeps = {sweep("codec.quality", {qualities.begin(), qualities.end()})};
    return document;
}

Document reaching(int assets, const std::vector<double>& bytes) {
    Document document = study(assets, {});
    document.nodes[1].type = "fake.sized";
    document.sweeps.clear();
    document.reaches = {{"codec", "quality", "bytes", bytes}};
    return document;
}

double sizeOf(const std::string& shape, std::int64_t quality, double scale) {
    const auto q = static_cast<double>(shape == "falling" ? 101 - quality : quality);
    const bool isHump = shape == "hump" && quality >= 40 && quality < 60;
    return 200 * std::exp(0.03 * q) / scale * (isHump ? 10 : 1);
}

}  // namespace ratescope::run::fake
