// What a search of EvoPress weighs its units by: text, effort, errors of levels, the least sum of them.

#include "core/engine/device/compute_scope.h"
#include "plugins/weights/candidate_model.h"
#include "plugins/weights/level_database.h"
#include "plugins/weights/owl.h"
#include "plugins/weights/search_settings.h"
#include "plugins/weights/sparse_database.h"
#include "tests/core/error_check.h"
#include "tests/families/weights/evopress_search.h"
#include "tests/families/weights/whole_text.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <tuple>
#include <utility>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;
using namespace ratescope::media::weights;

namespace {

constexpr std::uint64_t largeModel = 1'000'000'000;

SearchSettings settingsOf(const Settings& changed, std::uint64_t weights = largeModel) {
    return searchSettings(complete(evoPressSearchNode().manifest, changed), weights);
}

/// tr(M·H·Mᵀ) by the book.
double quadraticForm(const engine::Matrix<double>& matrix, const engine::Matrix<double>& hessian) {
    double sum = 0;
    for (std::int64_t row = 0; row < matrix.rows; ++row)
        for (std::int64_t i = 0; i < matrix.columns; ++i)
            for (std::int64_t j = 0; j < matrix.columns; ++j)
                sum += matrix.at(row, i) * hessian.at(i, j) * matrix.at(row, j);
    return sum;
}

double outputLossByTheBook(const CalibratedTensor& tensor, const engine::Matrix<float>& restored) {
    engine::Matrix<double> weights(restored.rows, restored.columns), lost = weights;
    for (std::size_t i = 0; i < weights.values.size(); ++i) {
        weights.values[i] = static_cast<double>(tensor.weights.values[i]);
        lost.values[i] = static_cast<double>(restored.values[i]) - weights.values[i];
    }
    return quadraticForm(lost, *tensor.hessian) / quadraticForm(weights, *tensor.hessian);
}

/// Four blocks of two matrices, the first with hardly any outliers, the last with many; and Hessians of random inputs.
struct OutlierModel {
    TensorSet set, hessians;

    OutlierModel() {
        std::mt19937 random(3);
        engine::Hessians all;
        for (int block = 0; block < 4; ++block)
            for (const char* part : {".self_attn.q_proj.weight", ".mlp.up_proj.weight"}) {
                std::student_t_distribution<float> weight(static_cast<float>(9 - 2 * block));
                std::uniform_real_distribution<double> strength(0.5, 4);
                Tensor tensor{"model.layers." + std::to_string(block) + part, Array(DType::F32, {40, 30})};
                std::ranges::generate(tensor.array.writable<float>(), [&] { return weight(random); });
                engine::Hessian& hessian = all[tensor.name] = {engine::Matrix<double>(30, 30), 1};
                for (std::int64_t i = 0; i < 30; ++i)
                    hessian.values.at(i, i) = strength(random);
                set.tensors.push_back(std::move(tensor));
            }
        hessians = engine::toTensorSet(all);
    }
};

/// A block's share of weights whose |w|·√H_jj is above so many times the block's mean, by the book.
double outlierShareByTheBook(const OutlierModel& model, const Calibration& calibration, std::size_t block,
                             double threshold) {
    std::vector<double> scores;
    for (const std::size_t i : {2 * block, 2 * block + 1}) {
        const Tensor& tensor = model.set.tensors[i];
        const engine::Matrix<double> hessian = *calibration.calibrated(tensor).hessian;
        for (std::int64_t weight = 0; weight < tensor.array.size(); ++weight)
            scores.push_back(
                std::abs(static_cast<double>(tensor.array.as<float>()[static_cast<std::size_t>(weight)])) *
                std::sqrt(hessian.at(weight % 30, weight % 30)));
    }
    double sum = 0, outliers = 0;
    for (const double score : scores)
        sum += score;
    for (const double score : scores)
        outliers += score > threshold * sum / static_cast<double>(scores.size()) ? 1 : 0;
    return outliers / static_cast<double>(scores.size());
}

}  // namespace

class EvoPressUnitsTest : public QObject {
    Q_OBJECT
  private slots:
    /// Within a pass too, of the candidate and of the model as it was.
    void candidatesAskBehindEachBlock() {
        const engine::ComputeScope threads(1);
        const engine::Llama dense(tiny());
        const auto none = [](engine::Llama&, std::size_t, int) {};
        const auto checksOf = [&](int stopAt) {
            int checks = 0;
            CandidateModel model(dense, someSequences(1, 24, 300), 1, none,
                                 {FitnessKind::Divergence, 1, [&] {
                                      if (++checks == stopAt)
                                          throw Error(ErrorKind::Cancelled, "Stopped.", "");
                                  }});
            const QString stopped = errorOf([&] { model.fitness({0}, whole(1, 24)); });
            return std::pair(checks, stopped);
        };
        // Once at first, behind both blocks of both models, and before the logits.
        QCOMPARE(checksOf(0).first, static_cast<int>(1 + 2 * dense.layers() + 1));
        for (int at = 1; at <= checksOf(0).first; ++at)
            QVERIFY(checksOf(at).second.startsWith("cancelled"));
    }

    void owlIsItsFormula() {
        const OutlierModel model;
        const Calibration calibration(&model.hessians, model.set);
        std::vector<const Tensor*> tensors;
        for (const Tensor& tensor : model.set.tensors)
            tensors.push_back(&tensor);
        for (const double threshold : {3.0, 5.0}) {
            std::vector<double> shares;
            for (std::size_t block = 0; block < 4; ++block)
                shares.push_back(outlierShareByTheBook(model, calibration, block, threshold));
            const auto [least, most] = std::ranges::minmax(shares);
            QVERIFY(least < most);
            double mean = 0;
            for (const double share : shares)
                mean += 0.16 * (share - least) / (most - least) / 4;
            const std::vector<double> found =
                owlSparsities(tensors, calibration, {.sparsity = 0.6, .threshold = threshold});
            double together = 0;
            for (std::size_t i = 0; i < found.size(); ++i) {
                const double expected = 0.6 + mean - 0.16 * (shares[i / 2] - least) / (most - least);
                QVERIFY2(std::abs(found[i] - expected) < 1e-9,
                         qPrintable(QString("%1 %2").arg(found[i]).arg(expected)));
                together += found[i] / 8;
            }
            QVERIFY(std::abs(together - 0.6) < 1e-9);
        }
        // None loses more than all.
        const std::vector<double> high = owlSparsities(tensors, calibration, {.sparsity = 0.99});
        QCOMPARE(*std::ranges::max_element(high), 1.0);
    }

    /// The numbers of the specification.
    void theEffortIsThatOfTheModelsSize_data() {
        QTest::addColumn<quint64>("weights");
        QTest::addColumn<QString>("preset");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("generations");
        QTest::addColumn<int>("offspring");
        QTest::addColumn<QString>("stages");
        const auto row = [](quint64 weights, const char* preset, const char* kind, int generations,
                            int offspring, const char* stages) {
            QTest::addRow("%s, %llu weights, %s", kind, static_cast<unsigned long long>(weights), preset)
                << weights << QString(preset) << QString(kind) << generations << offspring << QString(stages);
        };
        const char* const small = "1/512 1/8192";
        const char* const minutes = "2/256 1/1024";
        row(260'000, "auto", "bits", 150, 16, small);
        row(260'000, "auto", "sparsity", 400, 16, small);
        row(260'000, "auto", "drop", 0, 16, small);
        for (const char* kind : {"bits", "sparsity", "drop"}) {
            row(135'000'000, "auto", kind, 40, 8, minutes);
            row(largeModel, "small", kind, 40, 8, minutes);
        }
        row(largeModel, "auto", "bits", 150, 128, "16/2048 4/16384 1/131072");
        row(260'000, "paper", "sparsity", 400, 64, "8/2048 2/16384 1/65536");
        row(largeModel, "auto", "drop", 0, 32, "2/2048 1/32768");
    }
    void theEffortIsThatOfTheModelsSize() {
        QFETCH(quint64, weights);
        QFETCH(QString, preset);
        QFETCH(QString, kind);
        QFETCH(int, generations);
        QFETCH(int, offspring);
        QFETCH(QString, stages);
        const SearchSettings settings = settingsOf({{"preset", preset.toStdString()},
                                                    {"kind", kind.toStdString()},
                                                    {"target", kind == "bits" ? 3.0 : 0.5},
                                                    {"sequences", std::int64_t{512}}},
                                                   weights);
        QCOMPARE(settings.evolution.generations, generations);
        QCOMPARE(settings.evolution.offspring, offspring);
        QStringList found;
        for (const engine::SelectionStage& stage : settings.evolution.stages)
            found += QString("%1/%2").arg(stage.survivors).arg(stage.tokens);
        QCOMPARE(found.join(' '), stages);
        QCOMPARE(settings.mostLevel, 8);
    }

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

    /// With a Hessian that is damped as much as may be: what is lost is counted by the one that was measured, and of the
    /// weights that decode.
    void errorsOfLevelsAreThoseOfTheOutputs() {
        const LanguageModel model = tiny();
        const TensorSet set = tensorsOf(model);
        const auto hessians = std::get<std::shared_ptr<const TensorSet>>(hessiansOf(model));
        const Calibration calibration(hessians.get(), set);
        const auto source = std::ranges::find_if(set.tensors, Searched(set));
        const CalibratedTensor tensor = calibration.calibrated(*source);
        TestContext context;
        const auto isNear = [](double value, double expected) {
            return std::abs(value / expected - 1) < 1e-6;
        };
        for (const bool actOrder : {false, true}) {
            const PackedUnit unit = packedUnit(context, tensor, {16, {1, actOrder}});
            for (int level = 0; level < levelCount; ++level)
                QVERIFY(isNear(unit.levels[static_cast<std::size_t>(level)].error,
                               outputLossByTheBook(tensor, weightsAt(unit, level))));
            const SparseUnit sparse = sparseUnit(context, tensor, {0.1, 40, 8, {1, actOrder}});
            for (std::size_t level = 0; level < sparse.levels.size(); ++level)
                QVERIFY(isNear(sparse.levels[level].error,
                               outputLossByTheBook(tensor, weightsAt(sparse, static_cast<int>(level)))));
        }
    }
};

QTEST_GUILESS_MAIN(EvoPressUnitsTest)
#include "evopress_units_test.moc"
