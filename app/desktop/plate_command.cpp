#include "app/desktop/command.h"
#include "app/exit_code.h"
#include "core/curves/rate.h"
#include "core/curves/statistic.h"
#include "core/curves/text.h"
#include "core/run/attach.h"
#include "core/store/query.h"
#include "views/figure/figure_style.h"
#include "views/figure/page.h"
#include "views/figure/picture.h"
#include "views/figure/plate_painter.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace ratescope::desktop {
namespace {

struct PlateChoice {
    std::string library, study, y, asset, preset = "ieee-page", crop;
    std::vector<std::string> series, outputs;
    std::optional<double> rate;
    double width = 0;
    int columns = 0, dpi = 600;
};

/// One reconstruction that the plate may show.
struct Candidate {
    store::ItemRow item;
    double rate = 0, quality = 0;
    const curves::Rate* rateKind = nullptr;
    graph::Metric metric;
};

std::optional<Candidate> candidateOf(const store::Library& library, const store::ItemRow& item,
                                     const std::string& metric) {
    for (const store::MeasurementRow& measurement : store::measurementsOf(library, item.id)) {
        if (measurement.orphaned || measurement.state != store::State::Done) continue;
        for (const store::ScoreRow& score : measurement.scores) {
            if (score.metric.id != metric && measurement.node + ":" + score.metric.id != metric) continue;
            Candidate candidate{item, 0, score.value, nullptr, score.metric};
            const curves::ItemBits bits{static_cast<double>(item.bits.value_or(0)),
                                        static_cast<double>(item.searchedBits.value_or(0)),
                                        measurement.counts};
            for (const curves::Rate& rate : curves::allRates()) {
                const auto statistic = curves::rateOf(rate, bits);
                if (!statistic) continue;
                candidate.rateKind = &rate;
                candidate.rate = curves::finish(graph::Finish::Ratio, statistic->s0, statistic->s1);
                return candidate;
            }
        }
    }
    return std::nullopt;
}

std::vector<Candidate> candidatesOf(const store::Library& library, store::StudyId study,
                                    const PlateChoice& choice, const std::string& series) {
    std::vector<Candidate> candidates;
    store::ItemFilter filter;
    filter.state = store::State::Done;
    filter.series = series;
    filter.asset = choice.asset;
    std::optional<store::PageKey> after;
    do {
        const store::ItemsPage page =
            store::itemsPage(library, study, filter, store::ItemOrder::Planned, false, after, 500);
        for (const store::ItemRow& row : page.rows)
            if (auto candidate = candidateOf(library, row, choice.y))
                candidates.push_back(std::move(*candidate));
        after = page.next;
    } while (after);
    return candidates;
}

/// In the logarithm, as rates are compared.
const Candidate& nearestTo(const std::vector<Candidate>& candidates, double rate) {
    const Candidate* best = &candidates.front();
    for (const Candidate& candidate : candidates)
        if (std::abs(std::log(candidate.rate / rate)) < std::abs(std::log(best->rate / rate)))
            best = &candidate;
    return *best;
}

/// The reconstruction of each series whose rate is nearest to the one asked for (else to the middle one of the first series).
std::vector<Candidate> chosenCandidates(const store::Library& library, store::StudyId study,
                                        const PlateChoice& choice) {
    std::vector<Candidate> chosen;
    std::optional<double> rate = choice.rate;
    for (const curves::SeriesInfo& series : store::seriesOf(library, study)) {
        const auto& names = choice.series;
        if (!names.empty() && std::find(names.begin(), names.end(), series.slug) == names.end()) continue;
        std::vector<Candidate> candidates = candidatesOf(library, study, choice, series.slug);
        if (candidates.empty()) continue;
        std::sort(candidates.begin(), candidates.end(),
                  [](const auto& a, const auto& b) { return a.rate < b.rate; });
        if (!rate) rate = candidates[candidates.size() / 2].rate;
        chosen.push_back(nearestTo(candidates, *rate));
    }
    if (chosen.empty())
        throw Error(
            ErrorKind::Usage,
            "No finished item has the asset \"" + choice.asset + "\", these series and " + choice.y + ".",
            "`ratescope-cli export --view items` lists assets and series.");
    return chosen;
}

std::filesystem::path valueOf(run::Client& client, store::ItemId item, const char* port) {
    return client.request("value", {{"item", item}, {"port", port}}).at("file").get<std::string>();
}

QRect cropOf(const PlateChoice& choice, QSize size) {
    if (choice.crop.empty()) return {QPoint(), size};
    const QStringList parts = QString::fromStdString(choice.crop).split(QLatin1Char(','));
    std::vector<int> numbers;
    for (const QString& part : parts) {
        bool valid = false;
        numbers.push_back(part.trimmed().toInt(&valid));
        if (!valid) numbers.clear();
        if (!valid) break;
    }
    if (numbers.size() != 4)
        throw Error(ErrorKind::Usage, "--crop " + choice.crop + " is no crop.",
                    "Give X,Y,WIDTH,HEIGHT in pixels.");
    const QRect crop(numbers[0], numbers[1], numbers[2], numbers[3]);
    if (crop.isEmpty() || !QRect(QPoint(), size).contains(crop))
        throw Error(ErrorKind::Usage,
                    "The crop " + choice.crop + " is not within the picture of " +
                        std::to_string(size.width()) + " × " + std::to_string(size.height()) + " pixels.",
                    "Give X,Y,WIDTH,HEIGHT in pixels.");
    return crop;
}

std::string numberWithUnit(double value, const std::string& unit) {
    const double size = std::abs(value);
    const int digits = size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 5;
    return curves::fixed(value, digits) + "\u2009" + unit;
}

/// As many digits as tell one setting from another; what was found has all of a double's.
std::string settingText(const graph::ParameterValue& value) {
    const auto* real = std::get_if<double>(&value);
    if (!real || !std::isfinite(*real) || *real == 0) return graph::toText(value);
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(*real))) - 3);
    return curves::shortest(unit < 1 ? std::round(*real / unit) / std::round(1 / unit) : std::round(*real));
}

/// The swept values that the series' title does not say; what was found in place of its target.
std::string sweptText(const store::ItemRow& item) {
    auto values = item.values;
    if (item.reached) values.back() = {item.reached->parameter, item.reached->value};
    std::string text;
    for (const auto& [column, value] : values) {
        const std::string parameter = column.substr(column.find('.') + 1) + "=";
        if (item.series.find(parameter) != std::string::npos) continue;
        text += (text.empty() ? "" : ", ") + parameter + settingText(value);
    }
    return text;
}

views::Plate plateOf(const store::Library& library, const std::vector<Candidate>& chosen,
                     const PlateChoice& choice) {
    run::AttachedClient attached(library.file());
    views::Plate plate;
    plate.columns = choice.columns;
    const QImage original =
        views::readPicture(valueOf(attached.client(), chosen.front().item.id, "reference"));
    const QRect crop = cropOf(choice, original.size());
    plate.cells.push_back({original.copy(crop), "Original", {choice.asset}, {}});
    if (crop.size() != original.size()) {
        plate.overview = original.scaled(640, 640, Qt::KeepAspectRatio, Qt::SmoothTransformation);
        plate.crop =
            QRectF(crop.x() / double(original.width()), crop.y() / double(original.height()),
                   crop.width() / double(original.width()), crop.height() / double(original.height()));
    }
    std::vector<std::string> branches;
    for (const Candidate& candidate : chosen) {
        const store::ItemRow& item = candidate.item;
        if (std::find(branches.begin(), branches.end(), item.branch) == branches.end())
            branches.push_back(item.branch);
        const auto branch = static_cast<std::size_t>(
            std::find(branches.begin(), branches.end(), item.branch) - branches.begin());
        const QImage picture = views::readPicture(valueOf(attached.client(), item.id, "candidate"));
        if (picture.size() != original.size())
            throw Error(
                ErrorKind::Input, item.seriesTitle + " has a picture of another size than the original.",
                "Leave that series out with --series, or bring it to the original's size in the document.");
        plate.cells.push_back({picture.copy(crop),
                               item.seriesTitle,
                               {numberWithUnit(candidate.rate, candidate.rateKind->unit) + ", " +
                                    numberWithUnit(candidate.quality, candidate.metric.unit),
                                sweptText(item)},
                               curves::seriesStyle(branch, 0).colour});
    }
    return plate;
}

int drawPlate(const PlateChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    const views::Plate plate = plateOf(library, chosenCandidates(library, study.id, choice), choice);
    views::FigureStyle style = views::presetStyle(choice.preset);
    if (choice.width > 0) style.millimetres.setWidth(choice.width);
    style.millimetres.setHeight(views::plateHeight(plate, style));
    const views::Provenance provenance{
        QString::fromStdString(study.title.empty() ? study.name : study.title),
        QString::fromStdString("Library " + library.file().filename().string() + ", study " + study.name +
                               " (document " + study.documentId + "), asset " + choice.asset + ", " +
                               choice.y)};
    for (const std::string& output : choice.outputs)
        views::writePage(QString::fromStdString(output), style.millimetres, provenance, choice.dpi,
                         [&](QPainter& painter) { views::paintPlate(painter, plate, style); });
    return exitDone;
}

}  // namespace

std::function<int()> describePlate(CLI::App& app) {
    auto choice = std::make_shared<PlateChoice>();
    app.add_option("--library", choice->library, "Library to read")->required();
    app.add_option("--study", choice->study, "Study, when the library holds several");
    app.add_option("--asset", choice->asset, "Picture, by its asset name: \"coffee.png\"")->required();
    app.add_option("--y", choice->y, "Metric under each picture")->required();
    app.add_option("--rate", choice->rate, "Show of each series the reconstruction nearest to this rate");
    app.add_option("--series", choice->series, "Only this series (may be given several times)")
        ->take_all()
        ->allow_extra_args(false);
    app.add_option("--crop", choice->crop, "X,Y,WIDTH,HEIGHT in pixels (default: the whole picture)");
    app.add_option("--columns", choice->columns, "Pictures in a row")->check(CLI::Range(1, 20));
    auto* preset =
        app.add_option("--preset", choice->preset, "Width and fonts, as for figure")->capture_default_str();
    app.add_option("--width", choice->width, "Width in mm, in place of the preset's")
        ->check(CLI::Range(20.0, 2000.0))
        ->excludes(preset);
    app.add_option("--dpi", choice->dpi, "Of PNG")->check(CLI::Range(72, 2400))->capture_default_str();
    app.add_option("-o,--output", choice->outputs, "File .pdf, .svg or .png (may be given several times)")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    app.footer(
        "Example:\n  ratescope plate --library photographs.rslib --asset coffee.png --y psnr-rgb --crop "
        "200,120,160,120 -o plate.pdf");
    return [choice] { return drawPlate(*choice); };
}

}  // namespace ratescope::desktop
