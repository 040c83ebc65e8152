// Pictures of the graph, to be looked at; export; the states of nodes of a study that has run.

#include "core/error.h"
#include "tests/gui/graph/graph_window.h"

#include <nlohmann/json.hpp>

#include <QHBoxLayout>
#include <QImage>
#include <QTemporaryDir>

using namespace ratescope;
using gui::GraphWindow;

class GraphShotsTest : public QObject {
    Q_OBJECT
  private slots:
    void aStudyThatHasRun() {
        e2e::Study codecs = gui::threeCodecs();
        for (nlohmann::json& node : codecs.document["nodes"]) {
            if (node["slug"] == "jpeg") node["parameters"] = {{"progressive", true}};
            if (node["slug"] == "webp") node["parameters"] = {{"method", 6}};
            if (node["slug"] == "psnr") node["version"] = 2;
        }
        const gui::RanStudy study(codecs);
        GraphWindow window;
        gui::open(window.session, study.document(), study.library());
        QVERIFY(gui::waitFor([&] { return window.scene().node("jpeg")->content().counts == "20 of 20"; }));
        QCOMPARE(window.scene().node("psnr")->content().counts, QString("60 of 60"));
        QCOMPARE(window.scene().node("jxl")->content().state, views::RunState::Done);
        QCOMPARE(window.scene().node("photographs")->content().state, views::RunState::Done);
        QCOMPARE(window.scene().node("photographs")->content().details, QString("4 files"));
        QCOMPARE(window.scene().node("jpeg")->content().chips.at(0).text, QString("quality 10…90 · 5 runs"));
        std::vector<graph::Frame> frames{
            {"Codecs under test", "Near their slowest settings, one thread each", 616, -56, 304, 500}};
        window.session.document.apply(graph::setFrames(frames));
        window.settle();
        window.panel.resize(1300, 640);
        window.panel.showAll();
        window.session.selection.setNodes({"jpeg"});
        gui::shoot(window.panel, "graph-study");
        window.session.selection.pointAtBranch("webp");
        gui::shoot(window.panel, "graph-pointed");
        QWidget tools;
        auto* row = new QHBoxLayout(&tools);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(window.panel.toolRow());
        window.panel.toolRow()->show();
        tools.resize(tools.sizeHint());
        gui::shoot(tools, "graph-tools");
        window.view().setZoom(0.35);
        gui::shoot(window.panel, "graph-far");
        // What was made of other settings is not counted as done of these.
        window.session.document.apply(graph::setParameter("jpeg", "progressive", false));
        window.settle();
        QCOMPARE(window.scene().node("jpeg")->content().state, views::RunState::Idle);
        QVERIFY(window.scene().node("jpeg")->content().counts.isEmpty());
        QCOMPARE(window.scene().node("webp")->content().state, views::RunState::Done);
        window.session.document.undo();
        window.settle();
        QCOMPARE(window.scene().node("jpeg")->content().state, views::RunState::Done);
    }

    void theEmptyState() {
        GraphWindow window;
        gui::shoot(window.panel, "graph-empty");
        window.key(Qt::Key_Tab);
        QTest::keyClicks(&window.searchField(), "image");
        gui::shoot(window.panel, "graph-search");
    }

    void everyState() {
        GraphWindow window(gui::nodesAt({{"photographs", "source.images", 0, 0},
                                         {"not-installed", "image.of-another-program", 0, 200},
                                         {"jpeg", "image.jpeg", 340, 0},
                                         {"webp", "image.webp", 340, 150},
                                         {"psnr", "measure.psnr", 680, 0}}));
        window.session.document.apply(graph::setBypassed("webp", true));
        window.settle();
        QCOMPARE(window.scene().node("psnr")->content().state, views::RunState::NeedsInput);
        QVERIFY(!window.scene().node("psnr")->content().complaint.isEmpty());
        QCOMPARE(window.scene().node("webp")->content().state, views::RunState::Bypassed);
        window.panel.showAll();
        gui::shoot(window.panel, "graph-states");
        // Every glyph, as a run would bring them.
        int place = 0;
        for (const auto state : {views::RunState::Idle, views::RunState::Waiting, views::RunState::Running,
                                 views::RunState::Done, views::RunState::FromCache, views::RunState::Failed,
                                 views::RunState::Cancelled, views::RunState::Interrupted,
                                 views::RunState::Bypassed, views::RunState::NeedsInput}) {
            views::NodeContent content = window.scene().node("jpeg")->content();
            content.state = state;
            content.title = views::wordOf(state);
            content.counts = "1,026 of 1,440";
            content.complaint.clear();
            if (state == views::RunState::Failed)
                content.complaint = "cjpeg has ended with code 1: the picture is larger than it takes.";
            if (state == views::RunState::Running) content.progress = 0.7;
            content.chips = {{"quality 5…95 · 10 runs", true},
                             {"subsampling 4:2:0, 4:4:4 · 2 runs", true},
                             {"smoothing 0…100 · 3 runs", true},
                             {"a", true},
                             {"b", true}};
            content.details = "4:2:0 · progressive";
            auto* item = new views::NodeItem(window.scene().canvas());
            window.scene().addItem(item);
            item->setContent(content);
            item->setPos((place % 5) * 280, 400 + (place / 5) * 230);
            ++place;
        }
        window.view().setZoom(0.75);
        window.panel.resize(1300, 640);
        window.view().centerOn(690, 560);
        gui::shoot(window.panel, "graph-glyphs");
    }

    void aRefusal() {
        GraphWindow window(gui::nodesAt({{"jpeg", "image.jpeg", 0, 0}, {"psnr", "measure.psnr", 400, 20}}));
        window.panel.showAll();
        window.press(window.out("jpeg", "bitstream"));
        window.moveTo(window.at(330, 60));
        window.moveTo(window.in("psnr", "candidate"));
        gui::shoot(window.panel, "graph-refused");
        window.release(window.in("psnr", "candidate"));
        window.session.selection.setNodes({"jpeg"});
        window.trigger("graph.add-frame");
        gui::shoot(window.panel, "graph-frame-editor");
    }

    void theWholeGraphIsExported() {
        const QTemporaryDir folder;
        GraphWindow window(gui::documentOf(gui::threeCodecs()));
        window.view().setZoom(0.1);
        window.session.selection.setNodes({"jpeg"});
        const QString svg = folder.filePath("graph.svg"), png = folder.filePath("graph.png");
        window.panel.exportGraph(svg);
        window.panel.exportGraph(png);
        QFile file(svg);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("JPEG XL") && text.contains("quality"));
        const QImage image(png);
        QCOMPARE(image.width(), static_cast<int>((window.scene().contentRect().width() + 32) * 2));
        QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
        QVERIFY(image.save(qEnvironmentVariable("RATESCOPE_BUILD") + "/shots/graph-export.png"));
        QVERIFY_THROWS_EXCEPTION(Error, window.panel.exportGraph(folder.filePath("graph.pdf")));
        QVERIFY_THROWS_EXCEPTION(Error, window.panel.exportGraph("/nowhere/graph.png"));
    }

    void statesFollowARun() {
        e2e::Place place;
        QVERIFY(place.showPhotographs());
        // Before the JPEG codec stands a node that takes its time: however seldom a busy machine lets the
        // window look, it finds that branch at work.
        e2e::Study study = gui::threeCodecs();
        for (nlohmann::json& wire : study.document["wires"])
            if (wire["to"] == "jpeg.image") wire["to"] = "slow.image";
        study.node("slow", "test.sleep", {{"milliseconds", 400}}).wire("slow.image", "jpeg.image");
        for (nlohmann::json& sweep : study.document["sweeps"])
            sweep["rows"] = {sweep["rows"][0], sweep["rows"][1]};
        place.write("study.ratescope", study.text());
        GraphWindow window;
        qputenv("RATESCOPE_PLUGINS", place.environment.value("RATESCOPE_PLUGINS").toUtf8());
        window.session.supervisor.setProgram(e2e::builtProgram("ratescope-cli"));
        window.session.document.replace(gui::documentOf(study), place.path("study.ratescope"), true);
        window.settle();
        QCOMPARE(window.scene().node("jpeg")->content().state, views::RunState::Idle);
        QVERIFY(window.scene().node("jpeg")->content().counts.isEmpty());
        window.session.results.open(place.path("study.rslib"), window.document().id);
        window.session.supervisor.setLibrary(place.path("study.rslib"));
        window.session.supervisor.start(1);
        const nlohmann::json arguments{{"document", graph::toJson(window.document())},
                                       {"directory", window.session.document.directory().string()},
                                       {"options", nlohmann::json::object()}};
        const auto submit = [&] {
            bool submitted = false;
            window.session.supervisor.request("submit", arguments, &window.panel,
                                              [&submitted](const nlohmann::json&) { submitted = true; });
            return gui::waitFor([&] { return submitted; });
        };
        window.session.supervisor.request("subscribe", nlohmann::json::object(), &window.panel,
                                          [](const nlohmann::json&) {});
        QVERIFY(submit());
        QVERIFY(gui::waitFor([&] {
            const views::NodeContent& jpeg = window.scene().node("jpeg")->content();
            return jpeg.state == views::RunState::Running && jpeg.progress >= 0;
        }));
        const views::NodeContent& psnr = window.scene().node("psnr")->content();
        QVERIFY2(gui::waitFor([&] { return psnr.counts == "24 of 24"; }, 120'000),
                 qPrintable(psnr.counts + ", " + psnr.stateToolTip));
        QVERIFY(gui::waitFor([&] { return psnr.state == views::RunState::Done; }));
        QVERIFY(psnr.progress < 0);
        window.session.supervisor.setLibrary({});
    }

    void aFailureSaysWhyAtItsNode() {
        // Lossy JPEG XL refuses what carries a profile of its own.
        e2e::Place place;
        QVERIFY(place.showPhotographs());
        e2e::Study study("failing");
        study.node("photographs", "source.images", {{"files", "${RATESCOPE_SAMPLES}/*"}})
            .node("jxl", "image.jxl")
            .wire("photographs.image", "jxl.image")
            .measure("psnr", "measure.psnr", "photographs.image", "jxl.image");
        place.write("study.ratescope", study.text());
        QVERIFY(place.cli({"run", "study.ratescope", "--library", "study.rslib"}).code != 0);
        GraphWindow window;
        gui::open(window.session, place.path("study.ratescope"), place.path("study.rslib"));
        QVERIFY(gui::waitFor(
            [&] { return window.scene().node("jxl")->content().state == views::RunState::Failed; }));
        const views::NodeContent& jxl = window.scene().node("jxl")->content();
        QVERIFY(!jxl.complaint.isEmpty());
        QVERIFY(jxl.stateToolTip.contains(jxl.complaint));
        QVERIFY(window.scene().node("photographs")->content().state != views::RunState::Failed);
    }
};

RATESCOPE_GUI_TEST_MAIN(GraphShotsTest)
#include "graph_shots_test.moc"
