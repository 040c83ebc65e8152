// Acceptance stories of the workbench on results that are there, end to end in the real window.

#include "core/media/assets/image_file.h"
#include "tests/core/media/media_values.h"
#include "tests/core/test_data.h"
#include "tests/e2e/rows.h"
#include "tests/gui/desktop/hands.h"
#include "tests/gui/figures/pdf_text.h"
#include "views/compare/compare_area.h"
#include "views/compare/compare_panel.h"
#include "views/compare/pixel_table.h"
#include "views/curves/curves_panel.h"
#include "views/figures/figure_panel.h"
#include "views/runs/comparison_model.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_panel.h"
#include "views/runs/runs_table.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTreeView>
#include <QWheelEvent>

using namespace ratescope;
using views::ComparePanel;
using views::CurvesPanel;
using views::FigurePanel;
using views::PictureCell;
using views::PlotHit;

namespace {

constexpr int deepWidth = 320, deepHeight = 200;

/// Two pictures of 16 bits through JPEG 2000 at three qualities.
gui::RanStudy deepStudy(const QTemporaryDir& folder) {
    for (const unsigned seed : {1u, 2u})
        media::writeImage(folder.filePath(QString("deep-%1.png").arg(seed)).toStdString(),
                          media::makeImage(deepWidth, deepHeight, media::ColourModel::Rgb, false, 16, seed));
    e2e::Study study("deep");
    study.node("photographs", "source.images", {{"files", folder.filePath("deep-*.png").toStdString()}})
        .node("j2k", "image.jpeg2000")
        .wire("photographs.image", "j2k.image")
        .sweep("j2k", "quality", {20.0, 30.0, 40.0})
        .measure("psnr", "measure.psnr", "photographs.image", "j2k.image");
    return gui::RanStudy(study);
}

/// One picture through JPEG, at two values of each of three parameters.
e2e::Study eightRuns() {
    e2e::Study study("eight-runs");
    study.node("photograph", "source.images", {{"files", "${RATESCOPE_SAMPLES}/chelsea.png"}})
        .node("jpeg", "image.jpeg")
        .wire("photograph.image", "jpeg.image")
        .sweep("jpeg", "quality", {30, 60})
        .sweep("jpeg", "subsampling", {"4:2:0", "4:4:4"})
        .sweep("jpeg", "progressive", {false, true})
        .measure("psnr", "measure.psnr", "photograph.image", "jpeg.image")
        .measure("ssim", "measure.ssim", "photograph.image", "jpeg.image");
    return study;
}

/// The study's document in the window, its curves worked out.
bool opened(gui::Desk& desk, const gui::RanStudy& study) {
    desk.window().openFile(study.document());
    desk.activate();
    const auto& curves = gui::panelOf<CurvesPanel>(desk);
    return gui::waitFor(
        [&] {
            return desk.session().document.derivedIsCurrent() && curves.shown() && curves.shown()->complete;
        },
        60'000);
}

/// Every cell has its picture.
bool pictured(const ComparePanel& compare) {
    return gui::waitFor(
        [&] {
            const auto& cells = compare.area().cells();
            return !cells.empty() && compare.values().waiting() == 0 &&
                   std::all_of(cells.begin(), cells.end(), [](const PictureCell* cell) {
                       return cell->content().layer.picture && cell->content().failure.isEmpty();
                   });
        },
        60'000);
}

QStringList rowOf(const QAbstractItemModel& model, int row) {
    QStringList texts;
    for (int column = 0; column < model.columnCount(); ++column)
        texts += model.index(row, column).data().toString();
    return texts;
}

QStringList filesOf(const QString& folder) {
    return QDir(folder).entryList(QDir::Files, QDir::Name);
}

/// By its button; the folder where the files are.
QString exported(gui::Desk& desk) {
    auto& figure = gui::panelOf<FigurePanel>(desk);
    auto& button = gui::seen<QPushButton>(figure, "figures.exportButton");
    const QSignalSpy over(&figure, &FigurePanel::exported);
    if (!gui::waitFor([&] { return button.isEnabled(); }, 60'000)) return "the figure is not drawn";
    gui::click(button);
    if (!gui::waitFor([&] { return over.count() == 1; }, 60'000)) return "the export is not over";
    return figure.exportFolder();
}

}  // namespace

class ResultStoriesTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    // Story 3: from the worst point to its pixels, and to a plate.
    void theWorstPointIsLookedInto() {
        const QTemporaryDir folder;
        const gui::RanStudy study = deepStudy(folder);
        gui::Desk desk;
        QVERIFY(opened(desk, study));
        auto& plot = gui::panelOf<CurvesPanel>(desk).plot();
        QCOMPARE(plot.spec()->series.front().points.size(), std::size_t{3});
        QTest::mouseDClick(&plot, Qt::LeftButton, {}, plot.placeOf({0, 0}).toPoint());
        auto& compare = gui::panelOf<ComparePanel>(desk);
        QVERIFY(gui::waitFor([&] { return compare.isVisible(); }));
        QVERIFY(pictured(compare));
        QCOMPARE(compare.comparison().choice.asset, worstOf(study));
        QCOMPARE(compare.area().cells().size(), std::size_t{2});

        // Original and reconstruction at 1:1, with zoom and place locked.
        const auto key = [&](Qt::Key which) {
            compare.area().setFocus();
            QTest::keyClick(&compare.area(), which);
        };
        const auto cell = [&](std::size_t index) -> PictureCell& {
            return *compare.area().cells().at(index);
        };
        key(Qt::Key_B);
        key(Qt::Key_6);
        QCOMPARE(compare.view().zoom(), 1.0);
        QVERIFY(compare.view().linked());
        const QPoint middle = cell(0).pictureRect().center();
        QWheelEvent wheel(middle, cell(0).mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&cell(0), &wheel);
        QVERIFY(compare.view().zoom() > 1);
        QCOMPARE(cell(0).imagePoint(middle), cell(1).imagePoint(middle));
        key(Qt::Key_6);

        // The samples under the pointer are those of the file, in 16 bits.
        gui::moveTo(cell(1), middle);
        QVERIFY(compare.view().pointed().has_value());
        const QPoint pixel = *compare.view().pointed();
        const views::PixelModel& pixels = compare.pixelTable().model();
        QCOMPARE(pixels.headerData(0, Qt::Horizontal, Qt::DisplayRole).toString(), QString("16 bit"));
        const media::Image original =
            media::readImage(folder.filePath(QString::fromStdString(worstOf(study))).toStdString());
        QStringList samples{"Original"};
        for (int channel = 0; channel < 3; ++channel)
            samples += QString::number(original.samples.as<std::uint16_t>()[static_cast<std::size_t>(
                (pixel.y() * deepWidth + pixel.x()) * 3 + channel)]);
        QCOMPARE(rowOf(pixels, 0), samples + QStringList{""});

        // A wipe, its divider dragged.
        key(Qt::Key_W);
        QCOMPARE(compare.area().cells().size(), std::size_t{1});
        const QRect inside = cell(0).pictureRect();
        QTest::mousePress(&cell(0), Qt::LeftButton, {}, inside.center());
        gui::moveTo(cell(0), {inside.left() + inside.width() / 4, inside.center().y()}, Qt::LeftButton);
        QTest::mouseRelease(&cell(0), Qt::LeftButton, {},
                            {inside.left() + inside.width() / 4, inside.center().y()});
        QVERIFY2(std::abs(cell(0).divider() - 0.25) < 0.02, qPrintable(QString::number(cell(0).divider())));

        // The difference, eight times.
        key(Qt::Key_D);
        gui::choose(gui::seen<QComboBox>(compare, "compare.gain"), "× 8");
        QCOMPARE(cell(0).content().layer.kind, views::Layer::Kind::Difference);
        QCOMPARE(cell(0).content().layer.gain, 8);

        key(Qt::Key_B);
        QVERIFY(pictured(compare));
        const QSignalSpy saved(&compare, &ComparePanel::plateSaved);
        key(Qt::Key_F);
        desk.chooseFile(study.place().path("plate.pdf"));
        QVERIFY2(gui::waitFor([&] { return saved.count() == 1; }, 30'000),
                 qPrintable(desk.window().messages().text()));
        const QString text = textOfPdf(study.place().read("plate.pdf"));
        QVERIFY2(text.contains("JPEG 2000") && text.contains("Original") && text.contains("dB"),
                 qPrintable(text));

        // And among the document's figures.
        QTest::keyClick(&compare.area(), Qt::Key_F, Qt::ShiftModifier);
        auto& figure = gui::panelOf<views::FigurePanel>(desk);
        QVERIFY(gui::waitFor(
            [&] { return figure.isVisible() && figure.currentFigure().rfind("plate-", 0) == 0; }));
        QCOMPARE(desk.document().figures.back().kind, graph::FigureKind::Plate);
        auto& write = gui::seen<QPushButton>(figure, "figures.exportButton");
        QVERIFY(gui::waitFor([&] { return write.isEnabled(); }, 30'000));
    }

    // Story 5: published curves beside own ones, and their sources in the caption.
    void publishedCurvesStandBesideOwnOnes() {
        const QString folder = QString::fromStdString((dataFolder() / "reference/compressai-kodak").string());
        REQUIRE_DATA(folder.toStdString());
        gui::Desk desk;
        QVERIFY(opened(desk, *study_));
        auto& curves = gui::panelOf<CurvesPanel>(desk);
        const std::pair<const char*, const char*> published[] = {
            {"vtm.json", "Begaint et al., arXiv:2011.03029"},
            {"compressai-bmshj2018-factorized_mse_cpu.json", "Balle et al., ICLR 2018"}};
        std::size_t series = 3;
        for (const auto& [file, citation] : published) {
            desk.act("curves.import");
            QWidget* dialog = curves.findChild<QWidget*>("importDialog");
            QVERIFY(dialog && dialog->isVisible());
            gui::clickButton(*dialog, "Choose…");
            desk.chooseFile(folder + '/' + file);
            auto& accept = gui::seen<QPushButton>(*dialog, "importAccept");
            QVERIFY(gui::waitFor([&] { return accept.isEnabled(); }));
            gui::write(gui::seen<QLineEdit>(*dialog, "importCitation"), citation);
            gui::click(accept);
            ++series;
            QVERIFY(gui::waitFor(
                [&] {
                    return !curves.findChild<QWidget*>("importDialog") && curves.shown()->complete &&
                           curves.shown()->curves.size() == series;
                },
                60'000));
        }
        const curves::PlotSpec& spec = *curves.plot().spec();
        QCOMPARE(spec.series.size(), std::size_t{5});
        QVERIFY(spec.series[0].style.dash.empty() && spec.series[0].points.size() == 5);
        for (const std::size_t imported : {3, 4}) {
            const curves::PlotSeries& one = spec.series[imported];
            QVERIFY2(one.title.ends_with(", published") && !one.style.dash.empty(), one.title.c_str());
            QCOMPARE(one.points.size(), std::size_t{8});
        }
        desk.act("curves.export");
        const QString written = exported(desk);
        const QString name = QString::fromStdString(gui::panelOf<FigurePanel>(desk).currentFigure());
        QFile caption(written + '/' + name + ".caption.txt");
        QVERIFY2(caption.open(QIODevice::ReadOnly), qPrintable(written));
        const QString said = QString::fromUtf8(caption.readAll());
        for (const auto& [file, citation] : published)
            QVERIFY2(said.contains(citation), qPrintable(said));
    }

    // Story 7: two runs, of which only what differs is shown.
    void twoRunsAreLaidSideBySide() {
        const gui::RanStudy study(eightRuns());
        for (const bool dirty : {false, true}) {
            setDirty(study.library(), dirty);
            gui::Desk desk;
            QVERIFY(opened(desk, study));
            auto& runs = gui::panelOf<views::RunsPanel>(desk);
            gui::choose(gui::seen<QComboBox>(runs, "runs.grouping"), "No groups");
            gui::choose(gui::seen<QComboBox>(runs, "runs.latest"), "All items");
            auto& table = gui::seen<views::RunsTable>(runs, "runs.table");
            const auto read = [&](int row) {
                return table.model()->index(row, 0).data(views::ReadRole).toBool();
            };
            QVERIFY(gui::waitFor([&] { return table.model()->rowCount() == 8 && read(0) && read(7); }));
            const auto press = [&](int row, Qt::KeyboardModifiers modifiers) {
                table.scrollTo(table.model()->index(row, 0));
                QTest::mouseClick(table.viewport(), Qt::LeftButton, modifiers,
                                  table.visualRect(table.model()->index(row, 0)).center());
            };
            press(0, Qt::NoModifier);
            press(7, Qt::ControlModifier);
            desk.act("runs.compare");
            QWidget* dialog = runs.findChild<QWidget*>("runs.comparison");
            QVERIFY(dialog && dialog->isVisible());
            auto& tree = gui::seen<QTreeView>(*dialog, "runs.comparison.tree");
            const auto& model = dynamic_cast<const views::ComparisonModel&>(*tree.model());
            QVERIFY(gui::waitFor([&] { return model.rowCount() > 1; }));
            const QModelIndex parameters = model.index(0, 0), equal = model.index(model.equalRow(), 0);
            QStringList differing;
            for (int row = 0; row < model.rowCount(parameters); ++row)
                differing += model.index(row, 0, parameters).data().toString();
            differing.sort();
            // Two of the three make a curve each: the series differs with them.
            QVERIFY2(
                differing == QStringList({"jpeg.progressive", "jpeg.quality", "jpeg.subsampling", "series"}),
                qPrintable(differing.join(' ')));
            QVERIFY(tree.isExpanded(parameters));
            QVERIFY2(model.rowCount(equal) >= 20, qPrintable(equal.data().toString()));
            QVERIFY(!tree.isExpanded(equal));
            auto* warning = dialog->findChild<QLabel*>("runs.comparison.warning");
            QCOMPARE(warning->isVisible(), dirty);
            if (dirty) QVERIFY2(warning->text().contains("(dirty)"), qPrintable(warning->text()));
        }
    }

    // Story 8: one figure in every format, with the same limits, twice with the same bytes.
    void oneFigureInEveryFormat() {
        gui::Desk desk;
        QVERIFY(opened(desk, *study_));
        desk.act("curves.export");
        auto& figure = gui::panelOf<FigurePanel>(desk);
        QVERIFY(gui::waitFor([&] { return figure.isVisible() && !figure.currentFigure().empty(); }));
        gui::choose(gui::seen<QComboBox>(figure, "figures.preset"), "ieee-column");
        gui::choose(gui::seen<QComboBox>(figure, "figures.legend"), "bottom-right");
        const auto limits = gui::seen<QWidget>(figure, "figures.y").findChildren<QLineEdit*>();
        QCOMPARE(limits.size(), 2);
        for (const int end : {0, 1}) {
            gui::write(*limits[end], end == 0 ? "21" : "46");
            QTest::keyClick(limits[end], Qt::Key_Return);
        }
        const QString folder = exported(desk);
        const QStringList names = filesOf(folder);
        const QString name = QString::fromStdString(figure.currentFigure());
        for (const char* ending : {".pdf", ".svg", ".png", ".tex", ".csv"})
            QVERIFY2(names.contains(name + ending), qPrintable(names.join(' ') + " in " + folder));
        QMap<QString, QByteArray> first;
        for (const QString& file : names) {
            first[file] = bytesOf(folder + '/' + file);
            QVERIFY(first[file].size() > 100 && QFile::remove(folder + '/' + file));
        }
        QTest::qWait(1100);  // a time stamp would differ
        QCOMPARE(exported(desk), folder);
        QCOMPARE(filesOf(folder), names);
        for (const QString& file : names)
            QVERIFY2(bytesOf(folder + '/' + file) == first[file], qPrintable(file));

        QCOMPARE(QImage::fromData(first[name + ".png"]).width(), qRound(88.9 / 25.4 * 600));
        QVERIFY(first[name + ".tex"].contains("ymin=21, ymax=46"));
        const QString svg = QString::fromUtf8(first[name + ".svg"]), pdf = textOfPdf(first[name + ".pdf"]);
        for (const char* said : {"WebP", "JPEG XL", "PSNR, RGB (dB)"})
            QVERIFY2(svg.contains(said) && pdf.contains(said), said);
        int texts = 0;
        for (auto sizes = QRegularExpression("<text[^>]*font-size=\"([0-9.]+)\"").globalMatch(svg);
             sizes.hasNext(); ++texts)
            QVERIFY(sizes.next().captured(1).toDouble() >= 700);  // hundredths of a point
        QVERIFY(texts > 10);
    }

  private:
    static QByteArray bytesOf(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// The asset of the least PSNR at the coarsest quality, as the shell says.
    static std::string worstOf(const gui::RanStudy& study) {
        std::pair<double, QString> worst{1e9, ""};
        for (const e2e::Row& row : e2e::rowsOf(e2e::exported(study.place(), "study.rslib", "points")))
            if (row["swept"] == "{\"j2k.quality\":20.0}")
                worst = std::min(worst, std::pair(row["value"].toDouble(), row["asset"]));
        return worst.second.toStdString();
    }
    /// As a program built of changed sources would have said of itself, or not.
    static void setDirty(const QString& library, bool dirty) {
        e2e::query(library, dirty ? "UPDATE environment SET dirty = 1" : "UPDATE environment SET dirty = 0");
    }

    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(ResultStoriesTest)
#include "result_stories_test.moc"
