#include "app/cli/output.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace ratescope::cli {
namespace {

/// Columns of a terminal that UTF-8 text takes; continuation bytes take none.
std::size_t widthOf(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool looksLikeNumber(const std::string& text) {
    if (text.empty() || text == "—") return true;
    return text.find_first_not_of("0123456789+-.,%einfaNx ") == std::string::npos &&
           text.find_first_of("0123456789") != std::string::npos;
}

bool isNumeric(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
    return std::all_of(rows.begin() + 1, rows.end(),
                       [&](const auto& row) { return looksLikeNumber(row[column]); });
}

std::size_t editDistance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
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
    const auto all = catalogue.all();
    const auto nearest = std::min_element(all.begin(), all.end(), [&](const auto* a, const auto* b) {
        return editDistance(a->id, id) < editDistance(b->id, id);
    });
    const std::string hint = nearest == all.end()
                                 ? "No plugin is installed: see RATESCOPE_PLUGINS."
                                 : "Did you mean " + (*nearest)->id + "? `ratescope-cli nodes` lists all.";
    throw Error(ErrorKind::Usage, "There is no node \"" + id + "\".", hint);
}

std::string TextTable::text() const {
    std::string text;
    std::vector<std::size_t> widths(rows_.front().size());
    std::vector<bool> numeric(widths.size());
    for (std::size_t column = 0; column < widths.size(); ++column) {
        for (const auto& row : rows_)
            widths[column] = std::max(widths[column], widthOf(row[column]));
        numeric[column] = rows_.size() > 1 && isNumeric(rows_, column);
    }
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string padding(widths[column] - widthOf(row[column]), ' ');
            line += numeric[column] ? padding + row[column] : row[column] + padding;
            line += "  ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string fixedText(double value, int digits) {
    if (std::isnan(value)) return "—";
    std::array<char, 400> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits);
    return {buffer.data(), end.ptr};
}

std::string bytesText(double bytes) {
    static constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < units.size(); ++unit)
        bytes /= 1024;
    return fixedText(bytes, unit == 0 ? 0 : 1) + " " + units[unit];
}

std::string durationText(double seconds) {
    if (seconds < 90) return "about " + fixedText(std::max(1.0, seconds), 0) + " s";
    if (seconds < 90 * 60) return "about " + fixedText(seconds / 60, 0) + " min";
    return "about " + fixedText(seconds / 3600, 1) + " h";
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
