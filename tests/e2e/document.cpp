#include "tests/e2e/document.h"

#include <QCryptographicHash>
#include <numeric>

namespace e2e {

using nlohmann::json;

Study::Study(const std::string& name) {
    const QByteArray id =
        QCryptographicHash::hash(QByteArray::fromStdString(name), QCryptographicHash::Md5).toHex();
    document = {{"ratescope", "document"}, {"format", 2},
                {"id", id.toStdString()},  {"name", name},
                {"nodes", json::array()},  {"wires", json::array()},
                {"sweeps", json::array()}};
}

Study& Study::node(const std::string& slug, const std::string& type, const nlohmann::json& parameters) {
    document["nodes"].push_back({{"slug", slug}, {"type", type}, {"version", 1}, {"parameters", parameters}});
    return *this;
}

Study& Study::wire(const std::string& from, const std::string& to) {
    document["wires"].push_back({{"from", from}, {"to", to}});
    return *this;
}

Study& Study::sweep(const std::string& node, const std::string& parameter, const nlohmann::json& values) {
    nlohmann::json rows = nlohmann::json::array();
    for (const nlohmann::json& value : values)
        rows.push_back(nlohmann::json::array({value}));
    document["sweeps"].push_back(
        {{"columns", nlohmann::json::array({{{"node", node}, {"parameter", parameter}}})}, {"rows", rows}});
    return *this;
}

Study& Study::set(const std::string& member, const nlohmann::json& value) {
    document[member] = value;
    return *this;
}

Study& Study::measure(const std::string& slug, const std::string& type, const std::string& reference,
                      const std::string& candidate) {
    return node(slug, type).wire(reference, slug + ".reference").wire(candidate, slug + ".candidate");
}

QByteArray Study::text() const {
    return QByteArray::fromStdString(document.dump(1));
}

Study layersStudy(const std::string& name, int assets, int layers) {
    std::vector<int> kept(static_cast<std::size_t>(layers));
    std::iota(kept.begin(), kept.end(), 1);
    return Study(name)
        .node("noise", "test.noise", {{"count", assets}})
        .node("layers", "test.layers")
        .wire("noise.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image")
        .sweep("layers", "layers", kept);
}

Study jpegStudy(const std::string& name, int assets, const std::vector<int>& qualities) {
    return Study(name)
        .node("noise", "test.noise", {{"count", assets}, {"size", 64}, {"model", "rgb"}})
        .node("jpeg", "image.jpeg")
        .wire("noise.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "noise.image", "jpeg.image")
        .sweep("jpeg", "quality", qualities)
        .sweep("jpeg", "subsampling", {"4:2:0", "4:4:4"});
}

}  // namespace e2e
