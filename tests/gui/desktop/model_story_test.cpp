// Acceptance story 4 of the workbench: a small language model quantised by three methods, with mouse and keys only, to
// the layer that breaks.

#include "core/store/query.h"
#include "tests/core/test_data.h"
#include "tests/e2e/check.h"
#include "tests/gui/desktop/hands.h"
#include "views/curves/curves_panel.h"
#include "views/inspector/node_page.h"
#include "views/inspector/parameter_row.h"
#include "views/model/layer_chart.h"
#include "views/model/model_panel.h"
#include "views/model/numbers_model.h"
#include "views/model/tensor_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <cmath>

using namespace ratescope;
using views::CurvesPanel;
using views::ModelPanel;
using Column = views::TensorModel::Column;

namespace {

constexpr const char* codecs[] = {"round to nearest", "gptq", "spqr"};
constexpr int widths = 5;  ///< of each codec: 2, 3, 4, 6 and 8 bits

/// Of the reported table: bits a weight, and the error of what a layer puts out.
struct Layer {
    double bits = 0, outputError = 0;
};

/// "12.3 ± 0.4"; nothing for another text.
std::optional<std::pair<double, double>> estimateIn(QString text) {
    const QStringList parts = text.remove(QChar(0x2009)).replace(QChar(0x2212), '-').split(QChar(0x00B1));
    if (parts.size() != 2) return std::nullopt;
    return std::pair(QLocale().toDouble(parts[0]), QLocale().toDouble(parts[1]));
}

}  // namespace

class ModelStoryTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        model_ = QString::fromStdString((dataFolder() / "models/stories260K/stories260K.bin").string());
        REQUIRE_DATA(model_.toStdString());
        desk_ = std::make_unique<gui::Desk>();
    }
    void cleanupTestCase() { desk_.reset(); }

    void theStudyIsBuiltWithMouseAndKeys() {
        desk_->act("file.new");
        gui::GraphHands hands(*desk_);
        hands.zoomTo(50);
        const auto dropped = [&](const QString& file, QPoint place) {
            hands.drop({file}, place);
            return desk_->document().nodes.back().slug;
        };
        const std::string model = dropped(model_, {20, 60}),
                          calibrating = dropped(gui::shortText(*desk_, "wiki.valid.raw"), {20, 230}),
                          measured = dropped(gui::shortText(*desk_, "wiki.test.raw"), {20, 380});
        const std::string hessians = hands.add("calibration", {170, 230});
        for (int i = 0; i < 3; ++i)
            codecs_.push_back(hands.add(codecs[i], {330, 30 + 140 * i}));
        const std::string perplexity = hands.add("perplexity", {500, 200});

        hands.wire(model + ".model", hessians + ".model");
        hands.wire(calibrating + ".text", hessians + ".text");
        hands.wire(model + ".model", perplexity + ".reference");
        hands.wire(measured + ".text", perplexity + ".text");
        for (const std::string& codec : codecs_) {
            hands.wire(model + ".model", codec + ".tensors");
            hands.wire(codec + ".tensors", perplexity + ".candidate");
        }
        for (const std::size_t calibrated : {1, 2})
            hands.wire(hessians + ".hessians", codecs_[calibrated] + ".hessians");

        // A short text, and few sequences, for the time that the test takes.
        hands.select(hessians);
        hands.fill("sequences", "8");
        hands.select(perplexity);
        hands.fill("chunks", "4");
        auto& page = gui::panelOf<views::NodePage>(*desk_);
        gui::click(gui::seen<QCheckBox>(*page.findChild<views::ParameterRow*>("divergence"), "field"));
        for (const std::string& codec : codecs_) {
            hands.select(codec);
            hands.sweep("bits", "2, 3, 4, 6, 8");
        }
        QVERIFY(gui::waitFor([&] { return desk_->session().document.derivedIsCurrent(); }));
        QVERIFY(desk_->session().document.derived().valid());
        QCOMPARE(desk_->session().document.derived().items(1), std::optional<std::size_t>(3 * widths));
    }

    void itRuns() {
        QSignalSpy idle(&desk_->session().supervisor, &views::SupervisorLink::idle);
        desk_->act("run.run");
        desk_->chooseFile(desk_->path("small-model.ratescope"));
        QVERIFY2(gui::waitFor([&] { return idle.count() > 0; }, 120'000),
                 qPrintable(desk_->window().messages().text()));
        QCOMPARE(desk_->items(store::State::Done), 3 * widths);
    }

    void curvesFallWithTheBits() {
        auto& curves = gui::panelOf<CurvesPanel>(*desk_);
        const auto shows = [&](const char* metric) {
            return gui::waitFor(
                [&] {
                    const auto& spec = curves.plot().spec();
                    return curves.shown() && curves.shown()->complete && spec && spec->series.size() == 3 &&
                           spec->series[2].points.size() == widths &&
                           QString::fromStdString(spec->y.title).startsWith(metric);
                },
                60'000);
        };
        QVERIFY(gui::waitFor(
            [&] {
                const auto* y = curves.findChild<QComboBox*>("curvesY");
                return y && y->isVisible() && curves.shown() && curves.shown()->complete;
            },
            60'000));
        for (const auto& [id, title] :
             {std::pair("kld-mean", "Divergence"), std::pair("same-top-1", "Same most probable token"),
              std::pair("ppl-half-512", "Perplexity")}) {
            gui::choose(gui::seen<QComboBox>(curves, "curvesY"), id);
            const bool isShown = shows(title);
            const auto& spec = curves.plot().spec();
            QVERIFY2(isShown,
                     spec ? (spec->y.title + ", " + std::to_string(spec->series.size()) + " series, " +
                             std::to_string(spec->series.back().points.size()) + " points")
                                .c_str()
                          : id);
        }
        // Side information counts: more than 2 bits a weight at 2 bits.
        for (const curves::PlotSeries& series : curves.plot().spec()->series) {
            QVERIFY2(series.points.front().x > 2.1 && series.points.back().x < 12, series.title.c_str());
            QVERIFY(series.points.front().y > series.points.back().y);
        }
    }

    void aPointOpensItsModel() {
        auto& plot = gui::panelOf<CurvesPanel>(*desk_).plot();
        QTest::mouseDClick(&plot, Qt::LeftButton, {}, plot.placeOf({1, 0}).toPoint());
        ModelPanel& panel = gui::panelOf<ModelPanel>(*desk_);
        QVERIFY(gui::waitFor([&] { return panel.isVisible() && panel.settled(); }, 60'000));
        QVERIFY(gui::seen<QComboBox>(panel, "model.a").currentText().startsWith("GPTQ · bits 2"));
        QStringList said;
        for (int row = 0; row < panel.numbers().rowCount(); ++row)
            said += panel.numbers().index(row, 0).data().toString();
        const auto number = [&](const char* title) {
            for (qsizetype row = 0; row < said.size(); ++row)
                if (said[row].startsWith(title))
                    return panel.numbers().index(static_cast<int>(row), 1).data().toString();
            return QString("none of " + said.join(", "));
        };
        const auto value = [&](const QString& metric) {
            for (const store::MeasurementRow& row : measurementsOf(*panel.itemA()))
                for (const store::ScoreRow& score : row.scores)
                    if (QString::fromStdString(score.metric.id) == metric) return score.value;
            return std::nan("");
        };
        for (const auto& [title, metric] :
             {std::pair("Perplexity", "ppl-half-512"), std::pair("Divergence from the original", "kld-mean"),
              std::pair("Same most probable token", "same-top-1")}) {
            const auto estimate = estimateIn(number(title));
            QVERIFY2(estimate && estimate->second > 0, qPrintable(number(title)));
            QVERIFY2(std::abs(estimate->first - value(metric)) <= estimate->second, metric);
        }
        QVERIFY(QLocale().toDouble(number("bpw-searched")) > 2.1);
        QVERIFY(QLocale().toDouble(number("bpw-all")) > QLocale().toDouble(number("bpw-searched")));
    }

    void theLayerThatBreaksIsMarked() {
        ModelPanel& panel = gui::panelOf<ModelPanel>(*desk_);
        const std::map<std::string, Layer> layers = layersOf(*panel.itemA());
        QCOMPARE(layers.size(), std::size_t{35});  // five blocks of seven
        const auto worst = std::max_element(layers.begin(), layers.end(), [](const auto& a, const auto& b) {
            return a.second.outputError < b.second.outputError;
        });
        QVERIFY(gui::waitFor([&] { return panel.chart().bars() == layers.size(); }));
        QVERIFY2(panel.chart().worstText().startsWith(QString::fromStdString(worst->first)),
                 qPrintable(panel.chart().worstText()));
        auto& table = gui::seen<QTableView>(panel, "model.table");
        table.setFocus();
        QTest::keyClick(&table, Qt::Key_W);
        const QModelIndex name = table.currentIndex().siblingAtColumn(0);
        QCOMPARE(name.data().toString().toStdString(), worst->first);
        QVERIFY(name.data(Qt::AccessibleTextRole).toString().contains("loses most"));
        for (int row = 0; row < table.model()->rowCount(); ++row) {
            const auto layer = layers.find(table.model()->index(row, 0).data().toString().toStdString());
            if (layer == layers.end()) continue;
            QVERIFY(std::abs(shown(panel, row, Column::Bits) - layer->second.bits) < 6e-4);
            QVERIFY(std::abs(shown(panel, row, Column::Error) / layer->second.outputError - 1) < 6e-3);
        }
    }

    void anotherMethodStandsBesideIt() {
        ModelPanel& panel = gui::panelOf<ModelPanel>(*desk_);
        auto& b = gui::seen<QComboBox>(panel, "model.b");
        QString other;
        for (int i = 1; i < b.count(); ++i)
            if (b.itemText(i).startsWith("Round to nearest · bits 2")) other = b.itemText(i);
        gui::choose(b, other);
        QVERIFY(gui::waitFor([&] { return panel.tensors().columnCount() == 11 && panel.settled(); }, 60'000));
        int compared = 0;
        for (int row = 0; row < panel.tensors().rowCount(); ++row) {
            if (std::isnan(shown(panel, row, Column::BitsB))) continue;
            ++compared;
            QVERIFY(std::abs(shown(panel, row, Column::Bits) - shown(panel, row, Column::BitsB) -
                             shown(panel, row, Column::BitsChange)) < 2e-3);
        }
        QCOMPARE(compared, 35);
        desk_->act("view.graph");
        desk_->act("view.model");
        QVERIFY(panel.isVisible());
    }

  private:
    static double shown(const ModelPanel& panel, int row, Column column) {
        for (int i = 0; i < panel.tensors().columnCount(); ++i) {
            if (panel.tensors().columnAt(i) != column) continue;
            bool isNumber = false;
            const double value = QLocale().toDouble(
                panel.tensors().index(row, i).data().toString().remove('+').replace(QChar(0x2212), '-'),
                &isNumber);
            return isNumber ? value : std::nan("");
        }
        return std::nan("");
    }

    store::Library library() const {
        return store::Library(desk_->path("small-model.rslib").toStdString(), store::Access::Read);
    }
    std::vector<store::MeasurementRow> measurementsOf(store::ItemId item) const {
        return store::measurementsOf(library(), item);
    }
    std::map<std::string, Layer> layersOf(store::ItemId item) const {
        std::map<std::string, Layer> layers;
        for (const store::TableRecord& table : store::tablesOf(library(), item)) {
            if (table.name != "layers") continue;
            const QStringList lines = QString::fromStdString(table.csv).split('\n', Qt::SkipEmptyParts);
            for (const QString& line : lines.mid(2)) {
                const QStringList cells = line.split(',');
                layers[cells[0].toStdString()] = {cells[2].toDouble() / cells[1].toDouble(),
                                                  cells[4].toDouble()};
            }
        }
        return layers;
    }

    QString model_;
    std::vector<std::string> codecs_;
    std::unique_ptr<gui::Desk> desk_;
};

RATESCOPE_GUI_TEST_MAIN(ModelStoryTest)
#include "model_story_test.moc"
