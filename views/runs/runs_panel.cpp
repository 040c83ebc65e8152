#include "views/runs/runs_panel.h"

#include "views/controls/empty_state.h"
#include "views/controls/tabular.h"
#include "views/runs/run_detail.h"
#include "views/runs/runs_comparison.h"
#include "views/runs/runs_filter.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_table.h"
#include "views/runs/study_dialogs.h"
#include "views/theme/icon.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

namespace ratescope::views {
namespace {

using nlohmann::json;

constexpr const char *columnsKey = "runs.columns", *splitterKey = "runs.splitter", *viewKey = "runs.view";

constexpr int rememberAfterMs = 500;

QAction* action(const char* name, const QString& text, const QString& toolTip, QObject* parent) {
    auto* made = new QAction(text, parent);
    made->setObjectName(name);
    made->setToolTip(toolTip);
    return made;
}

store::GroupBy groupingAt(int index) {
    constexpr std::array<store::GroupBy, 3> groupings = {store::GroupBy::Branch, store::GroupBy::Asset,
                                                         store::GroupBy::None};
    return groupings.at(static_cast<std::size_t>(index));
}

}  // namespace

RunsPanel::RunsPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      model_(new RunsModel(session, this)),
      bar_(new RunsBar(this)),
      filter_(new RunsFilter(this)),
      message_(new QWidget(this)),
      messageText_(new QLabel(message_)),
      stack_(new QStackedWidget(this)),
      empty_(
          new EmptyState(tr("The items of a run, their states and numbers, appear here."), tr("Run"), this)),
      splitter_(new QSplitter(Qt::Horizontal, this)),
      table_(new RunsTable(session, *model_, splitter_)),
      detail_(new RunDetail(session, splitter_)),
      details_(action("runs.details", tr("Details"), tr("Show what is kept of the selected item"), this)),
      compare_(action("runs.compare", tr("Compare runs…"), tr("Show what differs between two runs"), this)),
      copy_(action("runs.copy", tr("Copy rows"), tr("Copy the selected rows as a table"), this)),
      notes_(action("runs.notes", tr("Notes and tags…"), tr("Notes and tags of the study"), this)),
      disk_(
          action("runs.disk", tr("Disk use and clean-up…"), tr("What the library takes on the disk"), this)) {
    setObjectName("runs");
    build();
    buildMenu();
    connectBar();
    connectSession();
    recall();
    showSituation();
    remembering_.setSingleShot(true);
    remembering_.setInterval(rememberAfterMs);
    connect(&remembering_, &QTimer::timeout, this, &RunsPanel::remember);
}

RunsPanel::~RunsPanel() {
    if (remembering_.isActive()) remember();
}

void RunsPanel::build() {
    auto* dismiss = new QToolButton(message_);
    dismiss->setIcon(icon("close", Token::Muted));
    dismiss->setToolTip(tr("Hide message"));
    dismiss->setAccessibleName(dismiss->toolTip());
    connect(dismiss, &QToolButton::clicked, message_, &QWidget::hide);
    messageText_->setWordWrap(true);
    messageText_->setObjectName("runs.message");
    auto* messageRow = new QHBoxLayout(message_);
    messageRow->setContentsMargins(measure::padding, 0, measure::grid, measure::grid);
    messageRow->addWidget(messageText_, 1);
    messageRow->addWidget(dismiss);
    message_->hide();
    filter_->hide();

    splitter_->setChildrenCollapsible(false);
    splitter_->setHandleWidth(1);
    splitter_->setStretchFactor(0, 1);
    splitter_->setStretchFactor(1, 0);
    table_->setMinimumWidth(200);
    detail_->setMinimumWidth(220);
    splitter_->setSizes({500, 280});
    stack_->addWidget(empty_);
    stack_->addWidget(splitter_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar_);
    column->addWidget(message_);
    column->addWidget(filter_);
    column->addWidget(stack_, 1);
    setFocusProxy(table_);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
}

void RunsPanel::buildMenu() {
    details_->setCheckable(true);
    actions_ = {bar_->pause, bar_->cancel, bar_->retry, bar_->filter, details_,
                compare_,    copy_,        notes_,      disk_};
    auto* menu = new QMenu(this);
    menu->addAction(details_);
    menu->addAction(compare_);
    menu->addAction(copy_);
    menu->addSeparator();
    menu->addAction(notes_);
    menu->addAction(disk_);
    bar_->setMenu(menu);
    connect(details_, &QAction::toggled, this, &RunsPanel::showDetails);
    connect(compare_, &QAction::triggered, this, &RunsPanel::compare);
    connect(copy_, &QAction::triggered, this, &RunsPanel::copyRows);
    connect(notes_, &QAction::triggered, this, &RunsPanel::showNotes);
    connect(disk_, &QAction::triggered, this, &RunsPanel::showDiskUse);
    connect(table_, &RunsTable::copyAsked, this, &RunsPanel::copyRows);
    connect(detail_, &RunDetail::closed, this, [this] { details_->setChecked(false); });
    connect(detail_, &RunDetail::retryAsked, this, [this](qint64 item) { retry({item}); });
}

void RunsPanel::connectBar() {
    addAction(bar_->filter);
    connect(bar_->pause, &QAction::triggered, this, &RunsPanel::pauseOrResume);
    connect(bar_->cancel, &QAction::triggered, this, [this] { request("cancel", ofStudy()); });
    connect(bar_->retry, &QAction::triggered, this, [this] { retry({}); });
    connect(bar_->filter, &QAction::toggled, this, &RunsPanel::showFilter);
    connect(bar_, &RunsBar::goOnAsked, this, &RunsPanel::goOnAsked);
    connect(bar_->grouping, &QComboBox::activated, this, &RunsPanel::choose);
    connect(bar_->latest, &QComboBox::activated, this, &RunsPanel::choose);
    connect(filter_, &RunsFilter::changed, this, &RunsPanel::choose);
    connect(filter_, &RunsFilter::closed, this, [this] {
        bar_->filter->setChecked(false);
        table_->setFocus();
    });
    connect(table_, &RunsTable::orderAsked, this, &RunsPanel::order);
    connect(table_, &RunsTable::columnsChanged, this, &RunsPanel::rememberSoon);
    connect(splitter_, &QSplitter::splitterMoved, this, &RunsPanel::rememberSoon);
    connect(empty_, &EmptyState::asked, this, &RunsPanel::runAsked);
}

void RunsPanel::connectSession() {
    connect(model_, &RunsModel::refreshed, this, &RunsPanel::showSituation);
    connect(&session_.results, &Results::committed, detail_, &RunDetail::refresh);
    connect(&session_.supervisor, &SupervisorLink::progressed, this, &RunsPanel::showSituation);
    connect(&session_.supervisor, &SupervisorLink::stateChanged, this, &RunsPanel::showSituation);
    connect(&session_.supervisor, &SupervisorLink::trouble, this,
            [this](const QString& what, const QString& remedy) {
                say(what + " " + remedy, true);
                showSituation();
            });
    connect(&session_.supervisor, &SupervisorLink::idle, this, &RunsPanel::showSituation);
}

// --- what is shown ---------------------------------------------------------------------------------------------

void RunsPanel::showSituation() {
    RunSituation situation;
    const RunsSnapshot& snapshot = model_->snapshot();
    situation.counts = snapshot.index.counts;
    const std::optional<run::Progress>& progress = session_.supervisor.progress();
    // Another study of the library may be the one that runs.
    if (progress && (snapshot.study.empty() || progress->name == snapshot.study))
        situation.progress = progress;
    situation.isAttached = session_.supervisor.state() == SupervisorLink::State::Attached;
    situation.isStarting = session_.supervisor.state() == SupervisorLink::State::Starting;
    situation.isPaused = session_.supervisor.paused();
    bar_->showSituation(situation);
    filter_->offer(snapshot.index.series);

    const bool hasRows = situation.counts.total() > 0;
    if (hasRows && stack_->currentWidget() != splitter_) {
        const bool hasFocus = focusWidget() && focusWidget()->hasFocus();
        stack_->setCurrentWidget(splitter_);
        if (hasFocus) table_->setFocus();
    } else if (!hasRows) {
        stack_->setCurrentWidget(empty_);
    }
    for (QWidget* each : {static_cast<QWidget*>(bar_->grouping), static_cast<QWidget*>(bar_->latest)})
        each->setEnabled(hasRows);
    bar_->latest->setEnabled(hasRows && model_->choice().groupBy != store::GroupBy::None);
    for (QAction* each : {bar_->filter, compare_, copy_, notes_})
        each->setEnabled(hasRows);
    disk_->setEnabled(!session_.results.file().isEmpty());
}

void RunsPanel::showFilter(bool shown) {
    filter_->setVisible(shown);
    if (shown)
        filter_->focusText();
    else
        filter_->clear();
}

void RunsPanel::showDetails(bool shown) {
    detail_->setVisible(shown);
    rememberSoon();
}

void RunsPanel::choose() {
    RunsChoice choice = model_->choice();
    choice.groupBy = groupingAt(bar_->grouping->currentIndex());
    choice.latestOnly = bar_->latest->currentIndex() == 0;
    choice.filter = filter_->filter();
    model_->setChoice(choice);
    rememberSoon();
}

void RunsPanel::order(int column, bool descending) {
    RunsChoice choice = model_->choice();
    choice.order = column < 0 ? store::IndexOrder{} : model_->column(column).order(descending);
    model_->setChoice(choice);
}

void RunsPanel::remember() {
    session_.settings.setViewState(columnsKey, table_->columnState());
    session_.settings.setViewState(splitterKey, splitter_->saveState());
    session_.settings.setViewState(viewKey, QByteArray::number(bar_->grouping->currentIndex()) + ' ' +
                                                QByteArray::number(bar_->latest->currentIndex()) + ' ' +
                                                (details_->isChecked() ? "1" : "0"));
}

void RunsPanel::recall() {
    const QByteArray columns = session_.settings.viewState(columnsKey),
                     splitter = session_.settings.viewState(splitterKey);
    const QByteArrayList view = session_.settings.viewState(viewKey).split(' ');
    if (!columns.isEmpty()) table_->restoreColumns(columns);
    if (!splitter.isEmpty()) splitter_->restoreState(splitter);
    bool showsDetails = false;
    if (view.size() == 3) {
        bar_->grouping->setCurrentIndex(std::clamp(view[0].toInt(), 0, bar_->grouping->count() - 1));
        bar_->latest->setCurrentIndex(std::clamp(view[1].toInt(), 0, bar_->latest->count() - 1));
        showsDetails = view[2] == "1";
    }
    const QSignalBlocker blocker(details_);
    details_->setChecked(showsDetails);
    detail_->setVisible(showsDetails);
    RunsChoice choice = model_->choice();
    choice.groupBy = groupingAt(bar_->grouping->currentIndex());
    choice.latestOnly = bar_->latest->currentIndex() == 0;
    model_->setChoice(choice);
}

void RunsPanel::say(const QString& text, bool isBad) {
    messageText_->setText(text);
    messageText_->setProperty("bad", isBad);
    messageText_->style()->unpolish(messageText_);
    messageText_->style()->polish(messageText_);
    message_->show();
}

// --- what is asked of the supervisor ---------------------------------------------------------------------------

void RunsPanel::request(const std::string& name, const json& arguments, SupervisorLink::Answered answered) {
    session_.supervisor.start(session_.settings.jobs());
    session_.supervisor.request(
        name, arguments, this,
        [answered = std::move(answered)](const json& result) {
            if (answered) answered(result);
        },
        [this](const Error& error) {
            say(QString::fromStdString(error.what()) + " " + QString::fromStdString(error.remedy()), true);
        });
}

json RunsPanel::ofStudy() const {
    return {{"study", model_->snapshot().study}};
}

void RunsPanel::pauseOrResume() {
    const bool resumes = bar_->pause->data().toBool();
    request(resumes ? "resume" : "pause", resumes ? ofStudy() : json::object());
}

void RunsPanel::retry(const std::vector<qint64>& items) {
    json arguments = ofStudy();
    if (!items.empty()) arguments["items"] = items;
    request("retry", arguments);
}

void RunsPanel::showDiskUse() {
    session_.results.ask(
        this, "runs.disk", [](const OpenLibrary& open) { return open.library.usage(); },
        [this](const store::Library::Usage& usage) {
            auto* dialog =
                new DiskUse(usage, session_.supervisor.progress() && !session_.supervisor.paused(), this);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            connect(dialog, &DiskUse::cleanUpAsked, this, [this] {
                request("gc", {{"orphaned", true}}, [this](const json& result) {
                    say(tr("%1 freed.").arg(bytesText(result.at("freed").get<quint64>())), false);
                });
            });
            dialog->show();
        });
}

void RunsPanel::showNotes() {
    session_.results.ask(
        this, "runs.notes", [](const OpenLibrary& open) { return open.study.value_or(store::StudyRecord{}); },
        [this](const store::StudyRecord& study) {
            auto* dialog = new StudyNotes(study, this);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            connect(dialog, &StudyNotes::saved, this,
                    [this](const QString& notes, const QStringList& added, const QStringList& removed) {
                        json arguments = ofStudy();
                        arguments["notes"] = notes.toStdString();
                        arguments["addTags"] = arguments["removeTags"] = json::array();
                        for (const QString& tag : added)
                            arguments["addTags"].push_back(tag.toStdString());
                        for (const QString& tag : removed)
                            arguments["removeTags"].push_back(tag.toStdString());
                        request("annotate", arguments);
                    });
            dialog->show();
        });
}

void RunsPanel::compare() {
    auto* dialog = new RunsComparison(session_, table_->firstTwoSelected(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void RunsPanel::copyRows() {
    QApplication::clipboard()->setText(table_->copyText());
}

}  // namespace ratescope::views
