// analysis.correlation: groups, coefficients, intervals, what is left out.

#include "core/curves/correlation.h"

#include "plugins/analysis/nodes.h"
#include "tests/families/support.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Three assets in two series; y grows with x in one series and falls in the other.
Table study() {
    Table rows;
    std::vector<std::string> series, assets;
    std::vector<double> x, y;
    std::vector<std::int64_t> quality;
    for (int s = 0; s < 2; ++s)
        for (int a = 0; a < 3; ++a)
            for (int q = 0; q < 5; ++q) {
                series.push_back(s == 0 ? "jpeg" : "other");
                assets.push_back(std::string(1, static_cast<char>('a' + a)));
                quality.push_back(q);
                x.push_back(q + 0.1 * a);
                y.push_back(s == 0 ? q * q : -2.0 * (q + 0.1 * a));
            }
    y[2] = infinity;
    y[7] = std::numeric_limits<double>::quiet_NaN();
    rows.columns = {{"series", "", series}, {"asset", "", assets}, {"jpeg.quality", "", quality},
                    {"bpp", "", x},         {"psnr-rgb", "dB", y}, {"flat", "", std::vector<double>(30, 1)}};
    return rows;
}

Table correlated(const Settings& settings) {
    TestContext context;
    const NodeEntry entry = analysis::correlationNode();
    const auto node = entry.make();
    return dynamic_cast<const AnalysisNode&>(*node)
        .run(context, study(), complete(entry.manifest, settings))
        .at("correlation");
}

template <typename T>
const std::vector<T>& column(const Table& table, const char* name) {
    return std::get<std::vector<T>>(table.column(name)->cells);
}

}  // namespace

class CorrelationTest : public QObject {
    Q_OBJECT

  private slots:
    void groupsAreAllThenSeriesThenAssets() {
        const Table table = correlated({});
        QCOMPARE(column<std::string>(table, "over"),
                 (std::vector<std::string>{"all", "series", "series", "asset", "asset", "asset"}));
        QCOMPARE(column<std::string>(table, "name"),
                 (std::vector<std::string>{"", "jpeg", "other", "a", "b", "c"}));
        QCOMPARE(column<std::int64_t>(table, "n"), (std::vector<std::int64_t>{28, 13, 15, 9, 9, 10}));
        QCOMPARE(column<std::int64_t>(table, "left-out"), (std::vector<std::int64_t>{2, 2, 0, 1, 1, 0}));
    }

    void coefficientsAreTheDefinitions_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<double>("jpeg");
        QTest::addColumn<double>("other");
        // The series "jpeg" without the two pairs left out, by the definitions, in Python.
        QTest::newRow("pearson") << "pearson" << 0.9642257808241353 << -1.0;
        QTest::newRow("spearman") << "spearman" << 0.9777750027710649 << -1.0;
        QTest::newRow("kendall") << "kendall" << 0.9198662110077999 << -1.0;
    }
    void coefficientsAreTheDefinitions() {
        QFETCH(QString, method);
        QFETCH(double, jpeg);
        QFETCH(double, other);
        const Table table = correlated({{"method", method.toStdString()}});
        const auto& found = column<double>(table, "correlation");
        QVERIFY2(std::abs(found[1] - jpeg) < 1e-12, qPrintable(QString::number(found[1], 'g', 17)));
        QVERIFY(std::abs(found[2] - other) < 1e-12);
        const auto &low = column<double>(table, "low"), &high = column<double>(table, "high");
        QVERIFY(low[1] < found[1] && found[1] < high[1]);
    }

    void intervalsKeepTheirSeed() {
        const auto low = [](std::int64_t seed) {
            return column<double>(correlated({{"seed", seed}}), "low")[0];
        };
        QCOMPARE(low(3), low(3));
        QVERIFY(low(3) != low(4));
    }

    void fisherIsPearsonsOnly() {
        const Table table = correlated({{"interval", std::string("fisher")}});
        const double r = column<double>(table, "correlation")[1];
        const double expected = std::tanh(std::atanh(r) - 1.959963984540054 / std::sqrt(13 - 3));
        QVERIFY(std::abs(column<double>(table, "low")[1] - expected) < 1e-9);
        QVERIFY(errorOf([] {
                    correlated({{"interval", std::string("fisher")}, {"method", std::string("kendall")}});
                }).startsWith("usage: "));
    }

    void parametersMayBeCorrelated() {
        const Table table = correlated({{"x", std::string("jpeg.quality")}, {"y", std::string("bpp")}});
        QVERIFY(column<double>(table, "correlation")[0] > 0.99);
    }

    void constantsHaveANoteInPlaceOfANumber() {
        const Table table = correlated({{"y", std::string("flat")}});
        QVERIFY(std::isnan(column<double>(table, "correlation")[0]));
        QVERIFY(!column<std::string>(table, "note")[0].empty());
    }

    void unknownColumnsAreNamed() {
        const QString error = errorOf([] { correlated({{"x", std::string("series")}}); });
        QVERIFY2(error.contains("\"series\"") && error.contains("bpp, psnr-rgb"), qPrintable(error));
    }
};

QTEST_GUILESS_MAIN(CorrelationTest)
#include "correlation_test.moc"
