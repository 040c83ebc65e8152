// Bundles checked, and compared with what a second run gave.

#include "core/curves/csv.h"
#include "core/error.h"
#include "core/run/bundle.h"
#include "core/run/bundle_rows.h"
#include "core/store/export.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace ratescope::run {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostDifferences = 10;

Error damaged(const std::string& file, const std::string& reason) {
    return Error(ErrorKind::Input, file + " " + reason + ".", "Fetch the bundle again.");
}

bool staysInside(const fs::path& name) {
    return !name.empty() && name.is_relative() &&
           std::none_of(name.begin(), name.end(), [](const fs::path& part) { return part == ".."; });
}

/// Rows by what names them, with what is compared.
using Rows = std::map<std::string, std::string>;

Rows rowsOf(const curves::CsvTable& table, const std::vector<std::string>& names,
            const std::vector<std::string>& compared) {
    const auto columnsOf = [&](const std::vector<std::string>& wanted) {
        std::vector<std::size_t> columns;
        for (const std::string& name : wanted) {
            const auto found = std::find(table.header.begin(), table.header.end(), name);
            if (found == table.header.end()) throw damaged(table.source, "has no column " + name);
            columns.push_back(static_cast<std::size_t>(found - table.header.begin()));
        }
        return columns;
    };
    const auto text = [](const std::vector<std::string>& cells, const std::vector<std::size_t>& columns) {
        std::string joined;
        for (const std::size_t column : columns)
            joined += (joined.empty() ? "" : " · ") + cells[column];
        return joined;
    };
    const auto nameColumns = columnsOf(names), comparedColumns = columnsOf(compared);
    const auto orphaned = std::find(table.header.begin(), table.header.end(), "orphaned");
    Rows rows;
    for (const auto& cells : table.rows)
        if (orphaned == table.header.end() ||
            cells[static_cast<std::size_t>(orphaned - table.header.begin())] == "0")
            rows.emplace(text(cells, nameColumns), text(cells, comparedColumns));
    return rows;
}

/// Counts equal rows; notes the first ones that differ.
std::int64_t compare(const char* what, const Rows& kept, const Rows& made,
                     std::vector<std::string>& differences) {
    std::int64_t equal = 0;
    for (const auto& [name, value] : kept) {
        const auto found = made.find(name);
        if (found != made.end() && found->second == value) {
            ++equal;
        } else if (differences.size() < mostDifferences) {
            differences.push_back(std::string(what) + " " + name + ": " + value + " in the bundle, " +
                                  (found == made.end() ? std::string("nothing") : found->second) + " now");
        }
    }
    return equal;
}

/// "libwebp 1.2.4" of every library that the rows name.
std::set<std::pair<std::string, std::string>> librariesIn(const curves::CsvTable& items) {
    std::set<std::pair<std::string, std::string>> libraries;
    const auto column = std::find(items.header.begin(), items.header.end(), "libraries");
    if (column == items.header.end()) return libraries;
    for (const auto& cells : items.rows) {
        const auto json = nlohmann::json::parse(
            cells[static_cast<std::size_t>(column - items.header.begin())], nullptr, false);
        if (!json.is_object()) continue;
        for (const auto& [name, version] : json.items())
            if (version.is_string()) libraries.emplace(name, version.get<std::string>());
    }
    return libraries;
}

std::vector<std::string> changedLibraries(const curves::CsvTable& kept, const curves::CsvTable& made) {
    std::vector<std::string> changed;
    const auto here = librariesIn(made);
    for (const auto& [name, version] : librariesIn(kept)) {
        if (here.count({name, version}) > 0) continue;
        const auto other = here.lower_bound({name, ""});
        changed.push_back(name + " " + version + ", here " +
                          (other != here.end() && other->first == name ? other->second : "none"));
    }
    return changed;
}

}  // namespace

void checkBundle(const fs::path& folder) {
    const fs::path sums = folder / "SHA256SUMS";
    std::ifstream lines(sums);
    if (!lines)
        throw Error(ErrorKind::Input, sums.string() + " is not there.", "Give the folder of a bundle.");
    std::size_t files = 0;
    for (std::string line; std::getline(lines, line); ++files) {
        if (line.size() < 67 || line.compare(64, 2, "  ") != 0)
            throw damaged(sums.string(), "has a line that is no checksum");
        const fs::path name = line.substr(66);
        if (!staysInside(name))
            throw damaged(sums.string(), "names a file outside of the bundle, " + name.string());
        const Hash wanted = Hash::fromHex(std::string_view(line).substr(0, 64));
        if (sha256OfFile(folder / name) != wanted)
            throw damaged((folder / name).string(), "is not the file that was bundled");
    }
    if (files == 0) throw damaged(sums.string(), "is empty");
}

Reproduction compareWithBundle(const store::Library& library, const store::StudyRecord& study,
                               const fs::path& folder) {
    const curves::CsvTable items = curves::readCsv(folder / "items.csv"),
                           points = curves::readCsv(folder / "points.csv"),
                           streams = curves::readCsv(folder / "streams.csv");
    const auto made = [&](store::View view, const char* name) {
        return curves::parseCsv(store::csvOfView(library, view, study.id), name);
    };
    const curves::CsvTable itemsNow = made(store::View::Items, "items"),
                           pointsNow = made(store::View::Points, "points");
    const auto itemRows = [](const curves::CsvTable& table) {
        return rowsOf(table, {"position", "series", "asset", "seed"}, {"state", "bits", "bytes"});
    };
    const auto pointRows = [](const curves::CsvTable& table) {
        return rowsOf(table, {"position", "series", "asset", "seed", "measure", "metric", "rate_id"},
                      {"value", "rate"});
    };
    const auto streamRowsOf = [](const curves::CsvTable& table) {
        return rowsOf(table, {"position", "series", "asset", "seed", "node"}, {"sha256"});
    };
    const Rows keptItems = itemRows(items), keptPoints = pointRows(points),
               keptStreams = streamRowsOf(streams);
    Reproduction result;
    result.items = static_cast<std::int64_t>(keptItems.size());
    result.points = static_cast<std::int64_t>(keptPoints.size());
    result.bitstreams = static_cast<std::int64_t>(keptStreams.size());
    result.itemsEqual = compare("item", keptItems, itemRows(itemsNow), result.differences);
    result.bitstreamsEqual =
        compare("bitstream", keptStreams,
                streamRowsOf(curves::parseCsv(csvOf(streamRows(library, study.id, {})), "streams")),
                result.differences);
    result.pointsEqual = compare("point", keptPoints, pointRows(pointsNow), result.differences);
    result.libraries = changedLibraries(items, itemsNow);
    return result;
}

}  // namespace ratescope::run
