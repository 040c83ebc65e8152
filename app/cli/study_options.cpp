#include "app/cli/study_options.h"

#include "app/cli/session.h"
#include "core/error.h"
#include "core/graph/document_json.h"
#include "core/graph/override.h"
#include "core/graph/validate.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>

namespace ratescope::cli {
namespace {

constexpr std::uint64_t mostSeeds = 100'000;

std::uint64_t seedFrom(const std::string& text, const std::string& whole) {
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc() || end != text.data() + text.size())
        throw Error(ErrorKind::Usage, "--seeds " + whole + " is no range of seeds.",
                    "Give A..B, for example 0..4.");
    return seed;
}

std::vector<std::uint64_t> seedsFrom(const std::string& text) {
    if (text.empty()) return {};
    const std::size_t dots = text.find("..");
    const std::uint64_t first = seedFrom(text.substr(0, dots), text);
    const std::uint64_t last = dots == std::string::npos ? first : seedFrom(text.substr(dots + 2), text);
    if (last < first || last - first >= mostSeeds)
        throw Error(ErrorKind::Usage, "--seeds " + text + " is no range of 1 to 100,000 seeds.",
                    "Give A..B with A ≤ B, for example 0..4.");
    std::vector<std::uint64_t> seeds;
    for (std::uint64_t seed = first;; ++seed) {
        seeds.push_back(seed);
        if (seed == last) return seeds;
    }
}

void checkDevice(const std::string& device, const graph::Document& document,
                 const graph::Catalogue& catalogue) {
    if (device == "auto" || device == "cpu") return;
    if (device != "cuda" && !device.starts_with("cuda:"))
        throw Error(ErrorKind::Usage, "There is no device \"" + device + "\".",
                    "Give auto, cpu, cuda or cuda:N.");
    const bool used = std::any_of(document.nodes.begin(), document.nodes.end(), [&](const graph::Node& node) {
        const graph::Manifest* manifest = catalogue.find(node.type);
        return manifest && manifest->usesCuda;
    });
    if (!used)
        throw Error(ErrorKind::Usage, "No node of this document uses a CUDA device.",
                    "Leave --device out, or give --device cpu.");
    throw Error(ErrorKind::Resource, "This build has no CUDA support.", "Give --device cpu.");
}

}  // namespace

void addStudyOptions(CLI::App& app, StudyChoice& choice, const std::string& schema) {
    app.add_option("DOCUMENT", choice.documentFile, "Study document (.ratescope)")->required();
    app.add_option("--library", choice.library, "Library file (default: DOCUMENT with the extension .rslib)");
    app.add_option("--jobs", choice.jobs, "Tasks at a time (default: one for each processor)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--device", choice.device, "auto, cpu or cuda[:n], which no node computes on yet")
        ->capture_default_str();
    app.add_option("--set", choice.settings, "NODE.PARAM=VALUE or VARIABLE=VALUE in place of the document's")
        ->take_all()
        ->allow_extra_args(false);
    app.add_option("--seeds", choice.seeds, "Seeds A..B in place of the document's");
    app.add_option("--time", choice.repeats,
                   "Afterwards time encoding and decoding alone, median of N repeats")
        ->check(CLI::Range(1, 1000));
    app.add_flag("--json", choice.json, "JSON (docs/schemas/" + schema + ")");
}

ChosenStudy readStudy(const StudyChoice& choice, const graph::Catalogue& catalogue) {
    ChosenStudy study;
    const std::filesystem::path file = choice.documentFile;
    study.document = graph::readDocument(file);
    for (const std::string& setting : choice.settings)
        graph::overrideValue(study.document, catalogue, setting);
    graph::requireValid(study.document, catalogue);
    checkDevice(choice.device, study.document, catalogue);
    study.directory = std::filesystem::absolute(file).parent_path();
    study.library = choice.library.empty() ? std::filesystem::path(file).replace_extension(".rslib")
                                           : std::filesystem::path(choice.library);
    study.options.seeds = seedsFrom(choice.seeds);
    study.options.repeats = choice.repeats;
    study.options.approval.all = choice.allowCommands;
    study.jobs = choice.jobs > 0 ? choice.jobs : defaultJobs();
    return study;
}

}  // namespace ratescope::cli
