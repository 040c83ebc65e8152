#include "views/compare/compare_panel.h"

#include "views/compare/compare_area.h"
#include "views/compare/compare_bar.h"
#include "views/compare/crop_box.h"
#include "views/compare/difference_view.h"
#include "views/compare/pixel_table.h"
#include "views/compare/worst_items.h"
#include "views/controls/empty_state.h"
#include "views/figure/qt_text.h"
#include "views/session/measured.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QEvent>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {
namespace {

/// Besides the original; more are chosen from the list.
constexpr std::size_t firstShown = 3;
constexpr int rightWidth = 320, splitterWidth = 4;

bool measuresPictures(const graph::Manifest& manifest) {
    return std::any_of(manifest.inputs.begin(), manifest.inputs.end(), [](const graph::Port& port) {
        return port.role == graph::PortRole::Candidate && port.type == graph::PortType::Image;
    });
}

}  // namespace

ComparePanel::ComparePanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), values_(session) {
    setObjectName("compare");
    setAccessibleName(tr("Compare"));
    makeActions();
    build();
    listen();
    startAnew();
    if (session_.results.hasStudy()) askWorst();
}

ComparePanel::~ComparePanel() = default;

void ComparePanel::build() {
    bar_ = new CompareBar(session_, view_,
                          {byName_["compare.linked"], byName_["compare.loupe"], byName_["compare.crop"],
                           byName_["compare.save-plate"]},
                          this);
    area_ = new CompareArea(view_, tiles_, this);
    area_->setLoupe(byName_["compare.loupe"]->isChecked());
    empty_ = new EmptyState(QString(), QString(), this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(empty_);
    stack_->addWidget(area_);
    auto* splitter = new QSplitter(this);
    splitter->setHandleWidth(splitterWidth);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(stack_);
    splitter->addWidget(rightColumn());
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({1276, rightWidth});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar_);
    column->addWidget(splitter, 1);
    for (QAction* action : actions_)
        area_->addAction(action);
}

QWidget* ComparePanel::rightColumn() {
    auto* right = new QWidget(this);
    right->setMinimumWidth(240);
    right->setAutoFillBackground(true);
    right->setBackgroundRole(QPalette::Base);
    worst_ = new WorstItems(styleOf(), right);
    pixels_ = new PixelTable(right);
    difference_ = new DifferenceView(view_, tiles_, right);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(worst_, 5);
    column->addWidget(pixels_);
    column->addWidget(difference_, 4);
    return right;
}

void ComparePanel::listen() {
    flicker_.setInterval(500);
    connect(&flicker_, &QTimer::timeout, this, &ComparePanel::flicker);
    connect(&values_, &Values::changed, this, &ComparePanel::refresh);
    connect(&view_, &ViewState::changed, this, &ComparePanel::showStatus);
    connect(&view_, &ViewState::pointedChanged, this, [this] { pixels_->setPixel(view_.pointed()); });
    connect(&session_.results, &Results::opened, this, &ComparePanel::startAnew);
    connect(&session_.results, &Results::committed, this, &ComparePanel::rowsChanged);
    connect(&session_.document, &OpenDocument::derivedChanged, this, &ComparePanel::refresh);
    connect(&session_.selection, &Selection::reconstructionAsked, this, &ComparePanel::showItem);
    connect(&session_.selection, &Selection::pointChanged, this, &ComparePanel::openPoint);
    connect(&session_.selection, &Selection::anchorChanged, this, [this] {
        worst_->stylesChanged();
        refresh();
    });
    connect(&session_.selection, &Selection::pointedBranchChanged, this,
            [this] { area_->light(session_.selection.pointedBranch()); });
    connect(empty_, &EmptyState::asked, this, &ComparePanel::showWorst);
    connect(area_, &CompareArea::branchPointedAt, this, &ComparePanel::pointAt);
    connect(area_, &CompareArea::cropped, this, &ComparePanel::markCrop);
    connect(worst_, &WorstItems::opened, this, &ComparePanel::openAsset);
    connect(worst_, &WorstItems::metricChosen, this, [this](const std::string& metric) {
        choice_.metric = metric;
        askWorst();
        askComparison();
    });
    connect(bar_, &CompareBar::assetChosen, this,
            [this](const QString& asset) { openAsset(asset.toStdString()); });
    connect(bar_, &CompareBar::seriesToggled, this, &ComparePanel::toggleSeries);
    connect(bar_, &CompareBar::modeChosen, this, &ComparePanel::setMode);
    connect(bar_, &CompareBar::overlayChosen, this, [this](const QString& metric) {
        settings_.overlay = metric.toStdString();
        refresh();
    });
    connect(bar_->cropBox(), &CropBox::cropChosen, this, &ComparePanel::takeCrop);
    connect(bar_->cropBox(), &CropBox::dragAsked, byName_["compare.crop"],
            [this] { byName_["compare.crop"]->setChecked(true); });
    connect(difference_, &DifferenceView::settingsChanged, this, [this] {
        settings_.gain = difference_->gain();
        settings_.colours = difference_->colours();
        refreshCells();
    });
    connect(difference_, &DifferenceView::showAsked, this, &ComparePanel::showDifferences);
}

void ComparePanel::startAnew() {
    choice_ = {};
    comparison_ = {};
    settings_.hidden.clear();
    hiddenChosen_ = worstAsked_ = worstAgain_ = opensWorst_ = false;
    values_.clear();
    worst_->setTable({});
    refresh();
}

void ComparePanel::rowsChanged() {
    askWorst();
    askComparison();
}

// --- what is looked at -------------------------------------------------------------------------------------

void ComparePanel::showItem(store::ItemId item) {
    // Models are no pictures, and large: they are not decoded for nothing.
    if (measuresOnlyModels(session_.document)) return;
    session_.results.ask(
        this, "item",
        [item, metric = choice_.metric](const OpenLibrary& open) { return choiceOf(open, item, metric); },
        [this](const PictureChoice& choice) { open(choice); });
}

void ComparePanel::open(const PictureChoice& choice) {
    const bool otherPoint = choice.series != choice_.series || choice.values != choice_.values;
    choice_ = choice;
    settings_.current = choice.series;
    settings_.hidden.erase(choice.series);
    if (otherPoint) askWorst();
    askComparison();
}

void ComparePanel::openAsset(const std::string& asset) {
    if (asset.empty()) return;
    choice_.asset = asset;
    askComparison();
}

void ComparePanel::openPoint() {
    const std::optional<PointRef>& point = session_.selection.point();
    if (!point) return;
    open({choice_.asset, point->series, point->values, choice_.metric});
}

void ComparePanel::showWorst() {
    if (!worst_->worst().empty()) {
        openAsset(worst_->worst());
        return;
    }
    opensWorst_ = true;
    askWorst();
}

void ComparePanel::askComparison() {
    if (choice_.asset.empty()) return;
    session_.results.ask(
        this, "comparison",
        [choice = choice_](const OpenLibrary& open) { return comparisonOf(open, choice); },
        [this](const Comparison& comparison) { take(comparison); });
}

void ComparePanel::askWorst() {
    // One at a time: a study that runs commits four times a second.
    if (std::exchange(worstAsked_, true)) {
        worstAgain_ = true;
        return;
    }
    session_.results.ask(
        this, "worst", [choice = choice_](const OpenLibrary& open) { return worstOf(open, choice); },
        [this](const WorstTable& table) { takeWorst(table); },
        [this](const Error& error) {
            worstAsked_ = false;
            emit failed(qt(error.what()), qt(error.remedy()));
        });
}

void ComparePanel::take(const Comparison& comparison) {
    // Another picture may have been asked for meanwhile.
    if (comparison.choice.asset != choice_.asset) return;
    comparison_ = comparison;
    choice_.series = comparison.choice.series;
    if (settings_.current.empty()) settings_.current = comparison.choice.series;
    if (!hiddenChosen_) {
        settings_.hidden.clear();
        std::size_t shown = 1;
        for (const Rendition& rendition : comparison_.renditions) {
            if (rendition.series.slug == settings_.current) continue;
            if (++shown > firstShown) settings_.hidden.insert(rendition.series.slug);
        }
    }
    worst_->select(choice_.asset);
    showAssets();
    bar_->cropBox()->setAsset(choice_.asset);
    refresh();
}

void ComparePanel::takeWorst(const WorstTable& table) {
    worstAsked_ = false;
    if (choice_.series.empty()) choice_.series = table.choice.series;
    if (choice_.values.empty()) choice_.values = table.choice.values;
    if (choice_.metric.empty()) choice_.metric = table.choice.metric;
    worst_->setTable(table);
    fillOverlays(table);
    showAssets();
    if (std::exchange(opensWorst_, false)) openAsset(worst_->worst());
    if (std::exchange(worstAgain_, false)) askWorst();
    refresh();
}

void ComparePanel::showAssets() {
    QStringList assets;
    for (const WorstRow& row : worst_->model().table().rows)
        assets += qt(row.asset);
    assets.sort();
    bar_->setAssets(assets, qt(choice_.asset));
}

void ComparePanel::fillOverlays(const WorstTable& table) {
    std::vector<std::pair<QString, QString>> overlays;
    std::string last;
    // All metrics of a measure have one map.
    for (const store::StudyMetric& metric : table.metrics) {
        const graph::Manifest* manifest = session_.document.manifestOf(metric.node);
        if (metric.node == last || !manifest || !manifest->hasMap || !measuresPictures(*manifest)) continue;
        last = metric.node;
        overlays.emplace_back(qt(metric.metric.id), tr("Map of %1").arg(qt(shortTitle(metric.metric))));
    }
    bar_->setOverlays(overlays);
}

// --- how it is shown ---------------------------------------------------------------------------------------

CellContents::StyleOf ComparePanel::styleOf() const {
    // Not by way of this panel: tables are destroyed after it, and ask for their headers even then.
    return [&session = session_](const curves::SeriesInfo& series) {
        return session.styleOfSeries(series.branch, series.slug);
    };
}

CellContents ComparePanel::contents() const {
    return {comparison_, settings_, values_, styleOf()};
}

void ComparePanel::refresh() {
    const bool something = !comparison_.renditions.empty();
    if (!something) {
        const bool ran = session_.results.hasStudy();
        empty_->say(ran ? tr("Select a point of a curve to see its reconstruction beside the original.")
                        : tr("Reconstructions appear here beside their originals once the study has run."),
                    ran ? tr("Show worst item") : QString());
    }
    stack_->setCurrentWidget(something ? static_cast<QWidget*>(area_) : empty_);
    for (QAction* action : actions_)
        action->setEnabled(something);
    if (something) values_.want(contents().wanted());
    std::vector<curves::SeriesInfo> series =
        something ? std::vector<curves::SeriesInfo>() : worst_->model().table().series;
    for (const Rendition& rendition : comparison_.renditions)
        series.push_back(rendition.series);
    bar_->setSeries(series, settings_.hidden, styleOf());
    refreshCells();
}

void ComparePanel::refreshCells() {
    const CellContents all = contents();
    if (const auto original = all.original()) view_.setPictureSize(original->size());
    area_->setContents(all.cells());
    pixels_->setSources(all.pixelSources());
    const auto [layer, notice] = all.difference();
    difference_->setLayer(layer, notice);
    const Rendition* current = all.current();
    difference_->setOf(current ? qt(current->series.title) : QString(),
                       current ? std::optional(styleOf()(current->series)) : std::nullopt);
    showStatus();
}

void ComparePanel::showStatus() {
    const std::shared_ptr<const Picture> original = contents().original();
    QString text;
    if (original) {
        const QString size = tr("%1, %2 × %3, %4, %5 bit")
                                 .arg(qt(comparison_.choice.asset))
                                 .arg(original->size().width())
                                 .arg(original->size().height())
                                 .arg(original->model())
                                 .arg(original->bitDepth());
        text = QStringList{size, view_.zoomText(), tr("Decoded from the stored bitstreams")}.join("    ");
    }
    if (text == lastStatus_) return;
    lastStatus_ = text;
    emit statusText(text);
}

void ComparePanel::pointAt(const std::string& branch) {
    session_.selection.pointAtBranch(branch);
}

void ComparePanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && worst_) {
        worst_->stylesChanged();
        refresh();
    }
    QWidget::changeEvent(event);
}

}  // namespace ratescope::views
