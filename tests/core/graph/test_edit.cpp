#include "core/graph/document_json.h"
#include "core/graph/edit.h"
#include "core/graph/validate.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <nlohmann/json.hpp>

#include <QtTest>
#include <random>

using namespace ratescope::graph;
using sample::node;
using sample::sweepOf;
using sample::wire;

namespace {

/// Several nodes, with everything that names them spread over all lists.
Document rich() {
    Document document = sample::jpegStudy();
    document.nodes.insert(document.nodes.begin() + 1, {node("webp", "webp"), node("enlarge", "resize")});
    document.nodes.push_back(node("near", "psnr"));
    document.wires.insert(document.wires.begin(),
                          {wire("photos.image", "webp.image"), wire("jpeg.image", "enlarge.image"),
                           wire("enlarge.image", "near.candidate")});
    document.sweeps = {
        sweepOf("jpeg.quality", {std::int64_t{10}, std::int64_t{20}}),
        {{{"webp", "effort", {}}, {"jpeg", "optimise", true}}, {{1.0, true}, {2.0, true}, {1.0, false}}},
        sweepOf("enlarge.scale", {1.0})};
    document.reaches = {{"webp", "effort", "near:psnr-rgb", {30.0}},
                        {"jpeg", "quality", "bpp@psnr", {0.5, 1.0}}};
    document.candidates = {{"webp", "image"}, {"jpeg", "image"}, {"enlarge", "image"}};
    return document;
}

using Random = std::mt19937_64;

std::size_t pick(Random& random, std::size_t count) {
    return static_cast<std::size_t>(random() % count);
}

std::string anyNode(const Document& document, Random& random) {
    return document.nodes.empty() || random() % 10 == 0
               ? "missing"
               : document.nodes[pick(random, document.nodes.size())].slug;
}

std::unique_ptr<Edit> randomEdit(const Document& document, Random& random, int depth = 0) {
    const std::string slug = anyNode(document, random), other = anyNode(document, random);
    const double real = static_cast<double>(random() % 1000) / 8;
    switch (random() % 19) {
        case 0:
            return addNode(node(uniqueSlug(document, "jpeg"), "jpeg"));
        case 1:
            return addNode(node(slug, "jpeg"));
        case 2:
            return removeNodes({slug});
        case 3:
            return removeNodes({slug, other});
        case 4:
            return renameNode(slug, uniqueSlug(document, "renamed"));
        case 5:
            return renameNode(slug, other);
        case 6:
            return moveNode(slug, real, -real);
        case 7:
            return setTitle(slug, "title " + std::to_string(real));
        case 8:
            return setParameter(slug, random() % 2 ? "quality" : "optimise", ParameterValue(real));
        case 9:
            return setParameter(slug, "quality", VariableRef{"level"});
        case 10:
            return resetParameter(slug, "quality");
        case 11:
            return random() % 2 ? setPairing(slug, Pairing::Product) : setBypassed(slug, random() % 2);
        case 12:
            return ratescope::graph::connect(wire(slug + ".image", other + ".image"),
                                             random() % 2 ? FanOut::Each : FanOut::All);
        case 13:
            return document.wires.empty() ? ratescope::graph::disconnect(wire("a.b", "c.d"))
                                          : disconnect(document.wires[pick(random, document.wires.size())]);
        case 14:
            return setCandidate({slug, "image"}, random() % 2);
        case 15: {
            std::vector<Sweep> sweeps = document.sweeps;
            sweeps.push_back(sweepOf(slug + ".quality", {real, real + 1}));
            return setSweeps(std::move(sweeps));
        }
        case 16:
            if (random() % 3 == 0) return setReaches({{slug, "quality", "bpp", {real + 1}}});
            if (random() % 4 == 0) return setCrops({{"crop", "a.png", 1, 2, static_cast<int>(real), 4}});
            return random() % 2 ? setVariables({{"level", real}})
                                : setFrames({{"frame", "text", real, 0, 1, 1}});
        case 17:
            if (random() % 3 == 0) return random() % 2 ? setStudyTitle(slug) : setNotes(slug);
            return setStudy({random() % 5}, 2, real + 1, random() % 2);
        default:
            break;
    }
    std::vector<std::unique_ptr<Edit>> edits;
    for (std::size_t i = 0; i < 3 && depth < 2; ++i)
        edits.push_back(randomEdit(document, random, depth + 1));
    return together("Several", std::move(edits));
}

}  // namespace

class TestEdit : public QObject {
    Q_OBJECT

  private slots:
    void eachEditDoesWhatItSays() {
        const Document start = rich();
        History history(start);
        const auto document = [&]() -> const Document& { return history.document(); };
        history.apply(addNode(node("crop", "resize")));
        QCOMPARE(document().nodes.back().slug, std::string("crop"));
        history.apply(moveNode("crop", 3, 4));
        QCOMPARE(document().find("crop")->x, 3.0);
        QCOMPARE(document().find("crop")->y, 4.0);
        history.apply(setTitle("crop", "Crop"));
        QCOMPARE(document().find("crop")->title, std::string("Crop"));
        history.apply(setParameter("crop", "scale", ParameterValue(0.5)));
        QVERIFY(document().find("crop")->parameters.at("scale") == Binding(ParameterValue(0.5)));
        history.apply(resetParameter("crop", "scale"));
        QVERIFY(document().find("crop")->parameters.empty());
        history.apply(setPairing("crop", Pairing::Product));
        QVERIFY(document().find("crop")->pairing == Pairing::Product);
        history.apply(setBypassed("crop", true));
        QVERIFY(document().find("crop")->bypassed);
        const std::size_t wires = document().wires.size();
        history.apply(ratescope::graph::connect(wire("webp.image", "crop.image")));
        QCOMPARE(document().wires.size(), wires + 1);
        history.apply(ratescope::graph::connect(wire("jpeg.image", "crop.image")));
        QCOMPARE(document().wires.size(), wires + 1);
        QCOMPARE(document().source({"crop", "image"})->node, std::string("jpeg"));
        history.apply(ratescope::graph::connect(wire("webp.image", "crop.image"), FanOut::All));
        QCOMPARE(document().wiresInto({"crop", "image"}).size(), 2u);
        history.apply(ratescope::graph::disconnect(wire("jpeg.image", "crop.image")));
        QCOMPARE(document().source({"crop", "image"})->node, std::string("webp"));
        history.apply(setCandidate({"crop", "image"}, true));
        QCOMPARE(document().candidates.back().node, std::string("crop"));
        history.apply(setCandidate({"webp", "image"}, false));
        QCOMPARE(document().candidates.front().node, std::string("jpeg"));
        history.apply(setSweeps({}));
        QVERIFY(document().sweeps.empty());
        history.apply(setVariables({{"level", 1.0}}));
        QCOMPARE(document().variables.size(), 1u);
        history.apply(setReaches({{"crop", "scale", "psnr-rgb", {30.0}}}));
        QCOMPARE(document().reaches.size(), 1u);
        history.apply(setFrames({{"a", "b", 1, 2, 3, 4}}));
        QCOMPARE(document().frames.size(), 1u);
        history.apply(setCrops({{"a", "b.png", 1, 2, 3, 4}}));
        QCOMPARE(document().crops.size(), 1u);
        history.apply(setFigures({{.name = "rd", .y = "psnr-rgb"}}, "Add rd"));
        QCOMPARE(document().figures.size(), 1u);
        QCOMPARE(shown(history.titles().back()), QString("Add rd"));
        history.apply(setStudy({1, 2}, 4, 9, true));
        QCOMPARE(document().seeds.size(), 2u);
        QCOMPARE(document().threads, 4);
        QCOMPARE(document().stallSeconds, 9.0);
        QVERIFY(document().keepReconstructions);
        history.apply(setStudyTitle("Photographs"));
        QCOMPARE(document().title, std::string("Photographs"));
        history.apply(setNotes("As published."));
        QCOMPARE(document().notes, std::string("As published."));
        QCOMPARE(history.position(), 22u);
        QCOMPARE(shown(history.titles()[3]), QString("Set scale of crop"));
        while (history.canUndo())
            history.undo();
        QVERIFY(document() == start);
    }

    void removedNodesComeBackInTheirPlaces() {
        const Document start = rich();
        History history(start);
        history.apply(removeNodes({"jpeg", "enlarge"}));
        const Document& document = history.document();
        QCOMPARE(document.nodes.size(), 4u);
        QCOMPARE(document.wires.size(), 2u);
        QVERIFY(document.candidates == (std::vector<PortRef>{{"webp", "image"}}));
        QCOMPARE(document.sweeps.size(), 1u);
        QVERIFY(document.sweeps[0] == sweepOf("webp.effort", {1.0, 2.0}));
        QCOMPARE(document.reaches.size(), 1u);
        QCOMPARE(document.reaches[0].text(), std::string("webp.effort"));
        history.undo();
        QVERIFY(document == start);
        QCOMPARE(shown(toText(document)), shown(toText(start)));
    }

    void renamingReachesAllThatNamesTheNode() {
        const Document start = rich();
        History history(start);
        history.apply(renameNode("jpeg", "mozjpeg"));
        std::string text = toText(history.document());
        QVERIFY(text.find("\"jpeg\"") == std::string::npos && text.find("\"jpeg.") == std::string::npos);
        QCOMPARE(history.document().wiresFrom({"mozjpeg", "image"}).size(), 2u);
        QCOMPARE(history.document().sweeps[1].columns[1].text(), std::string("mozjpeg.optimise"));
        QCOMPARE(history.document().candidates[1].text(), std::string("mozjpeg.image"));
        QCOMPARE(history.document().reaches[1].text(), std::string("mozjpeg.quality"));
        history.undo();
        QVERIFY(history.document() == start);
        history.redo();
        QCOMPARE(shown(toText(history.document())), shown(text));
    }

    void renamingAMeasureRenamesWhatReachesName() {
        const Document start = rich();
        History history(start);
        history.apply(renameNode("near", "close"));
        QCOMPARE(shown(history.document().reaches[0].quantity), QString("close:psnr-rgb"));
        history.apply(renameNode("psnr", "far"));
        QCOMPARE(shown(history.document().reaches[1].quantity), QString("bpp@far"));
        history.undo();
        history.undo();
        QVERIFY(history.document() == start);
    }

    void renamingANodeRenamesWhatFiguresName() {
        Document start = rich();
        start.figures = {{.name = "rd",
                          .x = "bpp@near",
                          .y = "near:psnr-rgb",
                          .series = {"jpeg/optimise=true/jpeg.size=8", "jpeg-2", "webp/near=jpeg"},
                          .anchor = "jpeg/optimise=true/jpeg.size=8"}};
        History history(start);
        history.apply(renameNode("jpeg", "mozjpeg"));
        history.apply(renameNode("near", "close"));
        const FigureSpec& figure = history.document().figures[0];
        QCOMPARE(shown(figure.x), QString("bpp@close"));
        QCOMPARE(shown(figure.y), QString("close:psnr-rgb"));
        QCOMPARE(shown(figure.series[0]), QString("mozjpeg/optimise=true/mozjpeg.size=8"));
        QCOMPARE(shown(figure.series[1]), QString("jpeg-2"));
        QCOMPARE(shown(figure.series[2]), QString("webp/near=jpeg"));
        QCOMPARE(figure.anchor, figure.series[0]);
        history.undo();
        history.undo();
        QVERIFY(history.document() == start);
    }

    void errorsLeaveTheDocumentAsItWas() {
        const Document start = rich();
        History history(start);
        int changes = 0;
        history.changed = [&] { ++changes; };
        const auto refused = [&](std::unique_ptr<Edit> edit, const char* message) {
            const QString error = errorOf([&] { history.apply(std::move(edit)); });
            return error.startsWith("document: ") && error.contains(message) && history.document() == start &&
                   history.position() == 0;
        };
        QVERIFY(refused(addNode(node("jpeg", "jpeg")), "There is a node \"jpeg\" already."));
        QVERIFY(refused(addNode(node("J P", "jpeg")), "\"J P\" can't be the name"));
        QVERIFY(refused(removeNodes({"jpeg", "nobody"}), "no node \"nobody\""));
        QVERIFY(refused(renameNode("nobody", "x"), "no node \"nobody\""));
        QVERIFY(refused(renameNode("jpeg", "webp"), "a node \"webp\" already"));
        QVERIFY(refused(renameNode("jpeg", ""), "can't be the name"));
        QVERIFY(refused(moveNode("nobody", 0, 0), "no node \"nobody\""));
        QVERIFY(refused(setParameter("nobody", "quality", ParameterValue(true)), "no node \"nobody\""));
        QVERIFY(refused(resetParameter("nobody", "quality"), "no node \"nobody\""));
        QVERIFY(refused(ratescope::graph::connect(wire("jpeg.image", "nobody.image")), "no node \"nobody\""));
        QVERIFY(refused(ratescope::graph::connect(wire("photos.image", "jpeg.image")),
                        "a wire from \"photos.image\" to \"jpeg.image\" already"));
        QVERIFY(refused(ratescope::graph::disconnect(wire("webp.image", "jpeg.image")),
                        "no wire from \"webp.image\" to \"jpeg.image\""));
        QVERIFY(refused(setCandidate({"nobody", "image"}, true), "no node \"nobody\""));
        std::vector<std::unique_ptr<Edit>> edits;
        edits.push_back(addNode(node("new", "jpeg")));
        edits.push_back(removeNodes({"jpeg"}));
        edits.push_back(moveNode("jpeg", 1, 1));
        QVERIFY(refused(together("Paste", std::move(edits)), "no node \"jpeg\""));
        QCOMPARE(changes, 0);
    }

    void dragsAreOneStep() {
        History history(rich());
        history.apply(moveNode("jpeg", 1, 1), true);
        for (int i = 2; i < 50; ++i)
            history.apply(moveNode("jpeg", i, i), true);
        QCOMPARE(history.position(), 1u);
        history.apply(moveNode("webp", 5, 5), true);
        QCOMPARE(history.position(), 2u);
        history.apply(moveNode("webp", 6, 6));
        QCOMPARE(history.position(), 3u);
        for (int i = 0; i < 10; ++i)
            history.apply(setParameter("jpeg", "quality", ParameterValue(std::int64_t{i})), true);
        QCOMPARE(history.position(), 4u);
        history.apply(setParameter("jpeg", "optimise", ParameterValue(true)), true);
        QCOMPARE(history.position(), 5u);
        for (int i = 0; i < 4; ++i)
            history.undo();
        QCOMPARE(history.document().find("jpeg")->x, 49.0);
        QCOMPARE(history.document().find("webp")->x, 0.0);
        history.undo();
        QCOMPARE(history.document().find("jpeg")->x, 0.0);
        history.redo();
        QCOMPARE(history.document().find("jpeg")->x, 49.0);
        for (int i = 0; i < 3; ++i)
            history.redo();
        QVERIFY(history.document().find("jpeg")->parameters.at("quality") ==
                Binding(ParameterValue(std::int64_t{9})));
    }

    void draggingSeveralNodesIsOneStep() {
        const Document start = rich();
        History history(start);
        const auto move = [](double x) {
            std::vector<std::unique_ptr<Edit>> edits;
            edits.push_back(moveNode("jpeg", x, 0));
            edits.push_back(moveNode("webp", x, 0));
            return together("Move", std::move(edits));
        };
        for (int i = 1; i < 9; ++i)
            history.apply(move(i), true);
        QCOMPARE(history.position(), 1u);
        history.undo();
        QVERIFY(history.document() == start);
    }

    void savedStateIsKnown() {
        History history(rich());
        QVERIFY(history.saved());
        history.apply(moveNode("jpeg", 1, 1), true);
        QVERIFY(!history.saved());
        history.undo();
        QVERIFY(history.saved());
        history.redo();
        history.markSaved();
        QVERIFY(history.saved());
        // Merging would carry the saved state away.
        const Document saved = history.document();
        history.apply(moveNode("jpeg", 2, 2), true);
        QVERIFY(!history.saved());
        history.undo();
        QVERIFY(history.saved() && history.document() == saved);
        // Another edit instead of the saved one: that state is gone.
        history.undo();
        history.apply(setTitle("jpeg", "x"));
        QVERIFY(!history.saved());
        history.undo();
        QVERIFY(!history.saved());
        QCOMPARE(history.titles().size(), 1u);
    }

    void changesAreTold() {
        History history(rich());
        int changes = 0;
        history.changed = [&] { ++changes; };
        history.undo();
        history.redo();
        QCOMPARE(changes, 0);
        history.apply(moveNode("jpeg", 1, 1));
        history.apply(moveNode("jpeg", 2, 2), true);
        history.undo();
        history.redo();
        QCOMPARE(changes, 4);
    }

    void anyOrderOfUndoAndRedoRestores_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 30; ++seed)
            QTest::newRow(qPrintable(QString::number(seed))) << seed;
    }

    void anyOrderOfUndoAndRedoRestores() {
        QFETCH(int, seed);
        Random random(static_cast<std::uint64_t>(seed));
        const Document start = rich();
        History history(start);
        std::vector<std::string> states{toText(start)};  // by position
        int applied = 0;
        for (int step = 0; applied < 200 && step < 5000; ++step) {
            const std::uint64_t choice = random() % 10;
            if (choice < 2)
                history.undo();
            else if (choice < 4)
                history.redo();
            else {
                const Document before = history.document();
                const std::size_t position = history.position();
                const bool merging = random() % 2;
                try {
                    history.apply(randomEdit(before, random), merging);
                } catch (const ratescope::Error&) {
                    QVERIFY(history.document() == before);
                    QCOMPARE(history.position(), position);
                    continue;
                }
                ++applied;
                states.resize(history.position());
                states.push_back(toText(history.document()));
            }
            QCOMPARE(shown(toText(history.document())), shown(states[history.position()]));
        }
        QCOMPARE(applied, 200);
        while (history.canRedo())
            history.redo();
        const Document end = history.document();
        QCOMPARE(shown(toText(end)), shown(states.back()));
        while (history.canUndo())
            history.undo();
        QVERIFY(history.document() == start);
        while (history.canRedo())
            history.redo();
        QVERIFY(history.document() == end);
    }

    void tenThousandEditsAreValidatedAndUndone() {
        Random random(20261125);
        const Document start = rich();
        const std::string first = toText(start);
        History history(start);
        int applied = 0, faulty = 0;
        for (int step = 0; applied < 10'000; ++step) {
            QVERIFY(step < 100'000);
            try {
                history.apply(randomEdit(history.document(), random), random() % 2);
            } catch (const ratescope::Error&) {
                continue;
            }
            ++applied;
            // Whatever the edits have made of it, it is judged and written, and reads back as it is.
            if (applied % 10 == 0)
                faulty += validate(history.document(), sample::catalogue()).empty() ? 0 : 1;
            if (applied % 500 == 0)
                QVERIFY(documentFromJson(nlohmann::json::parse(toText(history.document()))) ==
                        history.document());
        }
        QVERIFY(faulty > 0);
        while (history.canUndo())
            history.undo();
        QCOMPARE(shown(toText(history.document())), shown(first));
    }
};

QTEST_GUILESS_MAIN(TestEdit)
#include "test_edit.moc"
