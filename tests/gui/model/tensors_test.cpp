// A model of 10,000 tensors: nothing that the table and the chart do holds the window's thread up for a frame.

#include "tests/gui/support.h"
#include "tests/gui/watchdog.h"
#include "tests/machine_speed.h"
#include "tests/patience.h"
#include "views/model/layer_chart.h"
#include "views/model/model_bar.h"
#include "views/model/numbers_model.h"
#include "views/model/tensor_delegate.h"
#include "views/model/tensor_model.h"
#include "views/model/tensor_view.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <cstdio>
#include <ctime>
#include <memory>

using namespace ratescope::views;

namespace {

constexpr int tensors = 10'000;
constexpr double frame = 16;

/// Of this thread's own time: what others do on the machine does not count.
double milliseconds(const std::function<void()>& work) {
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
    };
    const double begin = now();
    work();
    return now() - begin;
}

ModelSide sideOf(double factor) {
    auto profile = std::make_shared<TensorProfile>();
    ModelSide side;
    for (int i = 0; i < tensors; ++i) {
        TensorFacts facts;
        facts.name = "model.layers." + std::to_string(i * 7919 % tensors) + ".mlp.down_proj.weight";
        facts.shape = "576 × 1536";
        facts.type = "bf16";
        facts.weights = 1000 + i;
        facts.searched = true;
        facts.error = factor * (i * 104'729 % 9973) / 9973.0;
        facts.high = 1;
        for (std::size_t bin = 0; bin < histogramBins; ++bin)
            facts.reference[bin] = facts.candidate[bin] = static_cast<std::uint32_t>(bin * (32 - bin));
        side.layers.push_back({facts.name, static_cast<double>(facts.weights),
                               4.0 * static_cast<double>(facts.weights), facts.error, facts.error / 2});
        profile->tensors.push_back(std::move(facts));
    }
    side.profile = profile;
    return side;
}

}  // namespace

class TensorsTest : public QObject {
    Q_OBJECT
  private slots:
    void tenThousandTensorsHoldNothingUp() {
        const ModelSide a = sideOf(1), b = sideOf(0.5);
        TensorTable joined = tensorTableOf(a, &b);
        QCOMPARE(joined.rows.size(), std::size_t{tensors});
        TensorModel model;
        QTableView table;
        auto* delegate = new TensorDelegate(&table);
        delegate->setAreaColour(Qt::blue);
        table.setItemDelegate(delegate);
        table.setModel(&model);
        table.setWordWrap(false);
        table.verticalHeader()->hide();
        table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
        LayerChart chart;
        table.resize(1200, 700);
        chart.resize(1200, 200);
        table.show();
        chart.show();
        QImage shot(table.size(), QImage::Format_RGB32);
        // Fonts are loaded once, and shaped once: digits, and the words beside the worst layer.
        ModelSide few = a;
        few.profile.reset();
        few.layers.resize(20);
        chart.setTable(tensorTableOf(few, nullptr), ErrorKindShown::Weights);
        chart.render(&shot);
        const auto within = [](const char* what, double spent) {
            std::printf("%s: %.2f ms\n", what, spent);
            QVERIFY2(spent < frame * ratescope::test::patience, what);
        };
        within("set", milliseconds([&] { model.setTable(std::move(joined)); }));
        QCOMPARE(model.rowCount(), tensors);
        within("chart set", milliseconds([&] { chart.setTable(model.table(), ErrorKindShown::Weights); }));
        QCOMPARE(chart.bars(), std::size_t{tensors});
        within("chart painted", milliseconds([&] { chart.render(&shot); }));
        for (int column = 0; column < model.columnCount(); ++column)
            within("sorted", milliseconds([&] { model.sort(column, Qt::DescendingOrder); }));
        within("filtered", milliseconds([&] { model.setFilter("layers.77 DOWN"); }));
        QVERIFY(model.rowCount() > 0 && model.rowCount() < tensors);
        within("all again", milliseconds([&] { model.setFilter({}); }));
        QScrollBar& bar = *table.verticalScrollBar();
        const auto slowestStep = [&] {
            double slowest = 0;
            for (int step = 0; step <= 50; ++step) {
                const double spent = milliseconds([&] {
                    bar.setValue(static_cast<int>(std::int64_t{bar.maximum()} * step / 50));
                    table.viewport()->render(&shot);
                });
                slowest = std::max(slowest, spent / ratescope::test::slowness());
            }
            return slowest;
        };
        double slowest = slowestStep();
        for (int i = 1; i < gui::tries && slowest >= frame * ratescope::test::patience; ++i)
            slowest = slowestStep();
        within("scrolled", slowest);
    }

    void filterAndOrderKeepTheRows() {
        const ModelSide side = sideOf(1);
        TensorModel model;
        model.setTable(tensorTableOf(side, nullptr));
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setFilter("layers.77");
        const int few = model.rowCount();
        model.sort(4, Qt::AscendingOrder);
        const QPersistentModelIndex kept = model.index(3, 0);
        const QString name = kept.data().toString();
        model.sort(0, Qt::DescendingOrder);
        QCOMPARE(kept.data().toString(), name);
        QCOMPARE(model.rowCount(), few);
        for (int row = 1; row < few; ++row)
            QVERIFY(model.index(row - 1, 0).data().toString() > model.index(row, 0).data().toString());
        for (int row = 0; row < few; ++row)
            QCOMPARE(model.rowOf(model.tensorAt(row)), row);
        QCOMPARE(model.tensorAt(few), -1);
        model.setErrorKind(ErrorKindShown::Outputs);
        QCOMPARE(model.index(0, 5).data().toString().toDouble() > 0, true);
        model.sort(-1, Qt::AscendingOrder);
        model.setFilter({});
        QCOMPARE(model.index(1, 0).data().toString(), QString("model.layers.1.mlp.down_proj.weight"));
    }

    /// Beside the errors of weights and outputs: what a layer does to the predictions by itself.
    void predictionsAreAThirdError() {
        ModelSide side;
        side.layers = {{"model.layers.0.mlp.up_proj.weight", 10, 40, 0.1, unknown, 0.5},
                       {"model.layers.1.mlp.up_proj.weight", 10, 40, 0.3, unknown, 0.25}};
        const TensorTable table = tensorTableOf(side, nullptr);
        QVERIFY(table.knows(ErrorKindShown::Predictions) && !table.knows(ErrorKindShown::Outputs));
        QCOMPARE(table.worst(ErrorKindShown::Predictions), 0);
        QCOMPARE(table.worst(ErrorKindShown::Weights), 1);
        TensorModel model;
        model.setTable(table);
        model.setErrorKind(ErrorKindShown::Predictions);
        QCOMPARE(model.worst(), 0);
        QCOMPARE(model.headerData(5, Qt::Horizontal, Qt::DisplayRole).toString(),
                 QString("Sensitivity (nat)"));
        QCOMPARE(model.index(0, 5).data().toString().toDouble(), 0.5);
    }

    /// GPTQ beside round to nearest, which has no calibration to say it with.
    void errorsOfOutputsAreShownWhereOnlyAKnowsThem() {
        ModelSide a, b;
        a.layers = {{"model.layers.0.mlp.up_proj.weight", 10, 40, 0.1, 0.05}};
        b.layers = {{"model.layers.0.mlp.up_proj.weight", 10, 40, 0.1, unknown}};
        const TensorTable table = tensorTableOf(a, &b);
        QVERIFY(table.knows(ErrorKindShown::Outputs));
        QVERIFY(!tensorTableOf(b, &a).knows(ErrorKindShown::Outputs));
        TensorModel model;
        model.setTable(table);
        model.setErrorKind(ErrorKindShown::Outputs);
        QCOMPARE(model.index(0, 8).data().toString(), QString(QChar(0x2013)));
    }

    /// The table may be another one by the time that it is painted.
    void aTensorThatIsShownHoldsItsValues() {
        TensorView view;
        view.setWhyNoValues("Not read yet");
        std::weak_ptr<const TensorProfile> profile;
        {
            const ModelSide side = sideOf(1);
            profile = side.profile;
            view.setRow(tensorTableOf(side, nullptr).rows.front());
        }
        QVERIFY(!profile.expired());
        QVERIFY(view.accessibleDescription().contains("values from 0 to 1"));
        view.setRow({});
        QVERIFY(profile.expired());
        QVERIFY(view.accessibleDescription().isEmpty());
    }

    /// The same metric of two texts: each with its own error, and said apart.
    void twoMeasuresOfOneMetricStandApart() {
        ModelNumber test, valid;
        test.id = valid.id = "ppl-half-512";
        test.title = valid.title = "Perplexity";
        test.node = "test";
        valid.node = "valid";
        test.value = 20;
        valid.value = 30;
        test.standardError = 1;
        ModelNumber testB = test, validB = valid;
        testB.value = 21;
        validB.value = 31;
        NumbersModel model;
        model.setNumbers({test, valid}, std::vector{validB, testB});
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(model.index(0, 0).data().toString().startsWith("Perplexity (test)"));
        QVERIFY(model.index(1, 0).data().toString().startsWith("Perplexity (valid)"));
        QVERIFY(model.index(0, 1).data().toString().contains(QChar(0x00B1)));
        QVERIFY(!model.index(1, 1).data().toString().contains(QChar(0x00B1)));
        QCOMPARE(model.index(1, 2).data().toString().toDouble(), 31.0);
        model.setNumbers({test}, {});
        QVERIFY(model.index(0, 0).data().toString().startsWith("Perplexity "));
        QVERIFY(!model.index(0, 0).data().toString().contains("(test)"));
    }

    /// Items end while the study runs.
    void anOpenListOfModelsIsNotEmptiedWhenOneMoreComes() {
        const auto item = [](ratescope::store::ItemId id, const char* title) {
            ModelItem made;
            made.id = id;
            made.title = title;
            return made;
        };
        const auto noIcon = [](const ModelItem&) { return QIcon(); };
        ModelBar bar({});
        bar.setItems({item(1, "bits 2"), item(3, "bits 4")}, noIcon);
        bar.setChosen(3, 1);
        auto& box = *bar.findChild<QComboBox*>("model.a");
        QSignalSpy removed(box.model(), &QAbstractItemModel::rowsRemoved);
        bar.setItems({item(1, "bits 2"), item(2, "bits 3"), item(3, "bits 4")}, noIcon);
        QCOMPARE(removed.count(), 0);
        QCOMPARE(box.currentText(), QString("bits 4"));
        QCOMPARE(box.itemText(1), QString("bits 3"));
        auto& other = *bar.findChild<QComboBox*>("model.b");
        QCOMPARE(other.count(), 4);
        QCOMPARE(other.currentText(), QString("bits 2"));
        bar.setItems({item(2, "bits three")}, noIcon);
        QCOMPARE(box.count(), 1);
        QCOMPARE(box.itemText(0), QString("bits three"));
        QCOMPARE(other.count(), 2);
        QCOMPARE(other.itemText(0), QString("None"));
        bar.setItems({}, noIcon);
        QVERIFY(box.count() == 0 && !box.isEnabled());
    }

    void whatIsUnknownStandsLast() {
        TensorTable table;
        for (const double error : {0.5, unknown, 0.9}) {
            TensorRow row;
            row.name = QString::number(error);
            row.searched = true;
            row.a.error = error;
            table.rows.push_back(row);
        }
        TensorModel model;
        model.setTable(table);
        QCOMPARE(model.worst(), 2);
        for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
            model.sort(5, order);
            QCOMPARE(model.index(2, 5).data().toString(), QString(QChar(0x2013)));
        }
        QVERIFY(!model.table().knows(ErrorKindShown::Outputs));
        model.setTable({});
        QCOMPARE(model.worst(), -1);
    }
};

RATESCOPE_GUI_TEST_MAIN(TensorsTest)
#include "tensors_test.moc"
