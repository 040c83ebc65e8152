#include "views/runs/run_detail_page.h"

#include "core/curves/text.h"
#include "views/controls/tabular.h"
#include "views/runs/run_texts.h"
#include "views/theme/tokens.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTextDocumentFragment>
#include <algorithm>
#include <map>

namespace ratescope::views {
namespace {

constexpr std::size_t mostParts = 24;
constexpr qsizetype mostLogLines = 40;

class DetailPage {
    Q_DECLARE_TR_FUNCTIONS(DetailPage)

  public:
    explicit DetailPage(const ItemDetail& detail) : detail_(detail) {}

    QString html() {
        addFailures();
        addValues();
        for (const store::StreamRecord& stream : detail_.streams)
            addStream(stream);
        addCounts();
        addTimes();
        addEnvironment();
        return html_;
    }

  private:
    static QString text(const std::string& value) { return QString::fromStdString(value).toHtmlEscaped(); }
    static QString name(Token token) { return colour(token).name(); }

    void heading(const QString& title) {
        html_ += QString("<p style='margin-top:10px;margin-bottom:2px;font-weight:600'>%1</p>")
                     .arg(title.toHtmlEscaped());
    }
    void paragraph(const QString& escaped, Token token = Token::Text) {
        html_ +=
            QString("<p style='margin-top:2px;margin-bottom:2px;color:%1'>%2</p>").arg(name(token), escaped);
    }
    void openTable() { html_ += "<table width='100%' cellspacing='0' cellpadding='1'>"; }
    void closeTable() { html_ += "</table>"; }
    /// Cells are escaped; all but the first one stand at the right.
    void row(const QStringList& cells, bool isSum = false) {
        html_ += "<tr>";
        for (qsizetype i = 0; i < cells.size(); ++i)
            html_ += QString("<td align='%1' style='color:%2;%3'>%4</td>")
                         .arg(i == 0 ? "left" : "right", name(i == 0 && !isSum ? Token::Muted : Token::Text),
                              isSum ? "font-weight:600" : "", cells[i]);
        html_ += "</tr>";
    }
    void pair(const QString& title, const QString& escaped) { row({title.toHtmlEscaped(), escaped}); }

    void addFailures() {
        if (detail_.failure) addFailure(*detail_.failure, {});
        for (const store::MeasurementRow& measurement : detail_.measurements)
            if (measurement.failure && !measurement.orphaned)
                addFailure(*measurement.failure, measurement.node);
    }

    void addFailure(const store::Failure& failure, const std::string& node) {
        if (!node.empty()) heading(tr("%1 failed").arg(QString::fromStdString(node)));
        paragraph(text(failure.what), Token::Bad);
        if (!failure.remedy.empty()) paragraph(text(failure.remedy));
        if (failure.log.empty()) return;
        QStringList lines = QString::fromStdString(failure.log).trimmed().split('\n');
        const bool isCut = lines.size() > mostLogLines;
        if (isCut) lines = lines.mid(lines.size() - mostLogLines);
        heading(isCut ? tr("Log, last lines") : tr("Log"));
        html_ += QString("<pre style='color:%1;white-space:pre-wrap'>%2</pre>")
                     .arg(name(Token::Muted), lines.join('\n').toHtmlEscaped());
    }

    void addValues() {
        if (detail_.row.values.empty() && detail_.measurements.empty()) return;
        openTable();
        for (const auto& [column, value] : detail_.row.values)
            pair(QString::fromStdString(column), valueText(value).toHtmlEscaped());
        if (detail_.row.reached) addReached(*detail_.row.reached);
        for (const store::MeasurementRow& measurement : detail_.measurements)
            for (const store::ScoreRow& score : measurement.scores)
                pair(score.metric.unit.empty()
                         ? QString::fromStdString(score.metric.title)
                         : QString::fromStdString(score.metric.title + ", " + score.metric.unit),
                     QString::fromStdString(curves::shortest(score.value)));
        closeTable();
    }

    void addReached(const store::ReachRecord& reached) {
        pair(QString::fromStdString(reached.parameter), valueText(reached.value).toHtmlEscaped());
        pair(tr("Reached"), QString::fromStdString(curves::shortest(reached.quantity)) +
                                (reached.within ? QString() : " " + tr("(outside the tolerance)")));
        pair(tr("Runs"), QString::number(reached.runs));
    }

    void addStream(const store::StreamRecord& stream) {
        heading(tr("Stream of %1").arg(QString::fromStdString(stream.node)));
        openTable();
        for (const PartShare& part : partShares(stream, mostParts))
            row({part.name.toHtmlEscaped(), bitsText(part.bits), percentText(part.percent)});
        row({tr("%1 bytes").arg(QLocale().toString(qulonglong{stream.bytes})), bitsText(8 * stream.bytes),
             percentText(100)},
            true);
        closeTable();
        if (stream.shared.empty()) return;
        heading(tr("Held by both ends, not counted"));
        openTable();
        for (const run::StreamPart& part : stream.shared)
            row({text(part.name), bitsText(part.bits)});
        closeTable();
    }

    static QString bitsText(std::uint64_t bits) {
        return QLocale().toString(qulonglong{bits}) + thinSpace + tr("bit");
    }
    static QString percentText(double percent) { return numberText(percent, 1) + thinSpace + "%"; }

    void addCounts() {
        std::map<std::string, std::uint64_t> counts;
        for (const store::MeasurementRow& measurement : detail_.measurements)
            counts.insert(measurement.counts.begin(), measurement.counts.end());
        if (counts.empty()) return;
        heading(tr("Counts"));
        openTable();
        for (const auto& [what, count] : counts)
            pair(QString::fromStdString(what), QLocale().toString(qulonglong{count}));
        closeTable();
    }

    void addTimes() {
        const store::ItemRow& row = detail_.row;
        if (!row.encodeSeconds) return;
        heading(tr("Time"));
        openTable();
        const auto seconds = [this](const QString& title, double value) {
            pair(title, QString::fromStdString(curves::shortest(value)) + thinSpace + tr("s"));
        };
        seconds(tr("Encode"), *row.encodeSeconds);
        if (row.decodeSeconds) seconds(tr("Decode"), *row.decodeSeconds);
        for (const store::MeasurementRow& measurement : detail_.measurements)
            if (measurement.seconds) seconds(QString::fromStdString(measurement.node), *measurement.seconds);
        pair(tr("Measured"), row.timed ? tr("alone, median of repetitions") : tr("beside other work"));
        if (row.peakMemory) pair(tr("Peak memory"), bytesText(*row.peakMemory));
        closeTable();
    }

    void addEnvironment() {
        if (!detail_.environment) return;
        const store::Environment& made = *detail_.environment;
        heading(tr("Environment"));
        if (made.dirty)
            paragraph(tr("Built of changed sources (dirty)") + " · <a href='patch' style='color:" +
                          name(Token::Accent) + "'>" + tr("Show patch") + "</a>",
                      Token::Warn);
        openTable();
        const auto value = [this](const QString& title, const std::string& what) {
            if (!what.empty()) pair(title, text(what));
        };
        value(tr("Ratescope"), made.version + " " + made.commit);
        value(tr("Compiler"), made.compiler);
        value(tr("Host"), made.host);
        value(tr("CPU"), made.cpu);
        value(tr("GPU"), made.gpu);
        value(tr("Device"), made.device);
        pair(tr("Threads"), QString::number(made.threads));
        for (const auto& [library, version] : made.libraries)
            value(QString::fromStdString(library), version);
        closeTable();
        if (made.commandLine.empty()) return;
        heading(tr("Command line"));
        paragraph(text(made.commandLine), Token::Muted);
    }

    const ItemDetail& detail_;
    QString html_;
};

}  // namespace

ItemDetail readDetail(const store::Library& library, store::ItemId item) {
    ItemDetail detail;
    detail.row = store::item(library, item);
    detail.measurements = store::measurementsOf(library, item);
    std::erase_if(detail.measurements, [](const store::MeasurementRow& each) { return each.orphaned; });
    detail.streams = store::streamsOf(library, item);
    detail.failure = store::failureOf(library, item);
    detail.environment = store::environmentOf(library, item);
    return detail;
}

std::vector<PartShare> partShares(const store::StreamRecord& stream, std::size_t most) {
    const double whole = static_cast<double>(std::max<std::uint64_t>(1, 8 * stream.bytes));
    std::vector<run::StreamPart> parts = stream.parts;
    std::uint64_t rest = 0;
    std::size_t together = 0;
    if (parts.size() > most) {
        std::stable_sort(parts.begin(), parts.end(),
                         [](const auto& a, const auto& b) { return a.bits > b.bits; });
        together = parts.size() - (most - 1);
        for (std::size_t i = most - 1; i < parts.size(); ++i)
            rest += parts[i].bits;
        parts.resize(most - 1);
    }
    std::vector<PartShare> shares;
    for (const run::StreamPart& part : parts)
        shares.push_back(
            {QString::fromStdString(part.name), part.bits, 100 * static_cast<double>(part.bits) / whole});
    if (together > 0)
        shares.push_back({QCoreApplication::translate("DetailPage", "%1 smaller parts").arg(together), rest,
                          100 * static_cast<double>(rest) / whole});
    return shares;
}

QString detailHtml(const ItemDetail& detail) {
    return DetailPage(detail).html();
}

QString detailText(const ItemDetail& detail) {
    QString text = itemTitle(detail.row) + "\n" +
                   QTextDocumentFragment::fromHtml(DetailPage(detail).html()).toPlainText() + "\n";
    if (detail.failure && !detail.failure->log.empty())
        text += "\n" + QString::fromStdString(detail.failure->log);
    return text;
}

}  // namespace ratescope::views
