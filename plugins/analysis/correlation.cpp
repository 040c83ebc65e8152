// How two metrics, rates or parameters of a study go together: over all items, within each series, within each
// asset.

#include "core/curves/correlation.h"

#include "core/error.h"
#include "plugins/analysis/nodes.h"

#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <utility>

namespace ratescope::media::analysis {
namespace {

using curves::CorrelationKind;

/// A numeric column as doubles. Throws Error(Input) that lists what there is.
std::vector<double> numbers(const Table& rows, const std::string& name) {
    std::string known;
    for (const Column& column : rows.columns) {
        const auto* reals = std::get_if<std::vector<double>>(&column.cells);
        const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.cells);
        if (column.name == name && reals != nullptr) return *reals;
        if (column.name == name && integers != nullptr) return {integers->begin(), integers->end()};
        if (reals != nullptr || integers != nullptr) known += (known.empty() ? "" : ", ") + column.name;
    }
    throw Error(ErrorKind::Input, "The study has no numbers called \"" + name + "\".",
                "Choose x and y among: " + known + ".");
}

const std::vector<std::string>& texts(const Table& rows, const std::string& name) {
    const Column* column = rows.column(name);
    const auto* cells = column != nullptr ? std::get_if<std::vector<std::string>>(&column->cells) : nullptr;
    if (cells == nullptr)
        throw Error(ErrorKind::Internal, "The rows of a study have no column \"" + name + "\".",
                    "Report this fault of Ratescope.");
    return *cells;
}

struct Pairs {
    std::vector<double> x, y;
    std::int64_t leftOut = 0;  ///< a value is missing or infinite

    void add(double first, double second) {
        if (!std::isfinite(first) || !std::isfinite(second)) {
            ++leftOut;
            return;
        }
        x.push_back(first);
        y.push_back(second);
    }
};

CorrelationKind kindOf(const std::string& method) {
    if (method == "spearman") return CorrelationKind::Spearman;
    return method == "kendall" ? CorrelationKind::KendallB : CorrelationKind::Pearson;
}

/// What is computed for each group of rows.
struct Request {
    CorrelationKind kind = CorrelationKind::Pearson;
    bool fisher = false;
    curves::BootstrapOptions bootstrap;

    explicit Request(const Parameters& parameters)
        : kind(kindOf(parameters.text("method"))), fisher(parameters.text("interval") == "fisher") {
        bootstrap.resamples = static_cast<std::size_t>(parameters.integer("resamples"));
        bootstrap.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
        bootstrap.level = parameters.real("level");
        if (fisher && kind != CorrelationKind::Pearson)
            throw Error(ErrorKind::Usage, "Fisher's interval is that of Pearson's correlation.",
                        "Set interval to bootstrap, or method to pearson.");
    }

    curves::Correlation of(const Pairs& pairs) const {
        if (fisher) return curves::pearsonWithFisherInterval(pairs.x, pairs.y, bootstrap.level);
        return curves::bootstrappedCorrelation(kind, pairs.x, pairs.y, bootstrap);
    }
};

/// The rows of the result, column by column.
class Result {
  public:
    void add(const std::string& over, const std::string& name, const Pairs& pairs, const Request& request) {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        over_.push_back(over);
        name_.push_back(name);
        n_.push_back(static_cast<std::int64_t>(pairs.x.size()));
        leftOut_.push_back(pairs.leftOut);
        double value = none;
        std::optional<curves::Interval> interval;
        std::string note;
        try {
            const curves::Correlation found = request.of(pairs);
            value = found.value;
            interval = found.interval;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Input) throw;
            note = error.what();
        }
        value_.push_back(value);
        low_.push_back(interval ? interval->low : none);
        high_.push_back(interval ? interval->high : none);
        note_.push_back(note);
    }

    Table table() const {
        Table table;
        table.schema = "correlation";
        table.columns = {{"over", "", over_},        {"name", "", name_},         {"n", "", n_},
                         {"left-out", "", leftOut_}, {"correlation", "", value_}, {"low", "", low_},
                         {"high", "", high_},        {"note", "", note_}};
        return table;
    }

  private:
    std::vector<std::string> over_, name_, note_;
    std::vector<std::int64_t> n_, leftOut_;
    std::vector<double> value_, low_, high_;
};

class Correlation : public AnalysisNode {
  public:
    std::map<std::string, Table> run(Context& context, const Table& rows,
                                     const Parameters& parameters) const override {
        context.check();
        const Request request(parameters);
        const auto x = numbers(rows, parameters.text("x")), y = numbers(rows, parameters.text("y"));
        const auto &series = texts(rows, "series"), &assets = texts(rows, "asset");
        Pairs all;
        std::map<std::string, Pairs> bySeries, byAsset;
        for (std::size_t i = 0; i < x.size(); ++i) {
            all.add(x[i], y[i]);
            bySeries[series[i]].add(x[i], y[i]);
            byAsset[assets[i]].add(x[i], y[i]);
        }
        Result result;
        const double groups = 1 + static_cast<double>(bySeries.size() + byAsset.size());
        double done = 0;
        const auto add = [&](const char* over, const std::string& name, const Pairs& pairs) {
            context.progress(done++ / groups);
            result.add(over, name, pairs, request);
        };
        add("all", "", all);
        for (const auto& [name, pairs] : bySeries)
            add("series", name, pairs);
        for (const auto& [name, pairs] : byAsset)
            add("asset", name, pairs);
        return {{"correlation", result.table()}};
    }
};

std::vector<graph::Parameter> correlationParameters() {
    const graph::VisibleIf resampled{"interval", {std::string("bootstrap")}};
    return {
        {.id = "x",
         .label = "X",
         .help = "A metric, a rate or a swept parameter of the study, by its id: psnr-y, bpp, jpeg.quality.",
         .type = graph::ParameterType::Text,
         .defaultValue = std::string("bpp")},
        {.id = "y",
         .label = "Y",
         .help = "As x.",
         .type = graph::ParameterType::Text,
         .defaultValue = std::string("psnr-rgb")},
        {.id = "method",
         .label = "Method",
         .help = "Pearson's r: how linear; Spearman's rho and Kendall's tau-b: how monotone.",
         .type = graph::ParameterType::Choice,
         .defaultValue = std::string("pearson"),
         .choices = {"pearson", "spearman", "kendall"}},
        {.id = "interval",
         .label = "Interval",
         .help = "Percentile bootstrap over pairs, or Fisher's z transform (Pearson only).",
         .type = graph::ParameterType::Choice,
         .defaultValue = std::string("bootstrap"),
         .choices = {"bootstrap", "fisher"}},
        {.id = "level",
         .label = "Confidence level",
         .help = "Part of the distribution within the interval.",
         .type = graph::ParameterType::Real,
         .defaultValue = 0.95,
         .minimum = 0.5,
         .maximum = 0.999},
        {.id = "resamples",
         .label = "Resamples",
         .help = "Draws of the bootstrap.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{2000},
         .minimum = 100,
         .maximum = 1'000'000,
         .logScale = true,
         .visibleIf = resampled},
        {.id = "seed",
         .label = "Seed",
         .help = "Of the bootstrap: equal seeds give equal intervals.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{1},
         .minimum = 0,
         .maximum = 9007199254740992.0,
         .visibleIf = resampled}};
}

constexpr const char* correlationManual =
    R"(Takes two columns of a study's finished items, metrics, rates or swept
parameters, and says how they go together: over all items, within each series, and within each asset.

- **Pearson's r** measures how linear the relation is; **Spearman's rho** the same of the ranks (ties share their
  mean); **Kendall's tau-b** counts pairs that agree in order, corrected for ties.
- **Intervals**: percentile bootstrap over pairs with a stored seed, or Fisher's z transform for Pearson's r. Both
  take the pairs as independent; items of one asset are not quite so, which makes the interval *over all* optimistic.

The table `correlation` has one row a group: what it is over and its name, the number of pairs, those left out because
a value is missing or infinite, the coefficient, its interval, and a note where there is no coefficient (fewer than
two pairs, a constant).
)";

graph::Manifest correlationManifest() {
    graph::Manifest manifest;
    manifest.id = "analysis.correlation";
    manifest.title = "Correlation";
    manifest.family = "analysis";
    manifest.summary = "How two metrics of a study go together, with interval";
    manifest.manual = correlationManual;
    manifest.kind = graph::NodeKind::Analysis;
    manifest.papers = {
        {"W. R. Knight, A computer method for calculating Kendall's tau with ungrouped data, 1966",
         "https://doi.org/10.1080/01621459.1966.10480879"},
        {"B. Efron, Bootstrap methods: another look at the jackknife, 1979",
         "https://doi.org/10.1214/aos/1176344552"}};
    manifest.synonyms = {"Pearson", "Spearman", "Kendall", "PLCC", "SROCC", "KROCC", "rank correlation"};
    manifest.outputs = {{.id = "correlation",
                         .label = "Correlations",
                         .type = graph::PortType::Table,
                         .help = "One row over all items, one a series, one an asset."}};
    manifest.parameters = correlationParameters();
    manifest.tolerance = 1e-12;
    return manifest;
}

}  // namespace

NodeEntry correlationNode() {
    return {correlationManifest(), [] { return std::make_unique<Correlation>(); }};
}

}  // namespace ratescope::media::analysis
