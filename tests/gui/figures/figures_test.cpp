// The Figure tab: what is exported is what `ratescope figure` writes, every option is an edit, nothing is asked twice.

#include "core/graph/document_json.h"
#include "core/graph/edit.h"
#include "tests/gui/figures/pdf_text.h"
#include "tests/gui/figures/tab.h"
#include "tests/gui/support.h"
#include "tests/gui/watchdog.h"
#include "views/controls/elided_label.h"
#include "views/figure/figure_files.h"
#include "views/figures/figure_exporter.h"
#include "views/figures/figure_list_model.h"
#include "views/figures/figure_panel.h"
#include "views/figures/page_view.h"
#include "views/figures/series_options.h"
#include "views/figures/simulation.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTextEdit>
#include <QToolButton>

using namespace ratescope;
using namespace figures;
using views::FigurePanel;
using views::Sight;

class FiguresTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    void anEmptyDocumentOffersANewFigure() {
        Tab tab(*study_, {});
        auto* button = tab.panel->findChild<views::PageView*>("figures.page");
        QVERIFY(!button->isVisible());
        QPushButton* make = nullptr;
        for (QPushButton* one : tab.panel->findChildren<QPushButton*>())
            if (one->isVisible() && one->text() == "New figure") make = one;
        QVERIFY(make);
        gui::shoot(*tab.panel, "figures-empty");
        QTest::mouseClick(make, Qt::LeftButton);
        QCOMPARE(tab.session.document.document().figures.size(), std::size_t{1});
        QCOMPARE(tab.figure().name, std::string("rd-psnr-rgb"));
        QVERIFY(tab.drawn());
        tab.session.document.undo();
        QVERIFY(tab.session.document.document().figures.empty());
        QVERIFY(gui::waitFor([&] { return make->isVisible(); }));
    }

    /// Story 8 of workbench.md.
    void theExportIsThatOfTheCommand() {
        graph::FigureSpec spec = ieeeColumn();
        spec.title = "Four photographs";  // a second font
        spec.yLimits = graph::FigureLimits{20, 45};
        Tab tab(*study_, {spec});
        QVERIFY(tab.drawn());
        const QString first = study_->place().path("first"), second = study_->place().path("second");
        QVERIFY(tab.exportInto(first));
        const auto* report = tab.find<QLabel>("figures.report");
        QVERIFY2(report->isVisible() && report->text().contains("rd-psnr.table.md"),
                 qPrintable(report->text()));
        QVERIFY(!tab.find<QLabel>("figures.failure")->isVisible());
        const QStringList names = QDir(first).entryList(QDir::Files, QDir::Name);
        QCOMPARE(names, QStringList({"rd-psnr.caption.txt", "rd-psnr.csv", "rd-psnr.pdf", "rd-psnr.png",
                                     "rd-psnr.svg", "rd-psnr.table.md", "rd-psnr.table.tex", "rd-psnr.tex"}));

        QTest::qWait(1100);  // a time stamp would differ
        QVERIFY(tab.exportInto(second));
        graph::writeDocument(study_->place().path("with-figures.ratescope").toStdString(),
                             tab.session.document.document());
        QDir().mkpath(study_->place().path("command"));
        QStringList command{"figure",   "--library", "study.rslib", "--document", "with-figures.ratescope",
                            "--figure", "rd-psnr"};
        for (const QString& name : names)
            command += {"-o", "command/" + name};
        const e2e::Outcome outcome = study_->place().desktop(command);
        QVERIFY2(outcome.code == 0, outcome.said().constData());
        for (const QString& name : names) {
            const QByteArray bytes = contentOf(first + '/' + name);
            QVERIFY2(bytes.size() > 100, qPrintable(name));
            QVERIFY2(bytes == contentOf(second + '/' + name), qPrintable(name));
            QVERIFY2(bytes == contentOf(study_->place().path("command/" + name)), qPrintable(name));
        }
        checkSvg(QString::fromUtf8(contentOf(first + "/rd-psnr.svg")));
        checkPdf(contentOf(first + "/rd-psnr.pdf"));
        const QImage png(first + "/rd-psnr.png");
        QCOMPARE(png.width(), qRound(88.9 / 25.4 * 600));
        const QString pgfplots = QString::fromUtf8(contentOf(first + "/rd-psnr.tex"));
        QVERIFY(pgfplots.contains("ymin=20, ymax=45") && pgfplots.contains("WebP"));
        QVERIFY(contentOf(first + "/rd-psnr.csv").contains("webp"));
        const QString caption = QString::fromUtf8(contentOf(first + "/rd-psnr.caption.txt"));
        for (const char* said :
             {"PSNR, RGB (dB)", "on Samples, n = 4", "anchor JPEG by PCHIP", "10\u202f000 resamples",
              "JPEG [1, 2]: quality 10 to 90.", "libjpeg-turbo", "\n\n[1] G. K. Wallace"})
            QVERIFY2(caption.contains(QString::fromUtf8(said)), qPrintable(caption));
    }

    void aFolderThatCantBeWrittenIsSaid() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        study_->place().write("a-file", "x");
        QVERIFY(tab.exportInto(study_->place().path("a-file/figures")));
        const auto* failure = tab.find<QLabel>("figures.failure");
        QVERIFY(failure->isVisible());
        QVERIFY2(failure->text().contains("a-file/figures can't be made. Choose a folder"),
                 qPrintable(failure->text()));
        QVERIFY(!tab.find<QLabel>("figures.report")->isVisible());
        QVERIFY(tab.find<QPushButton>("figures.exportButton")->isEnabled());
    }

    void aFullDiskLeavesNoPart() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        views::StudyFigure figure;
        bool made = false;
        session.results.ask(
            this, "figure",
            [](const views::OpenLibrary& open) {
                return views::figureOfStudy(ieeeColumn(), open.library, *open.study, gui::catalogue());
            },
            [&](const views::StudyFigure& one) {
                figure = one;
                made = true;
            });
        QVERIFY(gui::waitFor([&] { return made; }));
        // A folder where the second file should be: its writing fails, what was there before stays.
        const QString folder = study_->place().path("full");
        QDir().mkpath(folder + "/rd-psnr.svg");
        const views::ExportReport report = views::exportFigure(figure, folder, {"pdf", "svg", "png"});
        QCOMPARE(report.files.size(), std::size_t{1});
        QVERIFY(report.failure.contains("rd-psnr.svg can't be written"));
        QVERIFY(!report.remedy.isEmpty());
        QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name),
                 QStringList({"rd-psnr.pdf", "rd-psnr.svg"}));
    }

    void whatIsTypedIsOneStep() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        const std::size_t before = tab.session.document.history().position();
        auto* width = tab.find<QDoubleSpinBox>("figures.width");
        type(width, "120");
        QCOMPARE(tab.figure().widthMm, std::optional<double>(120));
        type(width, "140.5");
        QCOMPARE(tab.figure().widthMm, std::optional<double>(140.5));
        QCOMPARE(tab.session.document.history().position(), before + 1);
        QCOMPARE(tab.session.document.history().titles().back(), std::string("Set width of rd-psnr"));
        type(tab.find<QDoubleSpinBox>("figures.height"), "90");
        type(tab.find<QDoubleSpinBox>("figures.ticks"), "6");
        QCOMPARE(tab.session.document.history().position(), before + 3);
        auto* verdict = tab.find<QLabel>("figures.legibility");
        QVERIFY(gui::waitFor([&] { return verdict->text().contains("text from 6"); }));
        auto* page = tab.find<views::PageView>("figures.page");
        QVERIFY(gui::waitFor([&] {
            return std::abs(page->pagePlace().width() - 140.5 * page->pixelsPerMillimetre()) < 0.01;
        }));
        for (int i = 0; i < 3; ++i)
            tab.session.document.undo();
        QVERIFY(tab.figure() == ieeeColumn());
        QVERIFY(gui::waitFor([&] { return std::abs(width->value() - 88.9) < 0.01; }));
        QVERIFY(gui::waitFor(
            [&] { return verdict->text() == "Told apart by marker and dash, text from 7.0 pt"; }));
    }

    void everyOptionIsAnEditThatUndoes() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        const graph::FigureSpec start = tab.figure();
        const auto undone = [&] {
            tab.session.document.undo();
            return tab.figure() == start;
        };
        choose(tab.find<QComboBox>("figures.legend"), "top-left");
        QCOMPARE(tab.figure().legend, graph::LegendPlace::TopLeft);
        while (!(tab.figure() == start))
            tab.session.document.undo();
        clickBox(tab.find<QCheckBox>("figures.bands"));
        QVERIFY(!tab.figure().bands && undone());
        clickBox(tab.find<QCheckBox>("figures.grid"));
        QVERIFY(!tab.figure().grid && undone());
        clickBox(tab.find<QCheckBox>("figures.bdTable"));
        QVERIFY(!tab.figure().bdTable && undone());
        clickBox(tab.find<QCheckBox>("figures.titled"));
        QCOMPARE(tab.figure().title, std::string("three-codecs"));
        QVERIFY(tab.find<QLineEdit>("figures.title")->isVisible() && undone());
        type(tab.find<QLineEdit>("figures.dataset"), "Kodak");
        QVERIFY(tab.figure().dataset == "Kodak" && undone());
        clickBox(tab.find<QCheckBox>("figures.hull"));
        QVERIFY(tab.figure().hull && undone());
        for (QToolButton* segment : tab.panel->findChildren<QToolButton*>("log")) {
            if (segment->parentWidget()->accessibleName() != "Scale of the horizontal axis") continue;
            QTest::mouseClick(segment, Qt::LeftButton);
            QVERIFY(tab.figure().logX && undone());
        }
        tab.action("figure.reset")->trigger();
        QVERIFY(!tab.figure().bdTable && undone());
    }

    void limitsAreTypedAndTakenBack() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        QWidget* fields = tab.find<QWidget>("figures.y");
        const QList<QLineEdit*> ends = fields->findChildren<QLineEdit*>();
        QCOMPARE(ends.size(), 2);
        QVERIFY(!ends[0]->placeholderText().isEmpty());
        const double drawnHigh = ends[1]->placeholderText().toDouble();
        type(ends[0], "20");
        QCOMPARE(tab.figure().yLimits, (std::optional<graph::FigureLimits>({20, drawnHigh})));
        type(ends[1], "5");
        QVERIFY(ends[1]->property("wrong").toBool());
        QCOMPARE(tab.figure().yLimits->high, drawnHigh);
        type(ends[1], "50");
        QVERIFY(!ends[1]->property("wrong").toBool());
        QCOMPARE(tab.figure().yLimits, (std::optional<graph::FigureLimits>({20, 50})));
        for (QLineEdit* end : ends) {
            end->setFocus();
            QTest::keyClick(end, Qt::Key_A, Qt::ControlModifier);
            QTest::keyClick(end, Qt::Key_Delete);
        }
        QVERIFY(!tab.figure().yLimits);
    }

    void seriesAreChosenByTheirBoxes() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        auto* view = tab.find<QListView>("figures.series");
        auto* model = qobject_cast<views::SeriesModel*>(view->model());
        const QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(gui::waitFor([&] { return model->rowCount() == 3; }));
        QCOMPARE(model->index(1).data().toString(), QString("WebP"));
        QCOMPARE(model->index(1).data(views::SeriesModel::PointsRole).toString(), QString("5 points"));
        view->setFocus();
        view->setCurrentIndex(model->index(1));
        QTest::keyClick(view, Qt::Key_Space);
        QCOMPARE(tab.figure().series, (std::vector<std::string>{"jpeg", "jxl"}));
        QCOMPARE(model->shown(), 2);
        view->setCurrentIndex(model->index(0));
        QTest::keyClick(view, Qt::Key_Space);
        QCOMPARE(tab.figure().series, (std::vector<std::string>{"jxl"}));
        QCOMPARE(tab.figure().anchor, std::string());
        // The last one stays.
        view->setCurrentIndex(model->index(2));
        QTest::keyClick(view, Qt::Key_Space);
        QCOMPARE(tab.figure().series, (std::vector<std::string>{"jxl"}));
        QVERIFY(gui::waitFor([&] { return tab.drawn(); }));
        const QRect row = view->visualRect(model->index(1));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, QPoint(row.left() + 60, row.center().y()));
        QCOMPARE(tab.figure().series, (std::vector<std::string>{"webp", "jxl"}));
    }

    void figuresAreAddedRenamedAndDeleted() {
        Tab tab(*study_, {ieeeColumn()});
        auto* view = tab.find<QListView>("figures.list");
        const QAbstractItemModelTester tester(view->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        tab.action("figure.duplicate")->trigger();
        QCOMPARE(tab.figure(1).name, std::string("rd-psnr-2"));
        QCOMPARE(tab.panel->currentFigure(), std::string("rd-psnr-2"));
        tab.panel->addFigure({.y = "ssim-rgb", .anchor = "webp"});
        QCOMPARE(tab.figure(2).name, std::string("rd-ssim-rgb"));
        QCOMPARE(tab.figure(2).anchor, std::string("webp"));
        QCOMPARE(tab.panel->currentFigure(), std::string("rd-ssim-rgb"));
        tab.action("figure.rename")->trigger();
        auto* editor = view->findChild<QLineEdit*>();
        QVERIFY(editor);
        type(editor, "Not A slug");  // what is no name can't be typed
        QCOMPARE(editor->text(), QString("otslug"));
        type(editor, "similarity");
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(tab.figure(2).name, std::string("similarity"));
        QCOMPARE(tab.panel->currentFigure(), std::string("similarity"));
        // A name that is there already is refused.
        QVERIFY(!view->model()->setData(view->model()->index(2, 0), "rd-psnr", Qt::EditRole));
        tab.action("figure.delete")->trigger();
        QCOMPARE(tab.session.document.document().figures.size(), std::size_t{2});
        QCOMPARE(tab.panel->currentFigure(), std::string("rd-psnr-2"));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                          view->visualRect(view->model()->index(0, 0)).center());
        QCOMPARE(tab.panel->currentFigure(), std::string("rd-psnr"));
        QVERIFY(tab.drawn());
        QVERIFY(gui::waitFor([&] {
            return view->model()
                ->index(0, 0)
                .data(views::FigureListModel::SizeRole)
                .toString()
                .startsWith("88.9 × ");
        }));
    }

    void anUnknownMetricIsSaidInPlaceOfThePage() {
        graph::FigureSpec spec = ieeeColumn();
        spec.y = "vmaf";
        Tab tab(*study_, {spec});
        auto* message = tab.find<QWidget>("figures.message");
        QVERIFY(gui::waitFor([&] { return message->isVisible(); }));
        QVERIFY(gui::waitFor([&] {
            for (const QLabel* label : message->findChildren<QLabel*>())
                if (label->text().contains("psnr-rgb")) return true;
            return false;
        }));
        QVERIFY(!tab.find<QPushButton>("figures.exportButton")->isEnabled());
        choose(tab.find<QComboBox>("figures.quality"), "ssim-rgb");
        QVERIFY(tab.drawn());
        QVERIFY(!message->isVisible());
    }

    void aPageTooSmallIsSaid() {
        graph::FigureSpec spec = ieeeColumn();
        spec.heightMm = 25;
        Tab tab(*study_, {spec});
        auto* message = tab.find<QWidget>("figures.message");
        QVERIFY(gui::waitFor([&] { return message->isVisible(); }));
        QVERIFY(gui::waitFor([&] {
            for (const QLabel* label : message->findChildren<QLabel*>())
                if (label->text().contains("too small")) return true;
            return false;
        }));
    }

    void aTableAloneIsAFigure() {
        graph::FigureSpec spec = ieeeColumn();
        spec.kind = graph::FigureKind::Table;
        Tab tab(*study_, {spec});
        QVERIFY(tab.drawn());
        const QString folder = study_->place().path("table");
        QVERIFY(tab.exportInto(folder));
        QVERIFY(!QFile::exists(folder + "/rd-psnr.tex"));
        QVERIFY(contentOf(folder + "/rd-psnr.table.tex").contains("\\toprule"));
        QVERIFY(QString::fromUtf8(contentOf(folder + "/rd-psnr.svg")).contains("Anchor: JPEG"));
        QVERIFY(!QString::fromUtf8(contentOf(folder + "/rd-psnr.svg")).contains("Rate (bit per pixel)"));
    }

    void theZoomIsTrueToTheScreen() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        auto* page = tab.find<views::PageView>("figures.page");
        const double perMm = page->screenPixelsPerMillimetre();
        QCOMPARE(page->pagePlace().width(), 88.9 * perMm);
        tab.action("figure.doubleSize")->trigger();
        QCOMPARE(page->pagePlace().width(), 2 * 88.9 * perMm);
        QStringList said;
        connect(tab.panel.get(), &FigurePanel::statusText, this, [&](const QString& text) { said += text; });
        tab.action("figure.fitSize")->trigger();
        QVERIFY(page->viewport()->rect().contains(page->pagePlace().toAlignedRect()));
        QVERIFY(said.last().contains("not exported yet") && said.last().contains("not at its true size"));
        tab.action("figure.trueSize")->trigger();
        QVERIFY(said.last().contains("1 mm on screen is 1 mm on paper"));
        QVERIFY(gui::waitFor([&] { return tab.pictured(); }));
    }

    void pictureAndCaptionAreCopied() {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        tab.action("figure.copyCaption")->trigger();
        QVERIFY(QApplication::clipboard()->text().contains("[1] G. K. Wallace"));
        QCOMPARE(tab.find<QTextEdit>("figures.caption")->toPlainText().simplified(),
                 QApplication::clipboard()->text().simplified());
        tab.action("figure.copyPicture")->trigger();
        QVERIFY(gui::waitFor([&] { return !QApplication::clipboard()->image().isNull(); }));
        QCOMPARE(QApplication::clipboard()->image().width(), qRound(88.9 / 25.4 * 300));
    }

    /// Against values worked out by hand from the matrices and the transfer function of sRGB.
    void simulationsAreThoseOfTheMatrices() {
        for (const Sight sight : {Sight::Deuteranopia, Sight::Protanopia, Sight::Tritanopia, Sight::Grey})
            for (const int level : {0, 77, 128, 255})
                QCOMPARE(views::simulated(qRgb(level, level, level), sight), qRgb(level, level, level));
        QCOMPARE(views::simulated(qRgb(255, 0, 0), Sight::Deuteranopia), qRgb(163, 144, 0));
        QCOMPARE(views::simulated(qRgb(255, 0, 0), Sight::Protanopia), qRgb(109, 95, 0));
        QCOMPARE(views::simulated(qRgb(0, 0, 255), Sight::Tritanopia), qRgb(0, 107, 150));
        QCOMPARE(views::simulated(qRgb(0, 255, 0), Sight::Grey), qRgb(220, 220, 220));
        QImage picture(2, 1, QImage::Format_RGB32);
        picture.setPixel(0, 0, qRgb(255, 0, 0));
        picture.setPixel(1, 0, qRgb(255, 255, 255));
        const QImage seen = views::simulated(picture, Sight::Deuteranopia);
        QCOMPARE(seen.pixel(0, 0), qRgb(163, 144, 0));
        QCOMPARE(seen.pixel(1, 0), qRgb(255, 255, 255));
    }

    void theChosenSightIsSeenAndKept() {
        Tab tab(*study_, {ieeeColumn()});
        auto* page = tab.find<views::PageView>("figures.page");
        QCOMPARE(page->sights(), (std::vector<Sight>{Sight::Deuteranopia, Sight::Grey}));
        choose(tab.find<QComboBox>("figures.sight"), "tritanopia");
        QCOMPARE(page->sights(), (std::vector<Sight>{Sight::Tritanopia, Sight::Grey}));
        tab.action("figure.simulation")->trigger();
        QVERIFY(page->sights().empty());
        clickBox(tab.find<QCheckBox>("figures.grey"));
        QCOMPARE(page->sights(), (std::vector<Sight>{Sight::Tritanopia}));
        QCOMPARE(tab.session.document.history().position(), std::size_t{1});
        const FigurePanel again(tab.session);
        QCOMPARE(again.findChild<views::PageView*>("figures.page")->sights(),
                 (std::vector<Sight>{Sight::Tritanopia}));
        choose(tab.find<QComboBox>("figures.sight"), "deuteranopia");
        clickBox(tab.find<QCheckBox>("figures.grey"));
    }

    void everythingIsReachedAndNamed() {
        Tab tab(*study_, {ieeeColumn()});
        for (const QAction* action : tab.panel->actions()) {
            QVERIFY(action->objectName().startsWith("figure."));
            QVERIFY(!action->text().isEmpty() && !action->toolTip().isEmpty());
        }
        for (const QToolButton* button : tab.panel->findChildren<QToolButton*>())
            if (button->isVisible())
                QVERIFY2(!button->text().isEmpty() || !button->accessibleName().isEmpty(),
                         qPrintable(button->objectName()));
        for (const char* name : {"figures.width", "figures.legend", "figures.series", "figures.page",
                                 "figures.list", "figures.exportButton", "figures.caption"}) {
            auto* widget = tab.find<QWidget>(name);
            QVERIFY2(widget->focusPolicy() & Qt::TabFocus, name);
        }
    }

    void noTextIsCut() {
        Tab tab(*study_, {ieeeColumn()});
        tab.panel->resize(1280, 620);
        QVERIFY(tab.drawn());
        int seen = 0;
        for (QWidget* widget : tab.panel->findChildren<QWidget*>()) {
            const auto* label = qobject_cast<QLabel*>(widget);
            const auto* tool = qobject_cast<QToolButton*>(widget);
            const bool isText =
                (label && !label->wordWrap() && !qobject_cast<views::ElidedLabel*>(widget)) ||
                (tool && !tool->text().isEmpty() && tool->toolButtonStyle() != Qt::ToolButtonIconOnly) ||
                qobject_cast<QCheckBox*>(widget) || qobject_cast<QPushButton*>(widget) ||
                qobject_cast<QDoubleSpinBox*>(widget);
            if (!isText || !widget->isVisibleTo(tab.panel.get())) continue;
            ++seen;
            QVERIFY2(widget->width() >= widget->minimumSizeHint().width() &&
                         widget->height() >= widget->minimumSizeHint().height() - 2,
                     qPrintable(QString(widget->metaObject()->className()) + ' ' + widget->objectName() +
                                (label  ? label->text()
                                 : tool ? tool->text()
                                        : QString())));
            QVERIFY(widget->mapTo(widget->window(), QPoint(widget->width(), 0)).x() <= tab.panel->width());
        }
        QVERIFY(seen > 50);
    }

    void theWindowIsNotHeldUp() {
        int tries = 0;
        const gui::Blocks blocks = gui::measuredInTries([&] {
            gui::Blocks once;
            watch(QString("watched-%1").arg(tries++), once);
            return once;
        });
        QVERIFY2(blocks.withinLimits(), qPrintable(blocks.text()));
    }

    void screenshots() {
        graph::FigureSpec ssim = ieeeColumn(), table = ieeeColumn(), relative = ieeeColumn();
        ssim.name = "rd-ssim";
        ssim.y = "ssim-rgb";
        table.name = "bd-table";
        table.kind = graph::FigureKind::Table;
        relative.name = "rcd-psnr";
        relative.kind = graph::FigureKind::Relative;
        Tab tab(*study_, {ieeeColumn(), ssim, relative, table});
        QVERIFY(tab.drawn());
        // At first for the ratios that pictures are made for, then as they are.
        gui::shoot(*tab.panel, "figures");
        QTest::qWait(1500);
        gui::shoot(*tab.panel, "figures");
        QVERIFY(tab.exportInto(study_->place().path("figures")));
        tab.panel->resize(1389, 1420);
        QTest::qWait(300);
        gui::shoot(*tab.panel, "figures-options");
        tab.panel->resize(1280, 620);
        tab.action("figure.fitSize")->trigger();
        choose(tab.find<QComboBox>("figures.sight"), "protanopia");
        QTest::qWait(1500);
        gui::shoot(*tab.panel, "figures-simulation");
        choose(tab.find<QComboBox>("figures.sight"), "deuteranopia");
        tab.action("figure.trueSize")->trigger();
    }

  private:
    void watch(const QString& folder, gui::Blocks& blocks) {
        Tab tab(*study_, {ieeeColumn()});
        QVERIFY(tab.drawn());
        auto* application = static_cast<gui::WatchedApplication*>(qApp);
        application->start();
        for (const char* width : {"100", "120", "140", "160", "88.9"})
            type(tab.find<QDoubleSpinBox>("figures.width"), width);
        for (const char* name : {"figures.grid", "figures.bands", "figures.bdTable"}) {
            clickBox(tab.find<QCheckBox>(name));
            QTest::qWait(50);
        }
        for (const char* action :
             {"figure.doubleSize", "figure.simulation", "figure.fitSize", "figure.trueSize"}) {
            tab.action(action)->trigger();
            QTest::qWait(100);
        }
        QVERIFY(tab.exportInto(study_->place().path(folder)));
        QVERIFY(tab.drawn());
        blocks = application->stop();
        tab.action("figure.simulation")->trigger();
    }

    static void checkSvg(const QString& svg) {
        for (const char* text : {"Rate (bit per pixel)", "PSNR, RGB (dB)", "Samples, n = 4", "JPEG XL",
                                 "WebP", "BD-rate", "Anchor: JPEG", "Four photographs"})
            QVERIFY2(svg.contains(QString::fromUtf8(text)), text);
        int texts = 0;
        for (auto sizes = QRegularExpression("<text[^>]*font-size=\"([0-9.]+)\"").globalMatch(svg);
             sizes.hasNext(); ++texts)
            QVERIFY(sizes.next().captured(1).toDouble() >= 700);  // hundredths of a point
        QVERIFY(texts > 20);
    }

    static void checkPdf(const QByteArray& pdf) {
        QVERIFY(pdf.contains("LiberationSans") && pdf.contains("/FontFile2"));
        const QString text = textOfPdf(pdf);
        for (const char* said : {"Rate (bit per pixel)", "PSNR, RGB (dB)", "Samples, n = 4", "JPEG XL",
                                 "WebP", "Anchor: JPEG", "Four photographs"})
            QVERIFY2(text.contains(QString::fromUtf8(said)), qPrintable(text));
        QVERIFY2(QRegularExpression("\u2212\\d\\d\\.\\d").match(text).hasMatch(), qPrintable(text));
    }

    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(FiguresTest)
#include "figures_test.moc"
