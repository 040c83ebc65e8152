#include "views/runs/runs_bar.h"

#include "views/controls/elided_label.h"
#include "views/controls/tabular.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace ratescope::views {
namespace {

QAction* action(const char* name, const QString& text, const QString& toolTip, const char* iconName,
                QObject* parent) {
    auto* made = new QAction(icon(iconName), text, parent);
    made->setObjectName(name);
    made->setToolTip(toolTip);
    return made;
}

QString number(std::int64_t value) {
    return QLocale().toString(qlonglong{value});
}

}  // namespace

bool RunSituation::canGoOn() const {
    using store::State;
    const bool waits = counts[State::Pending] + counts[State::Interrupted] + counts[State::Cancelled] +
                           counts[State::Failed] >
                       0;
    return waits && !progress && !isStarting;
}

RunsBar::RunsBar(QWidget* parent)
    : QWidget(parent),
      pause(action("runs.pause", tr("Pause"), {}, "pause", this)),
      cancel(action("runs.cancel", tr("Stop"), tr("Stop the run; finished items are kept"), "stop", this)),
      retry(action("runs.retry", tr("Retry failed"), {}, "retry", this)),
      filter(action("runs.filter", tr("Filter"), tr("Filter by text, state or series"), "filter", this)),
      grouping(new QComboBox(this)),
      latest(new QComboBox(this)),
      progress_(new QProgressBar(this)),
      count_(new QLabel(this)),
      failed_(new QLabel(this)),
      time_(new ElidedLabel({}, this)),
      goOn_(new QPushButton(tr("Go on"), this)),
      more_(new QToolButton(this)) {
    filter->setCheckable(true);
    filter->setShortcut(QKeySequence::Find);
    filter->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    progress_->setTextVisible(false);
    progress_->setFixedSize(76, measure::grid);
    progress_->setAccessibleName(tr("Progress"));
    count_->setProperty("title", true);
    count_->setObjectName("runs.count");
    failed_->setProperty("bad", true);
    failed_->setObjectName("runs.failed");
    time_->setProperty("muted", true);
    time_->setObjectName("runs.time");
    // It has what the others leave.
    time_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    goOn_->setObjectName("runs.goOn");
    goOn_->setProperty("primary", true);
    goOn_->setToolTip(tr("Run what has not finished yet"));
    connect(goOn_, &QPushButton::clicked, this, &RunsBar::goOnAsked);
    grouping->addItem(tr("Group by branch"));
    grouping->addItem(tr("Group by picture"));
    grouping->addItem(tr("No groups"));
    grouping->setObjectName("runs.grouping");
    grouping->setAccessibleName(tr("Grouping"));
    latest->addItem(tr("Latest 3 each"));
    latest->addItem(tr("All items"));
    latest->setObjectName("runs.latest");
    latest->setAccessibleName(tr("Which items of a group"));
    more_->setIcon(icon("more"));
    more_->setToolTip(tr("More"));
    more_->setAccessibleName(more_->toolTip());
    more_->setPopupMode(QToolButton::InstantPopup);
    more_->setObjectName("runs.more");
    build();
    showSituation({});
}

QToolButton* RunsBar::addButton(QHBoxLayout* row, QAction* action) {
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setFixedSize(measure::toolButton, measure::toolButton);
    button->setIconSize({measure::icon, measure::icon});
    button->setAccessibleName(action->text());
    button->setFocusPolicy(Qt::StrongFocus);
    connect(action, &QAction::changed, button, [button, action] {
        button->setAccessibleName(action->text());
        button->setVisible(action->isVisible());
    });
    row->addWidget(button);
    return button;
}

void RunsBar::build() {
    setFixedHeight(measure::toolBar);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(measure::padding, 0, measure::grid, 0);
    row->setSpacing(measure::padding);
    row->addWidget(progress_);
    row->addWidget(count_);
    row->addWidget(failed_);
    row->addWidget(time_, 1);
    row->addWidget(goOn_);
    row->addWidget(grouping);
    row->addWidget(latest);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(0);
    addButton(buttons, filter);
    addButton(buttons, retry);
    addButton(buttons, pause);
    addButton(buttons, cancel);
    more_->setFixedSize(measure::toolButton, measure::toolButton);
    more_->setIconSize({measure::icon, measure::icon});
    more_->setFocusPolicy(Qt::StrongFocus);
    buttons->addWidget(more_);
    row->addLayout(buttons);
}

void RunsBar::setMenu(QMenu* menu) {
    more_->setMenu(menu);
}

QString RunsBar::timeText(const RunSituation& situation) const {
    if (situation.isStarting) return tr("starting");
    if (situation.isPaused) return tr("paused");
    if (!situation.progress) return {};
    const run::Progress& progress = *situation.progress;
    if (progress.phase == "timing") return tr("measuring times");
    if (progress.phase == "analysis") return tr("analysing");
    QStringList parts;
    if (progress.secondsLeft) parts << timeLeftText(*progress.secondsLeft);
    if (progress.itemsPerMinute > 0)
        parts << tr("%1 items a minute").arg(significantText(progress.itemsPerMinute, 2));
    return parts.join(QString(2, QChar(0x2002)));
}

void RunsBar::showSituation(const RunSituation& situation) {
    using store::State;
    const store::StateCounts& counts = situation.counts;
    // What runs is told by the supervisor sooner than by the library.
    const std::int64_t failed = situation.progress ? situation.progress->failed : counts[State::Failed];
    const std::int64_t total = situation.progress ? situation.progress->total : counts.total();
    const std::int64_t done =
        situation.progress ? situation.progress->done - situation.progress->failed : counts[State::Done];
    progress_->setRange(0, static_cast<int>(std::max<std::int64_t>(1, total)));
    progress_->setValue(static_cast<int>(done + failed));
    progress_->setVisible(total > 0);
    count_->setVisible(total > 0);
    count_->setText(tr("%1 of %2").arg(number(done), number(total)));
    failed_->setVisible(failed > 0);
    failed_->setText(tr("%1 failed").arg(number(failed)));
    time_->setText(timeText(situation));
    goOn_->setVisible(!situation.isAttached && situation.canGoOn());

    const bool resumes =
        situation.isPaused || (situation.isAttached && !situation.progress && situation.canGoOn() &&
                               counts[State::Failed] < counts.total() - counts[State::Done]);
    pause->setIcon(icon(resumes ? "run" : "pause"));
    pause->setText(resumes ? tr("Resume") : tr("Pause"));
    pause->setToolTip(resumes ? tr("Go on with what has not finished") : tr("Pause: running items finish"));
    pause->setData(resumes);
    pause->setEnabled(situation.isAttached && (resumes || situation.progress));
    cancel->setEnabled(situation.isAttached && (situation.progress || situation.isPaused));
    retry->setVisible(failed > 0);
    retry->setEnabled(failed > 0);
    retry->setToolTip(tr("Retry the %1 failed items").arg(number(failed)));
}

}  // namespace ratescope::views
