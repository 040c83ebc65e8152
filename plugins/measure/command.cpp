// Any external program that measures a picture against its original.

#include "core/media/command/command.h"

#include "core/error.h"
#include "core/graph/strict_json.h"
#include "core/graph/wording.h"
#include "core/media/assets/image_file.h"
#include "plugins/measure/nodes.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

namespace ratescope::media::measure {
namespace {

using graph::inQuotes;
using graph::ParameterType;
using nlohmann::json;

const std::map<std::string, std::string> measureFiles = {{"reference", "pnm"}, {"candidate", "pnm"}};
const std::vector<std::string> takenNames = {"reference", "candidate", "list", "id"};

const Image& imageOf(const Value& value) {
    const auto* image = std::get_if<std::shared_ptr<const Image>>(&value);
    if (!image || (*image)->samples.empty())
        throw Error(ErrorKind::Input, "measure.command compares images of at least one pixel.",
                    "Connect images to it.");
    return **image;
}

std::string trimmed(const std::string& text) {
    constexpr const char* white = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(white);
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

[[noreturn]] void refuse(const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::Input, "The measure " + what + ".", remedy);
}

std::optional<double> numberFrom(const std::string& text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, number);
    return failure == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

/// The number itself, with white space around it.
double plainNumber(const std::string& answer) {
    const std::string text = trimmed(answer);
    if (text.empty()) refuse("printed nothing", "It must print one number, or JSON.");
    if (const auto number = numberFrom(text)) return *number;
    std::istringstream words(text);
    std::size_t numbers = 0;
    for (std::string word; words >> word;)
        numbers += numberFrom(word) ? 1 : 0;
    const std::string printed = "printed " + inQuotes(text);
    if (text.front() == '{' || text.front() == '[')
        refuse(printed, "Say with `path` where in its JSON the number stands: /pooled/mean.");
    if (numbers > 1)
        refuse(printed + ", which has " + std::to_string(numbers) + " numbers",
               "It must print one, or JSON.");
    refuse(printed + ", which is no number by itself", "It must print one number and nothing else, or JSON.");
}

double numberAt(const std::string& answer, const std::string& path) {
    json document;
    try {
        document = graph::parseJson(answer, "what the measure printed");
    } catch (const Error& error) {
        refuse(std::string("printed no JSON: ") + error.what(),
               "It must print one JSON value and nothing else.");
    }
    json::json_pointer pointer;
    try {
        pointer = json::json_pointer(path);
    } catch (const json::exception&) {
        throw Error(ErrorKind::Document, inQuotes(path) + " is no JSON pointer (RFC 6901).",
                    "Write a slash before each name or index: /frames/0/psnr.");
    }
    if (!document.contains(pointer))
        refuse("printed JSON that has nothing at " + inQuotes(path),
               "Mend `path`: it is a JSON pointer (RFC 6901).");
    const json& value = document.at(pointer);
    if (!value.is_number())
        refuse("printed JSON that has " + std::string(value.type_name()) + " at " + inQuotes(path) +
                   ", not a number",
               "Mend `path`, or the program.");
    return value.get<double>();
}

double scoreIn(const std::string& answer, const std::string& path) {
    const double score = path.empty() ? plainNumber(answer) : numberAt(answer, path);
    if (std::isnan(score))
        refuse("gave NaN", "It has no value for these pictures: mend the program or leave them out.");
    return score;
}

/// Of a batch: a line a request.
std::vector<std::string> linesOf(const std::string& output, std::size_t wanted) {
    std::vector<std::string> lines;
    std::istringstream stream(output);
    for (std::string line; std::getline(stream, line);)
        if (!trimmed(line).empty()) lines.push_back(line);
    if (lines.size() != wanted)
        refuse("printed " + std::to_string(lines.size()) + " lines for a list of " + std::to_string(wanted),
               "It must print a line for each, in their order.");
    return lines;
}

class Command : public MeasureNode {
  public:
    Resources resources(const Parameters& parameters) const override { return commandResources(parameters); }

    Prepared prepare(Context& context, const Inputs& references, const Parameters&) const override {
        context.check();
        const Image& image = references.image("reference");
        return {{{"reference", references.one("reference")}},
                {{"pixels", static_cast<std::uint64_t>(image.pixels())}}};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters& parameters) const override {
        return scoreBatch(context, {&prepared, 1}, {&candidate, 1}, {&parameters, 1}).front();
    }

    std::vector<Scores> scoreBatch(Context& context, std::span<const Prepared> prepared,
                                   std::span<const Value> candidates,
                                   std::span<const Parameters> parameters) const override {
        const CommandSetup setup = commandSetup("The measure", parameters.front(), "command", "request");
        std::vector<Request> requests;
        for (std::size_t i = 0; i < prepared.size(); ++i) {
            requests.emplace_back(setup.form, callFolder(context, i), measureFiles,
                                  namedValues(parameters[i].text("values"), takenNames));
            writeImage(requests.back().file("reference"), imageOf(prepared[i].values.at("reference")));
            writeImage(requests.back().file("candidate"), imageOf(candidates[i]));
        }
        CommandAnswers answers = runCommand(context, setup, requests);
        if (setup.mode == CommandMode::Batch) answers.each = linesOf(answers.output, requests.size());
        std::vector<Scores> scores;
        for (std::size_t i = 0; i < requests.size(); ++i)
            scores.push_back(
                {{{parameters[i].text("metric"), scoreIn(answers.each.at(i), parameters[i].text("path")), 1}},
                 {}});
        return scores;
    }
};

std::vector<graph::Parameter> measureParameters() {
    const graph::VisibleIf spoken{"mode", {std::string("batch"), std::string("server")}};
    const auto text = [](const char* id, const char* label, const char* help, const char* value) {
        graph::Parameter parameter;
        parameter.id = id;
        parameter.label = label;
        parameter.help = help;
        parameter.type = ParameterType::Text;
        parameter.defaultValue = std::string(value);
        return parameter;
    };
    std::vector<graph::Parameter> parameters = {
        {.id = "command",
         .label = "Command",
         .help = "For example: butteraugli {reference.png} {candidate.png}",
         .type = ParameterType::Command,
         .defaultValue = std::string()},
        text("path", "Path into JSON",
             "Where the number stands in what it prints (JSON pointer, RFC 6901): "
             "/pooled_metrics/vmaf/mean. Empty: it prints the number itself",
             ""),
        text("metric", "Metric", "The metric's id: a to z, digits and hyphens", "command"),
        text("title", "Title", "The metric's title in plots; empty: its id", ""),
        text("unit", "Unit", "The metric's unit", ""),
        {.id = "better",
         .label = "Better",
         .help = "Which direction is better",
         .type = ParameterType::Choice,
         .defaultValue = std::string("higher"),
         .choices = {"higher", "lower"},
         .entersKey = false},
        text("values", "Values", "More names for the command or request: name=value words", ""),
        text("request", "Request", "What a line of the list, or a request to the server, says",
             "{reference} {candidate}")};
    for (graph::Parameter& parameter : parameters) {
        if (parameter.id == "title" || parameter.id == "unit") parameter.entersKey = false;
        if (parameter.id == "request") parameter.visibleIf = spoken;
    }
    return parameters;
}

constexpr const char* measureManual =
    R"(Any program that prints a number, or JSON with a number in it, for a picture and its original.

**The command** is a template that no shell reads (see `image.command`). `{reference}` and `{candidate}` are the two
pictures, as PNM or in the format of the extension that you give (`{reference.png}`). What it prints on standard output
counts; messages belong on standard error.

**The number**: with an empty `path` it stands alone on standard output. Else standard output is one JSON value, and `path`
says where the number stands (`/pooled_metrics/vmaf/mean`). No number, several, or NaN fail the measurement with what
was printed; infinity is a value.

**The metric** is what you call it: `metric` is its id, `unit` and `better` say what it means. Two nodes with one id are told
apart as `NODE:ID`. The value of several pictures is the mean of their values.

**Modes, limits, files, approval** are those of `image.command`. In the mode `batch` the program prints a line for each line
of its list, in their order; in the mode `server` each answer is the number or the JSON.

**Denominator**: `pixels`, those of the original.
)";

graph::Manifest measureManifest() {
    graph::Manifest manifest;
    manifest.id = "measure.command";
    manifest.title = "Command";
    manifest.family = "measure";
    manifest.summary = "Any external program that prints a number or JSON";
    manifest.manual = measureManual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.synonyms = {"external metric", "executable", "program", "script", "VMAF",
                         "butteraugli",     "subprocess"};
    manifest.inputs = {{.id = "reference",
                        .label = "Original",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Reference,
                        .help = "What the candidate is held against."},
                       {.id = "candidate",
                        .label = "Reconstruction",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Candidate,
                        .help = "What came back from the codec."}};
    manifest.parameters = measureParameters();
    for (graph::Parameter& parameter : commandParameters(graph::Stage::Encode))
        manifest.parameters.push_back(std::move(parameter));
    manifest.metrics = {{.id = "command",
                         .title = "Command",
                         .help = "What the program prints; several pictures: mean of their values.",
                         .named = true}};
    return manifest;
}

}  // namespace

NodeEntry commandNode() {
    return {measureManifest(), [] { return std::make_unique<Command>(); }};
}

}  // namespace ratescope::media::measure
