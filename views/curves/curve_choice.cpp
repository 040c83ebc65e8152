#include "views/curves/curve_choice.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace ratescope::views {
namespace {

QString text(const std::string& value) {
    return QString::fromStdString(value);
}

}  // namespace

graph::FigureSpec figureOf(const CurveChoice& choice, const curves::PlotSpec& shown,
                           const std::pair<std::string, std::string>& axes, const std::string& anchor) {
    graph::FigureSpec figure;
    figure.kind = choice.relative ? graph::FigureKind::Relative : graph::FigureKind::Curves;
    figure.x = choice.x.empty() ? axes.first : choice.x;
    figure.y = choice.y.empty() ? axes.second : choice.y;
    figure.anchor = anchor;
    // None says all of them, those too that come later.
    if (!choice.hidden.empty())
        for (const curves::PlotSeries& series : shown.series)
            figure.series.push_back(series.series);
    figure.logX = choice.logarithmic;
    figure.method = curves::toText(choice.method);
    figure.averaging = curves::toText(choice.averaging);
    figure.hull = choice.hull;
    figure.by = choice.groupedBy;
    figure.bands = choice.bands;
    figure.bdTable = !choice.relative && shown.series.size() > 1;
    return figure;
}

QByteArray stateOf(const CurveChoice& choice) {
    QJsonArray hidden;
    for (const std::string& series : choice.hidden)
        hidden.append(text(series));
    const QJsonObject state{{"y", text(choice.y)},
                            {"x", text(choice.x)},
                            {"table", text(choice.table)},
                            {"log", choice.logarithmic},
                            {"relative", choice.relative},
                            {"hull", choice.hull},
                            {"bands", choice.bands},
                            {"method", curves::toText(choice.method)},
                            {"average", curves::toText(choice.averaging)},
                            {"by", text(choice.groupedBy)},
                            {"hidden", hidden}};
    return QJsonDocument(state).toJson(QJsonDocument::Compact);
}

CurveChoice choiceOf(const QByteArray& state) {
    const QJsonObject fields = QJsonDocument::fromJson(state).object();
    CurveChoice choice;
    const auto read = [&](const char* name) {
        return fields.value(QLatin1String(name)).toString().toStdString();
    };
    const auto on = [&](const char* name, bool otherwise) {
        return fields.value(QLatin1String(name)).toBool(otherwise);
    };
    choice.y = read("y");
    choice.x = read("x");
    choice.table = read("table");
    choice.logarithmic = on("log", choice.logarithmic);
    choice.relative = on("relative", choice.relative);
    choice.hull = on("hull", choice.hull);
    choice.bands = on("bands", choice.bands);
    choice.method = curves::bdMethodFromText(read("method")).value_or(choice.method);
    choice.averaging = curves::bdAveragingFromText(read("average")).value_or(choice.averaging);
    choice.groupedBy = read("by");
    for (const QJsonValue series : fields.value(QLatin1String("hidden")).toArray())
        choice.hidden.insert(series.toString().toStdString());
    return choice;
}

}  // namespace ratescope::views
