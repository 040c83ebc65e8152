// A plate among the document's figures: the bytes of the commands, every option an edit, nothing decoded for nobody.

#include "core/graph/document_json.h"
#include "core/graph/edit.h"
#include "tests/gui/figures/tab.h"
#include "views/figures/figure_list_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QLabel>

using namespace ratescope;
using namespace figures;
using views::SupervisorLink;

namespace {

/// A part of the cat at half a bit per pixel, two of three codecs.
graph::FigureSpec catPlate() {
    graph::FigureSpec figure;
    figure.name = "plate-cat";
    figure.kind = graph::FigureKind::Plate;
    figure.preset = "ieee-page";
    figure.y = "psnr-rgb";
    figure.asset = "chelsea.png";
    figure.crop = graph::FigureCrop{140, 90, 120, 80};
    figure.rate = 0.5;
    figure.series = {"jpeg", "webp"};
    return figure;
}

}  // namespace

class PlateFigureTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    void itIsExportedAsTheCommandsDrawIt() {
        const QString folder = study_->place().path("exported");
        {
            Tab tab(*study_, {catPlate()});
            QVERIFY(tab.drawn());
            QVERIFY(tab.exportInto(folder));
            graph::writeDocument(study_->place().path("with-plate.ratescope").toStdString(),
                                 tab.session.document.document());
        }
        QCOMPARE(QDir(folder).entryList(QDir::Files, QDir::Name),
                 QStringList({"plate-cat.caption.txt", "plate-cat.pdf", "plate-cat.png", "plate-cat.svg"}));
        const QStringList asFigure{
            "figure",   "--library", "study.rslib", "--document", "with-plate.ratescope",
            "--figure", "plate-cat"};
        const QStringList asPlate{"plate",   "--library",   "study.rslib", "--y",           "psnr-rgb",
                                  "--asset", "chelsea.png", "--crop",      "140,90,120,80", "--rate",
                                  "0.5",     "--series",    "jpeg",        "--series",      "webp"};
        for (const QStringList& command : {asFigure, asPlate}) {
            QStringList whole = command;
            for (const char* suffix : {"pdf", "svg", "png", "caption.txt"})
                whole += {"-o", QString("command.") + suffix};
            const e2e::Outcome outcome = study_->place().desktop(whole);
            QVERIFY2(outcome.code == 0, outcome.said().constData());
            for (const char* suffix : {"pdf", "svg", "png", "caption.txt"}) {
                const QByteArray bytes = contentOf(folder + "/plate-cat." + suffix);
                QVERIFY2(bytes.size() > 100, suffix);
                QVERIFY2(bytes == study_->place().read(QString("command.") + suffix), suffix);
            }
        }
        const QString svg = QString::fromUtf8(contentOf(folder + "/plate-cat.svg"));
        for (const char* said : {"Original", "chelsea.png", "JPEG", "WebP", "bpp", "dB"})
            QVERIFY2(svg.contains(said), said);
        QVERIFY(!svg.contains("JPEG XL"));
        const QString caption = QString::fromUtf8(contentOf(folder + "/plate-cat.caption.txt"));
        for (const char* said : {"chelsea.png, 120 × 80 pixels at 140, 90: ", "nearest to 0.500\u2009bpp",
                                 "PSNR, RGB", "JPEG [1, 2]", "\n\n[1] G. K. Wallace"})
            QVERIFY2(caption.contains(QString::fromUtf8(said)), qPrintable(caption));
    }

    void everyOptionIsAnEdit() {
        Tab tab(*study_, {catPlate()});
        tab.session.document.apply(
            graph::setCrops({{"eye", "chelsea.png", 150, 100, 40, 30}, {"cup", "coffee.png", 0, 0, 9, 9}}));
        QVERIFY(tab.drawn());
        auto* crop = tab.find<QComboBox>("figures.crop");
        QVERIFY(crop->isVisible());
        QCOMPARE(crop->currentData().toString(), QString("140,90,120,80"));
        QCOMPARE(crop->currentText(), QString("120 × 80 at 140, 90"));
        QCOMPARE(crop->findText("eye, 40 × 30"), 1);
        QCOMPARE(crop->count(), 3);  // whole, eye, its own
        choose(crop, "150,100,40,30");
        QCOMPARE(tab.figure().crop, (std::optional(graph::FigureCrop{150, 100, 40, 30})));
        choose(crop, "");
        QVERIFY(!tab.figure().crop);
        type(tab.find<QDoubleSpinBox>("figures.plateRate"), "1.25");
        QCOMPARE(tab.figure().rate, std::optional(1.25));
        type(tab.find<QDoubleSpinBox>("figures.columns"), "2");
        QCOMPARE(tab.figure().columns, 2);
        tab.session.document.undo();
        QCOMPARE(tab.figure().columns, 0);
        tab.session.document.undo();
        QCOMPARE(tab.figure().rate, std::optional(0.5));
        tab.session.document.undo();
        // Another picture has other parts.
        choose(tab.find<QComboBox>("figures.asset"), "coffee.png");
        QCOMPARE(tab.figure().asset, "coffee.png");
        QVERIFY(!tab.figure().crop);
        QVERIFY(tab.drawn());
        // What a plate has not is not offered.
        for (const char* name :
             {"figures.bdTable", "figures.grid", "figures.export.csv", "figures.export.tex"})
            QVERIFY2(!tab.find<QCheckBox>(name)->isEnabled(), name);
        choose(tab.find<QComboBox>("figures.kind"), "curves");
        QCOMPARE(tab.figure().kind, graph::FigureKind::Curves);
        QVERIFY(!crop->isVisible());
        QVERIFY(tab.drawn());
    }

    void curvesBecomeAPlate() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        choose(tab.find<QComboBox>("figures.kind"), "plate");
        QCOMPARE(tab.figure().kind, graph::FigureKind::Plate);
        QVERIFY(tab.drawn());
        const auto* list = tab.panel->findChild<views::FigureListModel*>();
        QCOMPARE(list->index(0).data(views::FigureListModel::SizeRole).toString(), QString("plate"));
        const auto pictures = [list] {
            return list->index(0)
                .data(views::FigureListModel::ThumbnailRole)
                .value<views::FigureSketch>()
                .pictures;
        };
        QVERIFY(gui::waitFor([&] { return pictures() == 4; }));
    }

    void aCropOutsideIsSaid() {
        graph::FigureSpec spec = catPlate();
        spec.crop->x = 5000;
        Tab tab(*study_, {spec});
        auto* message = tab.find<QWidget>("figures.message");
        QVERIFY(gui::waitFor([&] { return message->isVisible(); }));
        QVERIFY(gui::waitFor([&] {
            for (const QLabel* label : message->findChildren<QLabel*>())
                if (label->text().contains("is not within the picture")) return true;
            return false;
        }));
    }

    void nothingIsDecodedForNobody() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        tab.panel->hide();
        tab.session.document.apply(graph::setFigures({catPlate()}));
        QTest::qWait(500);
        QCOMPARE(tab.session.supervisor.state(), SupervisorLink::State::None);
        tab.panel->show();
        QVERIFY(tab.drawn());
    }

    void screenshots() {
        graph::FigureSpec whole = catPlate();
        whole.name = "plate-all";
        whole.series.clear();
        whole.preset = "ieee-column";
        Tab tab(*study_, {ieeeColumn(), catPlate(), whole});
        QVERIFY(tab.drawn());
        QTest::keyClick(tab.find<QWidget>("figures.list"), Qt::Key_Down);
        QVERIFY(gui::waitFor([&] { return tab.panel->currentFigure() == "plate-cat"; }));
        QVERIFY(tab.drawn());
        gui::shoot(*tab.panel, "figures-plate");
        QTest::qWait(1500);
        gui::shoot(*tab.panel, "figures-plate");
    }

  private:
    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(PlateFigureTest)
#include "plate_figure_test.moc"
