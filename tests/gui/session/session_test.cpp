// What panels share: the open document, its derived facts, the library read aside, the supervisor.

#include "core/graph/edit.h"
#include "core/store/query.h"
#include "tests/gui/support.h"

#include <nlohmann/json.hpp>

#include <QSignalSpy>

using namespace ratescope;
using views::SupervisorLink;

class SessionTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    void aDocumentTellsItsBranches() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        const views::Derived& derived = session.document.derived();
        QVERIFY(derived.valid());
        QCOMPARE(derived.branches.size(), std::size_t{3});
        QCOMPARE(derived.assets.at("photographs"), std::size_t{4});
        QCOMPARE(derived.items(1), std::optional<std::size_t>(60));
        QCOMPARE(derived.branchOf(graph::Wire{{"webp", "image"}, {"psnr", "candidate"}}),
                 std::optional<std::size_t>(1));
        QVERIFY(!derived.branchOf(graph::Wire{{"photographs", "image"}, {"psnr", "reference"}}));
        QCOMPARE(session.styleOfBranch("jpeg").colour, curves::Colour{});
        session.selection.setAnchorSeries("webp");
        QCOMPARE(session.styleOfBranch("webp").colour, curves::Colour{});
        QVERIFY(session.styleOfBranch("jpeg").colour != curves::Colour{});
    }

    void editsAreUndoneAndTheStarFollows() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        const QSignalSpy saved(&session.document, &views::OpenDocument::savedChanged);
        QVERIFY(session.document.apply(graph::setParameter("jpeg", "progressive", true)));
        QVERIFY(!session.document.saved());
        QCOMPARE(saved.count(), 1);
        session.document.undo();
        QVERIFY(session.document.saved());
        QCOMPARE(saved.count(), 2);
    }

    void aWrongEditIsRefused() {
        views::Session session(gui::catalogue());
        const QSignalSpy refused(&session.document, &views::OpenDocument::refused);
        QVERIFY(!session.document.apply(graph::setTitle("nobody", "No")));
        QCOMPARE(refused.count(), 1);
    }

    void theLibraryIsReadAside() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        std::size_t rows = 0;
        session.results.ask(
            this, "page",
            [](const views::OpenLibrary& open) {
                return store::itemsPage(open.library, open.study->id, {}, store::ItemOrder::Planned, false,
                                        {}, 100);
            },
            [&rows](const store::ItemsPage& page) { rows = page.rows.size(); });
        QVERIFY(gui::waitFor([&] { return rows > 0; }));
        QCOMPARE(rows, std::size_t{60});
    }

    void onlyTheNewestQuestionOfATopicIsAnswered() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        std::vector<int> answers;
        for (int i = 0; i < 50; ++i)
            session.results.ask(
                this, "same", [i](const views::OpenLibrary&) { return i; },
                [&answers](int answer) { answers.push_back(answer); });
        QVERIFY(gui::waitFor([&] { return !answers.empty() && answers.back() == 49; }));
        QVERIFY(answers.size() < 50);
    }

    void aFailedQuestionSaysWhy() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        QString said;
        session.results.ask(
            this, "bad", [](const views::OpenLibrary& open) { return store::item(open.library, 123456); },
            [](const store::ItemRow&) {}, [&said](const Error& error) { said = error.what(); });
        QVERIFY(gui::waitFor([&] { return !said.isEmpty(); }));
    }

    void aSupervisorIsStartedAndLeft() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        session.supervisor.setLibrary(study_->library());
        QCOMPARE(session.supervisor.state(), SupervisorLink::State::None);
        session.supervisor.start(1);
        nlohmann::json status;
        session.supervisor.request("status", nlohmann::json::object(), this,
                                   [&status](const nlohmann::json& result) { status = result; });
        QVERIFY(gui::waitFor([&] { return !status.is_null(); }));
        QCOMPARE(session.supervisor.state(), SupervisorLink::State::Attached);
        const qint64 process = session.supervisor.process();
        QVERIFY(e2e::isRunning(process));
        session.supervisor.setLibrary({});
        QVERIFY2(gui::waitFor([&] { return !e2e::isRunning(process); }),
                 "serve goes once its last client has left");
    }

    void aLibraryThatSomebodyElseLocksIsSaid() {
        views::Session session(gui::catalogue());
        gui::open(session, study_->document(), study_->library());
        session.supervisor.setLibrary(study_->library());
        QString said;
        {
            const store::Library held(study_->library().toStdString(), store::Access::Write);
            session.supervisor.start(1);
            session.supervisor.request(
                "status", nlohmann::json::object(), this, [](const nlohmann::json&) {},
                [&said](const Error& error) { said = error.what(); });
            QVERIFY(gui::waitFor([&] { return !said.isEmpty(); }, 20'000));
        }
        QVERIFY2(said.contains("could not start"), qPrintable(said));
        QCOMPARE(session.supervisor.state(), SupervisorLink::State::None);
        // And goes on once the lock is gone, without a second try of the user's.
        bool answered = false;
        session.supervisor.start(1);
        session.supervisor.request("status", nlohmann::json::object(), this,
                                   [&answered](const nlohmann::json&) { answered = true; });
        QVERIFY(gui::waitFor([&] { return answered; }));
    }

    void withoutASupervisorARequestIsRefused() {
        views::Session session(gui::catalogue());
        QString said;
        session.supervisor.request(
            "status", nlohmann::json::object(), this, [](const nlohmann::json&) {},
            [&said](const Error& error) { said = error.what(); });
        QVERIFY(gui::waitFor([&] { return !said.isEmpty(); }));
    }

  private:
    std::unique_ptr<gui::RanStudy> study_;
};

RATESCOPE_GUI_TEST_MAIN(SessionTest)
#include "session_test.moc"
