#include "views/runs/runs_model.h"

#include "views/controls/run_state.h"
#include "views/runs/run_texts.h"

#include <algorithm>
#include <unordered_set>

namespace ratescope::views {
namespace {

constexpr int refreshEveryMs = 250;
constexpr int linesAround = 48;
constexpr std::size_t mostLines = 2048;

}  // namespace

RunsModel::RunsModel(Session& session, QObject* parent)
    : QAbstractTableModel(parent),
      session_(session),
      snapshot_(std::make_shared<RunsSnapshot>()),
      columns_(runColumns({})) {
    refreshing_.setSingleShot(true);
    connect(&refreshing_, &QTimer::timeout, this, &RunsModel::refresh);
    lineReading_.setSingleShot(true);
    lineReading_.setInterval(0);
    connect(&lineReading_, &QTimer::timeout, this, [this] { readLines(false); });
    connect(&session.results, &Results::opened, this, &RunsModel::restart);
    connect(&session.results, &Results::committed, this, &RunsModel::refreshSoon);
    connect(&session.supervisor, &SupervisorLink::stateChanged, this, &RunsModel::refreshSoon);
    connect(&session.selection, &Selection::anchorChanged, this,
            [this] { emit dataChanged(index(0, 0), index(rowCount() - 1, 0)); });
    if (session.results.hasStudy()) refresh();
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

const store::ItemGroup* RunsModel::groupOf(const RunRow& row) const {
    return row.group < snapshot_->index.groups.size() ? &snapshot_->index.groups[row.group] : nullptr;
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const RunRow& row = rows_[static_cast<std::size_t>(index.row())];
    const RunColumn& shown = column(index.column());
    if (role == GroupRole) return row.isGroup();
    if (role == ItemRole) return row.isGroup() ? qint64{0} : qint64{row.key};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((shown.isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return row.isGroup() ? groupData(row, shown, role) : dataOfItem(row, shown, role);
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const RunColumn& shown = column(section);
    if (role == Qt::DisplayRole) return shown.header();
    if (role == Qt::ToolTipRole) return shown.help.isEmpty() ? shown.header() : shown.help;
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((shown.isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

QVariant RunsModel::groupData(const RunRow& row, const RunColumn& shown, int role) const {
    const store::ItemGroup* const group = groupOf(row);
    if (!group) return {};
    if (role == Qt::DisplayRole) return groupText(*group, shown, choice_.groupBy);
    if (role == OpenRole) return open_.contains(group->key);
    if (role == BranchRole)
        return choice_.groupBy == store::GroupBy::Branch ? QString::fromStdString(group->key) : QString();
    if (role == StateRole) return static_cast<int>(runStateOfGroup(group->counts));
    if (role == ReadRole) return true;
    if (role == ValueRole) {
        const std::optional<double> value = groupValue(*group, shown);
        return value ? QVariant(*value) : QVariant();
    }
    if (role == Qt::ToolTipRole) return groupToolTip(*group, shown, choice_.groupBy);
    return {};
}

QVariant RunsModel::dataOfItem(const RunRow& row, const RunColumn& shown, int role) const {
    const auto& series = snapshot_->index.series;
    if (row.series >= series.size()) return {};
    if (role == StateRole) return static_cast<int>(runStateOf(row.state));
    if (role == BranchRole) return QString::fromStdString(series[row.series].branch);
    if (role == SeriesRole) return QString::fromStdString(series[row.series].series);
    const auto found = lines_.find(row.key);
    if (role == ReadRole) return found != lines_.end();
    if (role == Qt::DisplayRole && shown.kind == RunColumn::Kind::Branch)
        return QString::fromStdString(series[row.series].branchTitle);
    if (role == Qt::DisplayRole && shown.kind == RunColumn::Kind::State) return wordOf(runStateOf(row.state));
    if (found == lines_.end()) return {};
    const store::ItemLine& line = found->second.line;
    if (role == Qt::DisplayRole) return itemText(line, shown);
    if (role == Qt::ToolTipRole) return itemToolTip(line, shown);
    if (role == ValueRole) {
        const std::optional<double> value = itemValue(line, shown);
        return value ? QVariant(*value) : QVariant();
    }
    return {};
}

void RunsModel::setChoice(const RunsChoice& choice) {
    choice_ = choice;
    isAnew_ = true;
    ++revision_;
    refresh();
}

bool RunsModel::isOpen(int row) const {
    const store::ItemGroup* const group = groupOf(rows_[static_cast<std::size_t>(row)]);
    return group && open_.contains(group->key);
}

bool RunsModel::isBelow(int row, int group) const {
    const RunRow& item = rows_[static_cast<std::size_t>(row)];
    return !item.isGroup() && item.group == rows_[static_cast<std::size_t>(group)].group;
}

void RunsModel::setOpen(int row, bool open) {
    if (!rows_[static_cast<std::size_t>(row)].isGroup() || isOpen(row) == open) return;
    const RunRow head = rows_[static_cast<std::size_t>(row)];
    const std::vector<RunRow> below = snapshot_->rowsOf(head.group);
    const int count = static_cast<int>(below.size());
    ++revision_;
    if (open) {
        open_.insert(groupOf(head)->key);
        beginInsertRows({}, row + 1, row + count);
        rows_.insert(rows_.begin() + row + 1, below.begin(), below.end());
        endInsertRows();
    } else {
        open_.erase(groupOf(head)->key);
        beginRemoveRows({}, row + 1, row + count);
        rows_.erase(rows_.begin() + row + 1, rows_.begin() + row + 1 + count);
        endRemoveRows();
    }
    emit dataChanged(index(row, 0), index(row, columnCount() - 1));
}

int RunsModel::rowOf(std::int64_t key) const {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [key](const RunRow& row) { return row.key == key; });
    return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

int RunsModel::showItem(store::ItemId item) {
    if (const int row = rowOf(item); row >= 0) return row;
    const std::vector<store::ItemGroup>& groups = snapshot_->index.groups;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const bool isHere = std::any_of(groups[i].items.begin(), groups[i].items.end(),
                                        [item](const store::IndexedItem& each) { return each.id == item; });
        if (!isHere || open_.contains(groups[i].key)) continue;
        if (const int row = rowOf(snapshot_->groupKeys[i]); row >= 0) setOpen(row, true);
        return rowOf(item);
    }
    // It may be hidden as not one of the latest: the next reading shows it.
    if (choice_.latestOnly && item != pinned_) refreshSoon();
    return -1;
}

void RunsModel::restart() {
    emit aboutToChange();
    beginResetModel();
    snapshot_ = std::make_shared<RunsSnapshot>();
    rows_.clear();
    lines_.clear();
    open_.clear();
    ++revision_;
    isAnew_ = true;
    isRead_ = reading_ = readAgain_ = false;
    endResetModel();
    emit changed();
    emit refreshed();
}

void RunsModel::refreshSoon() {
    if (!refreshing_.isActive()) refreshing_.start(isRead_ ? refreshEveryMs : 0);
}

void RunsModel::refresh() {
    if (session_.results.file().isEmpty()) return;
    readAgain_ = reading_;
    if (reading_) return;
    reading_ = true;
    const quint64 revision = revision_;
    const bool anew = isAnew_;
    pinned_ = session_.selection.item().value_or(0);
    session_.results.ask(
        this, "runs.rows",
        [choice = choice_, open = open_, before = rows_, pinned = pinned_](const OpenLibrary& library) {
            return std::make_shared<FreshRows>(readRows(library, choice, open, pinned, before));
        },
        [this, revision, anew](const std::shared_ptr<FreshRows>& fresh) {
            take(std::move(*fresh), revision, anew);
        },
        [this](const Error& error) {
            reading_ = false;
            emit session_.results.failed(QString::fromStdString(error.what()),
                                         QString::fromStdString(error.remedy()));
        });
    if (isRead_) readLines(true);
}

void RunsModel::take(FreshRows fresh, quint64 revision, bool anew) {
    reading_ = false;
    if (revision != revision_) return refresh();
    const RunQuantities quantities = fresh.snapshot->quantities;
    const bool hasOtherColumns = quantities.ids() != snapshot_->quantities.ids();
    const std::int64_t milliseconds = fresh.milliseconds;
    emit aboutToChange();
    if (anew || hasOtherColumns) {
        beginResetModel();
        snapshot_ = fresh.snapshot;
        if (hasOtherColumns) takeColumns(quantities);
        rows_ = std::move(fresh.rows);
        endResetModel();
        isAnew_ = false;
    } else {
        changeRows(std::move(fresh));
    }
    const bool isFirst = !isRead_ && snapshot_->hasStudy;
    isRead_ = snapshot_->hasStudy;
    emit changed();
    if (isFirst) openUnfinished();
    emit refreshed();
    lineReading_.start();
    // What costs long is read more rarely, so that the reader has time for what the user looks at.
    if (readAgain_) refreshing_.start(std::max(refreshEveryMs, static_cast<int>(4 * milliseconds)));
    readAgain_ = false;
}

void RunsModel::changeRows(FreshRows fresh) {
    const RowChange& change = fresh.change;
    snapshot_ = fresh.snapshot;
    if (!change.added.empty()) {
        const int count = rowCount();
        beginInsertRows({}, count, count + static_cast<int>(change.added.size()) - 1);
        rows_.insert(rows_.end(), change.added.begin(), change.added.end());
        endInsertRows();
    }
    if (change.isReordered) {
        std::vector<RunRow> ordered = fresh.rows;
        ordered.insert(ordered.end(), change.vanished.begin(), change.vanished.end());
        reorder(ordered);
    }
    if (!change.vanished.empty()) {
        const int left = static_cast<int>(fresh.rows.size());
        beginRemoveRows({}, left, rowCount() - 1);
        rows_.resize(fresh.rows.size());
        endRemoveRows();
    }
    if (!change.isSame()) ++revision_;
    rows_ = std::move(fresh.rows);
    if (!rows_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void RunsModel::reorder(const std::vector<RunRow>& rows) {
    emit layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList kept = persistentIndexList();
    std::unordered_map<std::int64_t, int> places;
    for (const QModelIndex& each : kept)
        places.emplace(keyOf(each.row()), -1);
    if (!places.empty())
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (const auto found = places.find(rows[i].key); found != places.end())
                found->second = static_cast<int>(i);
    QModelIndexList moved;
    for (const QModelIndex& each : kept)
        moved.append(index(places.at(keyOf(each.row())), each.column()));
    rows_ = rows;
    changePersistentIndexList(kept, moved);
    emit layoutChanged({}, VerticalSortHint);
}

void RunsModel::takeColumns(const RunQuantities& quantities) {
    columns_ = runColumns(quantities);
    lines_.clear();
}

void RunsModel::openUnfinished() {
    if (choice_.groupBy != store::GroupBy::Branch) return;
    for (int row = rowCount() - 1; row >= 0; --row) {
        const store::ItemGroup* const group = groupOf(rows_[static_cast<std::size_t>(row)]);
        const bool isFinished = group && group->counts[store::State::Done] == group->counts.total();
        if (!isFinished) setOpen(row, true);
    }
}

void RunsModel::setVisible(int first, int last) {
    firstVisible_ = first;
    lastVisible_ = last;
    lineReading_.start();
}

void RunsModel::readLines(bool again) {
    if (rows_.empty() || lastVisible_ < firstVisible_) return;
    const int from = std::max(0, firstVisible_ - linesAround),
              to = std::min(rowCount() - 1, lastVisible_ + linesAround);
    std::vector<store::ItemId> ids;
    for (int row = from; row <= to; ++row) {
        const std::int64_t key = keyOf(row);
        const bool isVisible = row >= firstVisible_ && row <= lastVisible_;
        if (key > 0 && ((again && isVisible) || !lines_.contains(key))) ids.push_back(key);
    }
    if (ids.empty()) return;
    session_.results.ask(
        this, again ? "runs.lines.again" : "runs.lines",
        [ids, quantities = snapshot_->quantities.ids()](const OpenLibrary& library) {
            if (!library.study) return std::vector<store::ItemLine>{};
            return store::itemLines(library.library, library.study->id, ids, quantities);
        },
        [this](const std::vector<store::ItemLine>& lines) { takeLines(lines); });
}

void RunsModel::takeLines(const std::vector<store::ItemLine>& lines) {
    ++lineReadings_;
    const std::size_t wanted = snapshot_->quantities.ids().size();
    for (const store::ItemLine& line : lines)
        if (line.quantities.size() == wanted) lines_[line.row.id] = {line, lineReadings_};
    if (lines_.size() > mostLines)
        std::erase_if(lines_, [this](const auto& each) { return each.second.reading + 4 < lineReadings_; });
    const int from = std::max(0, firstVisible_ - linesAround),
              to = std::min(rowCount() - 1, lastVisible_ + linesAround);
    if (from <= to) emit dataChanged(index(from, 0), index(to, columnCount() - 1));
}

}  // namespace ratescope::views
