// The team: every piece once, whatever the number of threads and pieces, after pauses too.

#include "core/engine/llm/packed/thread_team.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <array>
#include <atomic>
#include <chrono>

using namespace ratescope;
using namespace ratescope::engine;

class ThreadTeamTest : public QObject {
    Q_OBJECT
  private slots:
    void everyPieceIsDoneOnce() {
        for (const int threads : {1, 2, 5}) {
            ThreadTeam team(threads);
            QCOMPARE(team.threads(), threads);
            for (std::size_t round = 0; round < 400; ++round) {
                const std::size_t pieces = round % 23;
                std::vector<int> calls(pieces);
                team.run(pieces, [&](std::size_t piece) { ++calls[piece]; });
                QCOMPARE(calls, std::vector<int>(pieces, 1));
            }
        }
    }

    void sleepersWake() {
        ThreadTeam team(3);
        for (int round = 0; round < 5; ++round) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            std::atomic<int> sum{0};
            team.run(50, [&](std::size_t piece) { sum += static_cast<int>(piece); });
            QCOMPARE(sum.load(), 1225);
        }
    }

    /// A piece that takes long is left to whoever has it; the others do the rest.
    void severalThreadsWork() {
        ThreadTeam team(2);
        std::atomic<int> others{0};
        team.run(9, [&](std::size_t piece) {
            if (piece > 0)
                ++others;
            else
                for (int wait = 0; wait < 2000 && others < 8; ++wait)
                    std::this_thread::sleep_for(std::chrono::milliseconds(5));
        });
        QCOMPARE(others.load(), 8);
    }

    /// A thread that is late for a round must take nothing of the next one, whatever its number of pieces.
    void roundsOfManySizesFollowEachOtherWithoutAPause() {
        ThreadTeam team(5);
        std::array<std::atomic<int>, 16> calls{};
        for (int round = 0; round < 1'000'000; ++round) {
            const std::size_t pieces = round % 2 == 0 ? 2 : calls.size();
            team.run(pieces, [&](std::size_t piece) { ++calls[piece]; });
            for (std::size_t piece = 0; piece < calls.size(); ++piece)
                if (calls[piece].exchange(0) != (piece < pieces ? 1 : 0))
                    QFAIL(qPrintable(QString("piece %1 of round %2").arg(piece).arg(round)));
        }
    }

    void noThreadsAreNoTeam() { VERIFY_ERROR(ThreadTeam(0), ErrorKind::Usage, "0 threads"); }
};

QTEST_APPLESS_MAIN(ThreadTeamTest)
#include "threads_test.moc"
