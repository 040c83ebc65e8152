// What a search of EvoPress weighs its units by: text, effort, errors of levels, the least sum of them.

#include "plugins/weights/search_settings.h"
#include "tests/core/error_check.h"
#include "tests/families/weights/evopress_search.h"

#include <QTest>
#include <algorithm>
#include <string>
#include <tuple>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;
using namespace ratescope::media::weights;

namespace {

constexpr std::uint64_t largeModel = 1'000'000'000;

SearchSettings settingsOf(const Settings& changed, std::uint64_t weights = largeModel) {
    return searchSettings(complete(evoPressSearchNode().manifest, changed), weights);
}

}  // namespace

class EvoPressUnitsTest : public QObject {
    Q_OBJECT
  private slots:
    /// The paper's last stages ask for more text than is drawn by default.
    void stagesThatGetTooLittleTextAreToldOf() {
        const std::string paper = "paper";
        VERIFY_ERROR(settingsOf({{"preset", paper}}), ErrorKind::Usage, "asks for 131072 tokens");
        for (const auto& [kind, target, sequences] :
             {std::tuple("bits", 3.0, 512), std::tuple("sparsity", 0.5, 256), std::tuple("drop", 0.5, 128)}) {
            Settings asked{{"preset", paper}, {"kind", std::string(kind)}, {"target", target}};
            const QString refused = errorOf([&] { settingsOf(asked); });
            QVERIFY2(refused.contains(QString("Set sequences to %1.").arg(sequences)), qPrintable(refused));
            asked["sequences"] = std::int64_t{sequences};
            QVERIFY(!missingText(settingsOf(asked)));
        }
        QVERIFY(missingText(settingsOf({})));  // for the log: nobody has named the effort
        QVERIFY(!missingText(settingsOf({{"preset", paper}, {"allocation", std::string("dp")}})));
        TestContext context;
        searched(context, tiny(), quick({{"tokens", std::string("40, 1000")}}));
        QVERIFY(std::ranges::any_of(context.lines, [](const std::string& line) {
            return line.find("asks for 1000 tokens") != std::string::npos &&
                   line.find("Set sequences to 32.") != std::string::npos;
        }));
        TestContext enough;
        searched(enough, tiny(), quick());
        QVERIFY(std::ranges::none_of(enough.lines, [](const std::string& line) {
            return line.find("sequences") != std::string::npos;
        }));
    }
};

QTEST_GUILESS_MAIN(EvoPressUnitsTest)
#include "evopress_units_test.moc"
