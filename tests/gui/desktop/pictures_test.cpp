// Pictures of the whole window and of every panel in it, light and dark, at 100 and 200 %: what docs/images holds.
// Copy them there after looking at each: cp build/release/shots/{start,build,compare,figure,…}-*.png docs/images/

#include "core/graph/edit.h"
#include "core/store/query.h"
#include "tests/core/test_data.h"
#include "tests/gui/desktop/hands.h"
#include "views/compare/compare_panel.h"
#include "views/curves/curves_panel.h"
#include "views/figures/figure_panel.h"
#include "views/graph/graph_panel.h"
#include "views/model/model_panel.h"
#include "views/model/tensor_table_view.h"

#include <QComboBox>
#include <QDockWidget>

using namespace ratescope;

namespace {

using gui::panelOf;

void settle() {
    QTest::qWait(1500);
}

}  // namespace

class PicturesTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    void theStartPage() {
        gui::Desk desk;
        settle();
        gui::shoot(desk.window(), "start");
    }

    void theWindowWithAStudy() {
        gui::Desk desk;
        show(desk);
        QCOMPARE(desk.window().size(), QSize(1600, 1000));
        gui::shoot(desk.window(), "build");
        for (const char* dock : {"library", "inspector", "runs", "curves"})
            gui::shoot(*desk.window().findChild<QDockWidget*>(dock), dock);
    }

    void compareAndFigure() {
        gui::Desk desk;
        show(desk);
        desk.act("view.compare");
        openReconstruction(desk);
        gui::shoot(desk.window(), "compare");
        desk.act("curves.export");
        settle();
        settle();
        gui::shoot(desk.window(), "figure");
    }

    void twoCompressedModels() {
        REQUIRE_DATA(dataFolder() / "models/stories260K/stories260K.bin");
        gui::Desk desk;
        QFile example(qEnvironmentVariable("RATESCOPE_SOURCE") +
                      "/resources/examples/language-model.ratescope");
        QVERIFY(example.open(QIODevice::ReadOnly));
        QByteArray document = example.readAll();
        for (const char* text : {"wiki.valid.raw", "wiki.test.raw"})
            document.replace(QByteArray("${RATESCOPE_DATA}/text/wikitext-2/") + text,
                             gui::shortText(desk, text).toUtf8());
        document.replace("${RATESCOPE_DATA}", QByteArray::fromStdString(dataFolder().string()));
        const QString study = desk.place().write("language-model.ratescope", document);
        const e2e::Outcome outcome = desk.place().cli({"run", study}, {}, 120'000);
        QVERIFY2(outcome.code == 0, outcome.said());
        desk.window().openFile(study);
        QVERIFY(gui::waitFor([&] { return desk.session().results.hasStudy(); }));
        desk.act("view.model");
        auto& model = panelOf<views::ModelPanel>(desk);
        QVERIFY(gui::waitFor([&] { return model.itemA().has_value(); }));
        for (const auto& [box, start] :
             {std::pair("model.a", "GPTQ · bits 3"), std::pair("model.b", "Round to nearest · bits 3")}) {
            auto& combo = gui::seen<QComboBox>(model, box);
            QString whole;
            for (int i = 0; i < combo.count(); ++i)
                if (combo.itemText(i).startsWith(start)) whole = combo.itemText(i);
            gui::choose(combo, whole);
        }
        QVERIFY(gui::waitFor([&] { return model.settled() && model.itemB(); }, 60'000));
        model.table().setFocus();
        desk.act("model.worst");
        settle();
        gui::shoot(desk.window(), "quantised");
    }

    void aSmallWindowCutsNothing() {
        gui::Desk desk;
        show(desk);
        desk.window().resize(1280, 720);
        settle();
        QCOMPARE(desk.window().size(), QSize(1280, 720));
        gui::shoot(desk.window(), "small");
    }

  private:
    void show(gui::Desk& desk) {
        desk.window().openFile(study_->document());
        QVERIFY(gui::waitFor([&] { return desk.session().results.hasStudy(); }));
        desk.session().selection.setNodes({"jpeg"});
        settle();
        settle();
        panelOf<views::GraphPanel>(desk).showAll();
        settle();
    }

    void openReconstruction(gui::Desk& desk) {
        std::optional<store::ItemId> item;
        desk.session().results.ask(
            this, "item",
            [](const views::OpenLibrary& open) {
                store::ItemFilter filter;
                filter.series = "jpeg";
                return store::itemsPage(open.library, open.study->id, filter, store::ItemOrder::Planned,
                                        false, {}, 3)
                    .rows.at(1)
                    .id;
            },
            [&item](store::ItemId found) { item = found; });
        QVERIFY(gui::waitFor([&] { return item.has_value(); }));
        emit desk.session().selection.reconstructionAsked(*item);
        settle();
        settle();
    }

    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(PicturesTest)
#include "pictures_test.moc"
