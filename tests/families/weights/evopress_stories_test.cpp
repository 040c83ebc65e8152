// EvoPress on stories260K: blocks against brute force, widths against one width for all on a text of its own.

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/texts.h"
#include "core/engine/quant/hessian.h"
#include "core/media/assets/language_model_file.h"
#include "core/media/node/model_tensors.h"
#include "plugins/weights/search_units.h"
#include "plugins/weights/sparse_units.h"
#include "tests/families/support.h"
#include "tests/families/weights/whole_text.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;
using namespace ratescope::media::weights;

namespace {

struct Stories {
    LanguageModel source = readLanguageModel(dataFolder() / "models/stories260K/stories260K.bin");
    TensorSet set = tensorsOf(source);
    engine::Llama dense{source};

    /// Of the first 200,000 bytes of that text.
    at::Tensor sequences(const char* name, std::int64_t count, std::int64_t length) const {
        std::ifstream file(dataFolder() / "text/wikitext-2" / name);
        std::string text(200'000, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        std::mt19937_64 random(1);
        return engine::drawnSequences(random, engine::tokenizerOf(source).encode(text), count, length);
    }

    TensorSet hessians(const at::Tensor& ids) const {
        engine::Hessians all;
        at::Tensor hidden = dense.embed(ids);
        for (std::int64_t layer = 0; layer < dense.layers(); ++layer)
            hidden = dense.block(layer, hidden,
                                 [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
                                     engine::Hessian sum;
                                     engine::accumulate(sum, readers.front(), rows, ids.size(0));
                                     for (const std::string& reader : readers)
                                         all[reader + ".weight"] = sum;
                                 });
        return engine::toTensorSet(all);
    }
};

/// Searches on one text and measures on another.
class Judge {
  public:
    Judge(const Stories& stories, const SearchUnits& units, const at::Tensor& text)
        : stories_(stories), units_(units), text_(text) {}

    engine::Candidate searched() const {
        CandidateModel model(stories_.dense, text_, units_.count(), put(), {});
        const auto moves = units_.moves();
        engine::Evolution evolution(
            *moves,
            [&](const engine::Candidate& candidate, const engine::Minibatch& batch) {
                return model.fitness(candidate, batch);
            },
            {25, 8, {{2, 256}, {1, 2048}}, 8, 1024, 32, 128},
            [](std::uint64_t stream) { return std::mt19937_64(stream + 1); });
        while (!evolution.finished())
            evolution.step();
        return evolution.log().back().parent;
    }

    /// The divergence on 64 sequences of the test text.
    double heldOut(const char* name, double rate, const engine::Candidate& candidate) const {
        const at::Tensor sequences = stories_.sequences("wiki.test.raw", 64, 128);
        const auto fitness = [&](FitnessKind kind) {
            return CandidateModel(stories_.dense, sequences, units_.count(), put(), {kind, 1, {}})
                .fitness(candidate, whole(64, 128));
        };
        const double divergence = fitness(FitnessKind::Divergence);
        qInfo("%s: %.4f of a searched weight, divergence %.4f, perplexity %.2f", name, rate, divergence,
              fitness(FitnessKind::Perplexity));
        return divergence;
    }

  private:
    CandidateModel::Put put() const {
        return [this](engine::Llama& model, std::size_t unit, int level) { units_.put(model, unit, level); };
    }

    const Stories& stories_;
    const SearchUnits& units_;
    const at::Tensor text_;
};

}  // namespace

class EvoPressStoriesTest : public QObject {
    Q_OBJECT
  private slots:
    void widthsBeatOneWidthForAll() {
        RATESCOPE_NEEDS_DATA();
        const engine::ComputeScope threads(1);
        const Stories stories;
        const at::Tensor text = stories.sequences("wiki.valid.raw", 32, 128);
        const TensorSet hessians = stories.hessians(text);
        SearchSettings settings;
        settings.levels.groupSize = 64;
        TestContext context;
        const TensorUnits units(context, settings, stories.set, &hessians, stories.dense.linears(),
                                SubProgress(context, 0, 1));
        const Judge judge(stories, units, text);
        const engine::Candidate searched = judge.searched();
        const auto bits = [&](const engine::Candidate& candidate) {
            return static_cast<double>(units.problem().cost(candidate)) / 226560;
        };
        const double ours = judge.heldOut("evolution", bits(searched), searched);
        const double dynamic = judge.heldOut("dp", bits(units.leastError()), units.leastError());
        const double even = judge.heldOut("uniform", bits(units.even()), units.even());
        QVERIFY(ours < even && ours <= dynamic);
    }

    /// Half of the weights, as many zeros whoever chooses where.
    void sparsitiesBeatOneSparsityForAll() {
        RATESCOPE_NEEDS_DATA();
        const engine::ComputeScope threads(1);
        const Stories stories;
        const at::Tensor text = stories.sequences("wiki.valid.raw", 32, 128);
        const TensorSet hessians = stories.hessians(text);
        SearchSettings settings;
        settings.kind = AllocationKind::Sparsity;
        settings.target = 0.5;
        TestContext context;
        const SparseUnits units(context, settings, stories.set, &hessians, stories.dense.linears(),
                                SubProgress(context, 0, 1));
        const Judge judge(stories, units, text);
        const auto zeros = [&](const engine::Candidate& candidate) {
            std::int64_t sum = 0;
            for (std::size_t unit = 0; unit < candidate.size(); ++unit)
                sum += units.value(unit, candidate[unit]);
            return static_cast<double>(sum) / 226560;
        };
        const engine::Candidate searched = judge.searched();
        const double ours = judge.heldOut("evolution", zeros(searched), searched);
        const double dynamic = judge.heldOut("dp", zeros(units.leastError()), units.leastError());
        const double owl = judge.heldOut("owl", zeros(units.outlierWeighted()), units.outlierWeighted());
        const double even = judge.heldOut("uniform", zeros(units.even()), units.even());
        QCOMPARE(zeros(searched), zeros(units.even()));
        QCOMPARE(zeros(units.leastError()), zeros(units.even()));
        QCOMPARE(zeros(units.outlierWeighted()), zeros(units.even()));
        QVERIFY(ours < even && ours <= owl && ours <= dynamic);
    }

    /// Every choice of two of five attention and two of five feed-forward parts of stories260K, on one minibatch.
    void blocksAgainstBruteForce() {
        RATESCOPE_NEEDS_DATA();
        const engine::ComputeScope threads(1);
        const Stories stories;
        const at::Tensor sequences = stories.sequences("wiki.valid.raw", 2, 64);
        SearchSettings settings;
        settings.kind = AllocationKind::LeftOut;
        settings.target = 0.4;
        const BlockUnits units(settings, stories.dense, stories.set);
        QCOMPARE(units.leftOut(), std::size_t{2});
        CandidateModel model(
            stories.dense, sequences, units.count(),
            [&](engine::Llama& to, std::size_t unit, int level) { units.put(to, unit, level); },
            {FitnessKind::Perplexity, 1, {}});
        std::map<engine::Candidate, double> known;
        const auto fitness = [&](const engine::Candidate& candidate) {
            const auto found = known.find(candidate);
            return found != known.end() ? found->second
                                        : known[candidate] = model.fitness(candidate, whole(2, 64));
        };
        double best = std::numeric_limits<double>::infinity();
        for (unsigned bits = 0; bits < 1024; ++bits) {
            engine::Candidate candidate(10);
            for (std::size_t i = 0; i < 10; ++i)
                candidate[i] = static_cast<int>(bits >> i & 1);
            const double value = fitness(candidate);
            if (std::accumulate(candidate.begin(), candidate.begin() + 5, 0) == 2 &&
                std::accumulate(candidate.begin() + 5, candidate.end(), 0) == 2)
                best = std::min(best, value);
        }
        QCOMPARE(known.size(), std::size_t{1024});
        int hits = 0;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const auto moves = units.moves();
            engine::Evolution evolution(
                *moves,
                [&](const engine::Candidate& candidate, const engine::Minibatch&) {
                    return fitness(candidate);
                },
                {60, 8, {{2, 64}, {1, 128}}, 8, 128, 2, 64},
                [&](std::uint64_t stream) { return std::mt19937_64(seed * 1000 + stream); });
            while (!evolution.finished())
                evolution.step();
            hits += evolution.log().back().fixedFitness == best;
        }
        QVERIFY2(hits >= 9, qPrintable(QString::number(hits)));
        // Of how many choices leaving out more would be better: what no sum over blocks can say.
        int pairs = 0;
        double most = 0;
        for (const auto& [fewer, value] : known)
            for (std::size_t i = 0; i < 10; ++i) {
                if (fewer[i] == 1) continue;
                engine::Candidate more = fewer;
                more[i] = 1;
                pairs += known[more] < value;
                most = std::max(most, value / known[more]);
            }
        qInfo(
            "non-monotone: leaving out one more lowers the perplexity in %d of 5120 pairs, by a factor of "
            "%.2f at most",
            pairs, most);
        QVERIFY(pairs > 0);
    }
};

QTEST_GUILESS_MAIN(EvoPressStoriesTest)
#include "evopress_stories_test.moc"
