// Curves as a person uses them: the numbers are the command line's, the pointer finds, zooms, selects and opens.

#include "core/curves/bd_table.h"
#include "core/store/published.h"
#include "tests/gui/support.h"
#include "views/curves/bd_model.h"
#include "views/curves/bd_view.h"
#include "views/curves/curves_panel.h"
#include "views/curves/point_strip.h"

#include <nlohmann/json.hpp>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QWheelEvent>

using namespace ratescope;
using nlohmann::json;
using views::CurvesPanel;
using views::PlotHit;

namespace {

/// A panel over a study that has run, once its bands and BD numbers are there.
struct Shown {
    explicit Shown(const gui::RanStudy& study) : session(gui::catalogue()), panel(session) {
        gui::open(session, study.document(), study.library());
        session.supervisor.setLibrary(study.library());
        panel.resize(820, 304);
        panel.show();
        if (!QTest::qWaitForWindowExposed(&panel) || !settled()) throw std::runtime_error("nothing shown");
    }
    bool settled() {
        return gui::waitFor([&] { return panel.shown() && panel.shown()->complete; });
    }
    /// What `change` asks for has been worked out.
    bool settled(const std::function<void()>& change) {
        const auto before = panel.shown();
        change();
        return gui::waitFor(
            [&] { return panel.shown() && panel.shown() != before && panel.shown()->complete; });
    }
    const curves::PlotSpec& spec() { return *panel.plot().spec(); }
    QPoint at(PlotHit hit) { return panel.plot().placeOf(hit).toPoint(); }
    void wheel(QPointF place, int notches) {
        QWheelEvent event(place, panel.plot().mapToGlobal(place), {}, {0, 120 * notches}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&panel.plot(), &event);
    }
    void choose(const QString& combo, const QString& id) {
        auto* box = panel.findChild<QComboBox*>(combo);
        const int index = box->findData(id);
        box->setCurrentIndex(index);
        emit box->activated(index);
    }
    QAction* action(const QString& name) { return panel.findChild<QAction*>(name); }

    views::Session session;
    CurvesPanel panel;
};

/// The pointer comes to rest there. Sent to the widget itself: the offscreen platform keeps moves from a second window
/// of a test.
void moveTo(QWidget& widget, QPoint place) {
    QMouseEvent event(QEvent::MouseMove, place, widget.mapToGlobal(place), Qt::NoButton, Qt::NoButton,
                      Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

}  // namespace

class CurvesTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { QSettings().clear(); }
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    void pointsAreThoseOfTheCommandLine() {
        Shown shown(*study_);
        const json curves = cli({"curves", "--y", "psnr-rgb", "--format", "json"}).at("series");
        QCOMPARE(shown.spec().series.size(), curves.size());
        std::size_t points = 0;
        for (const curves::PlotSeries& series : shown.spec().series)
            for (const json& curve : curves) {
                if (curve.at("series") != series.series) continue;
                QCOMPARE(series.points.size(), curve.at("points").size());
                for (std::size_t i = 0; i < series.points.size(); ++i, ++points) {
                    const json& point = curve.at("points")[i];
                    QCOMPARE(series.points[i].x, point.at("x").get<double>());
                    QCOMPARE(series.points[i].y, point.at("y").get<double>());
                    QCOMPARE(series.points[i].interval->low, point.at("interval")[0].get<double>());
                    QCOMPARE(series.points[i].interval->high, point.at("interval")[1].get<double>());
                }
            }
        QCOMPARE(points, std::size_t{15});
    }

    void bdNumbersAreThoseOfTheCommandLine_data() {
        QTest::addColumn<QString>("anchor");
        QTest::addColumn<QString>("method");
        QTest::addColumn<bool>("meanCurve");
        QTest::newRow("as first shown") << "jpeg"
                                        << "pchip" << false;
        QTest::newRow("akima") << "jpeg"
                               << "akima" << false;
        QTest::newRow("another anchor, mean curves") << "webp"
                                                     << "cubic" << true;
    }
    void bdNumbersAreThoseOfTheCommandLine() {
        QFETCH(QString, anchor);
        QFETCH(QString, method);
        QFETCH(bool, meanCurve);
        Shown shown(*study_);
        if (anchor != "jpeg") {
            QVERIFY(shown.settled([&] { shown.choose("curvesAnchor", anchor); }));
            QCOMPARE(shown.session.selection.anchorSeries(), anchor.toStdString());
        }
        if (method != "pchip") QVERIFY(shown.settled([&] { shown.choose("curvesMethod", method); }));
        if (meanCurve) QVERIFY(shown.settled([&] { shown.action("curves.mean-curve")->trigger(); }));
        const QByteArray printed =
            run({"bd", "--y", "psnr-rgb", "--anchor", anchor, "--method", method, "--average",
                 meanCurve ? "mean-curve" : "per-item", "--format", "csv"});
        QCOMPARE(QByteArray::fromStdString(curves::csvOf(*shown.panel.shown()->table)), printed);
    }

    void theTableIsAModelThatShowsAndCopies() {
        Shown shown(*study_);
        auto* view = shown.panel.findChild<views::BdView*>();
        const QAbstractItemModelTester tester(view->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(view->model()->rowCount(), 3);
        QCOMPARE(view->model()->index(0, views::BdModel::BdRate).data().toString(), QString("anchor"));
        const QModelIndex webp = view->model()->index(1, 0);
        QCOMPARE(webp.data().toString(), QString("WebP"));
        QCOMPARE(view->model()->rowCount(webp), 4);
        QCOMPARE(view->model()->index(0, 0, webp).data().toString(), QString("astronaut.png"));
        const QString rate = webp.siblingAtColumn(views::BdModel::BdRate).data().toString();
        QVERIFY2(rate.startsWith(QChar(0x2212)) && rate.endsWith("%"), qPrintable(rate));
        QVERIFY(shown.settled([&] { shown.choose("curvesAnchor", "webp"); }));
        QCOMPARE(view->model()->index(1, views::BdModel::BdRate).data().toString(), QString("anchor"));
        emit view->copyAsked("latex");
        QCOMPARE(QGuiApplication::clipboard()->text().toStdString(),
                 curves::latexOf(*shown.panel.shown()->table));
    }

    void aCheckBoxHidesASeriesAndNothingJumps() {
        Shown shown(*study_);
        auto* view = shown.panel.findChild<views::BdView*>();
        const views::PlotRange range = shown.panel.plot().map().range();
        const QRect cell = view->visualRect(view->model()->index(1, 0));
        QVERIFY(shown.settled([&] {
            QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, {cell.left() + 10, cell.center().y()});
        }));
        QCOMPARE(shown.spec().series.size(), std::size_t{2});
        QCOMPARE(shown.spec().series.front().series, std::string("jpeg"));
        QCOMPARE(shown.panel.plot().map().range(), range);
        view->setCurrentIndex(view->model()->index(1, 0));
        QVERIFY(shown.settled([&] { QTest::keyClick(view, Qt::Key_Space); }));
        QCOMPARE(shown.spec().series.size(), std::size_t{3});
    }

    void anotherAnchorChangesTheColours() {
        Shown shown(*study_);
        QCOMPARE(shown.spec().series.front().style.colour, curves::Colour{});
        QCOMPARE(shown.spec().series.front().series, std::string("jpeg"));
        QVERIFY(shown.settled([&] { shown.session.selection.setAnchorSeries("jxl"); }));
        QCOMPARE(shown.spec().series.front().series, std::string("jxl"));
        for (const curves::PlotSeries& series : shown.spec().series)
            QCOMPARE(series.style.colour, shown.session.styleOfBranch(series.series).colour);
        QCOMPARE(shown.panel.findChild<QComboBox*>("curvesAnchor")->currentText(), QString("JPEG XL"));
    }

    void theAxisIsLinearOrLogarithmic() {
        Shown shown(*study_);
        QVERIFY(shown.panel.plot().map().logX());
        const QPointF first = shown.panel.plot().placeOf({0, 0});
        QVERIFY(shown.settled([&] { QTest::mouseClick(button("linear", shown), Qt::LeftButton); }));
        QVERIFY(!shown.panel.plot().map().logX());
        QVERIFY(shown.panel.plot().placeOf({0, 0}) != first);
        QCOMPARE(shown.panel.plot().map().range().left, 0.0);
    }

    void theWheelKeepsTheValueUnderThePointer() {
        Shown shown(*study_);
        const QPointF place = shown.panel.plot().map().area().center() + QPointF(40, -30);
        const QPointF before = shown.panel.plot().map().axisPlaceOf(place);
        const views::PlotRange whole = shown.panel.plot().map().range();
        for (const int notches : {1, 3, 2, -1, 5}) {
            shown.wheel(place, notches);
            const QPointF after = shown.panel.plot().map().axisPlaceOf(place);
            QVERIFY(std::abs(after.x() - before.x()) < 1e-9);
            QVERIFY(std::abs(after.y() - before.y()) < 1e-9);
        }
        const views::PlotRange near = shown.panel.plot().map().range();
        QVERIFY((whole.right - whole.left) / (near.right - near.left) > 5);
        shown.panel.plot().setFocus();
        QTest::keyClick(&shown.panel.plot(), Qt::Key_F);
        QCOMPARE(shown.panel.plot().map().range(), whole);
    }

    void aBoxZoomsAMiddleButtonPansADoubleClickFits() {
        Shown shown(*study_);
        views::CurvePlot& plot = shown.panel.plot();
        const views::PlotRange whole = plot.map().range();
        const QPoint from(120, 60), to(220, 140);
        const QPointF low = plot.map().axisPlaceOf({120, 140}), high = plot.map().axisPlaceOf({220, 60});
        QTest::mousePress(&plot, Qt::LeftButton, {}, from);
        QTest::mouseMove(&plot, (from + to) / 2);
        QTest::mouseMove(&plot, to);
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, to);
        QCOMPARE(plot.map().range().left, low.x());
        QCOMPARE(plot.map().range().top, high.y());
        const QPointF held = plot.map().axisPlaceOf({200, 100});
        QTest::mousePress(&plot, Qt::MiddleButton, {}, {200, 100});
        QTest::mouseMove(&plot, {230, 90});
        QTest::mouseRelease(&plot, Qt::MiddleButton, {}, {230, 90});
        const QPointF panned = plot.map().axisPlaceOf({230, 90});
        QVERIFY(std::abs(panned.x() - held.x()) < 1e-9 && std::abs(panned.y() - held.y()) < 1e-9);
        const QPointF empty = plot.map().area().topLeft() + QPointF(3, 3);
        QVERIFY(!plot.hitAt(empty));
        QTest::mouseDClick(&plot, Qt::LeftButton, {}, empty.toPoint());
        QCOMPARE(plot.map().range(), whole);
    }

    void thePointerTellsThePoint() {
        Shown shown(*study_);
        const QSignalSpy pointed(&shown.session.selection, &views::Selection::pointedBranchChanged);
        const PlotHit hit = hitOf(shown, "webp", 2);
        moveTo(shown.panel.plot(), shown.at(hit));
        QCOMPARE(shown.session.selection.pointedBranch(), std::string("webp"));
        QVERIFY(pointed.count() >= 1);
        auto* label = shown.panel.findChild<QLabel*>("pointTip");
        QVERIFY(label && label->isVisible());
        QVERIFY2(gui::waitFor([&] { return label->text().contains("study.ratescope"); }),
                 qPrintable(label->text()));
        const QString tip = label->text();
        gui::shoot(shown.panel, "curves-tip");
        for (const char* part : {"WebP", "quality 60", "bpp", "dB", "95 % interval", "mean of 4 pictures"})
            QVERIFY2(tip.contains(part), qPrintable(tip));
        moveTo(shown.panel.plot(), shown.panel.plot().map().area().topLeft().toPoint() + QPoint(4, 4));
        QCOMPARE(shown.session.selection.pointedBranch(), std::string());
        QVERIFY(!label->isVisible());
    }

    void aClickSelectsEverywhere() {
        Shown shown(*study_);
        const PlotHit hit = hitOf(shown, "jpeg", 3);
        QTest::mouseClick(&shown.panel.plot(), Qt::LeftButton, {}, shown.at(hit));
        const views::PointRef expected{"jpeg", {{"jpeg.quality", "75"}}};
        QCOMPARE(shown.session.selection.point(), std::optional(expected));
        QCOMPARE(shown.panel.plot().selected(), std::optional(hit));
        QVERIFY(gui::waitFor([&] { return shown.session.selection.item().has_value(); }));
        auto* strip = shown.panel.findChild<views::PointStrip*>();
        QCOMPARE(strip->title(), QString("JPEG, quality 75"));
        QCOMPARE(strip->sample(), QString("mean of 4 pictures"));
        QVERIFY(strip->values().contains("bpp") && strip->values().contains("dB"));
        gui::shoot(shown.panel, "curves-selected");
        QTest::keyClick(&shown.panel.plot(), Qt::Key_Right);
        QCOMPARE(shown.session.selection.point()->values.front().second, std::string("90"));
        QTest::keyClick(&shown.panel.plot(), Qt::Key_Up);
        QVERIFY(shown.session.selection.point()->series != "jpeg");
        QTest::keyClick(&shown.panel.plot(), Qt::Key_Escape);
        QVERIFY(!shown.session.selection.point());
    }

    void aDoubleClickAsksForTheWorstReconstruction() {
        Shown shown(*study_);
        QSignalSpy asked(&shown.session.selection, &views::Selection::reconstructionAsked);
        QTest::mouseDClick(&shown.panel.plot(), Qt::LeftButton, {}, shown.at(hitOf(shown, "jpeg", 0)));
        QVERIFY(gui::waitFor([&] { return asked.count() == 1; }));
        const auto item = asked.front().front().toLongLong();
        double worst = 1e9, own = 0;
        shown.session.results.ask(
            this, "check",
            [item](const views::OpenLibrary& open) {
                std::pair<double, double> found{1e9, 0};
                for (const store::ItemRow& row : store::itemsOfPoint(open.library, open.study->id, "jpeg",
                                                                     {{"jpeg.quality", "10"}}, 100)) {
                    const double value =
                        store::measurementsOf(open.library, row.id).front().scores.front().value;
                    found.first = std::min(found.first, value);
                    if (row.id == item) found.second = value;
                }
                return found;
            },
            [&](const std::pair<double, double>& found) { std::tie(worst, own) = found; });
        QVERIFY(gui::waitFor([&] { return own > 0; }));
        QCOMPARE(own, worst);
        auto* open = shown.panel.findChild<QPushButton*>("openReconstruction");
        QTest::mouseClick(open, Qt::LeftButton);
        QVERIFY(gui::waitFor([&] { return asked.count() == 2; }));
        QCOMPARE(asked.back().front().toLongLong(), item);
    }

    void hullsBandsAndRelativeCurves() {
        Shown shown(*study_);
        const auto bands = [&] {
            std::size_t n = 0;
            for (const curves::PlotSeries& series : shown.spec().series)
                n += !series.band.empty();
            return n;
        };
        QCOMPARE(bands(), std::size_t{3});
        shown.panel.plot().setFocus();
        QVERIFY(shown.settled([&] { QTest::keyClick(&shown.panel.plot(), Qt::Key_B); }));
        QCOMPARE(bands(), std::size_t{0});
        QVERIFY(shown.settled([&] { QTest::keyClick(&shown.panel.plot(), Qt::Key_H); }));
        const QByteArray printed =
            run({"bd", "--y", "psnr-rgb", "--anchor", "jpeg", "--hull", "--format", "csv"});
        QCOMPARE(QByteArray::fromStdString(curves::csvOf(*shown.panel.shown()->table)), printed);
        QVERIFY(shown.settled([&] { QTest::keyClick(&shown.panel.plot(), Qt::Key_R); }));
        QCOMPARE(shown.spec().x.title, std::string("Rate difference (%)"));
        gui::shoot(shown.panel, "curves-relative");
        // What was chosen is there again with the document.
        const views::CurveChoice remembered = shown.panel.choice();
        QVERIFY(remembered.relative && remembered.hull && !remembered.bands);
        const CurvesPanel again(shown.session);
        QCOMPARE(again.choice(), remembered);
    }

    void anyQuantityStandsOnEitherAxis() {
        Shown shown(*study_);
        QVERIFY(shown.settled([&] { shown.choose("curvesY", "ssim-rgb"); }));
        QVERIFY(QString::fromStdString(shown.spec().y.title).contains("SSIM"));
        QVERIFY(shown.settled([&] { shown.choose("curvesX", "time-encode"); }));
        QVERIFY(QString::fromStdString(shown.spec().x.title).contains("ncod"));
        QVERIFY(shown.settled([&] { shown.choose("curvesX", "jpeg.quality"); }));
        QCOMPARE(shown.spec().series.size(), std::size_t{1});
        gui::shoot(shown.panel, "curves-one-series");
    }

    void aPublishedCurveIsTakenIn() {
        const QString file = qEnvironmentVariable("RATESCOPE_DATA", qEnvironmentVariable("RATESCOPE_SOURCE") +
                                                                        "/../shared/data") +
                             "/reference/compressai-kodak/vtm.json";
        if (!QFile::exists(file)) QSKIP("skipped: no data");
        Shown shown(*study_);
        shown.panel.importFile(file);
        QWidget* dialog = shown.panel.findChild<QWidget*>("importDialog");
        auto* accept = dialog->findChild<QPushButton*>("importAccept");
        QVERIFY(gui::waitFor([&] { return accept->isEnabled(); }));
        QVERIFY(dialog->findChild<QLabel*>("importMessage")->text().contains("8 points"));
        QTest::keyClicks(dialog->findChild<QLineEdit*>("importCitation"), "Begaint et al., arXiv:2011.03029");
        gui::shoot(*dialog, "curves-import");
        QTest::mouseClick(accept, Qt::LeftButton);
        QVERIFY(gui::waitFor(
            [&] {
                return shown.panel.shown() && shown.panel.shown()->curves.size() == 4 &&
                       shown.panel.shown()->complete;
            },
            30'000));
        const curves::PlotSeries& vtm = shown.spec().series.back();
        QCOMPARE(vtm.title, std::string("VTM, published"));
        QCOMPARE(vtm.points.size(), std::size_t{8});
        QCOMPARE(vtm.style, curves::importedStyle(0));
        QVERIFY(!vtm.style.dash.empty());
        QVERIFY(vtm.style.colour.red == vtm.style.colour.green || vtm.style.colour.hex() == "777777");
        QVERIFY(shown.spec().caption.find("arXiv:2011.03029") != std::string::npos);
        gui::shoot(shown.panel, "curves-imported");
        QTest::mouseClick(&shown.panel.plot(), Qt::LeftButton, {}, shown.at({3, 3}));
        QVERIFY(shown.panel.findChild<views::PointStrip*>()->sample().contains("arXiv:2011.03029"));
    }

    void aFileThatIsNoCurveSaysWhy() {
        Shown shown(*study_);
        study_->place().write("no-curve.json", "{}");
        shown.panel.importFile(study_->place().path("no-curve.json"));
        QWidget* dialog = shown.panel.findChild<QWidget*>("importDialog");
        auto* message = dialog->findChild<QLabel*>("importMessage");
        QVERIFY(gui::waitFor([&] { return message->property("bad").toBool(); }));
        QVERIFY(!dialog->findChild<QPushButton*>("importAccept")->isEnabled());
    }

    void withoutResultsThereIsAWayToThem() {
        views::Session session(gui::catalogue());
        CurvesPanel panel(session);
        panel.resize(820, 304);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        const QSignalSpy asked(&panel, &CurvesPanel::runAsked);
        for (QPushButton* button : panel.findChildren<QPushButton*>())
            if (button->isVisible() && button->text() == "Run") QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        gui::shoot(panel, "curves-empty");
    }

    void theFigureGetsTheseCurves() {
        Shown shown(*study_);
        QSignalSpy asked(&shown.panel, &CurvesPanel::figureAsked);
        shown.action("curves.export")->trigger();
        QCOMPARE(asked.count(), 1);
        const auto figure = asked.front().front().value<graph::FigureSpec>();
        QCOMPARE(figure.y, std::string("psnr-rgb"));
        QCOMPARE(figure.x, std::string("bpp"));
        QCOMPARE(figure.logX, shown.panel.choice().logarithmic);
        QVERIFY(figure.series.empty() && figure.bdTable);
        QVERIFY(shown.panel.actions().size() >= 9);
        for (const QAction* action : shown.panel.actions())
            QVERIFY(!action->text().isEmpty() && !action->toolTip().isEmpty());
    }

    void pictures() {
        Shown shown(*study_);
        gui::shoot(shown.panel, "curves-log");
        QVERIFY(shown.settled([&] { QTest::mouseClick(button("linear", shown), Qt::LeftButton); }));
        gui::shoot(shown.panel, "curves-linear");
        shown.panel.resize(600, 420);
        QTest::qWait(50);
        gui::shoot(shown.panel, "curves-narrow");
    }

  private:
    QByteArray run(QStringList arguments) const {
        arguments << "--library"
                  << "study.rslib";
        const e2e::Outcome outcome = study_->place().cli(arguments);
        if (outcome.code != 0) throw std::runtime_error(outcome.said().constData());
        return outcome.output;
    }
    json cli(const QStringList& arguments) const { return json::parse(run(arguments).toStdString()); }
    static QWidget* button(const QString& name, Shown& shown) {
        return shown.panel.findChild<QWidget*>(name);
    }
    static PlotHit hitOf(Shown& shown, const std::string& series, std::size_t point) {
        for (std::size_t s = 0; s < shown.spec().series.size(); ++s)
            if (shown.spec().series[s].series == series) return {s, point};
        throw std::runtime_error("no such series");
    }

    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(CurvesTest)
#include "curves_test.moc"
