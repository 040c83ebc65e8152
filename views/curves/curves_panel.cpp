#include "views/curves/curves_panel.h"

#include "views/controls/empty_state.h"
#include "views/curves/bd_model.h"
#include "views/curves/bd_notes.h"
#include "views/curves/bd_view.h"
#include "views/curves/curve_tools.h"
#include "views/curves/point_strip.h"
#include "views/curves/table_page.h"
#include "views/theme/tokens.h"

#include <QHBoxLayout>
#include <QSplitter>
#include <QStackedWidget>
#include <algorithm>
#include <chrono>
#include <utility>

namespace ratescope::views {
namespace {

constexpr std::chrono::milliseconds stepBudget{40};
constexpr int againAfterMs = 400;

QString stateName(const Session& session) {
    return "curves/" + QString::fromStdString(session.document.document().id);
}

/// What the limits of a plot belong to.
std::string axesOf(const CurveAnswer& answer) {
    if (answer.curves.empty()) return {};
    const CurveChoice& choice = answer.question.choice;
    std::string axes = answer.curves.front().y.id + "/" + answer.curves.front().x.id;
    if (choice.logarithmic) axes += "/log";
    if (choice.relative) axes += "/relative/" + answer.curves[answer.anchor].series;
    return axes;
}

}  // namespace

CurvesPanel::CurvesPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      reader_(std::make_shared<CurveReader>()),
      pages_(new QStackedWidget(this)),
      empty_(new EmptyState({}, {}, this)),
      tools_(new CurveTools(this)),
      plots_(new QStackedWidget(this)),
      plot_(new CurvePlot(this)),
      table_(new TablePage(this)),
      side_(new QWidget(this)),
      model_(new BdModel(this)),
      view_(new BdView(this)),
      notes_(new BdNotes(this)),
      strip_(new PointStrip(this)) {
    setObjectName("curvesPanel");
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    setAcceptDrops(true);
    buildLayout();
    connectTools();
    connectPlot();
    connectSession();
    reopen();
}

void CurvesPanel::buildLayout() {
    view_->setModel(model_);
    auto* sideColumn = new QVBoxLayout(side_);
    sideColumn->setContentsMargins(0, 0, 0, 0);
    sideColumn->setSpacing(0);
    // A low dock leaves little: both scroll rather than lie over each other.
    view_->setMinimumHeight(2 * measure::row);
    notes_->setMinimumHeight(measure::row);
    sideColumn->addWidget(view_, 1);
    sideColumn->addWidget(notes_);
    sideColumn->addWidget(strip_);
    plots_->addWidget(plot_);
    plots_->addWidget(table_);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setObjectName("curvesSplitter");
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(plots_);
    splitter->addWidget(side_);
    splitter->setStretchFactor(0, 5);
    splitter->setStretchFactor(1, 4);
    splitter->setSizes({456, 364});
    auto* content = new QWidget(this);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(tools_);
    column->addWidget(splitter, 1);
    pages_->addWidget(empty_);
    pages_->addWidget(content);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(pages_);
}

void CurvesPanel::connectTools() {
    const QList<QAction*> all{tools_->fit,      tools_->bands,       tools_->hull,
                              tools_->relative, tools_->logarithmic, tools_->zoomIn,
                              tools_->zoomOut,  tools_->importCurve, tools_->exportFigure};
    addActions(all);
    plot_->addActions(all);
    connect(tools_->fit, &QAction::triggered, plot_, &CurvePlot::fit);
    connect(tools_->zoomIn, &QAction::triggered, plot_, [this] { plot_->zoom(1.5); });
    connect(tools_->zoomOut, &QAction::triggered, plot_, [this] { plot_->zoom(1 / 1.5); });
    connect(tools_->importCurve, &QAction::triggered, this, [this] { importFile({}); });
    connect(tools_->exportFigure, &QAction::triggered, this, [this] {
        if (!answer_ || !answer_->spec || answer_->curves.empty()) return;
        const curves::Curve& curve = answer_->curves.front();
        emit figureAsked(
            figureOf(choice_, *answer_->spec, {curve.x.id, curve.y.id}, session_.selection.anchorSeries()));
    });
    connect(tools_, &CurveTools::changed, this, [this] { choose(tools_->choice(choice_)); });
    connect(tools_, &CurveTools::anchorChosen, this,
            [this](const QString& series) { session_.selection.setAnchorSeries(series.toStdString()); });
    connect(empty_, &EmptyState::asked, this, &CurvesPanel::runAsked);
}

void CurvesPanel::connectPlot() {
    connect(plot_, &CurvePlot::pointed, this,
            [this](const std::optional<PlotHit>& hit, QPoint place) { pointAt(hit, place); });
    connect(plot_, &CurvePlot::chosen, this, &CurvesPanel::select);
    connect(plot_, &CurvePlot::opened, this, &CurvesPanel::open);
    connect(plot_, &CurvePlot::released, this, [this] { session_.selection.setPoint({}); });
    connect(strip_, &PointStrip::openAsked, this, &CurvesPanel::openSelected);
    connect(view_, &BdView::branchPointed, this,
            [this](const QString& branch) { session_.selection.pointAtBranch(branch.toStdString()); });
    connect(view_, &BdView::copyAsked, this, &CurvesPanel::copyTable);
    connect(model_, &BdModel::shownChanged, this, [this](const QString& series, bool shown) {
        CurveChoice choice = choice_;
        if (shown)
            choice.hidden.erase(series.toStdString());
        else
            choice.hidden.insert(series.toStdString());
        choose(choice);
    });
}

void CurvesPanel::connectSession() {
    again_.setSingleShot(true);
    again_.setInterval(againAfterMs);
    connect(&again_, &QTimer::timeout, this, &CurvesPanel::ask);
    connect(&session_.document, &OpenDocument::replaced, this, &CurvesPanel::reopen);
    connect(&session_.document, &OpenDocument::derivedChanged, this, [this] {
        if (answer_) showAnswer(true);
    });
    connect(&session_.results, &Results::opened, this, [this] {
        reader_ = std::make_shared<CurveReader>();
        answer_.reset();
        hideTip();
        working_ = false;
        shownAxes_.clear();
        session_.results.hasStudy() ? ask() : showNothing();
    });
    connect(&session_.results, &Results::committed, this, &CurvesPanel::onCommitted);
    connect(&session_.selection, &Selection::anchorChanged, this, &CurvesPanel::ask);
    connect(&session_.selection, &Selection::pointChanged, this, &CurvesPanel::showSelection);
    connect(&session_.selection, &Selection::pointedBranchChanged, this, &CurvesPanel::showPointed);
}

void CurvesPanel::reopen() {
    choice_ = choiceOf(session_.settings.viewState(stateName(session_)));
    answer_.reset();
    shownAxes_.clear();
    session_.results.hasStudy() ? ask() : showNothing();
}

void CurvesPanel::remember() {
    session_.settings.setViewState(stateName(session_), stateOf(choice_));
}

void CurvesPanel::choose(const CurveChoice& choice) {
    if (choice == choice_) return;
    choice_ = choice;
    remember();
    ask();
}

CurveQuestion CurvesPanel::question() const {
    return {choice_, session_.selection.anchorSeries()};
}

void CurvesPanel::ask() {
    if (!session_.results.hasStudy()) return;
    working_ = true;
    outdated_ = false;
    session_.results.ask(
        this, "read",
        [reader = reader_, question = question()](const OpenLibrary& open) {
            return reader->read(open, question);
        },
        [this](const std::shared_ptr<const CurveAnswer>& answer) { take(answer); },
        [this](const Error& error) { showFailure(error); });
}

void CurvesPanel::askMore() {
    session_.results.ask(
        this, "more",
        [reader = reader_, question = question()](const OpenLibrary& open) {
            return reader->advance(open, question, stepBudget);
        },
        [this](const std::shared_ptr<const CurveAnswer>& answer) { take(answer); },
        [this](const Error& error) { showFailure(error); });
}

/// Rows come several times a second while a study runs: what is being worked out is finished first.
void CurvesPanel::onCommitted() {
    outdated_ = true;
    if (!working_ && !again_.isActive()) ask();
}

void CurvesPanel::take(const std::shared_ptr<const CurveAnswer>& answer) {
    // The user has chosen something else meanwhile; its answer is on its way.
    if (answer->question.choice != choice_) return;
    if (answer->failure) {
        showFailure(*answer->failure);
        return;
    }
    const bool keeps = answer_ && answer_->question.choice.method == answer->question.choice.method &&
                       answer_->question.choice.averaging == answer->question.choice.averaging &&
                       answer_->question.choice.groupedBy == answer->question.choice.groupedBy &&
                       answer_->question.choice.hull == answer->question.choice.hull &&
                       axesOf(*answer_) == axesOf(*answer) && !answer_->curves.empty() &&
                       answer_->curves[answer_->anchor].series == answer->curves[answer->anchor].series;
    answer_ = answer;
    showAnswer(keeps && !answer->complete);
    if (!answer->complete) return askMore();
    working_ = false;
    if (outdated_) again_.start();
}

void CurvesPanel::showFailure(const Error& error) {
    working_ = false;
    if (outdated_) again_.start();
    // What was remembered may name what the study does not have any more.
    if (error.kind() == ErrorKind::Usage && (!choice_.y.empty() || !choice_.x.empty())) {
        choice_.y.clear();
        choice_.x.clear();
        return ask();
    }
    answer_.reset();
    shownAxes_.clear();
    if (error.kind() == ErrorKind::Input) return showNothing();
    empty_->say(QString::fromStdString(std::string(error.what()) + " " + error.remedy()), {});
    pages_->setCurrentIndex(0);
}

void CurvesPanel::showNothing() {
    empty_->say(tr("Curves of quality over rate appear here as soon as the study has finished items."),
                tr("Run"));
    pages_->setCurrentIndex(0);
    strip_->clear();
}

curves::SeriesStyle CurvesPanel::styleOf(const curves::Curve& curve) const {
    const Derived& derived = session_.document.derived();
    if (const auto branch = derived.branchOf(curve.branch))
        for (const graph::Series& series : derived.branches[*branch].series)
            if (series.slug == curve.series) return session_.styleOfSeries(curve.branch, curve.series);
    const curves::Curve& anchor = answer_->curves[answer_->anchor];
    return curves::seriesStyle(curves::orderAfterAnchor(curve.branchIndex, anchor.branchIndex),
                               curves::orderAfterAnchor(curve.seriesIndex, anchor.seriesIndex));
}

std::vector<curves::SeriesStyle> CurvesPanel::styles() const {
    std::vector<curves::SeriesStyle> styles;
    std::size_t imported = 0;
    for (const curves::Curve& curve : answer_->curves)
        styles.push_back(curve.imported() ? curves::importedStyle(imported++) : styleOf(curve));
    return styles;
}

void CurvesPanel::showAnswer(bool keeps) {
    const CurveAnswer& answer = *answer_;
    const std::vector<curves::SeriesStyle> styles = this->styles();
    tools_->showChoice(choice_, answer.offer, answer.curves.front().y.id,
                       choice_.x.empty() ? answer.curves.front().x.id : choice_.x);
    tools_->showAnchors(answer.curves, styles, answer.anchor);
    const bool table = !choice_.table.empty();
    if (!table) {
        model_->show(answer, styles, keeps);
        notes_->showNotes(answer, ofPictures());
    }
    side_->setVisible(!table);
    showPlot(keeps);
    pages_->setCurrentIndex(1);
    showPointed();
    showSelection();
}

void CurvesPanel::showPlot(bool keeps) {
    const CurveAnswer& answer = *answer_;
    const bool table = !choice_.table.empty() && answer.spec;
    plots_->setCurrentWidget(table ? static_cast<QWidget*>(table_) : plot_);
    if (table) return table_->showSpec(*answer.spec);
    if (!answer.spec) {
        shownAxes_.clear();
        return plot_->say(QString::fromStdString(answer.plotFailure));
    }
    curves::PlotSpec spec = *answer.spec;
    const std::vector<curves::SeriesStyle> styles = this->styles();
    for (curves::PlotSeries& series : spec.series)
        for (std::size_t i = 0; i < answer.curves.size(); ++i) {
            if (answer.curves[i].series != series.series) continue;
            series.style = styles[i];
            if (!keeps || !choice_.bands || answer.banded[i] || !plot_->spec()) continue;
            // The band of the last rows stays until that of the new ones is there.
            for (const curves::PlotSeries& before : plot_->spec()->series)
                if (before.series == series.series) series.band = before.band;
        }
    const std::string axes = axesOf(answer);
    plot_->showSpec(std::move(spec), axes != shownAxes_);
    shownAxes_ = axes;
}

}  // namespace ratescope::views
