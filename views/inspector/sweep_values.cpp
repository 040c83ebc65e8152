#include "views/inspector/sweep_values.h"

#include "core/error.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr int linearDigits = 12, logDigits = 4;
constexpr int namedValues = 3;  ///< of a summary
constexpr std::size_t mostSummarised = 256;

QString trSweepValues(const char* text) {
    return QCoreApplication::translate("SweepValues", text);
}

double rounded(double value, int digits) {
    return QString::number(value, 'g', digits).toDouble();
}

double placeIn(const EvenRange& range, int index) {
    if (index == 0) return range.from;
    if (index == range.count - 1) return range.to;
    const double part = static_cast<double>(index) / (range.count - 1);
    if (range.logScale) return rounded(range.from * std::pow(range.to / range.from, part), logDigits);
    return rounded(range.from + part * (range.to - range.from), linearDigits);
}

QStringList wordsOf(const graph::Parameter& parameter, const QString& text) {
    static const QRegularExpression between("[,;\\s]+"), marks("\\s*[,;]\\s*");
    if (onLines(parameter)) return text.split('\n');
    // A choice may have a space in it.
    return text.trimmed().split(parameter.type == graph::ParameterType::Choice ? marks : between,
                                Qt::SkipEmptyParts);
}

QString sentence(QString text, const QString& remedy) {
    if (!text.isEmpty()) text[0] = text[0].toUpper();
    return text.endsWith('.') ? text + ' ' + remedy : text + ". " + remedy;
}

}  // namespace

Values valuesOf(const EvenRange& range, const graph::Parameter& parameter) {
    Values values;
    for (int i = 0; i < range.count; ++i) {
        graph::ParameterValue value = valueOf(parameter, placeIn(range, i));
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    return values;
}

QString whyNoRange(const EvenRange& range, const graph::Parameter& parameter) {
    if (range.count < 1 || range.count > mostSweptValues)
        return trSweepValues("There can be 1 to %1 values.").arg(mostSweptValues);
    if (range.logScale && !(range.from * range.to > 0))
        return trSweepValues("Even ratios need both ends above 0. Choose Range, or another end.");
    for (const double end : {range.from, range.to})
        if (const std::string reason = graph::whyUnfit(parameter, valueOf(parameter, end)); !reason.empty())
            return sentence(
                QString::fromStdString(reason),
                trSweepValues("It takes %1.").arg(QString::fromStdString(graph::whatFits(parameter))));
    return {};
}

std::optional<EvenRange> evenRangeOf(const Values& values, const graph::Parameter& parameter, bool logScale) {
    if (values.size() < 3 || values.size() > mostSweptValues || !isNumber(parameter)) return std::nullopt;
    for (const graph::ParameterValue& value : values)
        if (!graph::whyUnfit(parameter, value).empty()) return std::nullopt;
    const EvenRange range{numberOf(values.front()), numberOf(values.back()), static_cast<int>(values.size()),
                          logScale};
    if (range.from == range.to || (logScale && !(range.from * range.to > 0))) return std::nullopt;
    Values stored;
    for (const graph::ParameterValue& value : values)
        stored.push_back(graph::normalised(parameter, value));
    if (valuesOf(range, parameter) != stored) return std::nullopt;
    return range;
}

EvenRange firstRange(const graph::Parameter& parameter, const graph::ParameterValue& value, bool logScale) {
    const double now = numberOf(value);
    double low = parameter.minimum.value_or(now / 2),
           high = parameter.maximum.value_or(now == 0 ? 10 : now * 2);
    // A range over millions is nobody's sweep.
    if (!logScale && high - low > 10'000) {
        low = std::max(low, std::floor(now / 2));
        high = std::min(high, now == 0 ? 10 : std::ceil(now * 2));
    }
    if (logScale && low <= 0) low = high > 0 ? high / 100 : 1;
    if (low > high) std::swap(low, high);
    int count = 10;
    if (parameter.type == graph::ParameterType::Int)
        count = static_cast<int>(std::clamp(high - low + 1, 1.0, 10.0));
    // From 5 to 95 rather than from 1 to 100, whose tenths are no round numbers.
    if (low == 1 && high == 100 && !logScale) return {5, 95, 10, false};
    return {low, high, count, logScale};
}

ReadValue readValue(const graph::Parameter& parameter, const QString& text) {
    try {
        return {graph::parseValue(parameter, text.toStdString()), {}};
    } catch (const Error& error) {
        const QString said = QString::fromStdString(error.what()), id = QString::fromStdString(parameter.id);
        return {{},
                sentence(said.startsWith(id + ": ") ? said.mid(id.size() + 2) : said,
                         QString::fromStdString(error.remedy()))};
    }
}

ReadList readList(const graph::Parameter& parameter, const QString& text) {
    ReadList list;
    const QStringList words = wordsOf(parameter, text);
    if (words.size() > mostSweptValues)
        return {{}, trSweepValues("There can be 1 to %1 values.").arg(mostSweptValues)};
    for (const QString& word : words) {
        ReadValue read = readValue(parameter, word);
        if (!read.value) return {{}, read.fault};
        if (std::find(list.values.begin(), list.values.end(), *read.value) != list.values.end())
            return {{}, trSweepValues("%1 is there twice. Give each value once.").arg(word)};
        list.values.push_back(std::move(*read.value));
    }
    if (list.values.empty())
        list.fault = trSweepValues("A sweep has at least one value. Give one, or stop the sweep.");
    return list;
}

QString listText(const graph::Parameter& parameter, const Values& values) {
    QStringList words;
    for (const graph::ParameterValue& value : values)
        words += textOf(value);
    return words.join(onLines(parameter) ? "\n" : ", ");
}

bool onLines(const graph::Parameter& parameter) {
    return parameter.type == graph::ParameterType::Text || parameter.type == graph::ParameterType::File ||
           parameter.type == graph::ParameterType::Command;
}

bool isNumber(const graph::Parameter& parameter) {
    return parameter.type == graph::ParameterType::Int || parameter.type == graph::ParameterType::Real;
}

double numberOf(const graph::ParameterValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    const auto* real = std::get_if<double>(&value);
    return real ? *real : 0;
}

graph::ParameterValue valueOf(const graph::Parameter& parameter, double number) {
    if (parameter.type == graph::ParameterType::Int && std::abs(number) < 9e18)
        return static_cast<std::int64_t>(std::llround(number));
    return graph::normalised(parameter, number);
}

QString textOf(const graph::ParameterValue& value) {
    return QString::fromStdString(graph::toText(value));
}

QString summaryOf(const Values& all) {
    if (all.empty()) return trSweepValues("no value");
    // Of a table's column each value is named once.
    Values values;
    for (std::size_t i = 0; i < all.size() && i < mostSummarised; ++i)
        if (std::find(values.begin(), values.end(), all[i]) == values.end()) values.push_back(all[i]);
    if (all.size() > mostSummarised) values.push_back(all.back());
    const bool numbers = std::all_of(values.begin(), values.end(), [](const graph::ParameterValue& value) {
        return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
    });
    if (numbers && values.size() > namedValues)
        return textOf(values.front()) + QChar(0x2026) + textOf(values.back());
    QStringList words;
    for (std::size_t i = 0; i < values.size() && i < namedValues; ++i)
        words += textOf(values[i]);
    if (values.size() > namedValues) words += QChar(0x2026);
    return words.join(", ");
}

}  // namespace ratescope::views
