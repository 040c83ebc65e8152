#include "core/curves/compressai.h"

#include "core/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

namespace ratescope::curves {
namespace {

using nlohmann::ordered_json;

constexpr std::uintmax_t largestFile = std::uintmax_t{64} << 20;
constexpr const char* formRemedy =
    "A result file has the form {\"name\": …, \"description\": …, \"results\": {\"bpp\": […], \"psnr-rgb\": "
    "[…]}}.";

[[noreturn]] void refuseResults(const std::string& source, const std::string& what) {
    throw Error(ErrorKind::Input, source + ": " + what, formRemedy);
}

std::string textMember(const ordered_json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<double> numbers(const std::string& source, const std::string& id, const ordered_json& list) {
    std::vector<double> values;
    values.reserve(list.size());
    for (const ordered_json& entry : list) {
        if (!entry.is_number() || !std::isfinite(entry.get<double>()))
            refuseResults(source, "The result \"" + id + "\" has an entry that is not a finite number.");
        values.push_back(entry.get<double>());
    }
    return values;
}

void addColumn(ImportedTable& table, const std::string& id, const ordered_json& list) {
    if (!list.is_array()) refuseResults(table.source, "The result \"" + id + "\" is not a list.");
    const auto isText = [](const ordered_json& entry) { return entry.is_string(); };
    if (!list.empty() && std::all_of(list.begin(), list.end(), isText))
        table.labels.emplace_back(id, list.get<std::vector<std::string>>());
    else
        table.columns.emplace_back(id, numbers(table.source, id, list));
}

void requireOneLength(const ImportedTable& table) {
    if (table.columns.empty() || table.columns.front().second.empty())
        refuseResults(table.source, "There is no point.");
    const std::string& firstId = table.columns.front().first;
    const std::size_t expected = table.columns.front().second.size();
    const auto require = [&](const std::string& id, std::size_t length) {
        if (length != expected)
            refuseResults(table.source, "The results \"" + firstId + "\" and \"" + id +
                                            "\" have different lengths, " + std::to_string(expected) +
                                            " and " + std::to_string(length) + ".");
    };
    for (const auto& [id, values] : table.columns)
        require(id, values.size());
    for (const auto& [id, texts] : table.labels)
        require(id, texts.size());
}

std::string idsOf(const ImportedTable& table) {
    std::string text;
    for (const auto& [id, values] : table.columns)
        text += (text.empty() ? "" : ", ") + id;
    return text;
}

const std::vector<double>& requireColumn(const ImportedTable& table, const std::string& id) {
    const std::vector<double>* values = table.column(id);
    if (values == nullptr)
        throw Error(ErrorKind::Input, table.source + " has no result \"" + id + "\".",
                    "Choose among its results: " + idsOf(table) + ".");
    return *values;
}

double finiteOrRefuse(const Curve& curve, double value) {
    if (!std::isfinite(value))
        throw Error(ErrorKind::Input,
                    "\"" + curve.title + "\" has a point of infinite " + curve.y.title + ".",
                    "Export it as CSV, or leave the point out.");
    return value;
}

}  // namespace

const std::vector<double>* ImportedTable::column(std::string_view id) const {
    for (const auto& [columnId, values] : columns)
        if (columnId == id) return &values;
    return nullptr;
}

ImportedTable parseCompressAi(std::string_view text, const std::string& source) {
    ordered_json document;
    try {
        document = ordered_json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        refuseResults(source, std::string("This is no JSON (") + error.what() + ").");
    }
    if (!document.is_object()) refuseResults(source, "The file holds no object.");
    ImportedTable table{source, textMember(document, "name"), textMember(document, "description"), {}, {}};
    if (table.name.empty()) refuseResults(source, "There is no \"name\".");
    const auto results = document.find("results");
    if (results == document.end() || !results->is_object())
        refuseResults(source, "There are no \"results\".");
    for (const auto& [id, list] : results->items())
        addColumn(table, id, list);
    requireOneLength(table);
    return table;
}

ImportedTable readCompressAi(const std::filesystem::path& file) {
    std::error_code failure;
    const std::uintmax_t size = std::filesystem::file_size(file, failure);
    std::ifstream stream(file, std::ios::binary);
    if (failure || !stream)
        throw Error(ErrorKind::Input, file.string() + " can't be read.",
                    "Check that the file exists and may be read.");
    if (size > largestFile)
        throw Error(ErrorKind::Input, file.string() + " is larger than 64 MiB.",
                    "Name a result file of CompressAI.");
    std::string text(static_cast<std::size_t>(size), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return parseCompressAi(text, file.string());
}

Quantity importedQuantity(const std::string& id) {
    if (const std::optional<RateId> rate = findRate(id)) return rateQuantity(*rate->rate, id);
    if (id == "bitrate")
        return {.kind = Quantity::Kind::Rate,
                .id = id,
                .title = "Bit rate",
                .unit = "kbit/s",
                .axisTitle = "Bit rate (kbit/s)",
                .better = graph::Better::Lower};
    if (id == "encoding_time") return timeQuantity(id, "Encoding time");
    if (id == "decoding_time") return timeQuantity(id, "Decoding time");
    graph::Metric metric;
    metric.id = metric.title = id;
    if (id.starts_with("psnr") || id.find("-db") != std::string::npos) metric.unit = "dB";
    Quantity quantity = metricQuantity(metric);
    quantity.better.reset();
    return quantity;
}

Curve importedCurve(const ImportedTable& table, const Quantity& x, const Quantity& y,
                    const std::string& citation) {
    const std::vector<double>& xs = requireColumn(table, x.id);
    const std::vector<double>& ys = requireColumn(table, y.id);
    std::vector<std::size_t> order(xs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return xs[a] != xs[b] ? xs[a] < xs[b] : ys[a] < ys[b];
    });
    Curve curve;
    curve.series = curve.title = curve.branch = curve.branchTitle = table.name;
    curve.evidence = Evidence::Imported;
    curve.citation = citation;
    curve.x = x;
    curve.y = y;
    for (const std::size_t i : order) {
        Point point;
        point.x = xs[i];
        point.y = ys[i];
        for (const auto& [id, texts] : table.labels)
            point.values.emplace_back(id, texts[i]);
        curve.points.push_back(std::move(point));
    }
    return curve;
}

ImportedTable tableOfSeries(std::span<const Curve> curves, const std::string& description) {
    if (curves.empty()) throw Error(ErrorKind::Usage, "There is no curve to export.", "Name a series.");
    const Curve& first = curves.front();
    ImportedTable table{first.series, first.title, description, {{first.x.id, {}}}, {}};
    for (const Curve& curve : curves) {
        if (curve.series != first.series || curve.x.id != first.x.id ||
            curve.points.size() != first.points.size())
            throw Error(ErrorKind::Usage, "The curves to export are not of one series and its rows.",
                        "Export one series at a time, with metrics that all its rows have.");
        std::vector<double> values;
        for (const Point& row : first.points) {
            const auto same = std::find_if(curve.points.begin(), curve.points.end(),
                                           [&](const Point& point) { return point.values == row.values; });
            if (same == curve.points.end() || same->x != row.x)
                throw Error(ErrorKind::Usage,
                            "The metrics of \"" + first.title + "\" do not stand on the same items.",
                            "Run the study until all measurements are done.");
            values.push_back(finiteOrRefuse(curve, same->y));
        }
        table.columns.emplace_back(curve.y.id, std::move(values));
    }
    for (const Point& point : first.points)
        table.columns.front().second.push_back(finiteOrRefuse(first, point.x));
    return table;
}

std::string compressAiText(const ImportedTable& table) {
    ordered_json results = ordered_json::object();
    for (const auto& [id, values] : table.columns)
        results[id] = values;
    for (const auto& [id, texts] : table.labels)
        results[id] = texts;
    ordered_json document;
    document["name"] = table.name;
    document["description"] = table.description;
    document["results"] = std::move(results);
    return document.dump(2) + "\n";
}

}  // namespace ratescope::curves
