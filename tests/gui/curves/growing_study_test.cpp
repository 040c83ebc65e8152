// Curves of a study that grows, its groups and its tables, from a library that the test writes itself.

#include "core/curves/bd_table.h"
#include "tests/core/store/sample_study.h"
#include "tests/gui/support.h"
#include "views/curves/bd_model.h"
#include "views/curves/bd_view.h"
#include "views/curves/curves_panel.h"
#include "views/curves/table_page.h"

#include <QComboBox>
#include <QSettings>

using namespace ratescope;
using views::CurvesPanel;

namespace {

const char* const heatMap =
    "#{\"columns\":[{\"name\":\"layer\",\"type\":\"text\",\"unit\":\"\"},{\"name\":\"3 "
    "bit\",\"type\":\"real\","
    "\"unit\":\"dB\"},{\"name\":\"4 "
    "bit\",\"type\":\"real\",\"unit\":\"dB\"}],\"schema\":\"\",\"view\":\"heat-map\"}\n"
    "layer,3 bit,4 bit\r\nfirst,20.5,26.5\r\nsecond,18,25.25\r\n";

/// A library of two series, three qualities and four pictures, of which the first so many items are finished.
class GrowingStudy {
  public:
    GrowingStudy() : library_(folder_.library(), store::Access::Write), planned_(store::sampleItems()) {
        study_ = library_.saveStudy(store::sampleStudy());
        std::vector<store::AssetAttributes> attributes;
        for (int i = 0; i < 4; ++i)
            attributes.push_back({"jpeg",
                                  "kodim" + std::to_string(100 + i) + ".png",
                                  {{"scene", std::string(i < 2 ? "indoors" : "outdoors")}}});
        rows_ = library_.reconcile(study_, planned_, attributes).items;
    }
    void finish(std::size_t upTo) {
        store::Batch batch;
        for (; finished_ < upTo; ++finished_)
            append(batch, outcomeOf(planned_[finished_], rows_[finished_]));
        library_.commit(batch);
    }
    void addTable() {
        store::Batch batch;
        batch.tables.push_back({study_, "layers", "errors", sha256("table"), heatMap});
        library_.commit(batch);
    }
    QString file() const { return QString::fromStdString(folder_.library().string()); }
    std::size_t size() const { return planned_.size(); }

  private:
    /// A sample's outcome whose bytes and quality rise together, a little apart for each picture.
    store::Batch outcomeOf(const store::PlannedItem& item, const store::ReconciledItem& row) const {
        store::Batch batch = store::outcomeOf(library_, item, row);
        const auto quality = static_cast<double>(std::get<std::int64_t>(item.values.front().second));
        const double picture = 1 + 0.1 * (item.asset[7] - '0');
        const double better = item.series.ends_with("true") ? 0.9 : 1;
        batch.streams = {store::sampleStream(library_, item.streams.front(),
                                             static_cast<std::size_t>(200 * quality * picture * better))};
        batch.measurements.front().scores.front().s0 = 0.01 / quality * picture;
        return batch;
    }

    store::SampleFolder folder_;
    store::Library library_;
    std::vector<store::PlannedItem> planned_;
    std::vector<store::ReconciledItem> rows_;
    store::StudyId study_ = 0;
    std::size_t finished_ = 0;
};

struct Shown {
    explicit Shown(const GrowingStudy& study) : session(gui::catalogue()), panel(session) {
        panel.resize(820, 304);
        panel.show();
        session.results.open(study.file(), store::sampleStudy().documentId);
    }
    bool settled(const std::function<bool(const views::CurveAnswer&)>& condition) {
        return gui::waitFor(
            [&] { return panel.shown() && panel.shown()->complete && condition(*panel.shown()); });
    }
    views::Session session;
    CurvesPanel panel;
};

std::size_t pointsOf(const curves::PlotSpec& spec) {
    std::size_t points = 0;
    for (const curves::PlotSeries& series : spec.series)
        points += series.points.size();
    return points;
}

}  // namespace

class GrowingStudyTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { QSettings().clear(); }

    void pointsComeAndNothingJumps() {
        GrowingStudy study;
        Shown shown(study);
        QTest::qWait(300);
        QVERIFY(!shown.panel.shown());  // nothing is finished: the way to a run is shown
        study.finish(6);
        QVERIFY(shown.settled([](const auto& answer) { return answer.curves.size() == 1; }));
        views::CurvePlot& plot = shown.panel.plot();
        QCOMPARE(pointsOf(*plot.spec()), std::size_t{2});
        QVERIFY(!plot.spec()->series[0].points[0].incomplete || !plot.spec()->series[0].points[1].incomplete);
        QVERIFY(plot.spec()->series[0].points[0].incomplete || plot.spec()->series[0].points[1].incomplete);
        plot.zoom(1.5);
        const views::PlotRange range = plot.map().range();
        study.finish(study.size());
        QVERIFY(shown.settled([](const auto& answer) { return answer.curves.size() == 2; }));
        QCOMPARE(pointsOf(*plot.spec()), std::size_t{6});
        QCOMPARE(plot.map().range(), range);
        plot.fit();
        for (std::size_t s = 0; s < 2; ++s)
            for (std::size_t p = 0; p < 3; ++p) {
                QVERIFY(!plot.spec()->series[s].points[p].incomplete);
                QVERIFY(plot.map().area().contains(plot.placeOf({s, p})));
            }
    }

    void onePointIsShown() {
        GrowingStudy study;
        study.finish(2);
        Shown shown(study);
        QVERIFY(shown.settled([](const auto& answer) { return answer.curves.size() == 1; }));
        QCOMPARE(pointsOf(*shown.panel.plot().spec()), std::size_t{1});
        gui::shoot(shown.panel, "curves-one-point");
    }

    void groupsAreRowsBelowTheirSeries() {
        GrowingStudy study;
        study.finish(study.size());
        Shown shown(study);
        QVERIFY(shown.settled([](const auto& answer) { return answer.curves.size() == 2; }));
        QVERIFY(gui::waitFor([&] { return shown.panel.findChild<QAction*>("curves.by-scene"); }));
        shown.panel.findChild<QAction*>("curves.by-scene")->trigger();
        QVERIFY(shown.settled(
            [](const auto& answer) { return answer.question.choice.groupedBy == "scene" && answer.table; }));
        const e2e::Place place;
        const e2e::Outcome printed =
            place.cli({"bd", "--library", study.file(), "--y", "psnr-rgb", "--anchor", "jpeg/optimise=false",
                       "--by", "scene", "--format", "csv"});
        QCOMPARE(printed.code, 0);
        QCOMPARE(QByteArray::fromStdString(curves::csvOf(*shown.panel.shown()->table)), printed.output);
        auto* view = shown.panel.findChild<views::BdView*>();
        const QModelIndex series = view->model()->index(1, 0);
        QCOMPARE(view->model()->rowCount(series), 2);
        QVERIFY(view->model()->index(0, 0, series).data().toString().contains("indoors"));
        view->setCurrentIndex(series);
        QTest::keyClick(view, Qt::Key_Right);
        QVERIFY(view->isExpanded(series));
        gui::shoot(shown.panel, "curves-groups");
    }

    void aTableHasItsDeclaredView() {
        GrowingStudy study;
        study.finish(study.size());
        study.addTable();
        Shown shown(study);
        QVERIFY(shown.settled([](const auto& answer) { return !answer.offer.tables.empty(); }));
        auto* box = shown.panel.findChild<QComboBox*>("curvesY");
        const int index = box->findData("layers: errors");
        QVERIFY(index > 0);
        box->setCurrentIndex(index);
        emit box->activated(index);
        QVERIFY(shown.settled([](const auto& answer) {
            return answer.spec && answer.spec->view == curves::PlotView::HeatMap;
        }));
        QVERIFY(shown.panel.findChild<views::TablePage*>()->isVisible());
        gui::shoot(shown.panel, "curves-table");
        box->setCurrentIndex(0);
        emit box->activated(0);
        QVERIFY(shown.settled(
            [](const auto& answer) { return answer.spec && answer.spec->view == curves::PlotView::Line; }));
        QVERIFY(shown.panel.plot().isVisible());
    }
};

RATESCOPE_GUI_TEST_MAIN(GrowingStudyTest)
#include "growing_study_test.moc"
