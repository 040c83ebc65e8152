// weights.evopress and its search: exact budgets, every bit counted, the database's own weights back, going on after a
// kill, fitness at its ends.

#include "core/engine/device/compute_scope.h"
#include "core/media/coding/container.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/search_units.h"
#include "plugins/weights/sparse_database.h"
#include "tests/core/error_check.h"
#include "tests/families/keeping_context.h"
#include "tests/families/weights/evopress_search.h"
#include "tests/families/weights/whole_text.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;
using namespace ratescope::media::weights;

namespace {

Inputs codecInputs(const LanguageModel& model, const Value& allocation) {
    Inputs all;
    all.add("tensors", std::make_shared<const LanguageModel>(model));
    all.add("allocation", allocation);
    all.add("hessians", hessiansOf(model));
    return all;
}

std::uint64_t storedBits(const Table& allocation) {
    const auto& bits = cellsOf<std::int64_t>(allocation, "stored");
    return static_cast<std::uint64_t>(std::accumulate(bits.begin(), bits.end(), std::int64_t{0}));
}

/// Of searched tensors, but for the padding of sections to whole bytes.
std::uint64_t searchedBits(const ByteSink& stream) {
    std::uint64_t bits = 0;
    for (const Part& part : stream.ledger().parts)
        if (part.searched && part.name != "padding") bits += part.bits;
    return bits;
}

/// The same width for all, or one that is given for some.
Value allocationOf(const LanguageModel& model, int bits, const std::map<std::string, int>& others = {}) {
    std::vector<AllocatedUnit> units;
    const TensorSet set = tensorsOf(model);
    const Searched isSearched(set);
    for (const Tensor& tensor : set.tensors)
        if (isSearched(tensor))
            units.push_back(
                {tensor.name, others.contains(tensor.name) ? others.at(tensor.name) : bits, 0, 0});
    for (const auto& other : others)
        if (std::none_of(units.begin(), units.end(),
                         [&](const AllocatedUnit& unit) { return unit.unit == other.first; }))
            units.push_back({other.first, other.second, 0, 0});
    return std::make_shared<const Table>(allocationTable(AllocationKind::Bits, units));
}

std::vector<float> floatsOf(const Tensor& tensor) {
    const Array values = toFloat32(tensor.array);
    return {values.as<float>().begin(), values.as<float>().end()};
}

}  // namespace

class EvoPressTest : public QObject {
    Q_OBJECT
  private slots:
    void everyAllocationCostsWhatItSays_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<double>("target");
        for (const char* method : {"evolution", "dp", "uniform"})
            for (const double target : {2.0, 3.0, 3.5, 6.0})
                QTest::addRow("%s %g", method, target) << QString(method) << target;
    }
    void everyAllocationCostsWhatItSays() {
        QFETCH(QString, method);
        QFETCH(double, target);
        const LanguageModel model = tiny();
        const Outputs found = transform(evoPressSearchNode(), searchInputs(model),
                                        quick({{"target", target}, {"allocation", method.toStdString()}}));
        const Table& allocation = tableAt(found, "allocation");
        const ByteSink stream = encode(evoPressNode(), codecInputs(model, found.at("allocation")),
                                       {{"group-size", std::int64_t{16}}});
        // The ledger holds what the search has counted, bit for bit.
        QCOMPARE(searchedBits(stream), storedBits(allocation));
        QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
        const Outputs even = transform(evoPressSearchNode(), searchInputs(model),
                                       quick({{"target", target}, {"allocation", std::string("uniform")}}));
        if (target == std::floor(target) && method == "evolution")
            QCOMPARE(storedBits(allocation), storedBits(tableAt(even, "allocation")));
        // No mean lies above the target, codes and scales counted.
        std::uint64_t weights = 0, budget = 0;
        for (const std::int64_t count : cellsOf<std::int64_t>(allocation, "weights"))
            weights += static_cast<std::uint64_t>(count);
        const auto bitsAt = [&](double bits) {
            return storedBits(
                tableAt(transform(evoPressSearchNode(), searchInputs(model),
                                  quick({{"target", bits}, {"allocation", std::string("uniform")}})),
                        "allocation"));
        };
        budget = bitsAt(std::floor(target)) +
                 static_cast<std::uint64_t>(
                     (target - std::floor(target)) *
                     static_cast<double>(bitsAt(std::ceil(target)) - bitsAt(std::floor(target))));
        QVERIFY(storedBits(allocation) <= budget);
        QVERIFY(static_cast<double>(budget - storedBits(allocation)) < 0.1 * static_cast<double>(weights));
        // The log: a row a generation, and of those that search nothing one.
        const Table& log = tableAt(found, "log");
        const bool moves = method == "evolution" && target > 2 && target < 6;
        QCOMPARE(log.rows(), std::size_t{moves ? 5u : 1u});
        for (const double fitness : cellsOf<double>(log, "fixed-fitness"))
            QVERIFY(std::isfinite(fitness) && fitness >= 0);
    }

    void oneWidthForAllIsGptq() {
        const LanguageModel model = tiny();
        const Value hessians = hessiansOf(model);
        for (const std::int64_t bits : {2, 6}) {
            const ByteSink ours = encode(evoPressNode(), codecInputs(model, allocationOf(model, int(bits))),
                                         {{"group-size", std::int64_t{16}}});
            Inputs plain = inputs("tensors", model);
            plain.add("hessians", hessians);
            const ByteSink gptq =
                encode(gptqNode(), plain, {{"bits", bits}, {"group-size", std::int64_t{16}}});
            const ContainerReader one(ours.bytes()), other(gptq.bytes());
            for (const char* section : {"codes", "scales", "zero-points", "permutation", "kept"})
                QVERIFY(std::ranges::equal(one.section(section), other.section(section)));
            const Outputs a = decode(evoPressNode(), ours.bytes()), b = decode(gptqNode(), gptq.bytes());
            for (std::size_t i = 0; i < tensorsAt(a).tensors.size(); ++i)
                QVERIFY(std::ranges::equal(tensorsAt(a).tensors[i].array.bytes(),
                                           tensorsAt(b).tensors[i].array.bytes()));
        }
    }

    void mixedWidthsComeBackAsTheDatabaseHoldsThem() {
        const LanguageModel model = tiny();
        const TensorSet set = tensorsOf(model);
        const std::map<std::string, int> mixed{{"model.layers.0.mlp.down_proj.weight", 5},
                                               {"model.layers.1.self_attn.q_proj.weight", 2}};
        const ByteSink stream = encode(evoPressNode(), codecInputs(model, allocationOf(model, 3, mixed)),
                                       {{"group-size", std::int64_t{16}}, {"act-order", false}});
        const Outputs decoded = decode(evoPressNode(), stream.bytes());
        const auto hessians = std::get<std::shared_ptr<const TensorSet>>(hessiansOf(model));
        const Calibration calibration(hessians.get(), set);
        TestContext context;
        const LevelSettings settings{16, {0.01, false}};
        int compared = 0;
        for (const Tensor& tensor : tensorsAt(decoded).tensors) {
            const auto source = std::find_if(set.tensors.begin(), set.tensors.end(),
                                             [&](const Tensor& one) { return one.name == tensor.name; });
            if (!Searched(set)(*source)) continue;
            const PackedUnit unit = packedUnit(context, calibration.calibrated(*source), settings);
            const int level = (mixed.contains(tensor.name) ? mixed.at(tensor.name) : 3) - leastBits;
            const FieldWriter fields = fieldsOf(unit);
            FieldReader reader(fields.bytes());
            const PackedUnit again = packedUnitFrom(reader);
            QVERIFY(std::ranges::equal(weightsAt(again, level).values, tensor.array.as<float>()));
            QVERIFY(std::ranges::equal(weightsAt(again, level).values, weightsAt(unit, level).values));
            // More bits, less error; and five levels take less than the weights in single precision.
            std::size_t bytes = 0;
            for (std::size_t i = 0; i < unit.levels.size(); ++i) {
                bytes += unit.levels[i].codes.size();
                if (i > 0) QVERIFY(unit.levels[i].error < unit.levels[i - 1].error);
            }
            QVERIFY(unit.levels.front().error < 1);
            QVERIFY(bytes < sizeof(float) * unit.levels.front().codes.size() * 4);
            ++compared;
        }
        QCOMPARE(compared, 14);
    }

    void goesOnWhereItWasKilled() {
        const LanguageModel model = tiny();
        const Settings settings = quick({{"target", 3.5}});
        KeepingContext undisturbed;
        const Outputs whole = searched(undisturbed, model, settings);
        // 14 tensors and 5 generations, each with a checkpoint.
        for (const int killed : {3, 14, 15, 17, 19}) {
            KeepingContext first(killed);
            QCOMPARE(errorOf([&] { searched(first, model, settings); }), QString("cancelled: Stopped. "));
            KeepingContext second(0, first.states);
            const Outputs rest = searched(second, model, settings);
            for (const char* port : {"allocation", "log"})
                QVERIFY(toParts(rest.at(port)).fields == toParts(whole.at(port)).fields);
            QVERIFY(cellsOf<std::int64_t>(tableAt(rest, "allocation"), "bits") ==
                    cellsOf<std::int64_t>(tableAt(whole, "allocation"), "bits"));
            QVERIFY(cellsOf<double>(tableAt(rest, "log"), "fitness") ==
                    cellsOf<double>(tableAt(whole, "log"), "fitness"));
        }
    }

    void equalSeedsFindTheSameOnAnyThreads() {
        const LanguageModel model = tiny();
        const auto bitsWith = [&](int threads, std::uint64_t seed) {
            TestContext context;
            context.threadCount = threads;
            context.seed = seed;
            return cellsOf<std::string>(tableAt(searched(context, model, quick({{"target", 3.5}})), "log"),
                                        "parent");
        };
        QVERIFY(bitsWith(1, 7) == bitsWith(2, 7));
        QVERIFY(bitsWith(1, 7) != bitsWith(1, 1007));
    }

    void fitnessIsZeroWhereNothingChanged() {
        const engine::ComputeScope threads(1);
        const engine::Llama dense(tiny());
        const at::Tensor sequences = someSequences(5, 24, 300);
        const auto none = [](engine::Llama&, std::size_t, int) {};
        for (const FitnessKind kind : {FitnessKind::Divergence, FitnessKind::TopDivergence}) {
            CandidateModel model(dense, sequences, 1, none, {kind, 40, {}});
            QVERIFY(std::abs(model.fitness({0}, whole(5, 24))) <= 1e-6);
            QVERIFY(std::abs(model.fitness({0}, {{3, 24}, {1, 7}})) <= 1e-6);
        }
    }

    void fitnessOfMostProbableIdsIsAllOfIt() {
        const engine::ComputeScope threads(1);
        const engine::Llama dense(tiny());
        const at::Tensor sequences = someSequences(5, 24, 300);
        const std::string name = "model.norm.weight";
        const auto turned = [&](engine::Llama& model, std::size_t, int level) {
            model.setTensor(name, dense.tensor(name) * (level == 0 ? 1.0 : 3.0));
        };
        const auto fitness = [&](FitnessKind kind, std::int64_t top) {
            return CandidateModel(dense, sequences, 1, turned, {kind, top, {}}).fitness({1}, whole(5, 24));
        };
        const double all = fitness(FitnessKind::Divergence, 0);
        QVERIFY(all > 1e-4);
        QVERIFY(std::abs(fitness(FitnessKind::TopDivergence, 300) / all - 1) < 1e-9);
        QVERIFY(fitness(FitnessKind::TopDivergence, 20) != all);
        QVERIFY(fitness(FitnessKind::Perplexity, 0) > 1);
        VERIFY_ERROR(fitness(FitnessKind::TopDivergence, 301), ErrorKind::Usage, "over 301 ids of 300");
    }

    void whatIsNoNumberIsInfinitelyBad() {
        const engine::ComputeScope threads(1);
        const engine::Llama dense(tiny());
        const std::string name = "model.layers.1.mlp.down_proj.weight";
        const auto broken = [&](engine::Llama& model, std::size_t, int level) {
            at::Tensor weights = dense.tensor(name).clone();
            if (level == 1) weights.flatten()[0] = std::nan("");
            model.setTensor(name, weights);
        };
        CandidateModel model(dense, someSequences(3, 16, 300), 1, broken, {});
        QVERIFY(std::isinf(model.fitness({1}, whole(3, 16))));
        QVERIFY(std::abs(model.fitness({0}, whole(3, 16))) <= 1e-6);
    }

    /// Whatever came between, a candidate has the same weights again, and its copies are left alone.
    void loadingRestoresWeightsExactly() {
        const engine::ComputeScope threads(1);
        const LanguageModel source = tiny();
        const TensorSet set = tensorsOf(source);
        const engine::Llama dense(source);
        SearchSettings settings;
        settings.levels.groupSize = 16;
        TestContext context;
        const TensorUnits units(context, settings, set, nullptr, dense.linears(), SubProgress(context, 0, 1));
        CandidateModel model(
            dense, someSequences(2, 16, 300), units.count(),
            [&](engine::Llama& to, std::size_t unit, int level) { units.put(to, unit, level); }, {});
        const auto state = [&] {
            std::vector<at::Tensor> weights;
            for (const std::string& linear : dense.linears())
                weights.push_back(model.model().tensor(linear + ".weight").clone());
            return weights;
        };
        const engine::Candidate parent(units.count(), 1);
        model.load(parent);
        const std::vector<at::Tensor> before = state();
        std::mt19937_64 random(1);
        const auto moves = units.moves();
        for (int i = 0; i < 20; ++i)
            model.load(*moves->mutated(parent, random));
        model.load(parent);
        const std::vector<at::Tensor> after = state();
        for (std::size_t i = 0; i < before.size(); ++i)
            QVERIFY(at::equal(before[i], after[i]));
        QVERIFY(!at::equal(before.front(), dense.tensor(dense.linears().front() + ".weight")));
    }

    void blocksThatAreLeftOutAreZeroAndCostNothing() {
        const LanguageModel model = tiny();
        const Outputs found = transform(evoPressSearchNode(), searchInputs(model),
                                        quick({{"kind", std::string("drop")}, {"target", 0.5}}));
        const Table& allocation = tableAt(found, "allocation");
        const auto& out = cellsOf<std::int64_t>(allocation, "left-out");
        QCOMPARE(out.size(), std::size_t{4});
        QCOMPARE(out[0] + out[2], std::int64_t{1});  // attention of two blocks
        QCOMPARE(out[1] + out[3], std::int64_t{1});
        const ByteSink stream = encode(evoPressNode(), codecInputs(model, found.at("allocation")));
        // Norms are kept apart: they are stored, but are no searched weights.
        std::uint64_t norms = 0;
        for (const std::int64_t one : out)
            norms += one == 0 ? 32 * 16 : 0;
        QCOMPARE(searchedBits(stream) + norms, storedBits(allocation));
        const Outputs decoded = decode(evoPressNode(), stream.bytes());
        const TensorSet set = tensorsOf(model);
        std::set<std::string> leftOut;
        for (std::size_t i = 0; i < 4; ++i)
            if (out[i] == 1) leftOut.insert(cellsOf<std::string>(allocation, "unit")[i]);
        for (std::size_t i = 0; i < set.tensors.size(); ++i) {
            const Tensor& tensor = tensorsAt(decoded).tensors[i];
            const auto half = subBlockOf(tensor.name);
            const Array values = toFloat32(tensor.array);
            const bool isZero =
                std::ranges::all_of(values.as<float>(), [](float value) { return value == 0; });
            QVERIFY(tensor.name == set.tensors[i].name &&
                    tensor.array.shape() == set.tensors[i].array.shape());
            QCOMPARE(isZero, half && leftOut.contains(nameOf(*half)));
        }
        for (const std::size_t size : {std::size_t{0}, stream.bytes().size() / 2, stream.bytes().size() - 1})
            QVERIFY(errorOf([&] {
                        decode(evoPressNode(), std::span(stream.bytes()).first(size));
                    }).startsWith("input"));
        const Outputs together =
            transform(evoPressSearchNode(), searchInputs(model),
                      quick({{"kind", std::string("drop")}, {"target", 0.5}, {"drop-entire-block", true}}));
        const auto& both = cellsOf<std::int64_t>(tableAt(together, "allocation"), "left-out");
        QVERIFY(both[0] == both[1] && both[2] == both[3] && both[0] + both[2] == 1);
    }

    void sparsitiesStoreWhatTheyCount_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<double>("target");
        for (const char* method : {"evolution", "dp", "uniform", "owl"})
            for (const double target : {0.1, 0.5, 0.9})
                QTest::addRow("%s %g", method, target) << QString(method) << target;
    }
    void sparsitiesStoreWhatTheyCount() {
        QFETCH(QString, method);
        QFETCH(double, target);
        const LanguageModel model = tiny();
        const TensorSet set = tensorsOf(model);
        const Outputs found = transform(evoPressSearchNode(), searchInputs(model),
                                        quick({{"kind", std::string("sparsity")},
                                               {"target", target},
                                               {"allocation", method.toStdString()}}));
        const Table& allocation = tableAt(found, "allocation");
        const auto& zeros = cellsOf<std::int64_t>(allocation, "zeros");
        const auto& weights = cellsOf<std::int64_t>(allocation, "weights");
        // Together as many as one sparsity for all gives.
        std::int64_t even = 0;
        for (const std::int64_t count : weights)
            even += static_cast<std::int64_t>(std::floor(target * static_cast<double>(count)));
        QCOMPARE(std::accumulate(zeros.begin(), zeros.end(), std::int64_t{0}), even);
        const ByteSink stream = encode(evoPressNode(), codecInputs(model, found.at("allocation")));
        QCOMPARE(searchedBits(stream), storedBits(allocation));
        QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
        // Each tensor comes back with its zeros; some of its weights were zero before.
        const Outputs decoded = decode(evoPressNode(), stream.bytes());
        std::size_t unit = 0;
        for (std::size_t i = 0; i < set.tensors.size(); ++i) {
            if (!Searched(set)(set.tensors[i])) continue;
            const auto values = tensorsAt(decoded).tensors[i].array.as<float>();
            QVERIFY(std::ranges::count(values, 0.0F) >= zeros[unit++]);
        }
        QCOMPARE(unit, zeros.size());
        const Table& log = tableAt(found, "log");
        QCOMPARE(log.rows(), std::size_t{method == "evolution" ? 5u : 1u});
        QVERIFY(std::isfinite(cellsOf<double>(log, "fixed-fitness").back()));
        for (const std::size_t size : {std::size_t{0}, stream.bytes().size() / 2, stream.bytes().size() - 1})
            QVERIFY(errorOf([&] {
                        decode(evoPressNode(), std::span(stream.bytes()).first(size));
                    }).startsWith("input"));
    }

    void oneSparsityForAllIsSparseGpt() {
        const LanguageModel model = tiny();
        std::vector<AllocatedUnit> half;
        const TensorSet set = tensorsOf(model);
        for (const Tensor& tensor : set.tensors)
            if (Searched(set)(tensor))
                half.push_back({tensor.name, elementCount(tensor.array.shape()) / 2, 0, 0});
        const Value allocation =
            std::make_shared<const Table>(allocationTable(AllocationKind::Sparsity, half));
        const ByteSink ours =
            encode(evoPressNode(), codecInputs(model, allocation), {{"act-order", false}, {"damping", 0.01}});
        Inputs plain = inputs("tensors", model);
        plain.add("hessians", hessiansOf(model));
        const ByteSink pruned = encode(
            pruneNode(), plain, {{"method", std::string("sparsegpt")}, {"sparsity", 0.5}, {"damping", 0.01}});
        const ContainerReader one(ours.bytes()), other(pruned.bytes());
        for (const char* section : {"formats", "mask", "row-pointers", "columns", "values", "kept"})
            QVERIFY2(std::ranges::equal(one.section(section), other.section(section)), section);
    }

    void sparseLevelsComeBackFromTheirFields() {
        const LanguageModel model = tiny();
        const TensorSet set = tensorsOf(model);
        const auto hessians = std::get<std::shared_ptr<const TensorSet>>(hessiansOf(model));
        const Calibration calibration(hessians.get(), set);
        TestContext context;
        for (const Tensor& tensor : set.tensors) {
            if (!Searched(set)(tensor)) continue;
            const SparseUnit unit =
                sparseUnit(context, calibration.calibrated(tensor), {0.3, 50, 4, {0.01, false}});
            QVERIFY(unit.middle <= 4 && unit.levels.size() <= 9);
            const FieldWriter fields = fieldsOf(unit);
            FieldReader reader(fields.bytes());
            const SparseUnit again = sparseUnitFrom(reader);
            for (std::size_t level = 0; level < unit.levels.size(); ++level) {
                const auto weights = weightsAt(again, static_cast<int>(level));
                QVERIFY(weights == weightsAt(unit, static_cast<int>(level)));
                QVERIFY(std::ranges::count(weights.values, 0.0F) >= unit.levels[level].zeros);
                if (level == 0) continue;
                QCOMPARE(unit.levels[level].zeros - unit.levels[level - 1].zeros, std::int64_t{50});
                QVERIFY(unit.levels[level].error > unit.levels[level - 1].error);
                QVERIFY(unit.levels[level].bits < unit.levels[level - 1].bits);
            }
        }
    }

    /// Blocks whose halves do little: by their directions, by what they do alone, by chance.
    void blocksAreLeftOutAsTheRuleSays() {
        TensorSet set = tensorsOf(tiny());
        // The first block's feed-forward part and the second's attention do nearly nothing.
        for (Tensor& tensor : set.tensors) {
            if (tensor.name != "model.layers.0.mlp.down_proj.weight" &&
                tensor.name != "model.layers.1.self_attn.o_proj.weight")
                continue;
            std::vector<float> values = floatsOf(tensor);
            for (float& value : values)
                value *= 1e-4F;
            tensor.array = Array(DType::F32, tensor.array.shape());
            std::ranges::copy(std::as_bytes(std::span(values)), tensor.array.writableBytes().begin());
        }
        const LanguageModel model = languageModelOf(set);
        const auto leftOut = [&](const char* method) {
            const Outputs found = transform(
                evoPressSearchNode(), searchInputs(model),
                quick({{"kind", std::string("drop")}, {"target", 0.5}, {"allocation", std::string(method)}}));
            return cellsOf<std::int64_t>(tableAt(found, "allocation"), "left-out");
        };
        const std::vector<std::int64_t> idle{0, 1, 1, 0};
        QVERIFY(leftOut("cosine") == idle);
        QVERIFY(leftOut("scoring") == idle);
        const auto any = leftOut("random");
        QVERIFY(any[0] + any[2] == 1 && any[1] + any[3] == 1);
    }

    void refusesWhatDoesNotFit() {
        const LanguageModel model = tiny();
        const auto search = [&](const Settings& settings) {
            return errorOf([&] { transform(evoPressSearchNode(), searchInputs(model), quick(settings)); });
        };
        QVERIFY(search({{"target", 1.9}}).contains("The target 1.9 is out of range"));
        QVERIFY(search({{"kind", std::string("drop")}, {"target", 0.96}}).contains("out of range"));
        for (const double share : {0.0, 0.4})
            QVERIFY(search({{"kind", std::string("drop")}, {"target", share}}).contains("nothing to search"));
        QVERIFY(search({{"allocation", std::string("scoring")}})
                    .contains("Of the kind bits nothing is allocated by scoring"));
        QVERIFY(search({{"kind", std::string("drop")}, {"target", 0.5}, {"allocation", std::string("owl")}})
                    .contains("Choose one of evolution, scoring, cosine, random"));
        QVERIFY(search({{"kind", std::string("sparsity")}, {"target", 0.96}}).contains("out of range"));
        QVERIFY(search({{"kind", std::string("drop")}, {"target", 0.5}, {"allocation", std::string("dp")}})
                    .contains("nothing is allocated by dp"));
        for (const char* bad : {"2,", "a", "2;1", ",", "0,1", "-1"})
            QVERIFY2(search({{"survivors", std::string(bad)}}).contains("list of survivors"), bad);
        QVERIFY(search({{"survivors", std::string("1")}}).contains("1 numbers of survivors and 2"));
        QVERIFY(search({{"survivors", std::string("2,2")}}).contains("last stage"));
        QVERIFY(search({{"length", std::int64_t{32000}}}).contains("calibration text has"));
        QVERIFY(search({{"group-size", std::int64_t{3}}}).contains("too small"));
        const auto store = [&](const Value& allocation) {
            return errorOf([&] { encode(evoPressNode(), codecInputs(model, allocation)); });
        };
        QVERIFY(store(allocationOf(model, 3, {{"another", 3}})).contains("not compressed, \"another\""));
        QVERIFY(store(allocationOf(model, 7)).contains("no width from 2 to 6"));
        QVERIFY(store(std::make_shared<const Table>()).contains("no column of units"));
        QVERIFY(store(std::make_shared<const Table>(allocationTable(AllocationKind::Bits, {{"a", 3, 0, 0}})))
                    .contains("has nothing for"));
        QVERIFY(store(std::make_shared<const Table>(
                          allocationTable(AllocationKind::Bits, {{"a", 3, 0, 0}, {"a", 4, 0, 0}})))
                    .contains("twice"));
        QVERIFY(store(std::make_shared<const Table>(
                          allocationTable(AllocationKind::LeftOut, {{"model.layers.0.mlp", 1, 0, 0}})))
                    .contains("does not say whether to leave out"));
    }
};

QTEST_GUILESS_MAIN(EvoPressTest)
#include "evopress_test.moc"
