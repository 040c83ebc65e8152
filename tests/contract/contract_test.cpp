// What every node owes, tried on every node of every built family. With RATESCOPE_KEEP=1 in the environment
// the present outputs are kept as those of the nodes' versions.

#include "core/error.h"
#include "core/graph/catalogue.h"
#include "core/graph/manifest_check.h"
#include "core/media/coding/container.h"
#include "tests/contract/calls.h"
#include "tests/contract/gallery.h"
#include "tests/contract/kept.h"
#include "tests/contract/trial.h"
#include "tests/core/media/worker/chain_builder.h"
#include "tests/patience.h"

#include <QtTest>
#include <chrono>
#include <set>

using namespace ratescope;
using namespace ratescope::contract;

namespace {

QString describe(const run::TaskFailure& failure) {
    return QString("%1: %2 %3")
        .arg(toText(failure.kind), QString::fromStdString(failure.what),
             QString::fromStdString(failure.remedy));
}

/// A refusal that helps: says what happened and what to do, and is no fault of the program's.
bool isClear(const run::TaskFailure& failure) {
    return failure.kind != ErrorKind::Internal && !failure.what.empty() && !failure.remedy.empty();
}

/// The default parameters on every sample.
struct Tried {
    Trials taken;          ///< of the samples that the node takes
    QStringList faults;    ///< samples that it refuses unclearly or that it changes
    QStringList refusals;  ///< that are clear
};

Tried tryAll(const graph::Manifest& manifest, const std::vector<Sample>& samples) {
    Tried tried;
    for (const Sample& sample : samples) {
        const Trial trial = tryHere(manifest, sample);
        const QString name = QString::fromStdString(sample.name);
        if (trial.inputsChanged) tried.faults += "it changes its input " + name;
        if (!trial.failure)
            tried.taken[sample.name] = trial;
        else
            (isClear(*trial.failure) ? tried.refusals : tried.faults) +=
                name + ": " + describe(*trial.failure);
    }
    return tried;
}

/// Whenever it is asked to, it ends with Cancelled within a second and leaves no file.
QString faultWhenCancelled(Calls& calls, const Call& call, int at) {
    const Ending ending = calls.repeat(call, at);
    if (ending.longestSilence > std::chrono::seconds(test::patience))
        return "it asks nothing for over a second, or goes on for so long";
    // How often a command is looked after depends on how long it takes.
    if (!ending.failure && ending.checks < at) return {};
    if (!ending.failure) return "it goes on to its end";
    if (ending.failure->kind != ErrorKind::Cancelled) return describe(*ending.failure);
    const std::string left = calls.leftBy(call);
    return left.empty() ? QString() : "it leaves " + QString::fromStdString(left);
}

constexpr std::uint64_t damageMemory = 256 << 20;  ///< that a tiny damaged stream may take

/// A damaged stream is refused as bad input. Only standard files may bear a flipped byte, and extract may pass on what it
/// does not look at; then all that comes back must be sound.
QString faultOnDamage(Calls& calls, Call call, const DamagedStream& damaged) {
    const bool container = media::peekNodeId(call.arguments.stream->all()).has_value();
    call.arguments.stream.emplace(damaged.bytes);
    const Ending ending = calls.repeat(call, 0, damageMemory);
    if (ending.failure) {
        const bool refused = ending.failure->kind == ErrorKind::Input && isClear(*ending.failure);
        return refused ? QString() : describe(*ending.failure);
    }
    if (call.task.kind == run::TaskKind::Extract) return {};
    if (container || !damaged.flipped) return "it is taken";
    for (const auto& [port, value] : ending.outcome.values)
        media::fromParts(media::toParts(value));
    return {};
}

}  // namespace

class ContractTest : public QObject {
    Q_OBJECT

  private:
    graph::Catalogue catalogue_;
    QTemporaryDir folder_;
    std::map<std::string, std::vector<Sample>> samples_;
    std::map<std::string, Tried> tried_;
    std::optional<Workers> workers_;

    void nodes() {
        QTest::addColumn<QString>("id");
        for (const graph::Manifest* manifest : catalogue_.all())
            QTest::newRow(manifest->id.c_str()) << QString::fromStdString(manifest->id);
    }
    const graph::Manifest& node() const {
        QFETCH(QString, id);
        return *catalogue_.find(id.toStdString());
    }
    const Tried& tried(const graph::Manifest& manifest) {
        const auto found = tried_.find(manifest.id);
        if (found != tried_.end()) return found->second;
        return tried_[manifest.id] = tryAll(manifest, samples_.at(manifest.id));
    }
    const Sample& sample(const graph::Manifest& manifest, const std::string& name) const {
        const std::vector<Sample>& samples = samples_.at(manifest.id);
        return *std::find_if(samples.begin(), samples.end(), [&](const Sample& s) { return s.name == name; });
    }
    Libraries libraries() const {
        media::Plugins plugins;
        Libraries all = plugins.node(catalogue_.libraryOf(node().id), node().id).libraries;
#ifdef __clang__
        // Sums of language models come out otherwise in another compiler's loops.
        if (all.count("LibTorch")) all["compiler"] = "clang";
#endif
        return all;
    }
    std::filesystem::path keptFile() const {
        return std::filesystem::path(qgetenv("RATESCOPE_SOURCE").toStdString()) / "tests/contract/kept.json";
    }

  private slots:
    void initTestCase() {
        const std::filesystem::path build = qgetenv("RATESCOPE_BUILD").toStdString();
        catalogue_ = graph::loadCatalogue({build / "plugins", build / "tests" / "plugins"});
        for (const std::string& warning : catalogue_.warnings)
            QFAIL(warning.c_str());
        QVERIFY(catalogue_.find("test.noise"));
        workers_.emplace(folder_.path().toStdString());
        for (const graph::Manifest* manifest : catalogue_.all()) {
            const std::filesystem::path folder =
                std::filesystem::path(folder_.path().toStdString()) / manifest->id;
            std::filesystem::create_directories(folder);
            samples_[manifest->id] = samplesOf(*manifest, catalogue_, folder);
        }
    }

    void manifest_data() {
        nodes();
    }
    void manifest() {
        const std::vector<std::string> faults = graph::faultsOf(node());
        QVERIFY2(faults.empty(), faults.empty() ? "" : faults.front().c_str());
    }

    void resources_data() {
        nodes();
    }
    void resources() {
        media::ChainBuilder builder;
        std::map<std::string, graph::ParameterValue> defaults;
        for (const graph::Parameter& parameter : node().parameters)
            defaults[parameter.id] = parameter.defaultValue;
        const media::Resources needs = builder.plugins.node(catalogue_.libraryOf(node().id), node().id)
                                           .make()
                                           ->resources(media::Parameters(defaults));
        QVERIFY(needs.threads >= 1 && needs.threads <= 64);
        QVERIFY(needs.processes >= 1 && needs.processes <= 64);
        QVERIFY(needs.memory >= (1u << 20) && needs.memory <= (64ull << 30));
    }

    void takesItsDefaults_data() {
        nodes();
    }
    void takesItsDefaults() {
        const Tried& result = tried(node());
        QVERIFY2(result.faults.empty(), qPrintable(result.faults.join("; ")));
        QVERIFY2(!result.taken.empty(),
                 qPrintable("It takes none of the samples. " + result.refusals.join("; ")));
    }

    void givesTheSameAgain_data() {
        nodes();
    }
    void givesTheSameAgain() {
        for (const auto& [name, trial] : tried(node()).taken) {
            const Trial again = tryHere(node(), sample(node(), name));
            QVERIFY2(again.exact == trial.exact, name.c_str());
        }
    }

    /// The same bytes, values and keys; what one process has encoded another one decodes.
    void givesTheSameElsewhere_data() {
        nodes();
    }
    void givesTheSameElsewhere() {
        for (const auto& [name, trial] : tried(node()).taken) {
            const Trial there = tryThere(node(), sample(node(), name), *workers_);
            QVERIFY2(!there.failure, there.failure ? qPrintable(describe(*there.failure)) : "");
            QVERIFY2(there.exact == trial.exact, name.c_str());
        }
    }

    void givesWhatItsVersionGave_data() {
        nodes();
    }
    void givesWhatItsVersionGave() {
        const Trials& trials = tried(node()).taken;
        if (qEnvironmentVariableIsSet("RATESCOPE_KEEP")) {
            keep(node(), libraries(), trials, keptFile());
            return;
        }
        const Comparison comparison = compareToKept(node(), libraries(), trials, keptFile());
        const std::string difference = comparison.difference;
        switch (comparison.verdict) {
            case Verdict::Same:
                return;
            case Verdict::Changed:
                QFAIL(("Its output changed, its version did not: raise it, then keep the new output with "
                       "RATESCOPE_KEEP=1 (" +
                       difference + ").")
                          .c_str());
            case Verdict::AnotherVersion:
            case Verdict::Unknown:
                QFAIL(
                    ("Keep the output of this version with RATESCOPE_KEEP=1 (" + difference + ").").c_str());
            case Verdict::AnotherLibrary:
                QSKIP(("skipped: round trip and keys only, the output was kept with another library (" +
                       difference + ")")
                          .c_str());
        }
    }

    void stopsWithinASecond_data() {
        nodes();
    }
    void stopsWithinASecond() {
        for (const auto& [name, trial] : tried(node()).taken) {
            Calls calls(node(), sample(node(), name));
            for (const Call& call : calls.all()) {
                const int checks = calls.repeat(call).checks;
                const std::string where = name + ", " + run::toText(call.task.kind);
                QVERIFY2(checks > 0, ("It never asks whether it is cancelled: " + where).c_str());
                for (const int at : std::set<int>{1, (checks + 1) / 2, checks}) {
                    const QString fault = faultWhenCancelled(calls, call, at);
                    QVERIFY2(fault.isEmpty(), qPrintable(QString("%1, question %2 of %3: %4")
                                                             .arg(where.c_str())
                                                             .arg(at)
                                                             .arg(checks)
                                                             .arg(fault)));
                }
            }
        }
    }

    /// The same through the worker's chain: each task cancelled once it has begun.
    void leavesNothingWhenStopped_data() {
        nodes();
    }
    void leavesNothingWhenStopped() {
        for (const auto& [name, trial] : tried(node()).taken) {
            const std::string fault = faultWhenStopped(node(), sample(node(), name));
            QVERIFY2(fault.empty(), (name + ", " + fault).c_str());
        }
    }

    void refusesBadInput_data() {
        nodes();
    }
    void refusesBadInput() {
        if (tried(node()).taken.empty()) QSKIP("skipped: it takes no sample that could be spoilt");
        const std::filesystem::path folder = std::filesystem::path(folder_.path().toStdString()) / node().id;
        for (const auto& [name, taken] : tried(node()).taken)
            for (const Sample& bad : badSamplesOf(node(), sample(node(), name), folder)) {
                const Trial trial = tryHere(node(), bad);
                QVERIFY2(trial.failure, ("It takes " + bad.name).c_str());
                QVERIFY2(isClear(*trial.failure),
                         qPrintable(QString::fromStdString(bad.name) + ": " + describe(*trial.failure)));
                QVERIFY2(!trial.inputsChanged, ("It changes " + bad.name).c_str());
            }
    }

    void refusesDamagedStreams_data() {
        QTest::addColumn<QString>("id");
        for (const graph::Manifest* manifest : catalogue_.all())
            if (manifest->kind == graph::NodeKind::Codec)
                QTest::newRow(manifest->id.c_str()) << QString::fromStdString(manifest->id);
    }
    void refusesDamagedStreams() {
        for (const auto& [name, trial] : tried(node()).taken) {
            Calls calls(node(), sample(node(), name));
            for (const Call& call : calls.all()) {
                if (!call.arguments.stream) continue;
                const auto stream = call.arguments.stream->all();
                for (const DamagedStream& damaged : damagedStreamsOf(stream)) {
                    const QString fault = faultOnDamage(calls, call, damaged);
                    QVERIFY2(fault.isEmpty(), qPrintable(QString("%1, %2, %3: %4")
                                                             .arg(name.c_str(), run::toText(call.task.kind),
                                                                  damaged.name.c_str(), fault)));
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(ContractTest)
#include "contract_test.moc"
