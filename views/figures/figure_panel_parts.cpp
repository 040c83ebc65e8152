// The widgets and actions of the Figure tab, and what becomes of an export.

#include "views/controls/elided_label.h"
#include "views/controls/empty_state.h"
#include "views/controls/segments.h"
#include "views/figure/figure_files.h"
#include "views/figures/caption_view.h"
#include "views/figures/figure_edits.h"
#include "views/figures/figure_exporter.h"
#include "views/figures/figure_list.h"
#include "views/figures/figure_options.h"
#include "views/figures/figure_panel.h"
#include "views/figures/page_view.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QListView>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace ratescope::views {
namespace {

constexpr int listWidth = 220, optionsWidth = 336, captionHeight = 152;
const QString viewName = QStringLiteral("figures");

QToolButton* toggle(QAction* action, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize({measure::icon, measure::icon});
    button->setFixedHeight(measure::field);
    button->setFocusPolicy(Qt::TabFocus);
    // Of the sheet's own rule: with room beside icon and text.
    button->setStyleSheet(QStringLiteral("QToolButton { padding: 0 8px; }"));
    return button;
}

}  // namespace

FigurePanel::FigurePanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      maker_(new FigureMaker(session, this)),
      exporter_(new FigureExporter(session, this)),
      whole_(new QStackedWidget(this)),
      empty_(new EmptyState(tr("No figure yet. A figure shows curves of the study as they will print."),
                            tr("New figure"))),
      across_(new QSplitter(Qt::Horizontal)) {
    setObjectName("figures");
    makeActions();
    list_ = new FigureList(session, new_, {duplicate_, rename_, delete_});
    options_ = new FigureOptions(reset_, folder_, export_);
    across_->addWidget(list_);
    across_->addWidget(makeCentre());
    across_->addWidget(options_);
    across_->setHandleWidth(measure::grid);
    across_->setChildrenCollapsible(false);
    across_->setStretchFactor(0, 0);
    across_->setStretchFactor(1, 1);
    across_->setStretchFactor(2, 0);
    list_->setMinimumWidth(140);
    across_->setSizes({listWidth, 1036, optionsWidth});
    whole_->addWidget(empty_);
    whole_->addWidget(across_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(whole_);
    connectAll();
    restoreView();
    askChoices();
    follow();
}

QAction* FigurePanel::makeAction(const QString& name, const QString& text, const QString& iconName,
                                 const QString& toolTip, const QKeySequence& key) {
    auto* action = new QAction(text, this);
    action->setObjectName("figure." + name);
    if (!iconName.isEmpty()) action->setIcon(icon(iconName));
    action->setToolTip(toolTip);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(action);
    actions_ += action;
    return action;
}

void FigurePanel::makeActions() {
    new_ = makeAction("new", tr("New figure"), "add", tr("Add a figure to the document"),
                      QKeySequence("Ctrl+Alt+N"));
    duplicate_ = makeAction("duplicate", tr("Duplicate figure"), {}, tr("Add a figure like this one"),
                            QKeySequence("Ctrl+D"));
    rename_ = makeAction("rename", tr("Rename figure"), {}, tr("Give the figure and its files another name"));
    delete_ = makeAction("delete", tr("Delete figure"), {}, tr("Take the figure out of the document"),
                         QKeySequence("Ctrl+Backspace"));
    reset_ = makeAction("reset", tr("Reset options"), "reset", tr("Options as the preset and the data say"));
    export_ =
        makeAction("export", tr("Export figure"), "export",
                   tr("Write the chosen files, the same bytes as ratescope figure"), QKeySequence("Ctrl+E"));
    folder_ = makeAction("folder", tr("Choose export folder"), "folder",
                         tr("Choose the folder that is written to"));
    copyPicture_ = makeAction("copyPicture", tr("Copy picture"), "copy",
                              tr("Copy the page as a picture of 300 dpi"), QKeySequence("Ctrl+Shift+C"));
    copyCaption_ =
        makeAction("copyCaption", tr("Copy caption"), "copy", tr("Copy the caption with its references"));
    simulation_ = makeAction("simulation", tr("Simulation"), "simulation",
                             tr("how colour-blind readers and a grey printer see it"));
    rulers_ = makeAction("rulers", tr("Rulers"), "rulers", tr("millimetres along the page"));
    for (QAction* action : {simulation_, rulers_}) {
        // Their buttons are elided where there is little room.
        action->setToolTip(tr("%1: %2").arg(action->text(), action->toolTip()));
        action->setCheckable(true);
        action->setChecked(true);
    }
    const auto zoom = [this](const QString& id, const QString& text, const QString& toolTip,
                             const char* key) {
        connect(makeAction(id + "Size", text, {}, toolTip, QKeySequence(key)), &QAction::triggered, this,
                [this, id] { setZoom(id); });
    };
    zoom("true", tr("True size"), tr("A millimetre of the page is one on the screen"), "Alt+1");
    zoom("double", tr("Double size"), tr("Twice as large as it prints"), "Alt+2");
    zoom("fit", tr("Fit"), tr("The whole page"), "Ctrl+0");

    connect(new_, &QAction::triggered, this, &FigurePanel::newFigure);
    connect(duplicate_, &QAction::triggered, this, [this] {
        if (const graph::FigureSpec* figure = current()) addFigure(*figure);
    });
    connect(rename_, &QAction::triggered, this, [this] { list_->renameCurrent(); });
    connect(delete_, &QAction::triggered, this, [this] {
        const QString name = QString::fromStdString(list_->current());
        removeFigure(session_.document, list_->current(), tr("Delete figure %1").arg(name));
    });
    connect(reset_, &QAction::triggered, this, &FigurePanel::reset);
    connect(export_, &QAction::triggered, this, &FigurePanel::startExport);
    connect(folder_, &QAction::triggered, this, &FigurePanel::chooseFolder);
    connect(copyPicture_, &QAction::triggered, this, [this] { maker_->picture(300); });
    connect(copyCaption_, &QAction::triggered, this, [this] {
        if (const FigurePtr& figure = maker_->figure())
            QApplication::clipboard()->setText(QString::fromStdString(figure->caption));
    });
    connect(simulation_, &QAction::triggered, this, &FigurePanel::setSimulation);
    connect(rulers_, &QAction::triggered, this, [this](bool on) {
        page_->setRulers(on);
        keepView();
    });
}

QWidget* FigurePanel::makeToolBar() {
    auto* bar = new QWidget;
    bar->setFixedHeight(measure::toolBar);
    zoom_ = new Segments(bar);
    zoom_->setAccessibleName(tr("Size on the screen"));
    zoom_->add("true", tr("True size"), tr("A millimetre of the page is one on the screen"));
    zoom_->add("double", tr("200 %"), tr("Twice as large as it prints"));
    zoom_->add("fit", tr("Fit"), tr("The whole page"));
    connect(zoom_, &Segments::chosen, this, &FigurePanel::setZoom);
    scale_ = new ElidedLabel({}, bar);
    scale_->setProperty("muted", true);
    scale_->setFont(tableFont());
    auto* copy = new QPushButton(icon("copy"), copyPicture_->text(), bar);
    copy->setToolTip(copyPicture_->toolTip());
    copy->setFixedHeight(measure::field);
    connect(copy, &QPushButton::clicked, copyPicture_, &QAction::trigger);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(measure::padding, 0, measure::padding, 0);
    row->setSpacing(measure::padding);
    row->addWidget(zoom_);
    row->addSpacing(measure::grid);
    row->addWidget(scale_, 1);
    row->addWidget(toggle(simulation_, bar));
    row->addWidget(toggle(rulers_, bar));
    row->addWidget(copy);
    return bar;
}

QWidget* FigurePanel::makeCentre() {
    page_ = new PageView;
    message_ = new EmptyState({}, {});
    message_->setObjectName("figures.message");
    middle_ = new QStackedWidget;
    middle_->addWidget(page_);
    middle_->addWidget(message_);
    auto* top = new QWidget;
    auto* column = new QVBoxLayout(top);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeToolBar());
    column->addWidget(middle_, 1);
    caption_ = new CaptionView(copyCaption_);
    down_ = new QSplitter(Qt::Vertical);
    down_->addWidget(top);
    down_->addWidget(caption_);
    down_->setHandleWidth(measure::grid);
    down_->setChildrenCollapsible(false);
    down_->setStretchFactor(0, 1);
    down_->setStretchFactor(1, 0);
    down_->setSizes({600, captionHeight});
    return down_;
}

void FigurePanel::restoreView() {
    const QStringList state =
        QString::fromUtf8(session_.settings.viewState(viewName)).split(QLatin1Char(';'));
    if (state.size() == 5) {
        options_->sight().restore(state[0]);
        options_->exports().restore(state[1]);
        simulation_->setChecked(state[2] == QLatin1String("1"));
        rulers_->setChecked(state[3] == QLatin1String("1"));
        zoom_->setCurrent(state[4]);
    }
    page_->setRulers(rulers_->isChecked());
    page_->setSights(simulation_->isChecked() ? options_->sight().sights() : std::vector<Sight>{});
    setZoom(zoom_->current());
}

void FigurePanel::keepView() {
    const auto flag = [](const QAction* action) { return QString::number(action->isChecked() ? 1 : 0); };
    const QStringList state{options_->sight().state(), options_->exports().state(), flag(simulation_),
                            flag(rulers_), zoom_->current()};
    session_.settings.setViewState(viewName, state.join(QLatin1Char(';')).toUtf8());
}

QString FigurePanel::exportFolder() const {
    if (!chosenFolder_.isEmpty()) return chosenFolder_;
    return QDir(QString::fromStdString(session_.document.directory().string())).filePath("figures");
}

void FigurePanel::setExportFolder(const QString& folder) {
    chosenFolder_ = QDir(folder).absolutePath();
    showTarget();
}

void FigurePanel::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Folder for figures"), exportFolder());
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, &FigurePanel::setExportFolder);
    dialog->open();
}

void FigurePanel::startExport() {
    const graph::FigureSpec* figure = current();
    if (!figure || !maker_->figure()) return;
    exporter_->start(*figure, exportFolder(), options_->exports().suffixes());
}

void FigurePanel::showReport(const ExportReport& report) {
    if (report.failure.isEmpty())
        exports_[report.figure.toStdString()] = {report.spec, QDateTime::currentDateTime()};
    options_->report(report);
    showTarget();
    sayStatus();
    emit exported();
}

void FigurePanel::showTarget() {
    const graph::FigureSpec* figure = current();
    if (!figure) return;
    const QString name = QString::fromStdString(figure->name), folder = exportFolder();
    options_->bar().setTarget(
        tr("to %1/%2.*", "folder, name of the figure").arg(QDir(folder).dirName(), name),
        QDir::toNativeSeparators(QDir(folder).filePath(name + ".*")));
    const FigurePtr& made = maker_->figure();
    const auto files = made ? options_->exports().suffixes().size() : 0;
    options_->bar().setCount(static_cast<int>(files), exporter_->running());
}

QString FigurePanel::exportText(const graph::FigureSpec& spec) const {
    const QString name = QString::fromStdString(spec.name);
    const auto found = exports_.find(spec.name);
    if (found == exports_.end()) return tr("Figure %1, not exported yet").arg(name);
    const qint64 minutes = found->second.at.secsTo(QDateTime::currentDateTime()) / 60;
    const QString age = minutes < 1    ? tr("a moment ago")
                        : minutes < 60 ? tr("%n min ago", nullptr, static_cast<int>(minutes))
                                       : tr("%n h ago", nullptr, static_cast<int>(minutes / 60));
    return found->second.spec == spec ? tr("Figure %1, exported %2").arg(name, age)
                                      : tr("Figure %1, changed since the export %2").arg(name, age);
}

void FigurePanel::sayStatus() {
    const graph::FigureSpec* figure = current();
    if (!figure) {
        emit statusText({});
        return;
    }
    const QString size = page_->zoom() == PageZoom::TrueSize
                             ? tr("True size: 1 mm on screen is 1 mm on paper")
                         : page_->zoom() == PageZoom::Double ? tr("Twice as large as it prints")
                                                             : tr("The whole page, not at its true size");
    emit statusText(exportText(*figure) + QStringLiteral("     ") + size);
}

}  // namespace ratescope::views
