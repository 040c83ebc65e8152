#include "views/figures/figure_panel.h"

#include "core/curves/rate.h"
#include "core/store/query.h"
#include "views/controls/elided_label.h"
#include "views/controls/empty_state.h"
#include "views/controls/segments.h"
#include "views/figures/caption_view.h"
#include "views/figures/figure_edits.h"
#include "views/figures/figure_exporter.h"
#include "views/figures/figure_list.h"
#include "views/figures/figure_options.h"
#include "views/figures/page_view.h"

#include <QApplication>
#include <QClipboard>
#include <QSplitter>
#include <QStackedWidget>
#include <utility>

namespace ratescope::views {
namespace {

constexpr int resultsPause = 1000;  // ms between two drawings while results come in

QString qs(const std::string& text) {
    return QString::fromStdString(text);
}

/// "psnr-rgb" of "psnr:psnr-rgb".
std::string metricOf(const std::string& y) {
    return y.substr(y.find(':') + 1);
}

AxisChoices choicesOf(const OpenLibrary& open) {
    AxisChoices choices;
    if (!open.study) return choices;
    for (const store::StudyMetric& metric : store::metricsOf(open.library, open.study->id)) {
        const std::string unit = metric.metric.unit.empty() ? "" : " (" + metric.metric.unit + ")";
        choices.metrics.push_back({metric.id, metric.metric.title + unit});
    }
    for (const std::string& id : store::ratesOf(open.library, open.study->id)) {
        const auto rate = curves::findRate(id);
        choices.rates.push_back({id, rate ? std::string(rate->rate->axisTitle) : id});
    }
    choices.rates.push_back({"time-encode", "Encoding time (s)"});
    choices.rates.push_back({"time-decode", "Decoding time (s)"});
    return choices;
}

}  // namespace

FigurePanel::~FigurePanel() {
    // Focus that goes and fields that close speak to this panel while it is still whole.
    hide();
    disconnect(qApp, nullptr, this, nullptr);
    delete whole_;
}

QList<QAction*> FigurePanel::actions() const {
    return actions_;
}

std::string FigurePanel::currentFigure() const {
    return list_->current();
}

const graph::FigureSpec* FigurePanel::current() const {
    return session_.document.document().figure(list_->current());
}

void FigurePanel::connectAll() {
    connect(&session_.document, &OpenDocument::replaced, this, [this] {
        exports_.clear();
        chosenFolder_.clear();
    });
    connect(&session_.document, &OpenDocument::changed, this, [this] {
        if (!changing_) typed_.clear();
        follow();
    });
    connect(&session_.document, &OpenDocument::savedChanged, this, &FigurePanel::showTarget);
    connect(list_, &FigureList::currentChanged, this, &FigurePanel::follow);
    connect(&session_.results, &Results::opened, this, [this] {
        maker_->forget();
        page_->clearPictures();
        caption_->clear();
        asked_.reset();
        askChoices();
        follow();
    });
    later_.setSingleShot(true);
    later_.setInterval(resultsPause);
    connect(&later_, &QTimer::timeout, this, &FigurePanel::refresh);
    connect(&session_.results, &Results::committed, this, [this] {
        if (!later_.isActive()) later_.start();
    });
    connect(maker_, &FigureMaker::made, this, &FigurePanel::showMade);
    connect(maker_, &FigureMaker::failed, this, [this](const QString& what, const QString& remedy) {
        page_->clearPictures();
        caption_->clear();
        if (const graph::FigureSpec* figure = current()) options_->put(*figure, nullptr);
        say(what + QLatin1Char(' ') + remedy);
    });
    connect(maker_, &FigureMaker::painted, this, &FigurePanel::showPictures);
    connect(maker_, &FigureMaker::pictured, this,
            [](const QImage& picture) { QApplication::clipboard()->setImage(picture); });
    connect(page_, &PageView::picturesWanted, this, &FigurePanel::askPictures);
    connect(options_, &FigureOptions::edited, this, &FigurePanel::change);
    connect(&options_->sight(), &SightOptions::changed, this, [this] {
        simulation_->setChecked(true);
        setSimulation();
    });
    connect(&options_->exports(), &ExportOptions::changed, this, [this] {
        keepView();
        showTarget();
    });
    connect(exporter_, &FigureExporter::started, this, &FigurePanel::showTarget);
    connect(exporter_, &FigureExporter::finished, this, &FigurePanel::showReport);
    connect(empty_, &EmptyState::asked, this, &FigurePanel::newFigure);
    connect(message_, &EmptyState::asked, this, &FigurePanel::runAsked);
    // Whoever turns to another field is done with this one.
    connect(qApp, &QApplication::focusChanged, this, [this] { typed_.clear(); });
    minute_.setInterval(60'000);
    connect(&minute_, &QTimer::timeout, this, &FigurePanel::sayStatus);
    minute_.start();
}

void FigurePanel::follow() {
    const graph::FigureSpec* figure = current();
    whole_->setCurrentIndex(figure ? 1 : 0);
    for (QAction* action : {duplicate_, rename_, delete_, reset_, export_, copyPicture_, copyCaption_})
        action->setEnabled(figure != nullptr);
    if (!figure) {
        asked_.reset();
        maker_->forget();
        sayStatus();
        return;
    }
    const FigurePtr& made = maker_->figure();
    options_->parts().setProposedTitle(qs(session_.document.document().title.empty()
                                              ? session_.document.document().name
                                              : session_.document.document().title));
    options_->plate().setCrops(session_.document.document().crops);
    options_->put(*figure, made && made->spec.name == figure->name ? made.get() : nullptr);
    showTarget();
    if (asked_ != *figure) make();
    sayStatus();
}

void FigurePanel::make() {
    asked_ = *current();
    // Its pictures are decoded: that is for whoever looks at them.
    if (asked_->kind == graph::FigureKind::Plate && !isVisible()) {
        stale_ = true;
        return;
    }
    if (session_.results.file().isEmpty() || !session_.results.hasStudy()) {
        say(tr("The figure is drawn once the study has results."), tr("Run"));
        return;
    }
    maker_->make(*asked_);
}

void FigurePanel::showMade() {
    const FigurePtr figure = maker_->figure();
    const graph::FigureSpec* wanted = current();
    if (!wanted || wanted->name != figure->spec.name) return;
    list_->model().take(*figure);
    middle_->setCurrentIndex(0);
    page_->setPage(qs(figure->spec.name), figure->style.millimetres);
    caption_->setCaption(qs(figure->spec.name), figure->plot.caption, figure->references);
    options_->put(*wanted, figure.get());
    showTarget();
    askPictures();
}

void FigurePanel::say(const QString& sentence, const QString& action) {
    message_->say(sentence, action);
    middle_->setCurrentIndex(1);
}

void FigurePanel::askPictures() {
    const double scale = page_->screenPixelsPerMillimetre();
    scale_->setText(tr("%1 dpi screen, %2 pixels a millimetre")
                        .arg(qRound(scale * 25.4))
                        .arg(QLocale().toString(scale, 'f', 2)));
    PageRequest request = page_->request();
    request.figure = maker_->figure();
    if (request.figure) maker_->paint(std::move(request));
}

void FigurePanel::showPictures(const PagePictures& pictures) {
    if (!pictures.failure.isEmpty()) return say(pictures.failure);
    page_->setPictures(pictures);
}

void FigurePanel::askChoices() {
    session_.results.ask(this, QStringLiteral("axes"), choicesOf, [this](const AxisChoices& choices) {
        if (choices.metrics.empty()) return;
        firstMetric_ = choices.metrics.front().id;
        options_->data().setChoices(choices);
        follow();
    });
}

void FigurePanel::change(const QString& what, const std::function<void(graph::FigureSpec&)>& how,
                         bool typing) {
    const graph::FigureSpec* figure = current();
    if (!figure) return;
    graph::FigureSpec changed = *figure;
    how(changed);
    const bool merging = typing && typed_ == what;
    changing_ = true;
    changeFigure(session_.document, figure->name, changed, tr("Set %1 of %2").arg(what, qs(figure->name)),
                 merging);
    changing_ = false;
    typed_ = typing ? what : QString();
}

void FigurePanel::newFigure() {
    std::string metric = firstMetric_;
    // Before there are results, the first measure says what there will be.
    for (const graph::Node& node : session_.document.document().nodes) {
        const graph::Manifest* manifest = session_.document.catalogue().find(node.type);
        if (metric.empty() && manifest && !manifest->metrics.empty()) metric = manifest->metrics.front().id;
    }
    if (metric.empty()) {
        empty_->say(
            tr("A figure shows a metric of the study, and the graph has no measure yet. Add a measure "
               "to the graph first."),
            tr("New figure"));
        return;
    }
    graph::FigureSpec figure;
    figure.y = metric;
    figure.anchor = session_.selection.anchorSeries();
    addFigure(figure);
}

void FigurePanel::addFigure(graph::FigureSpec figure) {
    if (figure.name.empty()) figure.name = "rd-" + metricOf(figure.y);
    const QString title = tr("Add figure %1").arg(qs(figure.name));
    list_->setCurrent(views::addFigure(session_.document, std::move(figure), title));
    follow();
}

void FigurePanel::reset() {
    change(
        tr("options"),
        [](graph::FigureSpec& spec) {
            graph::FigureSpec fresh;
            fresh.name = spec.name;
            fresh.kind = spec.kind;
            fresh.x = spec.x;
            fresh.y = spec.y;
            fresh.series = spec.series;
            fresh.anchor = spec.anchor;
            fresh.dataset = spec.dataset;
            fresh.asset = spec.asset;
            fresh.crop = spec.crop;
            fresh.rate = spec.rate;
            spec = std::move(fresh);
        },
        false);
}

void FigurePanel::setZoom(const QString& zoom) {
    zoom_->setCurrent(zoom);
    page_->setZoom(zoom == QLatin1String("double") ? PageZoom::Double
                   : zoom == QLatin1String("fit")  ? PageZoom::Fit
                                                   : PageZoom::TrueSize);
    keepView();
    sayStatus();
}

void FigurePanel::setSimulation() {
    page_->setSights(simulation_->isChecked() ? options_->sight().sights() : std::vector<Sight>{});
    keepView();
}

void FigurePanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) refresh();
    sayStatus();
}

void FigurePanel::refresh() {
    // Nobody looks: the reader has better to do while a study runs.
    stale_ = !isVisible();
    if (stale_) return;
    asked_.reset();
    askChoices();
    list_->model().refresh();
    follow();
}

}  // namespace ratescope::views
