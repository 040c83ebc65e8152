#include "core/graph/describe.h"

#include "core/graph/wording.h"

#include <algorithm>
#include <sstream>

namespace ratescope::graph {
namespace {

constexpr std::size_t columns = 80;

/// Words set in lines that all begin at `indent`; the first is set after `head`, or below it if it is too
/// long.
std::string wrapped(const std::string& head, const std::string& text, std::size_t indent) {
    std::string lines, line = head;
    if (columnsOf(line) + 1 > indent && !line.empty()) {
        lines = line + '\n';
        line.clear();
    }
    line.resize(line.size() + indent - columnsOf(line), ' ');
    std::istringstream words(text);
    bool empty = true;
    for (std::string word; words >> word;) {
        if (!empty && columnsOf(line) + 1 + columnsOf(word) > columns) {
            lines += line + '\n';
            line.assign(indent, ' ');
            empty = true;
        }
        line += (empty ? "" : " ") + word;
        empty = false;
    }
    return empty ? lines : lines + line + '\n';
}

/// Paragraphs of Markdown are set anew; list items keep their mark; code and tables stay as they are.
std::string manualText(const std::string& markdown) {
    std::string text, paragraph;
    bool code = false;
    const auto flush = [&] {
        const bool item = paragraph.rfind("- ", 0) == 0 || paragraph.rfind("* ", 0) == 0;
        text += item ? wrapped("-", paragraph.substr(2), 2) : wrapped("", paragraph, 0);
        paragraph.clear();
    };
    std::istringstream lines(markdown);
    for (std::string line; std::getline(lines, line);) {
        const bool fence = line.rfind("```", 0) == 0;
        const bool starts = line.rfind("- ", 0) == 0 || line.rfind("* ", 0) == 0;
        if (fence || code || line.empty() || starts || line[0] == '#' || line[0] == '|') flush();
        if (fence)
            code = !code;
        else if (code)
            text += "    " + line + '\n';
        else if (line.empty())
            text += text.empty() || text.ends_with("\n\n") ? "" : "\n";
        else if (line[0] == '|')
            text += line + '\n';
        else if (line[0] == '#')
            text += wrapped("", line.substr(std::min(line.find_first_not_of("# "), line.size())), 0);
        else
            paragraph += line + ' ';
    }
    flush();
    return text;
}

std::string sentence(std::string text) {
    if (!text.empty() && std::string(".:?").find(text.back()) == std::string::npos) text += '.';
    return text;
}

template <typename Item>
std::size_t indentOf(const std::vector<Item>& items) {
    std::size_t widest = 0;
    for (const Item& item : items)
        widest = std::max(widest, columnsOf(item.id));
    return std::min<std::size_t>(widest, 20) + 4;
}

std::string portsText(const std::string& heading, const std::vector<Port>& ports, bool inputs) {
    std::string text = ports.empty() ? "" : "\n" + heading + "\n";
    for (const Port& port : ports) {
        std::string line = toText(port.type);
        if (!port.schema.empty()) line += " (" + port.schema + ")";
        if (inputs && port.role != PortRole::Value) line += std::string(", ") + toText(port.role);
        if (inputs && port.fanOut == FanOut::All) line += ", the whole fan-out";
        if (inputs && !port.required) line += ", optional";
        text += wrapped("  " + port.id, line + ". " + sentence(port.help), indentOf(ports));
    }
    return text;
}

std::string valueText(const ParameterValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text && text->empty() ? "none" : toText(value);
}

std::string parameterLine(const Parameter& parameter, bool ofCodec) {
    std::string line = whatFits(parameter);
    line[0] = static_cast<char>(line[0] >= 'a' && line[0] <= 'z' ? line[0] - 'a' + 'A' : line[0]);
    if (!parameter.unit.empty()) line += ", in " + parameter.unit;
    line += "; default " + valueText(parameter.defaultValue) + ". " + sentence(parameter.help);
    if (parameter.movesAlongCurve) line += " Moves along the curve.";
    if (ofCodec && parameter.stage == Stage::Every)
        line += " Of every stage.";
    else if (ofCodec && parameter.stage != Stage::Encode)
        line += std::string(" Of the stage ") + toText(parameter.stage) + ".";
    if (!parameter.entersKey) line += " Does not change the result.";
    if (parameter.advanced) line += " Advanced.";
    if (!parameter.visibleIf) return line;
    std::vector<std::string> values;
    for (const ParameterValue& value : parameter.visibleIf->values)
        values.push_back(toText(value));
    return line + " Only with " + parameter.visibleIf->parameter + "=" + listed(values) + ".";
}

std::string parametersText(const Manifest& manifest) {
    std::string text = manifest.parameters.empty() ? "" : "\nParameters\n";
    for (const Parameter& parameter : manifest.parameters)
        text += wrapped("  " + parameter.id, parameterLine(parameter, manifest.kind == NodeKind::Codec),
                        indentOf(manifest.parameters));
    return text;
}

std::string metricsText(const Manifest& manifest) {
    std::string text = manifest.metrics.empty() ? "" : "\nMetrics\n";
    for (const Metric& metric : manifest.metrics) {
        std::string line = metric.title;
        if (!metric.unit.empty()) line += ", in " + metric.unit;
        line += std::string("; ") + toText(metric.better) + " is better. " + sentence(metric.help);
        text += wrapped("  " + metric.id, line, indentOf(manifest.metrics));
    }
    return text;
}

std::string papersText(const Manifest& manifest) {
    std::string text = manifest.papers.empty() ? "" : "\nPapers\n";
    for (const Paper& paper : manifest.papers)
        text += wrapped("", paper.title, 2) + "    " + paper.link + '\n';
    return text;
}

}  // namespace

std::string describe(const Manifest& manifest) {
    const std::string head = manifest.id + ": " + manifest.title + ", " + toText(manifest.kind) +
                             ", version " + std::to_string(manifest.version);
    std::string text = wrapped("", head, 0) + wrapped("", manifest.summary, 0);
    if (!manifest.manual.empty()) text += "\n" + manualText(manifest.manual);
    text += portsText("Inputs", manifest.inputs, true) + portsText("Outputs", manifest.outputs, false);
    text += parametersText(manifest) + metricsText(manifest);
    if (!manifest.extension.empty())
        text += "\n" + wrapped("", "Stored streams have the extension " + manifest.extension + ".", 0);
    if (!manifest.synonyms.empty())
        text += "\n" + wrapped("", "Also known as: " + listed(manifest.synonyms) + ".", 0);
    return text + papersText(manifest);
}

}  // namespace ratescope::graph
