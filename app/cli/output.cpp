#include "app/cli/output.h"

#include "core/curves/text.h"
#include "core/error.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace ratescope::cli {
namespace {

bool looksLikeNumber(const std::string& text) {
    if (text.empty() || text == "—") return true;
    return text.find_first_not_of("0123456789+-.,%einfaNx ") == std::string::npos &&
           text.find_first_of("0123456789") != std::string::npos;
}

bool isNumeric(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
    return std::all_of(rows.begin() + 1, rows.end(),
                       [&](const auto& row) { return looksLikeNumber(row[column]); });
}

}  // namespace

graph::Catalogue installedCatalogue() {
    graph::Catalogue catalogue = graph::loadCatalogue(graph::pluginFolders());
    for (const std::string& warning : catalogue.warnings)
        std::fprintf(stderr, "ratescope-cli: %s\n", warning.c_str());
    return catalogue;
}

const graph::Manifest& requireNode(const graph::Catalogue& catalogue, const std::string& id) {
    if (const graph::Manifest* manifest = catalogue.find(id)) return *manifest;
    std::vector<std::string> known;
    for (const graph::Manifest* manifest : catalogue.all())
        known.push_back(manifest->id);
    throw Error(ErrorKind::Usage, "There is no node " + graph::inQuotes(id) + ".",
                known.empty() ? "No plugin is installed: see RATESCOPE_PLUGINS."
                              : graph::didYouMean(id, known, "Nodes are "));
}

std::string TextTable::text() const {
    std::string text;
    std::vector<std::size_t> widths(rows_.front().size());
    std::vector<bool> numeric(widths.size());
    for (std::size_t column = 0; column < widths.size(); ++column) {
        for (const auto& row : rows_)
            widths[column] = std::max(widths[column], curves::displayWidth(row[column]));
        numeric[column] = rows_.size() > 1 && isNumeric(rows_, column);
    }
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string padding(widths[column] - curves::displayWidth(row[column]), ' ');
            line += numeric[column] ? padding + row[column] : row[column] + padding;
            line += "  ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string bytesText(double bytes) {
    static constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < units.size(); ++unit)
        bytes /= 1024;
    return curves::fixed(bytes, unit == 0 ? 0 : 1) + " " + units[unit];
}

std::string durationText(double seconds) {
    if (seconds < 90) return "about " + curves::fixed(std::max(1.0, seconds), 0) + " s";
    if (seconds < 90 * 60) return "about " + curves::fixed(seconds / 60, 0) + " min";
    return "about " + curves::fixed(seconds / 3600, 1) + " h";
}

void writeResult(const std::string& file, const std::string& text) {
    if (file.empty()) {
        std::cout << text;
        return;
    }
    const std::filesystem::path aside = file + ".part";
    std::ofstream stream(aside, std::ios::binary);
    stream << text;
    stream.close();
    std::error_code error;
    if (stream) std::filesystem::rename(aside, file, error);
    if (stream && !error) return;
    std::filesystem::remove(aside, error);
    throw Error(ErrorKind::Resource, file + " can't be written.",
                "Choose a folder that you may write to, with room.");
}

}  // namespace ratescope::cli
