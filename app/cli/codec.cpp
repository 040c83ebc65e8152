#include "app/cli/command.h"
#include "app/cli/job.h"
#include "app/cli/output.h"
#include "core/curves/statistic.h"
#include "core/curves/text.h"
#include "core/graph/expand.h"
#include "core/run/jobs.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>

namespace ratescope::cli {
namespace {

struct CodecChoice {
    std::string node, input, output;
    std::vector<std::string> settings, inputs;
    bool json = false, allowCommands = false;
};

nlohmann::json partsJson(const std::vector<run::StreamPart>& parts) {
    nlohmann::json json = nlohmann::json::array();
    for (const run::StreamPart& part : parts) {
        json.push_back({{"name", part.name}, {"bits", part.bits}});
        if (part.searched) json.back()["searched"] = true;
    }
    return json;
}

int encode(const CodecChoice& choice) {
    const graph::Catalogue catalogue = installedCatalogue();
    requireNode(catalogue, choice.node);
    const run::TaskReport report =
        runJob(run::encodeJob(catalogue, choice.node, settingsOf(choice.settings),
                              inputFilesOf(choice.inputs), choice.input, choice.output),
               catalogue, choice.allowCommands);
    const run::StreamResult& stream = report.stream.value();
    if (choice.json) {
        std::cout << nlohmann::json{{"node", choice.node},
                                    {"bytes", stream.bytes},
                                    {"parts", partsJson(stream.parts)},
                                    {"shared", partsJson(stream.shared)},
                                    {"seconds", report.seconds},
                                    {"sha256", stream.hash.hex()}}
                         .dump(2)
                  << '\n';
        return exitDone;
    }
    TextTable table({"part", "bits", "share (%)"});
    const auto all = static_cast<double>(8 * stream.bytes);
    for (const run::StreamPart& part : stream.parts)
        table.add({part.name, std::to_string(part.bits),
                   curves::fixed(100.0 * static_cast<double>(part.bits) / all, 2)});
    table.add({"all", std::to_string(8 * stream.bytes), "100.00"});
    std::cout << choice.output << ": " << stream.bytes << " bytes\n" << table.text();
    return exitDone;
}

int decode(const CodecChoice& choice) {
    const graph::Catalogue catalogue = installedCatalogue();
    const std::string node = choice.node.empty() ? run::codecOf(catalogue, choice.input) : choice.node;
    requireNode(catalogue, node);
    runJob(run::decodeJob(catalogue, node, settingsOf(choice.settings), inputFilesOf(choice.inputs),
                          choice.input, choice.output),
           catalogue, choice.allowCommands);
    return exitDone;
}

void addAllowOption(CLI::App& app, bool& allow) {
    app.add_flag("--allow-commands", allow, "Run the node's external commands, and remember that they may");
}

void addCodecOptions(CLI::App& app, CodecChoice& choice) {
    app.add_option("--set", choice.settings, "PARAM=VALUE")->take_all()->allow_extra_args(false);
    app.add_option("--input", choice.inputs, "PORT=FILE for encoder and shared inputs")
        ->take_all()
        ->allow_extra_args(false);
    addAllowOption(app, choice.allowCommands);
    app.add_option("INPUT", choice.input, "File to read")->required();
    app.add_option("OUTPUT", choice.output, "File to write")->required();
}

struct MeasureChoice {
    std::vector<std::string> metrics, settings, inputs;
    std::string reference, candidate, map;
    bool json = false, allowCommands = false;
};

struct MetricValue {
    graph::Metric metric;
    double value;
};

/// What one run of a measure node gave.
struct MeasureRun {
    std::vector<graph::Metric> metrics;
    std::vector<run::MetricScore> scores;
    std::optional<run::MapRange> mapRange;
};

MeasureRun runMeasure(const MeasureChoice& choice, const graph::Catalogue& catalogue,
                      const graph::Manifest& measure) {
    const run::Job job =
        run::measureJob(catalogue, measure.id, settingsOf(choice.settings), inputFilesOf(choice.inputs),
                        choice.reference, choice.candidate, choice.map);
    const auto score = std::find_if(job.chain.tasks.begin(), job.chain.tasks.end(),
                                    [&](const run::Task& task) { return task.key == job.answer; });
    run::TaskReport report = runJob(job, catalogue, choice.allowCommands);
    return {graph::metricsOf(measure, score->parameters), std::move(report.scores), report.mapRange};
}

/// The measure node that gives the metric ("psnr-rgb"), or the one that is named ("measure.psnr:psnr-rgb").
const graph::Manifest& measureOf(const graph::Catalogue& catalogue, const std::string& metric) {
    const std::size_t colon = metric.find(':');
    if (colon != std::string::npos) return requireNode(catalogue, metric.substr(0, colon));
    const auto measures = catalogue.measuresOf(metric);
    if (measures.size() == 1) return *measures.front();
    std::string names;
    for (const graph::Manifest* manifest : measures.empty() ? catalogue.all() : measures)
        for (const graph::Metric& one : manifest->metrics)
            names += (names.empty() ? "" : ", ") + (measures.empty() ? one.id : manifest->id + ":" + one.id);
    throw Error(ErrorKind::Usage,
                measures.empty() ? "No installed node measures \"" + metric + "\"."
                                 : "Several nodes measure \"" + metric + "\".",
                "Metrics are " + names + ".");
}

struct Measured {
    std::vector<MetricValue> values;
    std::optional<run::MapRange> mapRange;
};

/// One map can't show several measures.
void requireOneMeasure(const MeasureChoice& choice, const graph::Catalogue& catalogue) {
    const graph::Manifest& first = measureOf(catalogue, choice.metrics.front());
    for (const std::string& metric : choice.metrics)
        if (const graph::Manifest& other = measureOf(catalogue, metric); other.id != first.id)
            throw Error(ErrorKind::Usage, "--map can't show " + first.id + " and " + other.id + " at once.",
                        "Ask for the metrics of one measure, or run the command once for each.");
}

Measured measureAll(const MeasureChoice& choice, const graph::Catalogue& catalogue) {
    if (!choice.map.empty()) requireOneMeasure(choice, catalogue);
    std::map<std::string, MeasureRun> runs;  // by measure node: one run gives all of its metrics
    Measured measured;
    for (const std::string& asked : choice.metrics) {
        const graph::Manifest& measure = measureOf(catalogue, asked);
        const std::string id = asked.substr(asked.find(':') + 1);
        if (runs.count(measure.id) == 0) runs[measure.id] = runMeasure(choice, catalogue, measure);
        const auto& [metrics, scores, mapRange] = runs[measure.id];
        const auto score =
            std::find_if(scores.begin(), scores.end(), [&](const auto& one) { return one.metric == id; });
        const auto metric =
            std::find_if(metrics.begin(), metrics.end(), [&](const auto& one) { return one.id == id; });
        if (metric == metrics.end() || score == scores.end())
            throw Error(ErrorKind::Usage, measure.id + " gives no metric \"" + id + "\" for these files.",
                        "`ratescope-cli nodes " + measure.id + "` lists its metrics.");
        measured.values.push_back({*metric, curves::finish(metric->finish, score->s0, score->s1)});
        measured.mapRange = mapRange;
    }
    return measured;
}

nlohmann::json mapJson(const MeasureChoice& choice, const Measured& measured) {
    nlohmann::json map{{"file", choice.map}};
    if (measured.mapRange) {
        map["low"] = measured.mapRange->low;
        map["high"] = measured.mapRange->high;
    }
    return map;
}

int measure(const MeasureChoice& choice) {
    const graph::Catalogue catalogue = installedCatalogue();
    const Measured measured = measureAll(choice, catalogue);
    nlohmann::json metrics = nlohmann::json::array();
    TextTable table({"metric", "value", "unit"});
    for (const MetricValue& one : measured.values) {
        // JSON has no infinity: equal pictures have an infinite PSNR, as text.
        metrics.push_back({{"id", one.metric.id},
                           {"value", std::isfinite(one.value) ? nlohmann::json(one.value)
                                                              : nlohmann::json(curves::shortest(one.value))},
                           {"unit", one.metric.unit}});
        table.add({one.metric.id, curves::shortest(one.value), one.metric.unit});
    }
    if (!choice.map.empty() && measured.mapRange)
        std::fprintf(stderr, "%s: the map goes from %s (black in a picture) to %s (white)\n",
                     choice.map.c_str(), curves::shortest(measured.mapRange->low).c_str(),
                     curves::shortest(measured.mapRange->high).c_str());
    if (!choice.json) {
        std::cout << table.text();
        return exitDone;
    }
    nlohmann::json json{{"metrics", metrics}};
    if (!choice.map.empty()) json["map"] = mapJson(choice, measured);
    std::cout << json.dump(2) << '\n';
    return exitDone;
}

}  // namespace

Command encodeCommand() {
    return {"encode",
            "Code a file with a codec node",
            {"ratescope-cli encode --node image.jpeg --set quality=75 coffee.png coffee.jpg",
             "ratescope-cli encode --node weights.rtn --set bits=4 model.safetensors model.rtn --json"},
            [](CLI::App& app) {
                auto choice = std::make_shared<CodecChoice>();
                app.add_option("--node", choice->node, "Codec node")->required();
                addCodecOptions(app, *choice);
                app.add_flag("--json", choice->json, "JSON (docs/schemas/encode.json)");
                return [choice] { return encode(*choice); };
            }};
}

Command decodeCommand() {
    return {"decode",
            "Restore a file from a codec's stream",
            {"ratescope-cli decode coffee.jpg coffee-decoded.png",
             "ratescope-cli decode model.rtn model-decoded.safetensors"},
            [](CLI::App& app) {
                auto choice = std::make_shared<CodecChoice>();
                app.add_option("--node", choice->node,
                               "Codec node (default: known by the stream's first bytes)");
                addCodecOptions(app, *choice);
                return [choice] { return decode(*choice); };
            }};
}

Command measureCommand() {
    return {"measure",
            "Measure one file against another",
            {"ratescope-cli measure --metric psnr-rgb --metric psnr-y coffee.png coffee-decoded.png",
             "ratescope-cli measure --metric psnr-rgb coffee.png coffee-decoded.png --json --map error.png"},
            [](CLI::App& app) {
                auto choice = std::make_shared<MeasureChoice>();
                app.add_option("--metric", choice->metrics, "Metric id, or NODE:ID")
                    ->required()
                    ->take_all()
                    ->allow_extra_args(false);
                app.add_option("--set", choice->settings, "PARAM=VALUE of the measure node")
                    ->take_all()
                    ->allow_extra_args(false);
                app.add_option("--input", choice->inputs, "PORT=FILE for inputs such as a text")
                    ->take_all()
                    ->allow_extra_args(false);
                addAllowOption(app, choice->allowCommands);
                app.add_option("REFERENCE", choice->reference, "Original")->required();
                app.add_option("CANDIDATE", choice->candidate, "Reconstruction")->required();
                app.add_flag("--json", choice->json, "JSON (docs/schemas/measure.json)");
                app.add_option("--map", choice->map,
                               "File for the measure's error map: .png for a grey picture, scaled to the "
                               "range that is printed, "
                               ".safetensors for its numbers");
                return [choice] { return measure(*choice); };
            }};
}

}  // namespace ratescope::cli
