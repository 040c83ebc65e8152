// From an empty document to the example of five codecs, run, drawn, exported: with mouse and keys only.

#include "core/graph/document_json.h"
#include "tests/e2e/check.h"
#include "tests/gui/desktop/hands.h"
#include "tests/gui/figures/pdf_text.h"
#include "views/curves/curves_panel.h"
#include "views/figures/figure_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <set>

using namespace ratescope;

namespace {

QString example(const QString& file) {
    return qEnvironmentVariable("RATESCOPE_SOURCE") + "/resources/examples/" + file;
}

/// 26 and 26.0 are one number of a list.
std::string numberText(const graph::ParameterValue& value) {
    const std::int64_t* whole = std::get_if<std::int64_t>(&value);
    return nlohmann::json(whole ? static_cast<double>(*whole) : std::get<double>(value)).dump();
}

/// What a document is made of, whatever its nodes are called and wherever they stand: node types, wires, swept values.
std::set<std::string> partsOf(const graph::Document& document) {
    std::set<std::string> parts;
    const auto typed = [&](const graph::PortRef& end) {
        return document.find(end.node)->type + "." + end.port;
    };
    for (const graph::Node& node : document.nodes)
        parts.insert(node.type + " version " + std::to_string(node.version));
    for (const graph::Wire& wire : document.wires)
        parts.insert(typed(wire.from) + " to " + typed(wire.to));
    for (const graph::Sweep& sweep : document.sweeps)
        for (const auto& row : sweep.rows) {
            const graph::SweepColumn& column = sweep.columns.at(0);
            parts.insert(document.find(column.node)->type + "." + column.parameter + " = " +
                         numberText(row.at(0)));
        }
    return parts;
}

}  // namespace

class FirstStudyTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { desk_ = std::make_unique<gui::Desk>(); }
    void cleanupTestCase() { desk_.reset(); }

    void theExampleIsBuiltWithMouseAndKeys() {
        desk_->act("file.new");

        gui::GraphHands hands(*desk_);
        hands.zoomTo(50);
        hands.drop({qEnvironmentVariable("RATESCOPE_SAMPLES") + "/chelsea.png"}, {30, 230});
        QCOMPARE(desk_->document().nodes.size(), std::size_t{1});
        const std::string source = desk_->document().nodes[0].slug;
        const std::string srgb = hands.add("convert", {180, 230});
        std::vector<std::string> codecs;
        int y = 20;
        for (const char* words : {"jpeg", "webp", "jpeg 2000", "jpeg xl", "avif"}) {
            codecs.push_back(hands.add(words, {330, y}));
            y += 85;
        }
        const std::vector<std::string> measures{hands.add("psnr", {500, 120}),
                                                hands.add("ms-ssim", {500, 300})};

        hands.wire(source + ".image", srgb + ".image");
        for (const std::string& codec : codecs)
            hands.wire(srgb + ".image", codec + ".image");
        for (const std::string& measure : measures) {
            hands.wire(srgb + ".image", measure + ".reference");
            for (const std::string& codec : codecs)
                hands.wire(codec + ".image", measure + ".candidate");
        }

        hands.select(source);
        hands.fill("table", example("image-codecs.csv"));
        // Every other value of the example, for the time that the test takes.
        const std::pair<const char*, const char*> sweeps[] = {{"quality", "8, 25, 60, 90"},
                                                              {"quality", "0, 30, 70, 90"},
                                                              {"quality", "26.5, 30, 34, 40"},
                                                              {"distance", "15, 6, 2.5, 1"},
                                                              {"quality", "10, 40, 60, 80"}};
        for (std::size_t i = 0; i < codecs.size(); ++i) {
            hands.select(codecs[i]);
            hands.sweep(sweeps[i].first, sweeps[i].second);
        }
        const auto wanted = partsOf(graph::readDocument(example("image-codecs.ratescope").toStdString()));
        const auto made = partsOf(desk_->document());
        for (const std::string& part : made)
            QVERIFY2(wanted.count(part) == 1, part.c_str());
        QCOMPARE(made.size(), wanted.size() - 20);
        QVERIFY(gui::waitFor([&] { return desk_->session().document.derivedIsCurrent(); }));
        QVERIFY(desk_->session().document.derived().valid());
    }

    void itRunsToTheRowsOfTheShell() {
        QSignalSpy idle(&desk_->session().supervisor, &views::SupervisorLink::idle);
        desk_->act("run.run");
        desk_->chooseFile(desk_->path("mine.ratescope"));
        QVERIFY2(gui::waitFor([&] { return idle.count() > 0; }, 120'000),
                 qPrintable(desk_->window().messages().text()));
        QCOMPARE(desk_->items(store::State::Done), 20);
        const QString shell = desk_->path("shell.rslib");
        VERIFY_CODE(desk_->place().cli({"run", "mine.ratescope", "--library", shell}, {}, 120'000), 0);
        for (const char* metric : {"psnr-rgb", "ms-ssim-rgb"}) {
            const auto rows = [&](const QString& library) {
                return desk_->place().cli({"curves", "--library", library, "--y", metric, "--format", "csv"});
            };
            VERIFY_CODE(rows(shell), 0);
            QCOMPARE(rows(desk_->path("mine.rslib")).output, rows(shell).output);
            QCOMPARE(rows(shell).output.count('\n'), 21);
        }
    }

    void curvesAreShown() {
        auto& curves = gui::panelOf<views::CurvesPanel>(*desk_);
        QVERIFY(curves.isVisible());
        // All points of all series, over that quality.
        const auto shows = [&](const char* quality) {
            return gui::waitFor(
                [&] {
                    const auto& spec = curves.plot().spec();
                    if (!curves.shown() || !curves.shown()->complete || !spec || spec->series.size() != 5)
                        return false;
                    std::size_t points = 0;
                    for (const curves::PlotSeries& series : spec->series)
                        points += series.points.size();
                    return points == 20 && QString::fromStdString(spec->y.title).startsWith(quality);
                },
                60'000);
        };
        QVERIFY(shows("PSNR"));
        gui::choose(gui::seen<QComboBox>(curves, "curvesY"), "ms-ssim-rgb");
        QVERIFY(shows("MS-SSIM"));
        gui::choose(gui::seen<QComboBox>(curves, "curvesY"), "psnr-rgb");
        QVERIFY(shows("PSNR"));
    }

    void theFigureIsPrinted() {
        desk_->act("curves.export");
        auto& figure = gui::panelOf<views::FigurePanel>(*desk_);
        QVERIFY(gui::waitFor([&] { return figure.isVisible() && !figure.currentFigure().empty(); }));
        auto& table = gui::seen<QCheckBox>(figure, "figures.bdTable");
        if (!table.isChecked()) gui::click(table);
        auto& write = gui::seen<QPushButton>(figure, "figures.exportButton");
        QVERIFY(gui::waitFor([&] { return write.isEnabled(); }, 60'000));
        QSignalSpy exported(&figure, &views::FigurePanel::exported);
        gui::click(write);
        QVERIFY(gui::waitFor([&] { return exported.count() == 1; }, 60'000));
        QVERIFY2(!figure.findChild<QLabel*>("figures.failure")->isVisible(),
                 qPrintable(figure.findChild<QLabel*>("figures.failure")->text()));
        const QString name = QString::fromStdString(figure.currentFigure());
        const QString text = textOfPdf(desk_->place().read("figures/" + name + ".pdf"));
        for (const char* said : {"Rate (bit per pixel)", "PSNR, RGB (dB)", "JPEG", "WebP", "JPEG 2000",
                                 "JPEG XL", "AVIF", "BD-rate", "Anchor: "})
            QVERIFY2(text.contains(said), qPrintable(text));
        // A BD number for each codec but the anchor.
        const QByteArray bd = desk_->place().read("figures/" + name + ".table.md");
        int numbers = 0;
        for (auto each = QRegularExpression("[\u2212+]?\\d+\\.\\d").globalMatch(QString::fromUtf8(bd));
             each.hasNext(); ++numbers) {
            const QString number = each.next().captured();
            QVERIFY2(text.contains(number), qPrintable(number + " of\n" + bd + "\nis not in\n" + text));
        }
        QVERIFY2(numbers >= 4, bd.constData());
    }

  private:
    std::unique_ptr<gui::Desk> desk_;
};

RATESCOPE_GUI_TEST_MAIN(FirstStudyTest)
#include "first_study_test.moc"
