// Points under the pointer and selected ones, imports, copies: what a user does in Curves.

#include "core/store/imported_json.h"
#include "views/curves/bd_model.h"
#include "views/curves/curve_words.h"
#include "views/curves/curves_panel.h"
#include "views/curves/import_dialog.h"
#include "views/curves/point_strip.h"
#include "views/curves/point_tip.h"

#include <nlohmann/json.hpp>

#include <QClipboard>
#include <QDragEnterEvent>
#include <QGuiApplication>
#include <QMimeData>
#include <algorithm>

namespace ratescope::views {

const curves::Curve* CurvesPanel::curveOf(const std::string& series) const {
    if (!answer_) return nullptr;
    for (const curves::Curve& curve : answer_->curves)
        if (curve.series == series) return &curve;
    return nullptr;
}

const curves::Point* CurvesPanel::pointAt(PlotHit hit, const curves::Curve** curve) const {
    if (!answer_ || !answer_->spec || hit.series >= answer_->plotted.size()) return nullptr;
    const std::vector<std::size_t>& plotted = answer_->plotted[hit.series];
    *curve = curveOf(answer_->spec->series[hit.series].series);
    if (!*curve || hit.point >= plotted.size()) return nullptr;
    return &(*curve)->points[plotted[hit.point]];
}

std::optional<PlotHit> CurvesPanel::hitOf(const PointRef& ref) const {
    if (!answer_ || !answer_->spec) return std::nullopt;
    for (std::size_t s = 0; s < answer_->plotted.size(); ++s) {
        if (answer_->spec->series[s].series != ref.series) continue;
        const curves::Curve* curve = curveOf(ref.series);
        for (std::size_t p = 0; curve && p < answer_->plotted[s].size(); ++p)
            if (curve->points[answer_->plotted[s][p]].values == ref.values) return PlotHit{s, p};
    }
    return std::nullopt;
}

bool CurvesPanel::ofPictures() const {
    bool any = false;
    for (const graph::Node& node : session_.document.document().nodes) {
        const graph::Manifest* manifest = session_.document.manifestOf(node.slug);
        if (!manifest || manifest->kind != graph::NodeKind::Source) continue;
        any = true;
        for (const graph::Port& port : manifest->outputs)
            if (port.type != graph::PortType::Image) return false;
    }
    return any;
}

void CurvesPanel::pointAt(const std::optional<PlotHit>& hit, QPoint place) {
    const curves::Curve* curve = nullptr;
    const curves::Point* point = hit ? pointAt(*hit, &curve) : nullptr;
    session_.selection.pointAtBranch(curve && !curve->imported() ? curve->branch : std::string());
    if (!point) return hideTip();
    if (!tip_) tip_ = new PointTip(plot_);
    tip_->showAt(place, tipOf(*curve, *point, ofPictures(), {}));
    if (curve->imported()) return;
    const PointRef ref{curve->series, point->values};
    session_.results.ask(
        this, "hover",
        [reader = reader_, question = question(), ref](const OpenLibrary& open) {
            return reader->itemOf(open, question, ref);
        },
        [this, ref, place](const PointItem& item) {
            // Only while the pointer is still there.
            const auto now =
                tip_ && tip_->isVisible() ? plot_->hitAt(plot_->mapFromGlobal(place)) : std::nullopt;
            const curves::Curve* there = nullptr;
            const curves::Point* shown = now ? pointAt(*now, &there) : nullptr;
            if (!shown || there->series != ref.series || shown->values != ref.values) return;
            if (item.command.empty()) return;
            tip_->showAt(place, tipOf(*there, *shown, ofPictures(), QString::fromStdString(item.command)));
        },
        [](const Error&) {});
}

void CurvesPanel::hideTip() {
    if (tip_) tip_->hide();
}

void CurvesPanel::select(PlotHit hit) {
    const curves::Curve* curve = nullptr;
    const curves::Point* point = pointAt(hit, &curve);
    if (!point) return;
    const PointRef ref{curve->series, point->values};
    // Published points have no swept values to know them by: they are shown here only.
    if (curve->imported()) {
        session_.selection.setPoint({});
        plot_->setSelected(hit);
        strip_->describe(answer_->spec->series[hit.series].style, QString::fromStdString(curve->title),
                         valuesOf(*curve, *point), sampleOf(*curve, *point, ofPictures()), false);
        return;
    }
    session_.selection.setPoint(ref);
    session_.results.ask(
        this, "select",
        [reader = reader_, question = question(), ref](const OpenLibrary& open) {
            return reader->itemOf(open, question, ref);
        },
        [this, ref](const PointItem& item) {
            if (item.item && session_.selection.point() == ref) session_.selection.setItem(item.item);
        });
}

void CurvesPanel::open(PlotHit hit) {
    select(hit);
    openSelected();
}

void CurvesPanel::openSelected() {
    if (!session_.selection.point()) return;
    session_.results.ask(
        this, "open",
        [reader = reader_, question = question(), ref = *session_.selection.point()](
            const OpenLibrary& open) { return reader->itemOf(open, question, ref); },
        [this](const PointItem& item) {
            if (item.item) emit session_.selection.reconstructionAsked(item.item);
        });
}

void CurvesPanel::showSelection() {
    const std::optional<PointRef>& ref = session_.selection.point();
    const curves::Curve* curve = ref ? curveOf(ref->series) : nullptr;
    const auto hit = ref ? hitOf(*ref) : std::nullopt;
    plot_->setSelected(hit);
    const auto point = [&]() -> const curves::Point* {
        if (!curve) return nullptr;
        for (const curves::Point& each : curve->points)
            if (each.values == ref->values) return &each;
        return nullptr;
    }();
    if (!point) return strip_->clear();
    QString title = QString::fromStdString(curve->title);
    const QString parameters = parametersOf(*point);
    if (!parameters.isEmpty()) title += ", " + parameters;
    strip_->describe(styleOf(*curve), title, valuesOf(*curve, *point), sampleOf(*curve, *point, ofPictures()),
                     true);
    plot_->setAccessibleDescription(strip_->accessibleName());
}

void CurvesPanel::showPointed() {
    std::set<std::string> faded;
    const std::string& pointed = session_.selection.pointedBranch();
    if (answer_ && !pointed.empty()) {
        bool there = false;
        for (const curves::Curve& curve : answer_->curves) {
            if (curve.branch == pointed)
                there = true;
            else
                faded.insert(curve.series);
        }
        if (!there) faded.clear();
    }
    plot_->setFaded(std::move(faded));
}

void CurvesPanel::copyTable(const QString& form) {
    if (!answer_ || !answer_->table) return;
    const std::string text = form == "latex"      ? curves::latexOf(*answer_->table)
                             : form == "markdown" ? curves::markdownOf(*answer_->table)
                                                  : curves::csvOf(*answer_->table);
    QGuiApplication::clipboard()->setText(QString::fromStdString(text));
}

void CurvesPanel::importFile(const QString& file) {
    if (!importing_) {
        const std::vector<AxisOption> axes = answer_ ? answer_->offer.axes : std::vector<AxisOption>{};
        const std::string y = answer_ ? answer_->curves.front().y.id : std::string();
        importing_ = new ImportDialog(axes, y, this);
        importing_->setAttribute(Qt::WA_DeleteOnClose);
        connect(importing_, &ImportDialog::importAsked, this, &CurvesPanel::sendImport);
        importing_->open();
    }
    if (!file.isEmpty()) importing_->setFile(file);
}

void CurvesPanel::sendImport(const store::ImportedCurve& curve) {
    // Only a supervisor writes.
    session_.supervisor.start(session_.settings.jobs());
    session_.supervisor.request(
        "import", {{"curve", store::toJson(curve)}}, importing_,
        [this](const nlohmann::json&) {
            if (importing_) importing_->accept();
        },
        [this](const Error& error) {
            if (importing_) importing_->refuse(error);
        });
}

void CurvesPanel::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    const bool takes = urls.size() == 1 && (urls.front().fileName().endsWith(".csv") ||
                                            urls.front().fileName().endsWith(".json"));
    if (takes && answer_) event->acceptProposedAction();
}

void CurvesPanel::dropEvent(QDropEvent* event) {
    importFile(event->mimeData()->urls().front().toLocalFile());
    event->acceptProposedAction();
}

}  // namespace ratescope::views
