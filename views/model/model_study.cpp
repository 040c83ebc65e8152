#include "views/model/model_study.h"

#include "core/curves/csv.h"
#include "core/curves/rate.h"
#include "core/curves/text.h"
#include "core/store/compared.h"
#include "core/store/item_index.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace ratescope::views {
namespace {

bool isMeasured(const store::Library& library, store::ItemId item,
                const std::vector<ModelMeasure>& measures) {
    const auto rows = store::measurementsOf(library, item);
    return std::ranges::any_of(rows, [&](const store::MeasurementRow& row) {
        return !row.orphaned && std::ranges::find(measures, row.node, &ModelMeasure::slug) != measures.end();
    });
}

bool hasMap(const std::vector<ModelMeasure>& measures, const std::string& node) {
    return std::ranges::any_of(
        measures, [&](const ModelMeasure& measure) { return measure.hasMap && measure.slug == node; });
}

std::string titleOf(const store::ItemRow& row) {
    std::string title = row.seriesTitle;
    for (const auto& [parameter, value] : store::settingsOf(row))
        title += " · " + parameter + " " + value;
    return title;
}

/// Without its schema line.
curves::CsvTable parsed(const store::TableRecord& table) {
    const std::string_view text(table.csv);
    const std::size_t begin = text.starts_with('#') ? std::min(text.find('\n'), text.size() - 1) + 1 : 0;
    return curves::parseCsv(text.substr(begin), table.node + ": " + table.name);
}

/// The first that was reported by that name.
std::optional<curves::CsvTable> reported(const std::vector<store::TableRecord>& tables,
                                         const std::string& name) {
    const auto found = std::ranges::find(tables, name, &store::TableRecord::name);
    return found == tables.end() ? std::nullopt : std::optional(parsed(*found));
}

std::size_t columnOf(const curves::CsvTable& table, const std::string& name) {
    const auto found = std::find(table.header.begin(), table.header.end(), name);
    if (found == table.header.end())
        throw Error(ErrorKind::Library, "The table " + table.source + " has no column " + name + ".",
                    "Run the study again: the node makes it anew.");
    return static_cast<std::size_t>(found - table.header.begin());
}

/// A cell that is no number, or a NaN, is one that the node could not say.
double numberIn(const std::string& cell) {
    return curves::readNumber(cell).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::vector<LayerFigures> layersIn(const std::vector<store::TableRecord>& tables) {
    const auto table = reported(tables, "layers");
    if (!table) return {};
    const std::size_t tensor = columnOf(*table, "tensor"), weights = columnOf(*table, "weights"),
                      bits = columnOf(*table, "bits"), error = columnOf(*table, "error"),
                      output = columnOf(*table, "output-error");
    std::vector<LayerFigures> layers;
    for (const auto& row : table->rows)
        layers.push_back({row[tensor], numberIn(row[weights]), numberIn(row[bits]), numberIn(row[error]),
                          numberIn(row[output])});
    return layers;
}

/// What a layer does to the predictions by itself, beside what its codec says of it.
void addSensitivities(const std::vector<store::TableRecord>& tables, std::vector<LayerFigures>& layers) {
    const auto table = reported(tables, "sensitivity");
    if (!table) return;
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < layers.size(); ++i)
        places.emplace(layers[i].tensor, i);
    const std::size_t tensor = columnOf(*table, "tensor"), divergence = columnOf(*table, "divergence");
    for (const auto& row : table->rows) {
        const auto [place, isNew] = places.try_emplace(row[tensor], layers.size());
        if (isNew) layers.push_back({row[tensor], unknown, unknown, unknown, unknown});
        layers[place->second].sensitivity = numberIn(row[divergence]);
    }
}

/// By measure and metric: two measures may take the same metric of two texts.
using StandardErrors = std::map<std::pair<std::string, std::string>, double>;

StandardErrors standardErrorsIn(const std::vector<store::TableRecord>& tables) {
    StandardErrors errors;
    for (const store::TableRecord& record : tables) {
        if (record.name != "estimates") continue;
        const curves::CsvTable table = parsed(record);
        const std::size_t metric = columnOf(table, "metric"), error = columnOf(table, "standard-error");
        for (const auto& row : table.rows)
            errors[{record.node, row[metric]}] = numberIn(row[error]);
    }
    return errors;
}

/// Of searched weights first: the default axis.
int rankOf(const std::string& rate) {
    return rate.starts_with("bpw-searched") ? 0 : rate.starts_with("bpw") ? 1 : 2;
}

void addRates(const OpenLibrary& open, ModelDetail& detail) {
    std::vector<std::string> rates = store::ratesOf(open.library, open.study->id);
    std::erase(rates, "bits");
    std::stable_sort(rates.begin(), rates.end(),
                     [](const auto& a, const auto& b) { return rankOf(a) < rankOf(b); });
    const store::ItemId ids[] = {detail.item};
    const auto lines = store::itemLines(open.library, open.study->id, ids, rates);
    if (lines.empty()) return;
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const std::optional<double> value = lines.front().quantities[i];
        if (!value) continue;
        ModelNumber number;
        number.id = number.title = rates[i];
        if (const auto rate = curves::findRate(rates[i])) number.help = rate->rate->axisTitle;
        number.isRate = true;
        number.value = *value;
        detail.numbers.push_back(std::move(number));
    }
}

void addScores(const std::vector<store::MeasurementRow>& measurements, const StandardErrors& standardErrors,
               ModelDetail& detail) {
    for (const store::MeasurementRow& measurement : measurements) {
        if (measurement.orphaned) continue;
        for (const store::ScoreRow& score : measurement.scores) {
            ModelNumber number;
            number.id = score.metric.id;
            number.title = score.metric.title;
            number.unit = score.metric.unit;
            number.help = score.metric.help;
            number.node = measurement.node;
            number.better = score.metric.better;
            number.value = score.value;
            const auto error = standardErrors.find({measurement.node, score.metric.id});
            if (error != standardErrors.end()) number.standardError = error->second;
            detail.numbers.push_back(std::move(number));
        }
    }
}

}  // namespace

std::vector<ModelItem> modelItemsOf(const OpenLibrary& open, const std::vector<ModelMeasure>& measures) {
    std::vector<ModelItem> items;
    if (!open.study || measures.empty()) return items;
    store::ItemFilter filter;
    filter.state = store::State::Done;
    const store::ItemsPage page = store::itemsPage(open.library, open.study->id, filter,
                                                   store::ItemOrder::Planned, false, {}, mostModelItems);
    std::set<std::string> assets;
    std::vector<std::string> assetOf;
    for (const store::ItemRow& row : page.rows) {
        if (!isMeasured(open.library, row.id, measures)) continue;
        items.push_back({row.id, row.branch, row.series, titleOf(row), row.values});
        assets.insert(row.asset);
        assetOf.push_back(row.asset);
    }
    for (std::size_t i = 0; assets.size() > 1 && i < items.size(); ++i)
        items[i].title += " · " + assetOf[i];
    return items;
}

ModelDetail modelDetailOf(const OpenLibrary& open, store::ItemId item,
                          const std::vector<ModelMeasure>& measures) {
    ModelDetail detail;
    detail.item = item;
    if (!open.study) return detail;
    const std::vector<store::TableRecord> tables = store::tablesOf(open.library, item);
    const std::vector<store::MeasurementRow> measurements = store::measurementsOf(open.library, item);
    detail.layers = layersIn(tables);
    addSensitivities(tables, detail.layers);
    addRates(open, detail);
    addScores(measurements, standardErrorsIn(tables), detail);
    for (const store::MeasurementRow& measurement : measurements)
        if (detail.metric.empty() && !measurement.scores.empty() && hasMap(measures, measurement.node))
            detail.metric = measurement.scores.front().metric.id;
    return detail;
}

}  // namespace ratescope::views
