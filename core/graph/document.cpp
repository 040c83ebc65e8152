#include "core/graph/document.h"

#include "core/error.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <random>

namespace ratescope::graph {
namespace {

bool isSlugCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// Upper case becomes lower case; every run of other characters one hyphen.
std::string slugOf(const std::string& wanted, const std::string& otherwise) {
    std::string slug;
    for (char c : wanted) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (isSlugCharacter(c) && c != '-')
            slug += c;
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
    }
    while (!slug.empty() && slug.back() == '-')
        slug.pop_back();
    return slug.empty() ? otherwise : slug;
}

std::string randomId() {
    std::random_device random;
    std::string id;
    while (id.size() < 32)
        id += "0123456789abcdef"[random() & 15];
    return id;
}

}  // namespace

PortRef portRefFromText(const std::string& text) {
    const auto dot = text.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == text.size())
        throw Error(ErrorKind::Usage, inQuotes(text) + " does not name a node and its port or parameter.",
                    "Write it as NODE.NAME, for example jpeg.quality.");
    return {text.substr(0, dot), text.substr(dot + 1)};
}

bool isSlug(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), isSlugCharacter);
}

const Node* Document::find(const std::string& slug) const {
    const auto found =
        std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) { return node.slug == slug; });
    return found == nodes.end() ? nullptr : &*found;
}

Node* Document::find(const std::string& slug) {
    return const_cast<Node*>(std::as_const(*this).find(slug));
}

const Variable* Document::variable(const std::string& variableName) const {
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [&](const Variable& variable) { return variable.name == variableName; });
    return found == variables.end() ? nullptr : &*found;
}

const FigureSpec* Document::figure(const std::string& figureName) const {
    const auto found = std::find_if(figures.begin(), figures.end(),
                                    [&](const FigureSpec& figure) { return figure.name == figureName; });
    return found == figures.end() ? nullptr : &*found;
}

const PortRef* Document::source(const PortRef& input) const {
    const auto found =
        std::find_if(wires.begin(), wires.end(), [&](const Wire& wire) { return wire.to == input; });
    return found == wires.end() ? nullptr : &found->from;
}

std::vector<PortRef> Document::wiresInto(const PortRef& input) const {
    std::vector<PortRef> outputs;
    for (const Wire& wire : wires)
        if (wire.to == input) outputs.push_back(wire.from);
    return outputs;
}

std::vector<PortRef> Document::wiresFrom(const PortRef& output) const {
    std::vector<PortRef> inputs;
    for (const Wire& wire : wires)
        if (wire.from == output) inputs.push_back(wire.to);
    return inputs;
}

Document newDocument(const std::string& name) {
    Document document;
    document.id = randomId();
    document.name = slugOf(name, "study");
    return document;
}

std::string uniqueSlug(const Document& document, const std::string& wanted) {
    const std::string base = slugOf(wanted, "node");
    std::string slug = base;
    for (int i = 2; document.find(slug); ++i)
        slug = base + "-" + std::to_string(i);
    return slug;
}

}  // namespace ratescope::graph
