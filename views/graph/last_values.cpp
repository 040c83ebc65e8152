#include "views/graph/last_values.h"

#include "core/store/compared.h"
#include "views/controls/tabular.h"

#include <QCoreApplication>
#include <QStringList>

namespace ratescope::views {
namespace {

QString trLastValues(const char* text) {
    return QCoreApplication::translate("LastValues", text);
}

QString qs(const std::string& text) {
    return QString::fromStdString(text);
}

/// "chelsea.png, quality=30"
QString nameOf(const store::ItemRow& item) {
    QStringList parts{qs(item.asset)};
    for (const auto& [parameter, value] : store::settingsOf(item))
        parts += qs(parameter + "=" + value);
    return parts.join(", ");
}

}  // namespace

std::map<std::string, LastValue> lastValuesOf(const OpenLibrary& open) {
    std::map<std::string, LastValue> last;
    if (!open.study) return last;
    for (const curves::SeriesInfo& series : store::seriesOf(open.library, open.study->id)) {
        store::ItemFilter filter;
        filter.state = store::State::Done;
        filter.series = series.slug;
        const store::ItemsPage page =
            store::itemsPage(open.library, open.study->id, filter, store::ItemOrder::Ended, true, {}, 1);
        if (page.rows.empty()) continue;
        const store::ItemRow& item = page.rows.front();
        const auto [place, first] = last.try_emplace(item.branch);
        if (first || place->second.item.ended < item.ended) place->second.item = item;
    }
    for (auto& [branch, value] : last)
        value.measurements = store::measurementsOf(open.library, value.item.id);
    return last;
}

QString candidateText(const LastValue& last) {
    const QString name = nameOf(last.item);
    return last.item.bytes ? trLastValues("%1: %2").arg(name, bytesText(*last.item.bytes)) : name;
}

QString scoreText(const LastValue& last, const std::string& measure) {
    for (const store::MeasurementRow& measurement : last.measurements) {
        if (measurement.node != measure || measurement.orphaned || measurement.scores.empty()) continue;
        const store::ScoreRow& score = measurement.scores.front();
        return trLastValues("%1, %2: %3 %4")
            .arg(qs(last.item.branchTitle), nameOf(last.item), qs(score.metric.title),
                 (significantText(score.value, 5) + ' ' + qs(score.metric.unit)).trimmed());
    }
    return {};
}

}  // namespace ratescope::views
