// Numbers in long texts.

#include "plugins/language/nodes.h"
#include "tests/families/language/letter_model.h"
#include "tests/families/language/node_calls.h"

#include <QTest>
#include <random>
#include <set>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

Measured measured(const LanguageModel& model, const Settings& settings) {
    Inputs inputs;
    inputs.add("reference", valueOf(model));
    return measure(language::passkeyNode(), inputs, valueOf(model), settings);
}

/// The keys that a seed draws.
std::vector<std::string> keysOf(std::int64_t seed, int count) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    std::vector<std::string> keys;
    for (int i = 0; i < count; ++i)
        keys.push_back(std::to_string(10000 + random() % 90000));
    return keys;
}

/// A seed whose first key has no digit twice, so that a chain of letters can say it.
std::int64_t seedOfDistinctDigits() {
    for (std::int64_t seed = 0;; ++seed) {
        const std::string key = keysOf(seed, 1).front();
        if (std::set<char>(key.begin(), key.end()).size() == key.size()) return seed;
    }
}

/// It ends "The pass key is" with a blank, the key and then `after`.
LanguageModel modelThatSays(const std::string& key, char after) {
    std::map<char, char> next{{'s', ' '}, {' ', key[0]}, {key.back(), after}};
    for (std::size_t i = 0; i + 1 < key.size(); ++i)
        next[key[i]] = key[i + 1];
    return chainModel(next);
}

constexpr std::int64_t length = 700;

}  // namespace

class PasskeyTest : public QObject {
    Q_OBJECT
  private slots:
    void theKeyThatIsSaidIsFound() {
        const std::int64_t seed = seedOfDistinctDigits();
        const std::vector<std::string> keys = keysOf(seed, 4);
        const Measured given = measured(modelThatSays(keys[0], '.'),
                                        {{"length", length}, {"keys", std::int64_t{4}}, {"seed", seed}});
        QCOMPARE(given.score("passkey").s0, 1.0);
        QCOMPARE(given.score("passkey").s1, 4.0);
        QCOMPARE(given.samples<std::int64_t>("found"), (std::vector<std::int64_t>{1, 0, 0, 0}));
    }

    void aLongerNumberIsAnother() {
        const std::int64_t seed = seedOfDistinctDigits();
        const std::string key = keysOf(seed, 1).front();
        char other = '0';
        while (key.find(other) != std::string::npos)
            ++other;
        const Settings settings{{"length", length}, {"keys", std::int64_t{1}}, {"seed", seed}};
        QCOMPARE(measured(modelThatSays(key, other), settings).score("passkey").s0, 0.0);
        QCOMPARE(measured(modelThatSays(key, ' '), settings).score("passkey").s0, 1.0);
    }

    void keysStandAtEvenSteps() {
        const Measured given = measured(letterModel(), {{"length", length}, {"keys", std::int64_t{3}}});
        const auto& depths = given.samples<double>("depth");
        QCOMPARE(depths.front(), 0.0);
        QCOMPARE(depths.back(), 1.0);
        QVERIFY(depths[1] > 0.2 && depths[1] < 0.8);
        // A token is a letter, and a filler has 90 of them.
        for (const std::int64_t tokens : given.samples<std::int64_t>("length"))
            QVERIFY2(tokens <= length && tokens > length - 90, qPrintable(QString::number(tokens)));
        const Measured begun =
            measured(letterModel(), {{"length", length}, {"keys", std::int64_t{1}}, {"beginning", true}});
        QCOMPARE(begun.samples<std::int64_t>("length").front(),
                 given.samples<std::int64_t>("length").front() + 1);
    }

    void textsTooShortForTheKeyAreRefused() {
        const QString said = errorOf([] { measured(letterModel(), {{"length", std::int64_t{100}}}); });
        QVERIFY2(said.contains("without any filler"), qPrintable(said));
    }

    void itStopsWhenCancelled() {
        Inputs inputs;
        inputs.add("reference", valueOf(letterModel()));
        QVERIFY(errorOf([&] {
                    measure(language::passkeyNode(), inputs, valueOf(letterModel()), {{"length", length}}, 5);
                }).contains("Cancelled"));
    }
};

QTEST_GUILESS_MAIN(PasskeyTest)
#include "passkey_test.moc"
