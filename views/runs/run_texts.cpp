#include "views/runs/run_texts.h"

#include "views/controls/tabular.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QStringList>

namespace ratescope::views {
namespace {

using Kind = RunColumn::Kind;

class RunTexts {
    Q_DECLARE_TR_FUNCTIONS(RunTexts)
};

QString dateText(std::int64_t milliseconds) {
    return QLocale().toString(QDateTime::fromMSecsSinceEpoch(milliseconds), QLocale::ShortFormat);
}

/// "quality" of "jpeg.quality", "bpp" of "target:bpp".
QString columnName(const std::string& column) {
    const std::size_t at = column.find_last_of(".:");
    return QString::fromStdString(at == std::string::npos ? column : column.substr(at + 1));
}

/// The values alone, as the column Sweep shows them.
QString valuesText(const store::ItemRow& row) {
    QStringList values;
    for (const auto& [column, value] : row.values)
        values << valueText(value);
    return values.join(" · ");
}

QString stateCountsText(const store::StateCounts& counts) {
    QStringList parts;
    for (std::size_t i = 0; i < counts.of.size(); ++i)
        if (counts.of[i] > 0)
            parts << QString("%1 %2").arg(QLocale().toString(qlonglong{counts.of[i]}),
                                          wordOf(runStateOf(static_cast<store::State>(i))));
    return parts.join(", ");
}

}  // namespace

QString valueText(const graph::ParameterValue& value) {
    if (const auto* real = std::get_if<double>(&value))
        return QString(QLocale().toString(*real, 'g', QLocale::FloatingPointShortest))
            .replace('-', QChar(0x2212));
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return QString::number(*integer).replace('-', QChar(0x2212));
    return QString::fromStdString(graph::toText(value));
}

QString sweptText(const store::ItemRow& row) {
    QStringList parts;
    for (const auto& [column, value] : row.values)
        parts << columnName(column) + " " + valueText(value);
    return parts.join(" · ");
}

QString itemTitle(const store::ItemRow& row) {
    QStringList parts{QString::fromStdString(row.branchTitle)};
    if (const QString swept = sweptText(row); !swept.isEmpty()) parts << swept;
    parts << QString::fromStdString(row.asset);
    return parts.join(" · ");
}

RunState runStateOfGroup(const store::StateCounts& counts) {
    using store::State;
    if (counts[State::Running] > 0) return RunState::Running;
    if (counts[State::Failed] > 0) return RunState::Failed;
    if (counts[State::Done] == counts.total()) return RunState::Done;
    if (counts[State::Interrupted] > 0) return RunState::Interrupted;
    if (counts[State::Cancelled] > 0) return RunState::Cancelled;
    return counts[State::Done] > 0 ? RunState::Running : RunState::Waiting;
}

std::optional<double> groupValue(const store::ItemGroup& group, const RunColumn& column) {
    if (column.kind == Kind::Encode && group.encodeSeconds > 0) return group.encodeSeconds;
    if (column.kind == Kind::Decode && group.decodeSeconds > 0) return group.decodeSeconds;
    if (column.kind == Kind::Bytes && group.bytes) return static_cast<double>(*group.bytes);
    return std::nullopt;
}

QString groupText(const store::ItemGroup& group, const RunColumn& column, store::GroupBy groupBy) {
    switch (column.kind) {
        case Kind::Branch:
            return QString::fromStdString(group.title);
        case Kind::State:
            return RunTexts::tr("%1 of %2")
                .arg(QLocale().toString(qlonglong{group.counts[store::State::Done]}),
                     QLocale().toString(qlonglong{group.counts.total()}));
        case Kind::Picture:
            return groupBy == store::GroupBy::Branch
                       ? (group.assets == 1
                              ? RunTexts::tr("1 picture")
                              : RunTexts::tr("%n pictures", nullptr, static_cast<int>(group.assets)))
                       : QString();
        case Kind::Sweep:
            if (!group.isSwept) return {};
            return group.from == group.to ? valueText(group.from)
                                          : valueText(group.from) + QChar(0x2026) + valueText(group.to);
        case Kind::Encode:
        case Kind::Decode:
        case Kind::Bytes: {
            const std::optional<double> sum = groupValue(group, column);
            return sum ? numberIn(column, sum) : QString();
        }
        default:
            return {};
    }
}

QString groupToolTip(const store::ItemGroup& group, const RunColumn& column, store::GroupBy groupBy) {
    if (column.kind == Kind::State) return stateCountsText(group.counts);
    if (const std::optional<double> sum = groupValue(group, column))
        return RunTexts::tr("Sum of the items: %1").arg(fullNumberIn(column, *sum));
    return groupText(group, column, groupBy);
}

std::optional<double> itemValue(const store::ItemLine& line, const RunColumn& column) {
    const auto asReal = [](const std::optional<std::uint64_t>& value) {
        return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
    };
    switch (column.kind) {
        case Kind::Quantity:
            return line.quantities.at(column.quantity);
        case Kind::Encode:
            return line.row.encodeSeconds;
        case Kind::Decode:
            return line.row.decodeSeconds;
        case Kind::Bytes:
            return asReal(line.row.bytes);
        case Kind::Memory:
            return asReal(line.row.peakMemory);
        default:
            return std::nullopt;
    }
}

QString itemText(const store::ItemLine& line, const RunColumn& column) {
    const store::ItemRow& row = line.row;
    switch (column.kind) {
        case Kind::Branch:
            return QString::fromStdString(row.branchTitle);
        case Kind::State:
            return wordOf(runStateOf(row.state));
        case Kind::Picture:
            return QString::fromStdString(row.asset);
        case Kind::Sweep:
            return valuesText(row);
        case Kind::Series:
            return QString::fromStdString(row.seriesTitle);
        case Kind::Seed:
            return QString::number(row.seed);
        case Kind::Ended:
            return row.ended ? dateText(*row.ended) : QString();
        case Kind::Notes:
            return QString::fromStdString(row.notes).section('\n', 0, 0);
        default: {
            const std::optional<double> value = itemValue(line, column);
            return value ? numberIn(column, value) : QString();
        }
    }
}

QString itemToolTip(const store::ItemLine& line, const RunColumn& column) {
    const store::ItemRow& row = line.row;
    if (const std::optional<double> value = itemValue(line, column)) {
        const QString timed =
            column.kind == Kind::Encode || column.kind == Kind::Decode
                ? "\n" + (row.timed ? RunTexts::tr("Measured alone, median of repetitions")
                                    : RunTexts::tr("Measured while other work may have run"))
                : QString();
        return fullNumberIn(column, *value) + timed;
    }
    switch (column.kind) {
        case Kind::Branch:
        case Kind::Series:
            return QString::fromStdString(row.seriesTitle);
        case Kind::State:
            return row.reason.empty() ? wordOf(runStateOf(row.state)) : QString::fromStdString(row.reason);
        case Kind::Sweep:
            return sweptText(row);
        case Kind::Notes:
            return QString::fromStdString(row.notes);
        default:
            return itemText(line, column);
    }
}

}  // namespace ratescope::views
