// Model, before a real library with a real supervisor: tensors with what they cost and lose, two models beside each
// other, the layer that loses most, and what is said where there is nothing.

#include "core/graph/document_json.h"
#include "core/media/assets/safetensors_file.h"
#include "tests/gui/long_language.h"
#include "tests/gui/support.h"
#include "views/model/layer_chart.h"
#include "views/model/model_panel.h"
#include "views/model/numbers_model.h"
#include "views/model/tensor_model.h"
#include "views/model/tensor_table_view.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <cmath>
#include <random>

using namespace ratescope;
using views::ModelPanel;
using views::TensorModel;
using Column = TensorModel::Column;

namespace {

constexpr const char* broken = "layers.2.k.weight";

/// Eight layers and a norm; few weights of one layer are far from the others, which ruins its grid.
void writeModel(const std::string& file) {
    std::mt19937 random(3);
    std::normal_distribution<float> draw(0, 0.05F);
    media::TensorSet set;
    for (int block = 0; block < 4; ++block)
        for (const char* name : {"q", "k"}) {
            Array array(DType::F32, {32, 64});
            for (float& weight : array.writable<float>())
                weight = draw(random);
            set.tensors.push_back({"layers." + std::to_string(block) + "." + name + ".weight", array});
            if (set.tensors.back().name != broken) continue;
            const auto weights = array.writable<float>();
            for (std::size_t i = 0; i < weights.size(); i += 64)
                weights[i] = 0.4F;
        }
    set.tensors.push_back({"norm", Array(DType::F32, {64})});
    media::writeSafetensors(file, set);
}

e2e::Study modelStudy(const QTemporaryDir& folder) {
    const std::string file = folder.filePath("model.safetensors").toStdString();
    writeModel(file);
    e2e::Study study("model");
    study.node("weights", "source.tensors", {{"files", file}})
        .node("rtn", "weights.rtn", {{"group-size", -1}})
        .node("cast", "weights.cast")
        .wire("weights.tensors", "rtn.tensors")
        .wire("weights.tensors", "cast.tensors")
        .sweep("rtn", "bits", {2, 4, 8})
        .node("error", "measure.tensor-error")
        .wire("weights.tensors", "error.reference")
        .wire("rtn.tensors", "error.candidate")
        .wire("cast.tensors", "error.candidate");
    return study;
}

struct Bench {
    explicit Bench(const gui::RanStudy& study, QSize size = {1596, 840}) {
        gui::open(session, study.document(), study.library());
        session.supervisor.setLibrary(study.library());
        panel = std::make_unique<ModelPanel>(session);
        panel->resize(size);
        panel->show();
    }
    ~Bench() {
        const qint64 process = session.supervisor.process();
        session.supervisor.setLibrary({});
        if (process) gui::waitFor([process] { return !e2e::isRunning(process); });
    }

    bool settles() const {
        return gui::waitFor([&] { return panel->settled() && panel->tensors().rowCount() > 0; }, 20'000);
    }
    template <typename Widget>
    Widget& find(const QString& name) const {
        auto* widget = panel->findChild<Widget*>(name);
        if (!widget) throw std::runtime_error("no " + name.toStdString());
        return *widget;
    }
    /// By keys.
    void choose(const QString& name, const QString& text) const {
        auto& box = find<QComboBox>(name);
        box.setFocus();
        QTest::keyClick(&box, Qt::Key_Home);
        for (int i = 0; i < box.count() && box.currentText() != text; ++i)
            QTest::keyClick(&box, Qt::Key_Down);
    }
    int columnOf(Column column) const {
        for (int i = 0; i < panel->tensors().columnCount(); ++i)
            if (panel->tensors().columnAt(i) == column) return i;
        return -1;
    }
    QString cell(const QString& tensor, Column column) const {
        const TensorModel& model = panel->tensors();
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.index(row, 0).data().toString() == tensor)
                return model.index(row, columnOf(column)).data().toString();
        return "no such tensor";
    }
    double number(const QString& tensor, Column column) const {
        QString text = cell(tensor, column);
        return text.replace(QChar(0x2212), '-').toDouble();
    }
    QString current() const { return panel->table().currentIndex().siblingAtColumn(0).data().toString(); }
    void clickHeader(Column column) const {
        QHeaderView& header = *panel->table().horizontalHeader();
        QTest::mouseClick(header.viewport(), Qt::LeftButton, {},
                          {header.sectionViewportPosition(columnOf(column)) + 10, 10});
    }
    QStringList names() const {
        QStringList names;
        for (int row = 0; row < panel->tensors().rowCount(); ++row)
            names += panel->tensors().index(row, 0).data().toString();
        return names;
    }

    views::Session session{gui::catalogue()};
    std::unique_ptr<ModelPanel> panel;
};

}  // namespace

class ModelTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(modelStudy(folder_)); }

    void anEmptyPanelSaysWhatToDo() {
        views::Session session(gui::catalogue());
        ModelPanel panel(session);
        panel.resize(900, 500);
        panel.show();
        QSignalSpy graph(&panel, &ModelPanel::graphAsked), run(&panel, &ModelPanel::runAsked);
        const auto press = [&](const char* text) {
            for (QPushButton* button : panel.findChildren<QPushButton*>())
                if (button->isVisible() && button->text() == text) QTest::mouseClick(button, Qt::LeftButton);
        };
        press("Show graph");
        QCOMPARE(graph.count(), 1);
        gui::shoot(panel, "model-empty");
        session.document.replace(graph::readDocument(study_->document().toStdString()), {}, true);
        QVERIFY(gui::waitFor([&] { return session.document.derivedIsCurrent(); }));
        press("Run");
        QCOMPARE(run.count(), 1);
        QVERIFY(!panel.itemA());
    }

    void tensorsAreThoseOfTheModel() {
        Bench bench(*study_);
        QAbstractItemModelTester tester(const_cast<TensorModel*>(&bench.panel->tensors()),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester numbers(const_cast<views::NumbersModel*>(&bench.panel->numbers()),
                                         QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(bench.settles());
        QCOMPARE(bench.find<QComboBox>("model.a").currentText(), QString("Round to nearest · bits 2"));
        QCOMPARE(bench.find<QComboBox>("model.a").count(), 4);
        QCOMPARE(bench.names().size(), 9);
        QCOMPARE(bench.names().first(), QString("layers.0.q.weight"));
        QCOMPARE(bench.cell(broken, Column::Shape), QString("32 × 64"));
        QCOMPARE(bench.cell(broken, Column::Type), QString("f32"));
        QCOMPARE(bench.cell(broken, Column::Weights), QLocale().toString(2048));
        // Two bits, and a scale and a zero point for each row of 64.
        QCOMPARE(bench.number(broken, Column::Bits), 2.281);
        QCOMPARE(bench.cell("norm", Column::Bits), QString("–"));
        QCOMPARE(bench.number("norm", Column::Error), 0.0);
        const views::TensorFacts* facts = bench.panel->tensors().factsAt(0);
        QVERIFY(facts);
        std::uint64_t counted = 0;
        std::size_t levels = 0;
        for (std::size_t i = 0; i < views::histogramBins; ++i) {
            counted += facts->reference[i];
            levels += facts->candidate[i] > 0;
        }
        QCOMPARE(counted, std::uint64_t{2048});
        QVERIFY(levels > 3);
        // Rates first, then what the measure says.
        const auto measured = [&](int row, int column) {
            return bench.panel->numbers().index(row, column).data().toString();
        };
        QVERIFY2(measured(0, 0).startsWith("bpw-searched"), qPrintable(measured(0, 0)));
        QVERIFY(measured(0, 1).toDouble() > 2.28 && measured(0, 1).toDouble() < 2.3);
        QVERIFY(measured(1, 0).startsWith("bpw-all"));
        QVERIFY(measured(3, 0).startsWith("Mean squared error"));
        gui::shoot(*bench.panel, "model");
    }

    void theWorstLayerIsMarked() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        const TensorModel& model = bench.panel->tensors();
        int marked = 0;
        for (int row = 0; row < model.rowCount(); ++row) {
            const QModelIndex name = model.index(row, 0);
            if (!name.data(TensorModel::WorstRole).toBool()) continue;
            ++marked;
            QCOMPARE(name.data().toString(), QString(broken));
            QVERIFY(name.data(Qt::AccessibleTextRole).toString().contains("loses most"));
        }
        QCOMPARE(marked, 1);
        views::LayerChart& chart = bench.panel->chart();
        QCOMPARE(chart.bars(), std::size_t{8});
        QVERIFY2(chart.worstText().startsWith(broken), qPrintable(chart.worstText()));
        QVERIFY(chart.accessibleDescription().contains("loses most"));
        // By its key; then from bar to bar.
        bench.panel->table().setFocus();
        QTest::keyClick(&bench.panel->table(), Qt::Key_W);
        QCOMPARE(bench.current(), QString(broken));
        chart.setFocus();
        QTest::keyClick(&chart, Qt::Key_Left);
        QCOMPARE(bench.current(), QString("layers.2.q.weight"));
        QTest::keyClick(&chart, Qt::Key_End);
        QCOMPARE(bench.current(), QString("layers.3.k.weight"));
        QTest::mouseClick(&chart, Qt::LeftButton, {}, chart.placeOf(0).center().toPoint());
        QCOMPARE(bench.current(), QString("layers.0.q.weight"));
        QVERIFY(chart.accessibleDescription().startsWith("layers.0.q.weight"));
        // The tallest bar is the marked one.
        for (int tensor = 0; tensor < 8; ++tensor)
            QVERIFY(chart.placeOf(tensor).height() <= chart.placeOf(5).height());
    }

    void twoModelsStandBesideEachOther() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        bench.choose("model.b", "Round to nearest · bits 4");
        QVERIFY(bench.settles());
        QVERIFY(gui::waitFor([&] { return bench.panel->tensors().columnCount() == 11; }));
        QVERIFY(bench.settles());
        for (const char* tensor : {broken, "layers.0.q.weight"}) {
            QVERIFY(std::abs(bench.number(tensor, Column::BitsChange) -
                             (bench.number(tensor, Column::Bits) - bench.number(tensor, Column::BitsB))) <
                    2e-3);
            QVERIFY(bench.number(tensor, Column::Error) > bench.number(tensor, Column::ErrorB));
            QVERIFY(bench.cell(tensor, Column::ErrorChange).startsWith('+'));
        }
        QCOMPARE(bench.panel->numbers().columnCount(), 3);
        gui::shoot(*bench.panel, "model-ab");
        const auto a = bench.panel->itemA(), b = bench.panel->itemB();
        const QString before = bench.cell(broken, Column::Error);
        bench.panel->table().setFocus();
        QTest::keyClick(&bench.panel->table(), Qt::Key_S);
        QCOMPARE(bench.panel->itemA(), b);
        QCOMPARE(bench.panel->itemB(), a);
        QVERIFY(gui::waitFor([&] { return bench.cell(broken, Column::ErrorB) == before; }));
        bench.choose("model.b", "None");
        QVERIFY(gui::waitFor([&] { return bench.panel->tensors().columnCount() == 7; }));
    }

    void aCodecThatReportsNoLayersHasErrorsAllTheSame() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        const QComboBox& box = bench.find<QComboBox>("model.a");
        bench.choose("model.a", box.itemText(3));
        QVERIFY(gui::waitFor([&] { return bench.cell(broken, Column::Bits) == "–"; }));
        QVERIFY(bench.settles());
        QVERIFY(bench.number(broken, Column::Error) > 0);
        QVERIFY(!bench.panel->findChild<QWidget*>("model.note")->isVisible());
    }

    void tensorsAreSortedFilteredAndCopied() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        const QStringList order = bench.names();
        bench.clickHeader(Column::Error);
        QCOMPARE(bench.names().first(), QString(broken));
        QCOMPARE(bench.names().last(), QString("norm"));
        bench.clickHeader(Column::Error);
        QCOMPARE(bench.names().first(), QString("norm"));
        bench.clickHeader(Column::Error);
        QCOMPARE(bench.names(), order);
        bench.clickHeader(Column::Name);
        QVERIFY(bench.names() != order);
        bench.clickHeader(Column::Name);
        bench.clickHeader(Column::Name);
        bench.panel->table().setFocus();
        QTest::keyClick(&bench.panel->table(), Qt::Key_W);
        QTest::keySequence(&bench.panel->table(), QKeySequence::Find);
        auto& field = bench.find<QLineEdit>("model.filterField");
        QVERIFY(field.hasFocus());
        QTest::keyClicks(&field, "K 2");
        QCOMPARE(bench.names(), QStringList{broken});
        QCOMPARE(bench.current(), QString(broken));
        QTest::keyClicks(&field, " sw");
        QCOMPARE(bench.panel->tensors().rowCount(), 0);
        // Letters are the field's while it is written in.
        QCOMPARE(field.text(), QString("K 2 sw"));
        field.clear();
        bench.find<QCheckBox>("model.searchedOnly").click();
        QCOMPARE(bench.names(), order.first(8));
        bench.panel->table().setFocus();
        QTest::keyClick(&bench.panel->table(), Qt::Key_W);
        QTest::keySequence(&bench.panel->table(), QKeySequence::Copy);
        const QStringList lines = QGuiApplication::clipboard()->text().split('\n');
        QVERIFY(lines.at(0).startsWith("Tensor\tShape\tType\tWeights\tBits\t"));
        QVERIFY2(lines.at(1).startsWith(QString(broken) + "\t32 × 64\tf32\t"), qPrintable(lines.at(1)));
    }

    void whatWasMeasuredIsCopied() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        auto& numbers = bench.find<QTableView>("model.numbers");
        QGuiApplication::clipboard()->setText("before");
        numbers.setFocus();
        QTest::keySequence(&numbers, QKeySequence::Copy);
        QCOMPARE(QGuiApplication::clipboard()->text(), QString("before"));
        QTest::mouseClick(numbers.viewport(), Qt::LeftButton, {},
                          numbers.visualRect(numbers.model()->index(0, 0)).center());
        QTest::keySequence(&numbers, QKeySequence::Copy);
        const QStringList lines = QGuiApplication::clipboard()->text().split('\n');
        QCOMPARE(lines.at(0), QString("Quantity\tValue"));
        QVERIFY2(lines.at(1).startsWith("bpw-searched"), qPrintable(lines.at(1)));
    }

    void aTensorThatIsKeptStaysShownBehindTheFilter() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        const QStringList names = bench.names();
        auto& table = bench.panel->table();
        const int row = static_cast<int>(names.indexOf("norm"));
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                          table.visualRect(table.model()->index(row, 0)).center());
        QCOMPARE(bench.current(), QString("norm"));
        auto& field = bench.find<QLineEdit>("model.filterField");
        field.setText("layers");
        QVERIFY(bench.current().isEmpty());
        QVERIFY(bench.find<QWidget>("model.tensor").accessibleDescription().startsWith("norm"));
        field.clear();
        QCOMPARE(bench.current(), QString("norm"));
    }

    void anotherLibraryLeavesNothingOfTheOldOneShown() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        bench.panel->table().setFocus();
        QTest::keyClick(&bench.panel->table(), Qt::Key_W);
        const auto& tensor = bench.find<QWidget>("model.tensor");
        QVERIFY(tensor.accessibleDescription().startsWith(broken));
        gui::open(bench.session, study_->document(), study_->library());
        QVERIFY(gui::waitFor([&] { return tensor.accessibleDescription().isEmpty(); }));
        QVERIFY(bench.settles());
        QCOMPARE(bench.names().size(), 9);
    }

    void aPointOfACurveIsOpened() {
        Bench bench(*study_);
        QVERIFY(bench.settles());
        bench.session.selection.setPoint(views::PointRef{"rtn", {{"rtn.bits", "8"}}});
        QCOMPARE(bench.find<QComboBox>("model.a").currentText(), QString("Round to nearest · bits 8"));
        QVERIFY(bench.settles());
        const auto first = bench.find<QComboBox>("model.a").itemData(0).toLongLong();
        QVERIFY(bench.panel->has(first) && !bench.panel->has(999'999));
        emit bench.session.selection.reconstructionAsked(first);
        QCOMPARE(bench.panel->itemA(), std::optional<store::ItemId>(first));
        QVERIFY(bench.settles());
        QCOMPARE(bench.number(broken, Column::Bits), 2.281);
    }

    void aModelThatCannotBeReadSaysWhy() {
        Bench bench(*study_);
        bench.session.supervisor.setProgram("/nowhere/ratescope-cli");
        bench.panel->hide();
        bench.choose("model.b", "Round to nearest · bits 4");
        bench.choose("model.b", "None");
        bench.panel->show();
        auto* note = bench.panel->findChild<QWidget*>("model.note");
        // The file may lie in the cache of an earlier test; then nothing need be asked.
        const bool fails = gui::waitFor([&] { return note->isVisible() || bench.panel->settled(); });
        QVERIFY(fails);
        if (note->isVisible()) {
            QVERIFY(!note->findChild<QLabel*>()->text().isEmpty());
            // What the codec has reported is there all the same.
            QCOMPARE(bench.number(broken, Column::Bits), 2.281);
            bench.session.supervisor.setProgram(e2e::builtProgram("ratescope-cli"));
            QTest::mouseClick(note->findChild<QPushButton*>(), Qt::LeftButton);
            QVERIFY(gui::waitFor([&] { return !note->isVisible(); }));
        }
        QVERIFY(bench.settles());
    }

    void longerWordsAreNotCut() {
        gui::LongLanguage language;
        QCoreApplication::installTranslator(&language);
        {
            Bench bench(*study_, {1280, 620});
            QVERIFY(bench.settles());
            const QComboBox& box = bench.find<QComboBox>("model.b");
            bench.choose("model.b", box.itemText(2));
            QVERIFY(gui::waitFor([&] { return bench.panel->tensors().columnCount() == 11; }));
            QVERIFY(bench.settles());
            QStringList clipped;
            gui::waitFor([&] { return (clipped = gui::clippedTexts(*bench.panel)).isEmpty(); }, 3000);
            gui::shoot(*bench.panel, "model-long");
            QVERIFY2(clipped.isEmpty(), qPrintable(clipped.join('\n')));
        }
        QCoreApplication::removeTranslator(&language);
    }

  private:
    QTemporaryDir folder_;
    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(ModelTest)
#include "model_test.moc"
