#include "tests/plugins/manifests.h"

#include "core/error.h"

#include <fcntl.h>
#include <unistd.h>

namespace ratescope::media::test {
namespace {

graph::Parameter parameter(const std::string& id, graph::ParameterType type, graph::ParameterValue value,
                           const std::string& help) {
    graph::Parameter made;
    made.id = id;
    made.label = id;
    made.type = type;
    made.defaultValue = std::move(value);
    made.help = help;
    return made;
}

/// The first bytes of a container of format 1 of that node, in hexadecimal.
std::string containerMagic(const std::string& nodeId) {
    constexpr const char* digits = "0123456789abcdef";
    std::string magic = "5253435301";
    const auto add = [&](std::size_t byte) {
        magic += digits[byte >> 4 & 15];
        magic += digits[byte & 15];
    };
    add(nodeId.size());
    for (const char c : nodeId)
        add(static_cast<unsigned char>(c));
    return magic;
}

}  // namespace

graph::Manifest describe(const std::string& slug, const std::string& title, graph::NodeKind kind,
                         const std::string& summary) {
    graph::Manifest manifest;
    manifest.id = "test." + slug;
    manifest.title = title;
    manifest.family = "test";
    manifest.summary = summary;
    manifest.manual = summary + ". For the tests of Ratescope only.\n";
    manifest.kind = kind;
    return manifest;
}

graph::Port port(const std::string& id, graph::PortType type, const std::string& help, graph::PortRole role) {
    graph::Port made;
    made.id = id;
    made.label = id;
    made.type = type;
    made.help = help;
    made.role = role;
    return made;
}

graph::Parameter integer(const std::string& id, std::int64_t defaultValue, double minimum, double maximum,
                         const std::string& help) {
    graph::Parameter made = parameter(id, graph::ParameterType::Int, defaultValue, help);
    made.minimum = minimum;
    made.maximum = maximum;
    return made;
}

graph::Parameter flag(const std::string& id, bool defaultValue, const std::string& help) {
    return parameter(id, graph::ParameterType::Bool, defaultValue, help);
}

graph::Parameter choice(const std::string& id, const std::vector<std::string>& choices,
                        const std::string& help) {
    graph::Parameter made = parameter(id, graph::ParameterType::Choice, choices.front(), help);
    made.choices = choices;
    return made;
}

graph::Parameter record(const std::string& help) {
    graph::Parameter made = parameter("record", graph::ParameterType::Text, std::string(), help);
    made.entersKey = false;
    return made;
}

graph::Manifest imageTransform(const std::string& slug, const std::string& title,
                               const std::string& summary) {
    graph::Manifest manifest = describe(slug, title, graph::NodeKind::Transform, summary);
    manifest.inputs = {port("image", graph::PortType::Image, "Any image")};
    manifest.outputs = {port("image", graph::PortType::Image, "An image of the same format")};
    return manifest;
}

graph::Manifest imageCodec(const std::string& slug, const std::string& title, const std::string& summary,
                           const std::vector<graph::Port>& furtherInputs) {
    graph::Manifest manifest = describe(slug, title, graph::NodeKind::Codec, summary);
    manifest.inputs = {port("image", graph::PortType::Image, "What is coded", graph::PortRole::Coded)};
    manifest.inputs.insert(manifest.inputs.end(), furtherInputs.begin(), furtherInputs.end());
    manifest.outputs = {port("image", graph::PortType::Image, "What is decoded"),
                        port("bitstream", graph::PortType::Bitstream, "The stored stream")};
    manifest.extension = "rscs";
    manifest.magics = {containerMagic(manifest.id)};
    return manifest;
}

void writeRecord(const std::string& file, const std::string& line) {
    if (file.empty()) return;
    const std::string text = line + "\n";
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const bool written =
        descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (descriptor >= 0) ::close(descriptor);
    if (!written)
        throw Error(ErrorKind::Resource, "The record " + file + " can't be written.",
                    "Name a file in a folder that can be written.");
}

}  // namespace ratescope::media::test
