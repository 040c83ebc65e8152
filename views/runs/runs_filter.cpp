#include "views/runs/runs_filter.h"

#include "views/controls/run_state.h"
#include "views/theme/icon.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <algorithm>
#include <array>

namespace ratescope::views {
namespace {

constexpr std::array<store::State, 6> states = {store::State::Pending,     store::State::Running,
                                                store::State::Done,        store::State::Failed,
                                                store::State::Interrupted, store::State::Cancelled};
constexpr int typingMs = 150;

QString sentence(QString word) {
    if (!word.isEmpty()) word[0] = word[0].toUpper();
    return word;
}

}  // namespace

RunsFilter::RunsFilter(QWidget* parent)
    : QWidget(parent), text_(new QLineEdit(this)), state_(new QComboBox(this)), series_(new QComboBox(this)) {
    text_->setObjectName("runs.filter.text");
    text_->setPlaceholderText(tr("Picture, series or value"));
    text_->setAccessibleName(tr("Filter by text"));
    text_->setClearButtonEnabled(false);
    text_->addAction(icon("search", Token::Muted), QLineEdit::LeadingPosition);
    state_->setObjectName("runs.filter.state");
    state_->setAccessibleName(tr("Filter by state"));
    state_->addItem(tr("Any state"));
    for (const store::State state : states)
        state_->addItem(sentence(wordOf(runStateOf(state))), static_cast<int>(state));
    series_->setObjectName("runs.filter.series");
    series_->setAccessibleName(tr("Filter by series"));
    series_->addItem(tr("All series"));
    series_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    series_->setMinimumContentsLength(18);
    typing_.setSingleShot(true);
    typing_.setInterval(typingMs);
    connect(&typing_, &QTimer::timeout, this, &RunsFilter::changed);
    connect(text_, &QLineEdit::textEdited, &typing_, qOverload<>(&QTimer::start));
    connect(state_, &QComboBox::activated, this, &RunsFilter::changed);
    connect(series_, &QComboBox::activated, this, &RunsFilter::changed);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(measure::padding, 0, measure::padding, measure::grid);
    row->setSpacing(measure::padding);
    row->addWidget(text_, 2);
    row->addWidget(state_);
    row->addWidget(series_, 1);
}

store::IndexFilter RunsFilter::filter() const {
    store::IndexFilter filter;
    filter.text = text_->text().toStdString();
    if (state_->currentIndex() > 0) filter.state = static_cast<store::State>(state_->currentData().toInt());
    if (series_->currentIndex() > 0) filter.series = series_->currentData().toString().toStdString();
    return filter;
}

void RunsFilter::offer(const std::vector<store::ItemIndex::Series>& series) {
    bool isSame = static_cast<std::size_t>(series_->count()) == series.size() + 1;
    for (std::size_t i = 0; isSame && i < series.size(); ++i)
        isSame = series_->itemData(static_cast<int>(i) + 1).toString().toStdString() == series[i].series;
    if (isSame) return;
    const QVariant chosen = series_->currentData();
    while (series_->count() > 1)
        series_->removeItem(series_->count() - 1);
    for (const store::ItemIndex::Series& each : series)
        series_->addItem(QString::fromStdString(each.seriesTitle), QString::fromStdString(each.series));
    series_->setCurrentIndex(std::max(0, chosen.isValid() ? series_->findData(chosen) : 0));
}

void RunsFilter::clear() {
    text_->clear();
    state_->setCurrentIndex(0);
    series_->setCurrentIndex(0);
    emit changed();
}

void RunsFilter::focusText() {
    text_->setFocus();
    text_->selectAll();
}

void RunsFilter::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        emit closed();
    else
        QWidget::keyPressEvent(event);
}

}  // namespace ratescope::views
