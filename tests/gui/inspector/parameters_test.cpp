// Parameters of nodes: shown, changed and reset by their fields, with what is wrong at the field.

#include "tests/gui/inspector/parameters_test.h"

#include "core/graph/edit.h"
#include "tests/gui/inspector/bench.h"
#include "views/inspector/variables_model.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QPlainTextEdit>
#include <QTableView>
#include <QTextBrowser>
#include <ctime>

using namespace ratescope;

namespace {

e2e::Study alone(const std::string& type) {
    e2e::Study study("alone");
    study.node("node", type);
    study.document["nodes"].back()["version"] = gui::catalogue().find(type)->version;
    return study;
}

/// Of this thread on a processor: others may have the machine meanwhile.
double ownMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// Another value that fits, as it is written.
QString otherNumber(const graph::Parameter& parameter) {
    const double usual = views::numberOf(parameter.defaultValue);
    for (const double value : {usual + 1, usual - 1, usual / 2, usual * 2, parameter.minimum.value_or(0),
                               parameter.maximum.value_or(0)}) {
        const graph::ParameterValue candidate = views::valueOf(parameter, value);
        if (candidate != parameter.defaultValue && graph::whyUnfit(parameter, candidate).empty())
            return views::textOf(candidate);
    }
    return {};
}

void giveAnother(const graph::Parameter& parameter, QWidget& field) {
    switch (parameter.type) {
        case graph::ParameterType::Bool:
            QTest::keyClick(&field, Qt::Key_Space);
            return;
        case graph::ParameterType::Choice: {
            const auto& combo = static_cast<QComboBox&>(field);
            QTest::keyClick(&field, combo.currentIndex() + 1 < combo.count() ? Qt::Key_Down : Qt::Key_Up);
            return;
        }
        case graph::ParameterType::Command:
            return Bench::write(field, "codec --in {input} {output}");
        case graph::ParameterType::Int:
        case graph::ParameterType::Real:
            return Bench::write(field, otherNumber(parameter));
        default:
            return Bench::write(field, "another-text");
    }
}

/// Gives the parameters that it depends on a value with which it is shown.
void bringUp(Bench& bench, const graph::Manifest& manifest, const graph::Parameter& parameter) {
    if (!parameter.visibleIf) return;
    const graph::Parameter& on = *manifest.parameter(parameter.visibleIf->parameter);
    bringUp(bench, manifest, on);
    if (!bench.panel.findChild<views::ParameterRow*>(parameter.id.c_str())->isWanted())
        bench.session.document.apply(graph::setParameter("node", on.id, parameter.visibleIf->values.front()));
}

}  // namespace

void ParametersTest::everyParameterOfEveryNode_data() {
    QTest::addColumn<QString>("type");
    for (const graph::Manifest* manifest : gui::catalogue().all())
        QTest::addRow("%s", manifest->id.c_str()) << QString::fromStdString(manifest->id);
}

void ParametersTest::everyParameterOfEveryNode() {
    QFETCH(QString, type);
    const graph::Manifest& manifest = *gui::catalogue().find(type.toStdString());
    Bench bench(alone(manifest.id));
    const double start = ownMilliseconds();
    bench.session.selection.setNodes({"node"});
    const double shownAfter = ownMilliseconds() - start;
    QVERIFY2(shownAfter < 16, qPrintable(QString("the window was held up for %1 ms").arg(shownAfter)));
    bench.complete();
    const auto folds = bench.panel.findChildren<QAbstractButton*>("fold");
    for (QAbstractButton* fold : folds)
        if (!fold->isChecked()) Bench::click(*fold);
    const auto rows = bench.panel.findChildren<views::ParameterRow*>();
    QCOMPARE(static_cast<std::size_t>(rows.size()), manifest.parameters.size());
    for (views::ParameterRow* row : rows) {
        const graph::Parameter& parameter = row->parameter();
        bringUp(bench, manifest, parameter);
        QVERIFY2(row->isWanted() && row->isVisibleTo(&bench.panel), parameter.id.c_str());
        // It may have been changed to bring up another one.
        if (row->state().changed) row->reset();
        const std::string before = bench.text();
        giveAnother(parameter, *row->editor().input());
        QVERIFY2(bench.document().find("node")->parameters.count(parameter.id), parameter.id.c_str());
        QVERIFY2(row->state().changed && row->state().value != parameter.defaultValue, parameter.id.c_str());
        Bench::click(bench.in<QToolButton>(parameter.id, "reset"));
        QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
        QVERIFY(!row->findChild<QToolButton*>("reset")->isVisibleTo(row));
    }
}

void ParametersTest::aDragIsOneStep() {
    Bench bench(alone("image.jpeg"));
    bench.select("node");
    const std::string before = bench.text();
    auto& slider = bench.in<views::ValueSlider>("quality", "slider");
    Bench::drag(slider, 0, 0.2);
    QCOMPARE(bench.steps(), std::size_t{1});
    const auto first = bench.row("quality").state().value;
    QVERIFY(std::get<std::int64_t>(first) < 40);
    Bench::drag(slider, 0, 0.5);
    QCOMPARE(bench.steps(), std::size_t{2});
    bench.session.document.undo();
    QCOMPARE(bench.row("quality").state().value, first);
    QCOMPARE(bench.in<QLineEdit>("quality", "field").text(), views::textOf(first));
    bench.session.document.undo();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
}

void ParametersTest::typingIsOneStepAFocus() {
    Bench bench(alone("image.jpeg"));
    bench.select("node");
    Bench::write(bench.in<QLineEdit>("quality", "field"), "42");
    QCOMPARE(bench.row("quality").state().value, graph::ParameterValue(std::int64_t{42}));
    QCOMPARE(bench.steps(), std::size_t{1});
}

void ParametersTest::aLogarithmicSliderHalvesTheRatio() {
    Bench bench(alone("image.jxl"));
    bench.select("node");
    auto& slider = bench.in<views::ValueSlider>("distance", "slider");
    QVERIFY(slider.scale().logScale);
    slider.setFocus();
    QTest::keyClick(&slider, Qt::Key_Home);
    QCOMPARE(bench.row("distance").state().value, graph::ParameterValue(0.01));
    Bench::drag(slider, 0, 0.5);
    // The middle of 0.01 … 15 is near the root of their product.
    const double middle = std::get<double>(bench.row("distance").state().value);
    QVERIFY2(middle > 0.3 && middle < 0.5, qPrintable(QString::number(middle)));
}

void ParametersTest::whatDoesNotFitIsSaidAndNotTaken() {
    Bench bench(alone("image.jpeg"));
    bench.select("node");
    const std::string before = bench.text();
    auto& field = bench.in<QLineEdit>("quality", "field");
    Bench::write(field, "700");
    // 7 and 70 were values on the way.
    QCOMPARE(bench.row("quality").state().value, graph::ParameterValue(std::int64_t{70}));
    auto& fault = bench.in<QLabel>("quality", "fault");
    QVERIFY2(fault.text().contains("700 is more than 100"), qPrintable(fault.text()));
    QCOMPARE(field.text(), QString("700"));
    gui::shoot(bench.panel, "inspector-wrong-value");
    QTest::keyClick(&field, Qt::Key_Escape);
    QCOMPARE(field.text(), QString("70"));
    QVERIFY(!fault.isVisibleTo(&bench.panel));
    Bench::write(field, "x");
    QVERIFY(bench.in<QLabel>("quality", "fault").text().contains("\"x\" is not an integer"));
    bench.undoAll();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
}

void ParametersTest::findingsStandAtTheField() {
    e2e::Study study = alone("image.jpeg");
    study.document["nodes"][0]["parameters"]["quality"] = 1000;
    Bench bench(study);
    bench.select("node");
    const auto& fault = bench.in<QLabel>("quality", "fault");
    QVERIFY2(fault.text().contains("more than 100"), qPrintable(fault.text()));
    QVERIFY(bench.panel.findChild<QTextBrowser*>("manual")->toPlainText().contains("Messages"));
    QCOMPARE(bench.panel.findChild<QLabel*>("state")->text(), QString("Needs input"));
    gui::shoot(bench.panel, "inspector-error");
}

void ParametersTest::conditionsHoldWhileOneEdits() {
    Bench bench(alone("image.convert"));
    bench.select("node");
    const auto& matrix = *bench.panel.findChild<views::ParameterRow*>("matrix");
    const auto& siting = *bench.panel.findChild<views::ParameterRow*>("siting");
    QVERIFY(!matrix.isVisibleTo(&bench.panel));
    auto& model = bench.in<QComboBox>("model", "field");
    QTest::keyClick(&model, Qt::Key_End);
    QCOMPARE(model.currentText(), QString("YCbCr"));
    QVERIFY(matrix.isVisibleTo(&bench.panel));
    QVERIFY(!siting.isVisibleTo(&bench.panel));
    QTest::keyClick(&bench.in<QComboBox>("subsampling", "field"), Qt::Key_End);
    QVERIFY(siting.isVisibleTo(&bench.panel));
    // What it depends on is hidden: so is it, whatever its value.
    QTest::keyClick(&model, Qt::Key_Home);
    QVERIFY(!siting.isVisibleTo(&bench.panel));
    gui::shoot(bench.panel, "inspector-convert");
}

void ParametersTest::commandsAreWrittenOverTheWholeWidth() {
    Bench bench(alone("image.command"));
    bench.select("node");
    auto& encoder = bench.in<QPlainTextEdit>("encoder", "field");
    QVERIFY(encoder.width() > bench.panel.width() - 40);
    Bench::write(encoder, "cjpeg -quality {quality} -outfile {bitstream} {input.ppm}");
    QCOMPARE(bench.steps(), std::size_t{1});
    Bench::write(bench.in<QPlainTextEdit>("decoder", "field"), "djpeg {bitstream} | tee");
    QVERIFY(bench.in<QLabel>("decoder", "fault").text().contains("|"));
    QVERIFY(!views::textOf(bench.row("decoder").state().value).contains('|'));
    gui::shoot(bench.panel, "inspector-command");
}

void ParametersTest::aFileIsWrittenAsTheDocumentWritesIt() {
    Bench bench(alone("source.images"));
    bench.select("node");
    gui::shoot(bench.panel, "inspector-source");
    const e2e::Place place;
    const QString file = place.write("pictures/one.png", "no picture");
    bench.session.document.markSaved(place.path("study.ratescope"));
    Bench::click(bench.in<QToolButton>("files", "browse"));
    auto* dialog = bench.row("files").findChild<QFileDialog*>("browser");
    QVERIFY(dialog && dialog->isVisible());
    emit dialog->filesSelected({file, place.write("pictures/two.png", "")});
    dialog->close();
    QCOMPARE(views::textOf(bench.row("files").state().value), QString("pictures/one.png;pictures/two.png"));
    QCOMPARE(bench.in<QLineEdit>("files", "field").text(), QString("pictures/one.png;pictures/two.png"));
}

void ParametersTest::variables() {
    Bench bench(gui::threeCodecs());
    bench.select("webp");
    const std::string before = bench.text();
    bench.choose("method", "inspector.makeVariable");
    QCOMPARE(bench.document().variables.size(), std::size_t{1});
    QCOMPARE(bench.row("method").state().variable, std::string("method"));
    QVERIFY(bench.in<QToolButton>("method", "variable").text().contains("method = 4"));
    bench.choose("method", "inspector.sweep");
    QCOMPARE(bench.document().sweeps.back().columns.front().text(), std::string("method"));
    gui::shoot(bench.panel, "inspector-variable");

    bench.session.selection.setNodes({});
    auto& table = Bench::child<QTableView>(bench.panel, "variables");
    auto& model = *qobject_cast<views::VariablesModel*>(table.model());
    const QAbstractItemModelTester tester(&model);
    QVERIFY(model.setData(model.index(0, views::VariablesModel::Name), "effort", Qt::EditRole));
    QVERIFY(bench.document().variable("effort"));
    QCOMPARE(bench.document().sweeps.back().columns.front().text(), std::string("effort"));
    QVERIFY(!model.setData(model.index(0, views::VariablesModel::Value), "99", Qt::EditRole));
    QVERIFY(Bench::child<QLabel>(bench.panel, "variableFault").text().contains("99 is more than 6"));
    QVERIFY(model.setData(model.index(0, views::VariablesModel::Value), "5", Qt::EditRole));
    Bench::click(Bench::child<QToolButton>(bench.panel, "addVariable"));
    QCOMPARE(model.rowCount(), 2);
    table.setCurrentIndex(model.index(0, 0));
    Bench::click(Bench::child<QToolButton>(bench.panel, "removeVariable"));
    QCOMPARE(model.rowCount(), 1);
    QVERIFY(bench.document().find("webp")->parameters.at("method") ==
            graph::Binding(graph::ParameterValue(std::int64_t{5})));
    bench.undoAll();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
}

void ParametersTest::titleBypassAndCandidate() {
    Bench bench(gui::threeCodecs());
    bench.select("webp");
    const std::string before = bench.text();
    auto& title = Bench::child<QLineEdit>(bench.panel, "title");
    QCOMPARE(title.text(), QString("WebP"));
    Bench::write(title, "Mine");
    QCOMPARE(bench.document().find("webp")->title, std::string("Mine"));
    QCOMPARE(bench.steps(), std::size_t{1});
    Bench::write(title, "WebP");
    QCOMPARE(bench.document().find("webp")->title, std::string());
    QTest::keyClick(&Bench::child<QCheckBox>(bench.panel, "bypass"), Qt::Key_Space);
    QVERIFY(bench.document().find("webp")->bypassed);
    QCOMPARE(bench.panel.findChild<QLabel*>("state")->text(), QString("Bypassed"));
    QTest::keyClick(&Bench::child<QCheckBox>(bench.panel, "candidate.image"), Qt::Key_Space);
    QVERIFY(bench.document().candidates == (std::vector<graph::PortRef>{{"webp", "image"}}));
    QVERIFY(!bench.panel.findChild<QComboBox*>("pairing")->isVisibleTo(&bench.panel));
    bench.undoAll();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
}

void ParametersTest::sourcesThatMeetAskForAPairing() {
    e2e::Study study("meeting");
    study.node("a", "test.noise").node("b", "test.noise", {{"variant", 1}});
    study.node("codec", "test.residual").node("mse", "test.mse");
    const graph::Manifest& residual = *gui::catalogue().find("test.residual");
    study.wire("a.image", "codec." + residual.inputs[0].id).wire("b.image", "codec." + residual.inputs[1].id);
    study.wire("a.image", "mse.reference").wire("codec." + residual.outputs[0].id, "mse.candidate");
    Bench bench(study);
    bench.select("codec");
    auto& pairing = Bench::child<QComboBox>(bench.panel, "pairing");
    QTest::keyClick(&pairing, Qt::Key_Down);
    QCOMPARE(bench.document().find("codec")->pairing, graph::Pairing::PairedByName);
    bench.settle();
    QVERIFY(bench.session.document.derived().valid());
}

void ParametersTest::linksLeadToTheWebOnly() {
    Bench bench(alone("image.jpeg"));
    bench.select("node");
    QDesktopServices::setUrlHandler("https", this, "keepLink");
    QDesktopServices::setUrlHandler("file", this, "keepLink");
    auto* manual = bench.panel.findChild<QTextBrowser*>("manual");
    QVERIFY(manual->toPlainText().contains("doi.org/10.1145/103085.103089"));
    emit manual->anchorClicked(QUrl("https://doi.org/10.1145/103085.103089"));
    emit manual->anchorClicked(QUrl("file:///etc/passwd"));
    QDesktopServices::unsetUrlHandler("https");
    QDesktopServices::unsetUrlHandler("file");
    QCOMPARE(links_, QList<QUrl>{QUrl("https://doi.org/10.1145/103085.103089")});
}

void ParametersTest::severalAndNoneSelected() {
    Bench bench(gui::threeCodecs());
    bench.session.selection.setNodes({"jpeg", "webp"});
    bool said = false;
    for (const QLabel* label : bench.panel.findChildren<QLabel*>())
        said = said || (label->isVisibleTo(&bench.panel) && label->text().startsWith("2 nodes are selected"));
    QVERIFY(said);
    gui::shoot(bench.panel, "inspector-several");
    bench.session.selection.setNodes({});
    QVERIFY(Bench::child<QLineEdit>(bench.panel, "seeds").text() == "0");
}

void ParametersTest::theStudysOwnSettings() {
    Bench bench(gui::threeCodecs());
    const std::string before = bench.text();
    auto& seeds = Bench::child<QLineEdit>(bench.panel, "seeds");
    Bench::write(seeds, "0..4");
    QCOMPARE(bench.document().seeds, (std::vector<std::uint64_t>{0, 1, 2, 3, 4}));
    QCOMPARE(bench.steps(), std::size_t{1});
    Bench::write(seeds, "7, 3");
    QCOMPARE(bench.document().seeds, (std::vector<std::uint64_t>{7, 3}));
    Bench::write(seeds, "7, 7");
    QVERIFY(Bench::child<QLabel>(bench.panel, "studyFault").text().contains("Seeds are whole numbers"));
    Bench::write(Bench::child<QLineEdit>(bench.panel, "threads"), "2");
    Bench::write(Bench::child<QLineEdit>(bench.panel, "studyTitle"), "Photographs");
    Bench::write(Bench::child<QPlainTextEdit>(bench.panel, "notes"), "Seen.");
    QTest::keyClick(&Bench::child<QCheckBox>(bench.panel, "keep"), Qt::Key_Space);
    QCOMPARE(bench.document().threads, 2);
    QCOMPARE(bench.document().title, std::string("Photographs"));
    QCOMPARE(bench.document().notes, std::string("Seen."));
    QVERIFY(bench.document().keepReconstructions);
    bench.settle();
    auto& sweeps = Bench::child<QTableView>(bench.panel, "sweeps");
    const QAbstractItemModelTester tester(sweeps.model());
    QCOMPARE(sweeps.model()->rowCount(), 3);
    QCOMPARE(sweeps.model()->index(0, 0).data().toString(), QString("jpeg.quality"));
    bench.undoAll();
    QCOMPARE(QString::fromStdString(bench.text()), QString::fromStdString(before));
    sweeps.setCurrentIndex(sweeps.model()->index(1, 0));
    QTest::keyClick(&sweeps, Qt::Key_Return);
    QCOMPARE(bench.session.selection.node(), std::string("webp"));
}

void ParametersTest::theLastRun() {
    const gui::RanStudy ran(gui::threeCodecs());
    views::Session session(gui::catalogue());
    views::InspectorPanel panel(session);
    panel.resize(312, 576);
    panel.show();
    gui::open(session, ran.document(), ran.library());
    session.selection.setNodes({"jpeg"});
    QVERIFY(gui::waitFor([&] { return panel.findChild<views::NodePage*>()->isComplete(); }));
    auto* manual = panel.findChild<QTextBrowser*>("manual");
    QVERIFY(gui::waitFor([&] { return manual->toPlainText().contains("run study.ratescope"); }));
    QVERIFY(manual->toPlainText().contains("Host"));
    QCOMPARE(panel.findChild<QLabel*>("state")->text(), QString("Done"));
    gui::shoot(panel, "inspector-jpeg-done");
    session.selection.setNodes({});
    gui::shoot(panel, "inspector-study");
}

RATESCOPE_GUI_TEST_MAIN(ParametersTest)
