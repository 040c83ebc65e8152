// Sweeps and reaches: what is written in their editors is exactly what the document has.

#include "tests/gui/inspector/sweeps_test.h"

#include "core/graph/edit.h"
#include "tests/gui/inspector/bench.h"
#include "tests/gui/long_language.h"
#include "tests/gui/watchdog.h"
#include "views/controls/elided_label.h"
#include "views/inspector/tuple_model.h"
#include "views/inspector/tuple_table.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QPushButton>
#include <QRadioButton>
#include <QTableView>
#include <cstdio>

using namespace ratescope;

namespace {

/// Four pictures of noise → JPEG → PSNR, nothing swept.
e2e::Study oneCodec() {
    e2e::Study study("one-codec");
    study.node("noise", "test.noise", {{"count", 4}, {"size", 32}, {"model", "rgb"}});
    study.node("jpeg", "image.jpeg").wire("noise.image", "jpeg.image");
    study.measure("psnr", "measure.psnr", "noise.image", "jpeg.image");
    return study;
}

std::vector<graph::ParameterValue> wholes(const std::vector<std::int64_t>& numbers) {
    return {numbers.begin(), numbers.end()};
}

std::vector<graph::ParameterValue> swept(const Bench& bench, std::size_t sweep = 0) {
    return views::valuesIn(bench.document().sweeps.at(sweep), 0);
}

QString plain(QString rich) {
    return rich.remove("<b>").remove("</b>").replace(QChar(QChar::Nbsp), ' ');
}

}  // namespace

void SweepsTest::aRangeMakesItsValues() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    const std::string before = bench.text();
    bench.choose("quality", "inspector.sweep");
    QCOMPARE(swept(bench), wholes({5, 15, 25, 35, 45, 55, 65, 75, 85, 95}));
    QCOMPARE(bench.steps(), std::size_t{1});
    const std::string sweptText = bench.text();
    gui::shoot(bench.panel, "inspector-sweep-range");
    Bench::write(bench.in<QLineEdit>("quality", "count"), "4");
    QCOMPARE(swept(bench), wholes({5, 35, 65, 95}));
    QCOMPARE(bench.steps(), std::size_t{2});
    Bench::write(bench.in<QLineEdit>("quality", "to"), "11");
    QCOMPARE(swept(bench), wholes({5, 7, 9, 11}));
    bench.session.document.undo();
    bench.session.document.undo();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(sweptText));
    QCOMPARE(bench.in<QLineEdit>("quality", "count").text(), QString("10"));
    QCOMPARE(bench.in<QLineEdit>("quality", "to").text(), QString("95"));
    bench.choose("quality", "inspector.stopSweep");
    QVERIFY(bench.document().sweeps.empty());
    bench.undoAll();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
    bench.session.document.redo();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(sweptText));
    Bench::click(bench.in<QToolButton>("quality", "reset"));
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
}

void SweepsTest::aLogRangeMakesItsValues() {
    e2e::Study study = oneCodec();
    study.document["nodes"][1]["type"] = "image.jxl";
    Bench bench(study);
    bench.select("jpeg");
    bench.choose("distance", "inspector.sweep");
    // Its scale is logarithmic: so is the range that it begins with.
    QVERIFY(bench.in<QToolButton>("distance", "log-range").isChecked());
    Bench::write(bench.in<QLineEdit>("distance", "from"), "0.1");
    Bench::write(bench.in<QLineEdit>("distance", "to"), "10");
    Bench::write(bench.in<QLineEdit>("distance", "count"), "5");
    QCOMPARE(swept(bench), (std::vector<graph::ParameterValue>{0.1, 0.3162, 1.0, 3.162, 10.0}));
    Bench::click(bench.in<QToolButton>("distance", "range"));
    QCOMPARE(swept(bench), (std::vector<graph::ParameterValue>{0.1, 2.575, 5.05, 7.525, 10.0}));
    Bench::write(bench.in<QLineEdit>("distance", "from"), "0");
    QVERIFY(bench.in<QLabel>("distance", "sweepFault").text().contains("less than 0.01"));
    QCOMPARE(swept(bench).front(), graph::ParameterValue(0.1));
}

void SweepsTest::aListIsTakenAsItIsWritten() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("quality", "inspector.sweep");
    Bench::click(bench.in<QToolButton>("quality", "list"));
    auto& list = bench.in<QLineEdit>("quality", "list");
    QCOMPARE(list.text(), QString("5, 15, 25, 35, 45, 55, 65, 75, 85, 95"));
    const std::size_t before = bench.steps();
    Bench::write(list, "75, 5;15 25");
    QCOMPARE(swept(bench), wholes({75, 5, 15, 25}));
    QCOMPARE(list.text(), QString("75, 5;15 25"));
    QCOMPARE(bench.steps(), before + 1);
}

void SweepsTest::aWrongListIsSaid() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("quality", "inspector.sweep");
    Bench::click(bench.in<QToolButton>("quality", "list"));
    auto& list = bench.in<QLineEdit>("quality", "list");
    Bench::write(list, "5, 5");
    const auto& fault = bench.in<QLabel>("quality", "sweepFault");
    QCOMPARE(fault.text(), QString("5 is there twice. Give each value once."));
    Bench::write(list, "5, 101");
    QVERIFY(fault.text().contains("101 is more than 100"));
    QCOMPARE(swept(bench), wholes({5, 10}));
    QTest::keyClick(&list, Qt::Key_Escape);
    QCOMPARE(list.text(), QString("5, 10"));
    QVERIFY(!fault.isVisibleTo(&bench.panel));
}

void SweepsTest::choicesAreChecked() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("subsampling", "inspector.sweep");
    QCOMPARE(swept(bench).size(), std::size_t{3});
    QTest::keyClick(&bench.in<QCheckBox>("subsampling", "4:2:2"), Qt::Key_Space);
    QCOMPARE(swept(bench), (std::vector<graph::ParameterValue>{std::string("4:2:0"), std::string("4:4:4")}));
    QVERIFY(bench.in<QRadioButton>("subsampling", "each").isChecked());
}

void SweepsTest::theEndsAreDraggedInOneStep() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("quality", "inspector.sweep");
    Bench::drag(bench.in<views::ValueSlider>("quality", "ends"), 1, 0.6);
    QCOMPARE(bench.steps(), std::size_t{2});
    const double end = views::numberOf(swept(bench).back());
    QVERIFY2(end > 50 && end < 70, qPrintable(QString::number(end)));
    QCOMPARE(bench.in<QLineEdit>("quality", "to").text().toDouble(), end);
    QCOMPARE(swept(bench).front(), graph::ParameterValue(std::int64_t{5}));
    bench.session.document.undo();
    QCOMPARE(swept(bench).back(), graph::ParameterValue(std::int64_t{95}));
}

void SweepsTest::aDragHoldsNothingUp() {
    e2e::Study study = gui::threeCodecs();
    study.document["sweeps"][0]["rows"] = {{10}, {30}, {50}, {70}, {90}};
    Bench bench(study);
    bench.select("jpeg");
    auto& application = static_cast<gui::WatchedApplication&>(*qApp);
    application.start();
    for (const double to : {0.6, 0.95, 0.4, 0.8})
        Bench::drag(bench.in<views::ValueSlider>("quality", "ends"), 1, to);
    for (const char* node : {"webp", "jxl", "photographs", "psnr", "jpeg"})
        bench.select(node);
    const gui::Blocks blocks = application.stop();
    std::printf("  %s\n", qPrintable(blocks.text()));
    QVERIFY2(blocks.p99 < 16 && blocks.max < 50, qPrintable(blocks.text()));
}

void SweepsTest::alongTheCurveOrOneEach() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("quality", "inspector.sweep");
    auto& along = bench.in<QRadioButton>("quality", "along");
    QVERIFY(along.isChecked());
    QTest::mouseClick(&bench.in<QRadioButton>("quality", "each"), Qt::LeftButton);
    QCOMPARE(bench.document().sweeps[0].columns[0].movesAlongCurve, std::optional(false));
    QTest::mouseClick(&along, Qt::LeftButton);
    QCOMPARE(bench.document().sweeps[0].columns[0].movesAlongCurve, std::optional<bool>());
}

void SweepsTest::theCountFollows() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("quality", "inspector.sweep");
    const auto count = [&] { return plain(bench.in<QLabel>("quality", "count").text()); };
    QCOMPARE(count(), QString("10 values × 4 pictures = 40 runs"));
    bench.choose("progressive", "inspector.sweep");
    QCOMPARE(count(), QString("10 values × 2 other settings × 4 pictures = 80 runs"));
    bench.session.document.apply(graph::setStudy({0, 1}, 1, 600, false));
    bench.settle();
    QCOMPARE(count(), QString("10 values × 2 other settings × 4 pictures × 2 seeds = 160 runs"));
}

void SweepsTest::theSupervisorSaysWhatIsNew() {
    const e2e::Place place;
    place.write("study.ratescope", oneCodec().sweep("jpeg", "quality", {10, 20, 30}).text());
    QCOMPARE(place.cli({"run", "study.ratescope", "--library", "study.rslib"}).code, 0);
    views::Session session(gui::catalogue());
    views::InspectorPanel panel(session);
    panel.resize(312, 576);
    panel.show();
    gui::open(session, place.path("study.ratescope"), place.path("study.rslib"));
    // Its nodes of tests are found as those of the place's own programs are.
    qputenv("RATESCOPE_PLUGINS", place.environment.value("RATESCOPE_PLUGINS").toUtf8());
    session.supervisor.setLibrary(place.path("study.rslib"));
    session.supervisor.start(1);
    session.selection.setNodes({"jpeg"});
    QVERIFY(gui::waitFor([&] { return panel.findChild<views::NodePage*>()->isComplete(); }));
    const auto says = [&](const QString& text) {
        const auto said = [&] { return plain(Bench::child<QLabel>(panel, "count").text()); };
        if (gui::waitFor([&] { return said() == text; })) return true;
        std::printf("  it says: %s\n", qPrintable(said()));
        return false;
    };
    QVERIFY(says("3 values × 4 pictures = 12 runs, none new"));
    Bench::write(Bench::child<QLineEdit>(panel, "to"), "30");
    Bench::write(Bench::child<QLineEdit>(panel, "count"), "5");
    QVERIFY(says("5 values × 4 pictures = 20 runs, 8 new"));
    session.supervisor.setLibrary({});
}

void SweepsTest::aTableOfTuples() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("quality", "inspector.sweep");
    Bench::click(bench.in<QToolButton>("quality", "list"));
    Bench::write(bench.in<QLineEdit>("quality", "list"), "10, 50, 90");
    Bench::click(bench.in<QToolButton>("quality", "table"));
    auto& view = bench.in<QTableView>("quality", "tuples");
    auto& model = *qobject_cast<views::TupleModel*>(view.model());
    const QAbstractItemModelTester tester(&model);
    QCOMPARE(model.rowCount(), 3);
    const std::string before = bench.text();

    Bench::click(bench.in<QToolButton>("quality", "addColumn"));
    auto* menu = bench.panel.findChild<views::TupleTable*>()->findChild<QMenu*>();
    QAction* subsampling = menu->findChild<QAction*>("jpeg.subsampling");
    QVERIFY(subsampling);
    subsampling->trigger();
    menu->close();
    bench.settle();
    QCOMPARE(model.columnCount(), 2);
    QVERIFY(model.setData(model.index(2, 1), "4:4:4", Qt::EditRole));
    QVERIFY(!model.setData(model.index(1, 1), "4:9:9", Qt::EditRole));
    QVERIFY(bench.in<QLabel>("quality", "sweepFault").text().contains("4:9:9"));
    Bench::click(bench.in<QToolButton>("quality", "addRow"));
    QVERIFY(model.setData(model.index(3, 0), "95", Qt::EditRole));
    bench.settle();
    const graph::Sweep& sweep = bench.document().sweeps.at(0);
    QCOMPARE(sweep.rows.size(), std::size_t{4});
    QVERIFY(sweep.rows[2] == (std::vector<graph::ParameterValue>{std::int64_t{90}, std::string("4:4:4")}));
    QVERIFY(sweep.rows[3] == (std::vector<graph::ParameterValue>{std::int64_t{95}, std::string("4:4:4")}));
    QCOMPARE(plain(bench.in<QLabel>("quality", "count").text()), QString("4 rows × 4 pictures = 16 runs"));
    // The other column's row says it, and is not edited twice.
    QVERIFY(bench.row("subsampling").state().sweep.has_value());
    QVERIFY(!bench.row("subsampling").findChild<QWidget*>("sweepEditor"));
    QVERIFY(!bench.in<QToolButton>("quality", "list").isEnabled());
    bench.panel.resize(312, 720);
    gui::shoot(bench.panel, "inspector-sweep-table");

    view.selectRow(0);
    Bench::click(bench.in<QToolButton>("quality", "removeRows"));
    QCOMPARE(model.rowCount(), 3);
    view.setCurrentIndex(model.index(0, 1));
    Bench::click(bench.in<QToolButton>("quality", "removeColumn"));
    QCOMPARE(model.columnCount(), 1);
    while (bench.text() != before)
        bench.session.document.undo();
    QCOMPARE(model.columnCount(), 1);
    QCOMPARE(model.rowCount(), 3);
}

void SweepsTest::aTableIsPasted() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    bench.choose("quality", "inspector.sweep");
    Bench::click(bench.in<QToolButton>("quality", "table"));
    auto& view = bench.in<QTableView>("quality", "tuples");
    auto& model = *qobject_cast<views::TupleModel*>(view.model());
    model.addColumn({"jpeg", "progressive", {}});
    model.removeRowsAt({1, 2, 3, 4, 5, 6, 7, 8, 9});
    view.setCurrentIndex(model.index(0, 0));
    QGuiApplication::clipboard()->setText("10\ttrue\r\n20\tfalse\r\n30\ttrue\r\n");
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_V, Qt::ControlModifier);
    QCOMPARE(model.rowCount(), 3);
    QVERIFY(bench.document().sweeps[0].rows[1] ==
            (std::vector<graph::ParameterValue>{std::int64_t{20}, false}));
    const std::string before = bench.text();
    QGuiApplication::clipboard()->setText("1,true\n2,perhaps\n");
    Bench::click(bench.in<QToolButton>("quality", "paste"));
    QVERIFY(bench.in<QLabel>("quality", "sweepFault").text().startsWith("Line 2, Progressive: \"perhaps\""));
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
    QGuiApplication::clipboard()->setText("1,true,5\n");
    Bench::click(bench.in<QToolButton>("quality", "paste"));
    QVERIFY(bench.in<QLabel>("quality", "sweepFault").text().contains("3 values"));
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
}

void SweepsTest::aReachIsMadeAndChanged() {
    Bench bench(oneCodec());
    bench.select("jpeg");
    const std::string before = bench.text();
    bench.choose("quality", "inspector.reach");
    QCOMPARE(bench.document().reaches.size(), std::size_t{1});
    QCOMPARE(bench.document().reaches[0].quantity, std::string("psnr-rgb"));
    auto& quantity = bench.in<QComboBox>("quality", "quantity");
    QTest::keyClick(&quantity, Qt::Key_Home);
    QCOMPARE(bench.document().reaches[0].quantity, std::string("bpp"));
    Bench::write(bench.in<QLineEdit>("quality", "targets"), "0.5, 1, 2");
    Bench::write(bench.in<QLineEdit>("quality", "tolerance"), "2.5");
    Bench::write(bench.in<QLineEdit>("quality", "mostRuns"), "12");
    Bench::write(bench.in<QLineEdit>("quality", "reachFrom"), "10");
    Bench::write(bench.in<QLineEdit>("quality", "reachTo"), "90");
    const graph::Reach& reach = bench.document().reaches[0];
    QCOMPARE(reach.targets, (std::vector<double>{0.5, 1, 2}));
    QCOMPARE(reach.tolerance, 0.025);
    QCOMPARE(reach.mostRuns, 12);
    QVERIFY(reach.from == 10.0 && reach.to == 90.0);
    bench.settle();
    QVERIFY(bench.session.document.derived().valid());
    QCOMPARE(plain(bench.in<QLabel>("quality", "count").text()),
             QString("3 targets × 4 pictures = 12 items, at most 12 runs each"));
    gui::shoot(bench.panel, "inspector-reach");
    Bench::write(bench.in<QLineEdit>("quality", "reachTo"), "5");
    QCOMPARE(bench.in<QLabel>("quality", "reachFault").text(),
             QString("The first end lies below the second."));
    // Empty it was none; 5 is refused.
    QVERIFY(!bench.document().reaches[0].to);
    Bench::click(bench.in<QToolButton>("quality", "reset"));
    QVERIFY(bench.document().reaches.empty());
    bench.undoAll();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
}

void SweepsTest::nothingIsClippedInALongerLanguage() {
    gui::LongLanguage language;
    QCoreApplication::installTranslator(&language);
    e2e::Study study = oneCodec();
    study.sweep("jpeg", "quality", {5, 35, 65, 95});
    study.set("variables", nlohmann::json::array({{{"name", "level"}, {"value", 3}}}));
    Bench bench(study);
    gui::shoot(bench.panel, "inspector-long-study");
    QStringList clipped = gui::clippedTexts(bench.panel);
    bench.select("jpeg");
    QTest::qWait(20);
    gui::shoot(bench.panel, "inspector-long-sweep");
    clipped += gui::clippedTexts(bench.panel);
    QCoreApplication::removeTranslator(&language);
    QVERIFY2(clipped.isEmpty(), qPrintable(clipped.join('\n')));
}

void SweepsTest::allIsReachedByKeyAndNamed() {
    Bench bench(oneCodec().sweep("jpeg", "quality", {5, 35, 65, 95}));
    bench.select("jpeg");
    QSet<QWidget*> reached;
    QWidget* first = &bench.in<views::ValueSlider>("quality", "ends");
    first->setFocus();
    for (int i = 0; i < 200 && QApplication::focusWidget(); ++i) {
        QWidget* at = QApplication::focusWidget();
        reached += at;
        QTest::keyClick(at, Qt::Key_Tab);
    }
    QStringList missed;
    for (QWidget* widget : bench.panel.findChildren<QWidget*>()) {
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        const bool isInput = button || qobject_cast<QLineEdit*>(widget) || qobject_cast<QComboBox*>(widget) ||
                             qobject_cast<views::ValueSlider*>(widget);
        if (!isInput || !widget->isVisibleTo(&bench.panel) || !widget->isEnabled()) continue;
        const QString name = QString(widget->metaObject()->className()) + " " + widget->objectName();
        // Of radio buttons and segments the keys up and down go on to the next.
        const auto* radio = qobject_cast<QRadioButton*>(widget);
        const bool grouped =
            (radio && !radio->isChecked()) || (button && button->property("segment").toBool());
        if (!grouped && !reached.contains(widget)) missed += "not reached: " + name;
        if ((!button || button->text().isEmpty()) && widget->accessibleName().isEmpty())
            missed += "without a name: " + name;
    }
    QVERIFY2(missed.isEmpty(), qPrintable(missed.join('\n')));
}

RATESCOPE_GUI_TEST_MAIN(SweepsTest)
