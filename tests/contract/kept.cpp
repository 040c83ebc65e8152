#include "tests/contract/kept.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace ratescope::contract {
namespace {

using nlohmann::json;

json readKept(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return stream ? json::parse(stream) : json::object();
}

bool isKey(const std::string& name) {
    return name.starts_with("key ");
}

/// Keys of files that are written for the test hang on the library that writes them.
bool isKept(const std::string& name) {
    return !name.starts_with("key by file ") && !name.starts_with("score ");
}

bool isNear(double value, double kept, double tolerance) {
    if (value == kept) return true;
    return std::abs(value - kept) <= std::max(tolerance, 1e-9 * std::abs(kept));
}

json toJson(const Trial& trial) {
    json exact = json::object();
    for (const auto& [name, text] : trial.exact)
        if (isKept(name)) exact[name] = text;
    json scores = json::object();
    for (const auto& [name, value] : trial.scores)
        scores[name] = std::isfinite(value) ? json(value) : json(value > 0 ? "inf" : "-inf");
    return {{"exact", exact}, {"scores", scores}};
}

double scoreFrom(const json& value) {
    if (value.is_number()) return value.get<double>();
    return value.get<std::string>() == "inf" ? HUGE_VAL : -HUGE_VAL;
}

std::string textOf(const Libraries& libraries) {
    std::string text;
    for (const auto& [name, version] : libraries)
        text += (text.empty() ? "" : ", ") + name + " " + version;
    return text;
}

/// The first difference; "" if there is none.
std::string differenceOf(const Trial& trial, const json& kept, double tolerance, bool keysOnly) {
    for (const auto& [name, text] : trial.exact) {
        if (!isKept(name) || (keysOnly && !isKey(name))) continue;
        const std::string before = kept.at("exact").value(name, "nothing");
        if (before != text) return name + ": kept " + before + ", now " + text;
    }
    if (keysOnly) return "";
    for (const auto& [name, value] : trial.scores) {
        if (!kept.at("scores").contains(name)) return name + " is new";
        const double before = scoreFrom(kept.at("scores").at(name));
        if (!isNear(value, before, tolerance))
            return name + ": kept " + std::to_string(before) + ", now " + std::to_string(value);
    }
    return "";
}

}  // namespace

Comparison compareToKept(const graph::Manifest& manifest, const Libraries& libraries, const Trials& trials,
                         const std::filesystem::path& file) {
    const json all = readKept(file);
    if (!all.contains(manifest.id)) return {Verdict::Unknown, "nothing is kept"};
    const json& kept = all.at(manifest.id);
    if (kept.at("version") != manifest.version)
        return {Verdict::AnotherVersion,
                "kept version " + kept.at("version").dump() + ", now " + std::to_string(manifest.version)};
    const bool anotherLibrary = kept.at("library") != textOf(libraries);
    for (const auto& [name, trial] : trials) {
        if (!kept.at("samples").contains(name)) return {Verdict::Changed, "it took no " + name + " before"};
        const std::string difference =
            differenceOf(trial, kept.at("samples").at(name), manifest.tolerance, anotherLibrary);
        if (!difference.empty()) return {Verdict::Changed, name + ", " + difference};
    }
    for (const auto& [name, trial] : kept.at("samples").items())
        if (!trials.contains(name)) return {Verdict::Changed, "it takes no " + name + " any more"};
    if (anotherLibrary)
        return {Verdict::AnotherLibrary,
                kept.at("library").get<std::string>() + " before, now " + textOf(libraries)};
    return {};
}

void keep(const graph::Manifest& manifest, const Libraries& libraries, const Trials& trials,
          const std::filesystem::path& file) {
    json all = readKept(file);
    json samples = json::object();
    for (const auto& [name, trial] : trials)
        samples[name] = toJson(trial);
    all[manifest.id] = {{"version", manifest.version}, {"library", textOf(libraries)}, {"samples", samples}};
    std::ofstream(file) << all.dump(1) << "\n";
}

}  // namespace ratescope::contract
