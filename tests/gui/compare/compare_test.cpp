// Compare, before a real library with a real supervisor: pictures to the pixel, zoom, wipe, differences, crops, lists.

#include "core/media/assets/image_file.h"
#include "tests/core/media/media_values.h"
#include "tests/e2e/rows.h"
#include "tests/gui/compare/bench.h"
#include "views/compare/pixel_table.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QHeaderView>
#include <QInputDialog>
#include <QTableView>
#include <QTemporaryDir>
#include <cmath>

using namespace ratescope;
using views::CompareMode;
using views::ComparePanel;
using views::PictureCell;

namespace {

/// Where the picture's pixel (0, 0) is in a grab of the cell at this scale.
QPoint originOf(const Bench& bench, std::size_t index, int scale) {
    const QRect inside = bench.cell(index).pictureRect();
    const QPointF centre = bench.panel->view().centre();
    return inside.topLeft() * scale + QPoint(qRound(inside.width() * scale / 2.0 - centre.x()),
                                             qRound(inside.height() * scale / 2.0 - centre.y()));
}

/// All of a layer, pixel for pixel.
QImage wholeOf(const views::Layer& layer) {
    return layer.render(QRect(QPoint(), layer.size()), 0);
}

/// One picture of 16 bits, coded without loss and by JPEG 2000.
e2e::Study deepStudy(const QString& picture) {
    e2e::Study study("deep");
    study.node("photographs", "source.images", {{"files", picture.toStdString()}});
    for (const auto& [slug, type] : {std::pair("png", "image.png"), std::pair("j2k", "image.jpeg2000")})
        study.node(slug, type).wire("photographs.image", std::string(slug) + ".image");
    study.node("psnr", "measure.psnr").wire("photographs.image", "psnr.reference");
    study.wire("png.image", "psnr.candidate").wire("j2k.image", "psnr.candidate");
    return study;
}

QStringList rowOf(const QAbstractItemModel& model, int row) {
    QStringList texts;
    for (int column = 0; column < model.columnCount(); ++column)
        texts += model.index(row, column).data().toString();
    return texts;
}

}  // namespace

class CompareTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    void anEmptyPanelSaysWhatToDo() {
        Bench bench(*study_);
        QVERIFY(gui::waitFor([&] { return !bench.panel->worstItems().worst().empty(); }));
        gui::shoot(*bench.panel, "compare-empty");
        QVERIFY(bench.showsWorst());
        QCOMPARE(bench.cells().size(), std::size_t{4});
        QCOMPARE(bench.panel->comparison().choice.asset, bench.panel->worstItems().worst());
        QCOMPARE(bench.panel->findChild<QComboBox*>("compare.asset")->currentText().toStdString(),
                 bench.panel->worstItems().worst());
    }

    void samplesAreThoseOfTheFile() {
        const QTemporaryDir folder;
        const media::Image deep = media::makeImage(97, 61, media::ColourModel::Rgb, false, 16);
        const QString file = folder.filePath("deep.png");
        media::writeImage(file.toStdString(), deep);
        const gui::RanStudy study(deepStudy(file));
        Bench bench(study);
        const views::PixelModel& model = bench.panel->pixelTable().model();
        QAbstractItemModelTester tester(const_cast<views::PixelModel*>(&model),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(bench.showsWorst());
        QCOMPARE(model.headerData(0, Qt::Horizontal, Qt::DisplayRole).toString(), QString("16 bit"));
        const auto decoded = bench.cell(2).content().layer.picture;
        for (const QPoint pixel : {QPoint(0, 0), QPoint(96, 60), QPoint(41, 13)}) {
            bench.panel->view().pointAt(pixel);
            QStringList expected{"Original"};
            int largest = 0;
            for (int channel = 0; channel < 3; ++channel) {
                const int sample = deep.samples.as<std::uint16_t>()[static_cast<std::size_t>(
                    (pixel.y() * 97 + pixel.x()) * 3 + channel)];
                expected += QString::number(sample);
                const int difference =
                    decoded->at(pixel.x(), pixel.y()).at(static_cast<std::size_t>(channel)) - sample;
                if (std::abs(difference) > std::abs(largest)) largest = difference;
            }
            QCOMPARE(rowOf(model, 0), expected + QStringList{""});
            expected[0] = "PNG";
            QCOMPARE(rowOf(model, 1), expected + QStringList{"0"});
            QCOMPARE(model.largestDifference(2), std::optional<int>(largest));
        }
        // The mouse points as well as the keys do.
        const QRect inside = bench.cell(1).pictureRect();
        QTest::mouseMove(&bench.cell(1), inside.center());
        const QPointF point = bench.cell(1).imagePoint(inside.center());
        QCOMPARE(bench.panel->view().pointed(),
                 std::optional(QPoint(static_cast<int>(std::floor(point.x())),
                                      static_cast<int>(std::floor(point.y())))));
        const QPoint before = *bench.panel->view().pointed();
        bench.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(bench.panel->view().pointed(), std::optional(before + QPoint(1, 0)));
    }

    void onePixelIsOneOfTheDevice_data() {
        QTest::addColumn<int>("scale");
        QTest::newRow("100 %") << 1;
        QTest::newRow("200 %") << 2;
    }
    void onePixelIsOneOfTheDevice() {
        QFETCH(int, scale);
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.key(Qt::Key_6);
        bench.action("loupe")->setChecked(false);
        QCOMPARE(bench.panel->view().zoom(), 1.0);
        for (const std::size_t index : {std::size_t{0}, std::size_t{2}}) {
            const QImage grab = bench.grab(index, scale), whole = wholeOf(bench.cell(index).content().layer);
            const QPoint origin = originOf(bench, index, scale);
            const QRect inside = bench.cell(index).pictureRect();
            const QRect shown =
                QRect(origin, whole.size()) & QRect(inside.topLeft() * scale, inside.size() * scale);
            QVERIFY(shown.width() > 300 && shown.height() > 200);
            QCOMPARE(grab.copy(shown), whole.copy(shown.translated(-origin)));
        }
    }

    void pixelsAreSquaresAboveHundredPercent() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.action("loupe")->setChecked(false);
        bench.key(Qt::Key_8);
        const QImage grab = bench.grab(1), whole = wholeOf(bench.cell(1).content().layer);
        const QRect inside = bench.cell(1).pictureRect().adjusted(1, 1, -1, -1);
        for (int i = 0; i < 2000; ++i) {
            const QPoint place(inside.left() + i * 37 % inside.width(),
                               inside.top() + i * 91 % inside.height());
            const QPointF point = bench.cell(1).imagePoint(place);
            QCOMPARE(grab.pixel(place),
                     whole.pixel(static_cast<int>(point.x()), static_cast<int>(point.y())));
        }
    }

    void linkedZoomKeepsThePointInEveryCell() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.key(Qt::Key_6);
        const QPoint place = bench.cell(2).pictureRect().topLeft() + QPoint(333, 111);
        const QPointF before = bench.cell(2).imagePoint(place);
        for (const int turn : {120, 120, 240, -120, 120}) {
            QWheelEvent wheel(place, bench.cell(2).mapToGlobal(place), {}, {0, turn}, Qt::NoButton,
                              Qt::NoModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(&bench.cell(2), &wheel);
            for (const PictureCell* cell : bench.cells()) {
                const QPointF away = cell->imagePoint(place) - before;
                QVERIFY2(std::hypot(away.x(), away.y()) <= 1 / bench.panel->view().zoom(), "it has moved");
            }
        }
        QVERIFY(bench.panel->view().zoom() > 3);
        // Dragging moves all of them.
        const QPointF first = bench.cell(0).imagePoint(place);
        QTest::mousePress(&bench.cell(1), Qt::LeftButton, {}, place);
        QTest::mouseMove(&bench.cell(1), place + QPoint(40, 24));
        QTest::mouseRelease(&bench.cell(1), Qt::LeftButton, {}, place + QPoint(40, 24));
        QVERIFY(std::abs(bench.cell(0).imagePoint(place).x() -
                         (first.x() - 40 / bench.panel->view().zoom())) < 0.5);
    }

    void unlinkedCellsMoveAlone() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.key(Qt::Key_7);
        bench.key(Qt::Key_L);
        const QPoint place = bench.cell(1).pictureRect().center();
        const QPointF original = bench.cell(0).imagePoint(place), moved = bench.cell(1).imagePoint(place);
        QTest::mousePress(&bench.cell(1), Qt::LeftButton, {}, place);
        QTest::mouseMove(&bench.cell(1), place + QPoint(20, 0));
        QTest::mouseRelease(&bench.cell(1), Qt::LeftButton, {}, place + QPoint(20, 0));
        QCOMPARE(bench.cell(0).imagePoint(place), original);
        QCOMPARE(bench.cell(1).imagePoint(place), moved - QPointF(10, 0));
        bench.key(Qt::Key_L);
        QCOMPARE(bench.cell(1).offset(), QPointF(-10, 0));
        bench.key(Qt::Key_R);
        QCOMPARE(bench.cell(1).offset(), QPointF());
    }

    void aWipeShowsEachHalfExactly() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.key(Qt::Key_W);
        bench.key(Qt::Key_6);
        bench.action("loupe")->setChecked(false);
        QCOMPARE(bench.cells().size(), std::size_t{1});
        PictureCell& cell = bench.cell(0);
        QVERIFY(cell.content().right.has_value());
        const QRect inside = cell.pictureRect();
        const QPoint from(inside.left() + qRound(inside.width() * cell.divider()), inside.center().y()),
            to(from.x() - 70, from.y());
        QTest::mousePress(&cell, Qt::LeftButton, {}, from);
        QTest::mouseMove(&cell, to);
        QTest::mouseRelease(&cell, Qt::LeftButton, {}, to);
        const int divider = inside.left() + qRound(inside.width() * cell.divider());
        QCOMPARE(divider, to.x());
        const QImage grab = bench.grab(0), left = wholeOf(cell.content().layer),
                     right = wholeOf(*cell.content().right);
        QVERIFY(left != right);
        const QPoint origin = originOf(bench, 0, 1);
        const QRect shown = QRect(origin, left.size()) & inside;
        // The handle covers a few columns around the divider.
        QRect part = shown;
        part.setRight(divider - 10);
        QVERIFY(part.width() > 100);
        QCOMPARE(grab.copy(part), left.copy(part.translated(-origin)));
        part = shown;
        part.setLeft(divider + 10);
        QVERIFY(part.width() > 100);
        QCOMPARE(grab.copy(part), right.copy(part.translated(-origin)));
        gui::shoot(*bench.panel, "compare-wipe");
        bench.key(Qt::Key_S);
        QCOMPARE(wholeOf(cell.content().layer), right);
    }

    void aDifferenceIsThatOfTheSamplesTimesTheGain() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.panel->findChild<QComboBox*>("compare.gain")->setCurrentIndex(3);
        bench.panel->findChild<QComboBox*>("compare.colours")->setCurrentIndex(1);
        bench.key(Qt::Key_0);
        const views::Layer& layer = bench.cell(1).content().layer;
        QCOMPARE(layer.kind, views::Layer::Kind::Difference);
        const QImage shown = wholeOf(layer);
        for (int y = 0; y < shown.height(); y += 7)
            for (int x = 0; x < shown.width(); x += 5) {
                const std::vector<int> a = layer.original->at(x, y), b = layer.picture->at(x, y);
                const auto level = [&](std::size_t channel) {
                    return std::min(255, 8 * std::abs(a[channel] - b[channel]));
                };
                QCOMPARE(shown.pixel(x, y), qRgb(level(0), level(1), level(2)));
            }
        bench.panel->findChild<QComboBox*>("compare.colours")->setCurrentIndex(0);
        bench.key(Qt::Key_D);
        QCOMPARE(bench.cells().size(), std::size_t{1});
        bench.grab(0);
        gui::shoot(*bench.panel, "compare-difference");
    }

    void keysChooseWhatIsSeen() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.key(Qt::Key_B);
        QVERIFY(bench.settles());
        QCOMPARE(bench.cells().size(), std::size_t{2});
        bench.grab(0);
        gui::shoot(*bench.panel, "compare-side-by-side");
        QCOMPARE(bench.cell(1).content().caption.title, QString("JPEG"));
        bench.key(Qt::Key_Tab);
        QVERIFY(bench.settles());
        QCOMPARE(bench.cell(1).content().caption.title, QString("WebP"));
        bench.key(Qt::Key_1);
        QCOMPARE(bench.cells().size(), std::size_t{1});
        QCOMPARE(bench.cell(0).content().caption.title, QString("WebP"));
        bench.key(Qt::Key_2);
        QCOMPARE(bench.cell(0).content().caption.title, QString("Original"));
        bench.key(Qt::Key_K);
        const auto title = [&] { return bench.cell(0).content().caption.title; };
        QCOMPARE(title(), QString("WebP"));
        QVERIFY(gui::waitFor([&] { return title() == "Original"; }));
        bench.key(Qt::Key_Space);
        const QString still = title();
        QTest::qWait(700);
        QCOMPARE(title(), still);
        bench.key(Qt::Key_G);
        QCOMPARE(bench.cells().size(), std::size_t{4});
        for (const char* name :
             {"side-by-side", "grid", "wipe", "flicker", "difference", "save-plate", "keep-plate", "crop"})
            QVERIFY2(bench.action(name) && !bench.action(name)->toolTip().isEmpty(), name);
    }

    void whatIsShownBecomesAFigure() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        std::vector<graph::FigureSpec> asked;
        connect(bench.panel.get(), &ComparePanel::figureAsked, this,
                [&asked](const graph::FigureSpec& figure) { asked.push_back(figure); });
        const views::Comparison& comparison = bench.panel->comparison();
        const auto keep = [&] { QTest::keyClick(&bench.panel->area(), Qt::Key_F, Qt::ShiftModifier); };
        bench.key(Qt::Key_G);
        keep();
        bench.key(Qt::Key_B);
        bench.key(Qt::Key_Tab);
        keep();
        QCOMPARE(asked.size(), std::size_t{2});
        for (const graph::FigureSpec& figure : asked) {
            QCOMPARE(figure.kind, graph::FigureKind::Plate);
            QCOMPARE(figure.asset, comparison.choice.asset);
            QCOMPARE(figure.y, comparison.choice.metric);
            QVERIFY(!figure.crop);
        }
        QCOMPARE(asked[0].series, (std::vector<std::string>{"jpeg", "webp", "jxl"}));
        QCOMPARE(asked[0].rate, std::optional(comparison.renditions[0].compared.rate));
        QCOMPARE(asked[1].series, std::vector<std::string>{"webp"});
        QCOMPARE(asked[1].rate, std::optional(comparison.renditions[1].compared.rate));
    }

    void cropsAreKeptInTheDocumentAndUndone() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        bench.key(Qt::Key_6);
        bench.key(Qt::Key_C);
        const QPoint from = bench.cell(0).pictureRect().center() - QPoint(60, 50), to = from + QPoint(99, 79);
        const QPointF corner = bench.cell(0).imagePoint(from);
        QTest::mousePress(&bench.cell(0), Qt::LeftButton, {}, from);
        QTest::mouseMove(&bench.cell(0), to);
        QTest::mouseRelease(&bench.cell(0), Qt::LeftButton, {}, to);
        auto* dialog = bench.panel->window()->findChild<QInputDialog*>();
        QVERIFY(dialog);
        dialog->setTextValue("nozzle");
        dialog->accept();
        const graph::Crop expected{"nozzle",
                                   bench.panel->comparison().choice.asset,
                                   static_cast<int>(corner.x()),
                                   static_cast<int>(corner.y()),
                                   100,
                                   80};
        const auto crops = [&] { return bench.session.document.document().crops; };
        QVERIFY(crops() == std::vector{expected});
        QVERIFY(!bench.action("crop")->isChecked());
        QCOMPARE(bench.panel->view().zoom(), 4.0);
        bench.session.document.undo();
        QVERIFY(crops().empty());
        bench.session.document.redo();
        QVERIFY(crops() == std::vector{expected});
        auto* box = bench.panel->findChild<QComboBox*>("compare.crop-choice");
        QCOMPARE(box->currentText(), QString("nozzle"));
        bench.session.document.undo();
        QVERIFY(bench.session.document.saved());
    }

    void theWorstStandFirstAsTheShellSays() {
        Bench bench(*study_);
        auto* model = bench.panel->findChild<views::WorstModel*>();
        QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(bench.showsWorst());
        std::vector<std::pair<double, std::string>> expected;
        for (const e2e::Row& row : e2e::rowsOf(e2e::exported(study_->place(), "study.rslib", "points")))
            if (row["series"] == "jpeg" && row["swept"] == "{\"jpeg.quality\":50}" &&
                row["metric"].toStdString() == bench.panel->comparison().choice.metric)
                expected.emplace_back(row["value"].toDouble(), row["asset"].toStdString());
        std::sort(expected.begin(), expected.end());
        QCOMPARE(expected.size(), std::size_t{4});
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE(model->assetOf(static_cast<int>(i)), expected[i].second);
        // By another column, and back.
        auto* view = bench.panel->worstItems().findChild<QTableView*>();
        QTest::mouseClick(view->horizontalHeader()->viewport(), Qt::LeftButton, {},
                          {view->horizontalHeader()->sectionViewportPosition(0) + 20, 10});
        QCOMPARE(model->assetOf(0), std::string("astronaut.png"));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                          view->visualRect(model->index(1, 0)).center());
        QVERIFY(gui::waitFor([&] { return bench.panel->comparison().choice.asset == model->assetOf(1); }));
        QVERIFY(bench.settles());
        QCOMPARE(bench.cell(0).content().caption.detail, QString::fromStdString(model->assetOf(1)));
    }

    void anItemBringsThoseOfItsRate() {
        Bench bench(*study_);
        for (const e2e::Row& row : e2e::rowsOf(e2e::exported(study_->place(), "study.rslib", "items")))
            if (row["asset"] == "coffee.png" && row["swept"] == "{\"webp.quality\":80.0}")
                emit bench.session.selection.reconstructionAsked(row["item"].toLongLong());
        QVERIFY(bench.settles());
        const views::Comparison& comparison = bench.panel->comparison();
        QCOMPARE(comparison.choice.asset, std::string("coffee.png"));
        QCOMPARE(views::settingsText(comparison.renditions[1]), QString("quality 80"));
        const double rate = comparison.renditions[1].compared.rate;
        for (const views::Rendition& rendition : comparison.renditions)
            QVERIFY(std::abs(std::log(rendition.compared.rate / rate)) < 0.6);
    }

    void aPlateIsThatOfTheShell() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        const views::Comparison& comparison = bench.panel->comparison();
        const QStringList formats{"pdf", "svg", "png"};
        const QSignalSpy saved(bench.panel.get(), &ComparePanel::plateSaved);
        for (const QString& format : formats)
            QVERIFY(bench.panel->writePlate(study_->place().path("window." + format)));
        QVERIFY(gui::waitFor([&] { return saved.size() == 3; }));
        bench.leave();
        const QString rate = QString::number(comparison.renditions.front().compared.rate, 'g', 17);
        for (const QString& format : formats) {
            const e2e::Outcome shell = study_->place().desktop(
                {"plate", "--library", "study.rslib", "--asset",
                 QString::fromStdString(comparison.choice.asset), "--y",
                 QString::fromStdString(comparison.choice.metric), "--rate", rate, "-o", "shell." + format});
            QVERIFY2(shell.code == 0, shell.said());
            QVERIFY(study_->place().read("window." + format).size() > 10'000);
            QVERIFY2(study_->place().read("window." + format) == study_->place().read("shell." + format),
                     qPrintable(format));
        }
        QVERIFY(bench.said.isEmpty());
    }

    void whatIsNotWantedAnyMoreIsTakenBack() {
        Bench bench(*study_);
        QVERIFY(gui::waitFor([&] { return bench.panel->worstItems().model().rowCount() == 4; }));
        std::size_t most = 0;
        for (int round = 0; round < 12; ++round) {
            emit bench.panel->worstItems().opened(bench.panel->worstItems().model().assetOf(round % 4));
            QTest::qWait(5);
            most = std::max(most, bench.panel->values().waiting());
        }
        // Never more than the cells of one picture.
        QVERIFY(most <= 4);
        // The pictures of an earlier row may have come all while the rows of the last are still read.
        const std::string last = bench.panel->worstItems().model().assetOf(3);
        QVERIFY(gui::waitFor([&] { return bench.panel->comparison().choice.asset == last; }));
        QVERIFY(bench.settles());
        QCOMPARE(bench.cell(0).content().caption.detail,
                 QString::fromStdString(bench.panel->comparison().choice.asset));
    }

    void aPictureThatCannotBeHadSaysWhy() {
        Bench bench(*study_);
        bench.session.supervisor.setProgram("/nowhere/ratescope-cli");
        QVERIFY(!bench.showsWorst());
        QVERIFY(gui::waitFor([&] { return !bench.cell(0).content().failure.isEmpty(); }));
        QVERIFY(!bench.cell(0).content().remedy.isEmpty());
        QVERIFY(!bench.cell(0).accessibleDescription().isEmpty());
        gui::shoot(*bench.panel, "compare-failed");
        bench.session.supervisor.setProgram(e2e::builtProgram("ratescope-cli"));
        bench.key(Qt::Key_A);
        QVERIFY(bench.settles());
    }

    void theGridLooksAsDrawn() {
        Bench bench(*study_);
        QVERIFY(bench.showsWorst());
        const QSignalSpy status(bench.panel.get(), &ComparePanel::statusText);
        bench.key(Qt::Key_7);
        QVERIFY(status.last().first().toString().contains("one image pixel is 2 × 2 device pixels"));
        bench.panel->view().moveTo({190, 240});
        bench.panel->view().pointAt(QPoint(200, 200));
        bench.grab(0);
        gui::shoot(*bench.panel, "compare-grid");
        auto* overlay = bench.panel->findChild<QComboBox*>("compare.overlay");
        QVERIFY(overlay->count() == 3);
        overlay->setFocus();
        QTest::keyClick(overlay, Qt::Key_End);
        QVERIFY(gui::waitFor([&] { return bench.cell(1).content().layer.kind == views::Layer::Kind::Map; }));
        bench.grab(1);
        gui::shoot(*bench.panel, "compare-overlay");
        QTest::keyClick(overlay, Qt::Key_Home);
        bench.panel->resize(1100, 560);
        bench.grab(0);
        gui::shoot(*bench.panel, "compare-narrow");
    }

  private:
    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(CompareTest)
#include "compare_test.moc"
