#include "core/graph/expand.h"
#include "core/graph/override.h"
#include "core/graph/validate.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <QtTest>

using namespace ratescope::graph;
using sample::sweepOf;

namespace {

Document swept() {
    Document document = sample::jpegStudy();
    document.variables = {{"level", std::int64_t{50}}};
    document.sweeps = {{{{"jpeg", "quality", {}}, {"jpeg", "optimise", {}}},
                        {{std::int64_t{5}, true}, {std::int64_t{9}, true}, {std::int64_t{5}, false}}},
                       sweepOf("level", {std::int64_t{1}})};
    return document;
}

}  // namespace

class TestOverride : public QObject {
    Q_OBJECT

  private slots:
    void aParameterIsSetAndNoLongerSwept() {
        Document document = swept();
        overrideValue(document, sample::catalogue(), "jpeg.quality=7");
        QVERIFY(document.find("jpeg")->parameters.at("quality") == Binding(ParameterValue(std::int64_t{7})));
        QCOMPARE(document.sweeps.size(), 2u);
        QVERIFY(document.sweeps[0] == sweepOf("jpeg.optimise", {true, false}));
        overrideValue(document, sample::catalogue(), "jpeg.optimise=true");
        QCOMPARE(document.sweeps.size(), 1u);
    }

    void aVariableIsSetAndNoLongerSwept() {
        Document document = swept();
        overrideValue(document, sample::catalogue(), "level=7");
        QVERIFY(document.variables[0].value == ParameterValue(std::int64_t{7}));
        QCOMPARE(document.sweeps.size(), 1u);
    }

    void aParameterIsSetAndNoLongerReached() {
        Document document = sample::jpegStudy();
        document.reaches = {{"jpeg", "quality", "bpp", {0.5}}};
        overrideValue(document, sample::catalogue(), "jpeg.optimise=true");
        QCOMPARE(document.reaches.size(), 1u);
        overrideValue(document, sample::catalogue(), "jpeg.quality=50");
        QVERIFY(document.reaches.empty());
    }

    void rowsOfTheWrongLengthDoNoHarm() {
        Document document = swept();
        document.sweeps[0].rows.push_back({});
        overrideValue(document, sample::catalogue(), "jpeg.optimise=true");
        QVERIFY(errorOf([&] { requireValid(document, sample::catalogue()); }).contains("Row 3 of the sweep"));
    }

    void errors_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("message");
        QTest::newRow("nothing") << "jpeg.quality"
                                 << "usage: \"jpeg.quality\" sets nothing.";
        QTest::newRow("variable")
            << "levels=1"
            << "usage: The document has no variable \"levels\". Did you mean \"level\"?";
        QTest::newRow("variable's type") << "level=x"
                                         << "usage: level: \"x\" is not an integer.";
        QTest::newRow("node") << "jpg.quality=1"
                              << "usage: The document has no node \"jpg\". Did you mean \"jpeg\"?";
        QTest::newRow("parameter") << "jpeg.qualty=1"
                                   << "usage: jpeg has no parameter \"qualty\". Did you mean \"quality\"?";
        QTest::newRow("range") << "jpeg.quality=0"
                               << "usage: quality: 0 is less than 1, the least value.";
    }

    void errors() {
        QFETCH(QString, setting);
        QFETCH(QString, message);
        Document document = swept();
        const Document before = document;
        const QString error =
            errorOf([&] { overrideValue(document, sample::catalogue(), setting.toStdString()); });
        QVERIFY2(error.startsWith(message), qPrintable(error));
        QVERIFY(document == before);
    }
};

QTEST_GUILESS_MAIN(TestOverride)
#include "test_override.moc"
