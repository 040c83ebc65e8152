// Acceptance stories of the workbench, in the real window.

#include "core/graph/document_json.h"
#include "core/graph/edit.h"
#include "tests/e2e/check.h"
#include "tests/gui/desktop/desk.h"

#include <nlohmann/json.hpp>

#include <QSignalSpy>

using namespace ratescope;
using store::State;
using views::SupervisorLink;

class StoriesTest : public QObject {
    Q_OBJECT
  private slots:
    // Story 2: another measure needs no encoder.
    void anotherMeasureEncodesNothing() {
        gui::Desk desk;
        desk.open(gui::threeCodecs());
        QSignalSpy idle(&desk.session().supervisor, &SupervisorLink::idle);
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return idle.count() > 0; }, 60'000));
        std::vector<std::unique_ptr<graph::Edit>> edits;
        edits.push_back(graph::removeNodes({"ssim"}));
        edits.push_back(graph::addNode({"similarity", "measure.ms-ssim"}));
        edits.push_back(graph::connect({{"srgb", "image"}, {"similarity", "reference"}}));
        for (const char* codec : {"jpeg", "webp", "jxl"})
            edits.push_back(
                graph::connect({{codec, "image"}, {"similarity", "candidate"}}, graph::FanOut::All));
        QVERIFY(desk.session().document.apply(graph::together("Another measure", std::move(edits))));
        nlohmann::json plan;
        desk.session().supervisor.request("plan",
                                          {{"document", graph::toJson(desk.document())},
                                           {"directory", desk.session().document.directory().string()}},
                                          this, [&plan](const nlohmann::json& made) { plan = made; });
        QVERIFY(gui::waitFor([&] { return !plan.is_null(); }));
        QCOMPARE(plan.at("items").at("new").get<int>(), 0);
        QCOMPARE(plan.at("measurements").at("new").get<int>(), 60);
    }

    // Story 9: twenty mixed edits undone give the saved document back, without a star.
    void twentyEditsUndone() {
        gui::Desk desk;
        desk.open(gui::threeCodecs());
        const std::string saved = graph::toText(desk.document());
        const auto apply = [&](std::unique_ptr<graph::Edit> edit) {
            QVERIFY(desk.session().document.apply(std::move(edit)));
        };
        for (int i = 0; i < 5; ++i) {
            apply(graph::moveNode("jpeg", 100.0 * i, 50));
            apply(graph::setParameter("jpeg", "progressive", i % 2 == 0));
            apply(graph::addNode({"extra-" + std::to_string(i), "image.crop"}));
            apply(graph::connect({{"photographs", "image"}, {"extra-" + std::to_string(i), "image"}}));
        }
        const std::string edited = graph::toText(desk.document());
        QVERIFY(desk.window().windowTitle().contains('*'));
        for (int i = 0; i < 20; ++i)
            desk.act("edit.undo");
        QCOMPARE(graph::toText(desk.document()), saved);
        QVERIFY(!desk.window().windowTitle().contains('*'));
        for (int i = 0; i < 20; ++i)
            desk.act("edit.redo");
        QCOMPARE(graph::toText(desk.document()), edited);
    }

    // Story 12: what is wrong from outside is said, and no number appears.
    void hostileInputIsSaidAtTheItem() {
        gui::Desk desk;
        QFile::copy(qEnvironmentVariable("RATESCOPE_SAMPLES") + "/coffee.png", desk.path("cut.png"));
        QFile cut(desk.path("cut.png"));
        QVERIFY(cut.open(QIODevice::ReadWrite) && cut.resize(2000));
        cut.close();
        desk.open(e2e::Study("cut")
                      .node("pictures", "source.images", {{"files", "cut.png"}})
                      .node("jpeg", "image.jpeg")
                      .wire("pictures.image", "jpeg.image")
                      .measure("psnr", "measure.psnr", "pictures.image", "jpeg.image"));
        QSignalSpy idle(&desk.session().supervisor, &SupervisorLink::idle);
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return idle.count() > 0; }, 60'000));
        QCOMPARE(desk.items(State::Failed), 1);
        QCOMPARE(desk.items(State::Done), 0);
    }
};

RATESCOPE_GUI_TEST_MAIN(StoriesTest)
#include "stories_test.moc"
