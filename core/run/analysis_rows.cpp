#include "core/curves/csv.h"
#include "core/curves/rate.h"
#include "core/curves/text.h"
#include "core/run/analysis.h"
#include "core/store/query.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <map>

namespace ratescope::run {
namespace {

constexpr std::size_t itemsPerPage = 1000;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct Row {
    store::ItemRow item;
    std::vector<store::MeasurementRow> measurements;
    std::int64_t number = 0;  ///< of the sweep row within its branch
};

std::vector<Row> finishedRows(const store::Library& library, store::StudyId study) {
    store::ItemFilter filter;
    filter.state = store::State::Done;
    std::vector<Row> rows;
    std::map<std::string, std::map<std::string, std::int64_t>> numbers;  // by branch and swept values
    std::optional<store::PageKey> after;
    do {
        store::ItemsPage page =
            itemsPage(library, study, filter, store::ItemOrder::Planned, false, after, itemsPerPage);
        for (store::ItemRow& item : page.rows) {
            std::string values;
            for (const auto& [name, value] : item.values)
                values += name + '=' + graph::toText(value) + '\n';
            auto& known = numbers[item.branch];
            const std::int64_t number =
                known.emplace(values, static_cast<std::int64_t>(known.size())).first->second;
            if (item.reached) item.values.emplace_back(item.reached->parameter, item.reached->value);
            rows.push_back({std::move(item), {}, number});
            rows.back().measurements = measurementsOf(library, rows.back().item.id);
        }
        after = page.next;
    } while (after);
    return rows;
}

double metricOf(const Row& row, const store::StudyMetric& metric) {
    for (const store::MeasurementRow& measurement : row.measurements) {
        if (measurement.orphaned || measurement.node != metric.node) continue;
        for (const store::ScoreRow& score : measurement.scores)
            if (score.metric.id == metric.metric.id) return score.value;
    }
    return none;
}

double rateOf(const Row& row, const std::string& id) {
    const auto rate = curves::findRate(id);
    if (!rate || !row.item.bits) return none;
    curves::ItemBits bits{
        static_cast<double>(*row.item.bits), static_cast<double>(row.item.searchedBits.value_or(0)), {}};
    for (const store::MeasurementRow& measurement : row.measurements)
        if (!measurement.orphaned && (rate->node.empty() || measurement.node == rate->node))
            bits.counts.insert(measurement.counts.begin(), measurement.counts.end());
    const auto statistic = curves::rateOf(*rate->rate, bits);
    return statistic ? curves::finish(graph::Finish::Ratio, statistic->s0, statistic->s1) : none;
}

class Csv {
  public:
    explicit Csv(std::size_t rows) : lines_(rows) {}

    void texts(const std::string& name, const std::vector<std::string>& cells) {
        column(name, "text", "");
        for (std::size_t i = 0; i < lines_.size(); ++i)
            append(lines_[i], curves::csvField(cells[i]));
    }
    void integers(const std::string& name, const std::vector<std::string>& cells) {
        column(name, "integer", "");
        for (std::size_t i = 0; i < lines_.size(); ++i)
            append(lines_[i], cells[i]);
    }
    void reals(const std::string& name, const std::string& unit, const std::vector<double>& cells) {
        column(name, "real", unit);
        for (std::size_t i = 0; i < lines_.size(); ++i)
            append(lines_[i], curves::shortest(cells[i]));
    }
    std::string text() const {
        const nlohmann::json schema{{"columns", columns_}, {"schema", "study-rows"}, {"view", "none"}};
        std::string text = "#" + schema.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
                           "\n" + header_ + "\n";
        for (const std::string& line : lines_)
            text += line + "\n";
        return text;
    }

  private:
    void column(const std::string& name, const char* type, const std::string& unit) {
        if (!columns_.empty()) header_ += ",";
        header_ += curves::csvField(name);
        columns_.push_back({{"name", name}, {"type", type}, {"unit", unit}});
        first_ = columns_.size() == 1;
    }
    void append(std::string& line, const std::string& cell) const {
        if (!first_) line += ",";
        line += cell;
    }

    std::string header_;
    nlohmann::json columns_ = nlohmann::json::array();
    std::vector<std::string> lines_;
    bool first_ = true;
};

template <typename Cell>
auto cellsOf(const std::vector<Row>& rows, Cell cell) {
    std::vector<decltype(cell(rows.front()))> cells;
    for (const Row& row : rows)
        cells.push_back(cell(row));
    return cells;
}

const graph::ParameterValue* valueOf(const Row& row, const std::string& name) {
    for (const auto& [swept, value] : row.item.values)
        if (swept == name) return &value;
    return nullptr;
}

bool isNumber(const graph::ParameterValue& value) {
    return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
}

double numberOf(const graph::ParameterValue* value) {
    if (!value) return none;
    if (const auto* integer = std::get_if<std::int64_t>(value)) return static_cast<double>(*integer);
    return std::get<double>(*value);
}

void addSwept(Csv& csv, const std::vector<Row>& rows) {
    std::vector<std::string> names;
    for (const Row& row : rows)
        for (const auto& [name, value] : row.item.values)
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    for (const std::string& name : names) {
        const bool numbers = std::all_of(rows.begin(), rows.end(), [&](const Row& row) {
            const auto* const value = valueOf(row, name);
            return !value || isNumber(*value);
        });
        if (numbers)
            csv.reals(name, "", cellsOf(rows, [&](const Row& row) { return numberOf(valueOf(row, name)); }));
        else
            csv.texts(name, cellsOf(rows, [&](const Row& row) {
                          const auto* const value = valueOf(row, name);
                          return value ? graph::toText(*value) : std::string();
                      }));
    }
}

}  // namespace

std::string analysisRows(const store::Library& library, const store::StudyRecord& study) {
    const std::vector<Row> rows = finishedRows(library, study.id);
    Csv csv(rows.size());
    csv.texts("study", cellsOf(rows, [&](const Row&) { return study.name; }));
    csv.texts("branch", cellsOf(rows, [](const Row& row) { return row.item.branch; }));
    csv.texts("series", cellsOf(rows, [](const Row& row) { return row.item.series; }));
    csv.texts("asset", cellsOf(rows, [](const Row& row) { return row.item.asset; }));
    csv.integers("row", cellsOf(rows, [](const Row& row) { return std::to_string(row.number); }));
    csv.integers("seed", cellsOf(rows, [](const Row& row) { return std::to_string(row.item.seed); }));
    addSwept(csv, rows);
    for (const std::string& rate : ratesOf(library, study.id))
        csv.reals(rate, "", cellsOf(rows, [&](const Row& row) { return rateOf(row, rate); }));
    for (const store::StudyMetric& metric : metricsOf(library, study.id))
        csv.reals(metric.id, metric.metric.unit,
                  cellsOf(rows, [&](const Row& row) { return metricOf(row, metric); }));
    return csv.text();
}

}  // namespace ratescope::run
