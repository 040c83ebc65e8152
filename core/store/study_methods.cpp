#include "core/store/study_methods.h"

#include "core/curves/text.h"
#include "core/graph/document_json.h"
#include "core/graph/strict_json.h"
#include "core/store/query.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace ratescope::store {
namespace {

/// Texts of a parameter along the curves of a branch, in the order of the points.
using Swept = std::vector<std::pair<std::string, std::vector<std::string>>>;

void addValues(const curves::Curve& curve, Swept& swept) {
    for (const curves::Point& point : curve.points)
        for (const auto& [name, value] : point.values) {
            // Named anew for the lambda: clang 14 captures no structured binding.
            auto found = std::find_if(swept.begin(), swept.end(),
                                      [&wanted = name](const auto& one) { return one.first == wanted; });
            if (found == swept.end()) found = swept.insert(swept.end(), {name, {}});
            auto& values = found->second;
            if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
        }
}

std::string afterDot(const std::string& column) {
    return column.substr(column.find('.') + 1);
}

std::string rangeText(const std::vector<std::string>& values) {
    std::vector<double> numbers;
    for (const std::string& value : values)
        if (const auto number = curves::readNumber(value)) numbers.push_back(*number);
    if (numbers.size() == values.size() && numbers.size() > 1) {
        const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
        return curves::shortest(*least) + " to " + curves::shortest(*most);
    }
    std::string list;
    for (std::size_t i = 0; i < values.size(); ++i)
        list += (i == 0 ? "" : i + 1 == values.size() ? " and " : ", ") + values[i];
    return list;
}

void add(std::string& list, const std::string& part) {
    list += (list.empty() ? "" : ", ") + part;
}

bool isSwept(const graph::Document& document, const std::string& node, const std::string& parameter) {
    return std::any_of(document.sweeps.begin(), document.sweeps.end(), [&](const graph::Sweep& sweep) {
        return std::any_of(sweep.columns.begin(), sweep.columns.end(), [&](const graph::SweepColumn& column) {
            return column.node == node && column.parameter == parameter;
        });
    });
}

Method methodOf(const graph::Document& document, const graph::Catalogue& catalogue,
                const curves::Curve& curve, const Swept& swept) {
    Method method{curve.branch, curve.branchTitle, {}, {}};
    for (const auto& [name, values] : swept)
        add(method.settings, afterDot(name) + " " + rangeText(values));
    // A branch is named after its codec, or after the candidate's node and port.
    const graph::Node* node = document.find(curve.branch.substr(0, curve.branch.find('.')));
    if (!node) return method;
    for (const auto& [id, binding] : node->parameters)
        if (const auto* value = std::get_if<graph::ParameterValue>(&binding);
            value && !isSwept(document, node->slug, id))
            add(method.settings, id + "=" + graph::toText(*value));
    if (const graph::Manifest* manifest = catalogue.find(node->type)) method.papers = manifest->papers;
    return method;
}

void addEnvironment(const Library& library, StudyId study, const std::string& series, StudyMethods& methods) {
    const ItemFilter done{.state = State::Done, .series = series, .asset = {}};
    const ItemsPage page = itemsPage(library, study, done, ItemOrder::Planned, false, {}, 1);
    if (page.rows.empty()) return;
    const std::optional<Environment> environment = environmentOf(library, page.rows.front().id);
    if (!environment) return;
    methods.programs.insert(environment->version);
    for (const auto& [name, version] : environment->libraries)
        methods.libraries[name].insert(version);
}

std::string joined(const std::set<std::string>& parts) {
    std::string list;
    for (const std::string& part : parts)
        list += (list.empty() ? "" : " and ") + part;
    return list;
}

}  // namespace

StudyMethods methodsOf(const Library& library, const StudyRecord& study, const graph::Catalogue& catalogue,
                       std::span<const curves::Curve> curves) {
    const graph::Document document =
        graph::documentFromJson(graph::parseJson(study.document, "the document of the study"));
    StudyMethods methods;
    for (const curves::Curve& curve : curves) {
        if (curve.imported()) continue;
        addEnvironment(library, study.id, curve.series, methods);
        const bool known = std::any_of(methods.methods.begin(), methods.methods.end(),
                                       [&](const Method& one) { return one.branch == curve.branch; });
        if (known) continue;
        Swept swept;
        for (const curves::Curve& other : curves)
            if (other.branch == curve.branch) addValues(other, swept);
        methods.methods.push_back(methodOf(document, catalogue, curve, swept));
    }
    return methods;
}

Citations citationsOf(const StudyMethods& methods) {
    Citations citations;
    std::vector<graph::Paper> papers;
    for (const Method& method : methods.methods) {
        std::string numbers;
        for (const graph::Paper& paper : method.papers) {
            auto place = std::find(papers.begin(), papers.end(), paper);
            if (place == papers.end()) place = papers.insert(papers.end(), paper);
            numbers += (numbers.empty() ? "" : ", ") + std::to_string(place - papers.begin() + 1);
        }
        if (numbers.empty() && method.settings.empty()) continue;
        citations.text += (citations.text.empty() ? "" : " ") + method.title +
                          (numbers.empty() ? "" : " [" + numbers + "]") +
                          (method.settings.empty() ? "" : ": " + method.settings) + ".";
    }
    if (!methods.programs.empty()) {
        std::string libraries;
        for (const auto& [name, versions] : methods.libraries)
            libraries += (libraries.empty() ? " with " : ", ") + name + " " + joined(versions);
        citations.text += (citations.text.empty() ? "" : " ") + std::string("Made by Ratescope ") +
                          joined(methods.programs) + libraries + ".";
    }
    for (const graph::Paper& paper : papers)
        citations.references.push_back("[" + std::to_string(citations.references.size() + 1) + "] " +
                                       paper.title + (paper.link.empty() ? "" : ", " + paper.link));
    return citations;
}

}  // namespace ratescope::store
