// weights.fwsvd: what decodes is what the engine says, every bit accounted for, equal budgets equal, information that
// does not fit and damaged streams refused, work that was cut off gone on with.

#include "core/engine/quant/fisher.h"
#include "core/engine/quant/weighted_svd.h"
#include "core/engine/tensor.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/container.h"
#include "core/media/quality/half.h"
#include "plugins/weights/nodes.h"
#include "tests/families/keeping_context.h"
#include "tests/families/support.h"
#include "tests/families/weights/stream_parts.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

constexpr std::int64_t rows = 48, columns = 72;
const NodeEntry node = weights::fwsvdNode();

Tensor tensor(const std::string& name, Shape shape, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> draw;
    Array array(DType::F32, std::move(shape));
    std::ranges::generate(array.writable<float>(), [&] { return draw(random) / 8; });
    return {name, array};
}

/// Two matrices that are searched, a kernel, one that factors don't pay for, and what is kept.
TensorSet model() {
    return {"",
            {tensor("a.weight", {rows, columns}, 1), tensor("a.bias", {5}, 2),
             tensor("b.weight", {columns, rows}, 3), tensor("kernel", {8, 3, 2, 2}, 4),
             tensor("one", {1, 20}, 5), Tensor{"none", Array(DType::F32, {0, 4})}},
            {{"format", "pt"}}};
}

engine::Fisher information(std::int64_t outputs, std::int64_t inputs, double spread = 2) {
    std::mt19937 random(6);
    std::normal_distribution<double> draw;
    engine::Fisher fisher{std::vector<double>(static_cast<std::size_t>(inputs)),
                          std::vector<double>(static_cast<std::size_t>(outputs)), 3};
    for (std::vector<double>* side : {&fisher.inputs, &fisher.outputs})
        std::ranges::generate(*side, [&] { return std::exp(spread * draw(random)); });
    return fisher;
}

engine::FisherSums informationOfModel(double spread = 2) {
    return {{"a.weight", information(rows, columns, spread)},
            {"b.weight", information(columns, rows, spread)}};
}

Inputs calibrated(const TensorSet& set, const engine::FisherSums& sums = informationOfModel()) {
    Inputs all = inputs("tensors", set);
    all.add("fisher", std::make_shared<const TensorSet>(engine::toTensorSet(sums)));
    return all;
}

at::Tensor weightsOf(const TensorSet& set, std::size_t index = 0) {
    return engine::tensorOf(set.tensors.at(index).array).to(at::kDouble);
}

at::Tensor decodedWeights(const ByteSink& stream, std::size_t index = 0) {
    const Outputs outputs = decode(node, stream.bytes());
    return weightsOf(tensorsAt(outputs), index);
}

at::Tensor diagonal(const std::vector<double>& sums) {
    return at::tensor(engine::diagonalOf("a", sums, 1e-5), at::kDouble);
}

double frobenius(const at::Tensor& values) {
    return values.norm().item<double>();
}

/// A classifier of 48 classes that is right: its inputs are of strengths from e^−2 to e^2, its labels its own
/// predictions, drawn.
class Task {
  public:
    explicit Task(const at::Tensor& weights, unsigned seed) {
        constexpr std::int64_t examples = 1000;
        std::mt19937 strengths(9), random(seed);
        std::normal_distribution<double> draw;
        std::vector<double> strength(static_cast<std::size_t>(weights.size(1))), values;
        std::ranges::generate(strength, [&] { return std::exp(draw(strengths)); });
        for (std::int64_t i = 0; i < examples; ++i)
            for (const double one : strength)
                values.push_back(one * draw(random));
        inputs_ = at::tensor(values, at::kDouble).view({examples, weights.size(1)});
        predictions_ = at::softmax(inputs_.mm(weights.t()), 1);
        labels_ = at::zeros_like(predictions_);
        const at::Tensor reached = predictions_.cumsum(1);
        for (std::int64_t i = 0; i < examples; ++i) {
            const double place = std::uniform_real_distribution<double>()(random);
            const std::int64_t label = reached[i].lt(place).sum().item<std::int64_t>();
            labels_[i][std::min(label, weights.size(0) - 1)] = 1;
        }
    }

    double loss(const at::Tensor& weights) const {
        return -at::log_softmax(inputs_.mm(weights.t()), 1).mul(labels_).sum(1).mean().item<double>();
    }
    /// Sums of the squares of each example's gradient: (p − y)·xᵀ by the book.
    engine::Fisher information() const {
        const at::Tensor errors = predictions_.sub(labels_).square(), squares = inputs_.square();
        const at::Tensor all = errors.t().mm(squares);
        const auto vector = [](const at::Tensor& sums) {
            const at::Tensor own = sums.contiguous();
            return std::vector<double>(own.const_data_ptr<double>(),
                                       own.const_data_ptr<double>() + own.numel());
        };
        return {vector(all.sum(0)), vector(all.sum(1)), static_cast<std::int64_t>(inputs_.size(0))};
    }

  private:
    at::Tensor inputs_, predictions_, labels_;
};

/// The ranks as they are stored.
std::vector<std::int64_t> ranksOf(const ByteSink& stream) {
    const ContainerReader container(stream.bytes());
    BitReader reader(container.section("ranks"));
    std::vector<std::int64_t> ranks;
    while (reader.left() > 0)
        ranks.push_back(static_cast<std::int64_t>(reader.get(16)));
    return ranks;
}

}  // namespace

class FwsvdTest : public QObject {
    Q_OBJECT
  private slots:
    void itStoresWhatTheEngineGives() {
        const TensorSet set{"", {model().tensors[0]}, {}};
        const engine::Fisher fisher = information(rows, columns);
        for (const bool inputsWeigh : {true, false}) {
            const ByteSink stream =
                encode(node, calibrated(set), {{"axis", std::string(inputsWeigh ? "in" : "out")}});
            const auto& sums = inputsWeigh ? fisher.inputs : fisher.outputs;
            const engine::WeightedSvd svd(
                "a", weightsOf(set), engine::diagonalOf("a", sums, 1e-5),
                inputsWeigh ? engine::WeightedAxis::Inputs : engine::WeightedAxis::Outputs);
            const std::int64_t rank = 14;  // ⌊0.5·48·72/120⌋
            QCOMPARE(ranksOf(stream), std::vector<std::int64_t>{rank});
            std::vector<float> exact(rows * columns);
            engine::addProduct(exact, svd.stored(rank));
            const Outputs outputs = decode(node, stream.bytes(), {}, 2);
            const auto back = tensorsAt(outputs).tensors.at(0).array.as<float>();
            QVERIFY(std::ranges::equal(back, exact));
            QCOMPARE(searchedBits(stream.ledger()), std::uint64_t{16 * rank * (rows + columns) + 16});
            QCOMPARE(bitsOf(stream.ledger(), "ranks"), std::uint64_t{16});
            QCOMPARE(bitsOf(stream.ledger(), "output-factors"), std::uint64_t{16 * rank * rows});
            QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
        }
    }

    void wholeModelsComeBack() {
        const TensorSet set = model();
        const ByteSink stream = encode(node, calibrated(set), {{"ratio", 0.9}});
        const Outputs outputs = decode(node, stream.bytes());
        const TensorSet& back = tensorsAt(outputs);
        QCOMPARE(back.metadata, set.metadata);
        QCOMPARE(back.tensors.size(), set.tensors.size());
        for (std::size_t i = 0; i < back.tensors.size(); ++i) {
            QCOMPARE(back.tensors[i].name, set.tensors[i].name);
            QCOMPARE(back.tensors[i].array.shape(), set.tensors[i].array.shape());
            if (!back.tensors[i].array.empty())
                QVERIFY(frobenius(weightsOf(back, i) - weightsOf(set, i)) < frobenius(weightsOf(set, i)));
        }
        QCOMPARE(ranksOf(stream), (std::vector<std::int64_t>{25, 25, 4, 0}));
        QCOMPARE(bitsOf(stream.ledger(), "dense"), std::uint64_t{16 * 20});
        QCOMPARE(bitsOf(stream.ledger(), "kept"), std::uint64_t{16 * 5});
        QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
        QVERIFY(encode(node, calibrated(set), {{"ratio", 0.9}}).bytes() == stream.bytes());
    }

    void svdAndFwsvdTakeTheSameBits() {
        for (const double ratio : {0.05, 0.2, 0.4, 0.6, 1.0}) {
            const ByteSink svd = encode(node, inputs("tensors", model()), {{"ratio", ratio}});
            const ByteSink fwsvd = encode(node, calibrated(model()), {{"ratio", ratio}});
            QCOMPARE(fwsvd.bytes().size(), svd.bytes().size());
            QCOMPARE(searchedBits(fwsvd.ledger()), searchedBits(svd.ledger()));
            QVERIFY(searchedBits(svd.ledger()) <=
                    std::uint64_t{16 * (2 * rows * columns + 96 + 20) + 4 * 16});
            const at::Tensor w = weightsOf(model()), d = diagonal(information(rows, columns).inputs);
            const at::Tensor plain = decodedWeights(svd) - w, weighted = decodedWeights(fwsvd) - w;
            QVERIFY(frobenius(weighted * d) < frobenius(plain * d));
            QVERIFY(frobenius(weighted) > frobenius(plain));
        }
    }

    /// The paper's point: farther from the weights, nearer to the task, on examples that were not calibrated with.
    void theTaskLosesLessThanByPlainSvd() {
        const TensorSet set{"", {model().tensors[0]}, {}};
        const at::Tensor weights = weightsOf(set);
        const Task calibration(weights, 1), task(weights, 2);
        const double whole = task.loss(weights);
        for (const double ratio : {0.2, 0.4, 0.6}) {
            const at::Tensor svd = decodedWeights(encode(node, inputs("tensors", set), {{"ratio", ratio}}));
            const at::Tensor fwsvd = decodedWeights(
                encode(node, calibrated(set, {{"a.weight", calibration.information()}}), {{"ratio", ratio}}));
            const double plain = task.loss(svd), weighted = task.loss(fwsvd);
            QVERIFY2(weighted < plain && plain > whole,
                     qPrintable(QString("%1 %2 %3").arg(weighted).arg(plain).arg(whole)));
            QVERIFY(frobenius(fwsvd - weights) >= frobenius(svd - weights));
        }
    }

    void equalInformationIsPlainSvd() {
        const at::Tensor plain = decodedWeights(encode(node, inputs("tensors", model())));
        const at::Tensor equal = decodedWeights(encode(node, calibrated(model(), informationOfModel(0))));
        QVERIFY(frobenius(equal - plain) < 1e-3 * frobenius(plain));  // factors rounded to halves
        engine::FisherSums none = informationOfModel();
        for (auto& [name, fisher] : none) {
            std::ranges::fill(fisher.inputs, 0.0);
            std::ranges::fill(fisher.outputs, 0.0);
        }
        QVERIFY(encode(node, calibrated(model(), none)).bytes() ==
                encode(node, inputs("tensors", model())).bytes());
    }

    void theBestSideIsTheOneThatLosesLess() {
        engine::FisherSums sums = informationOfModel();
        std::ranges::fill(sums.at("a.weight").inputs, 1.0);   // outputs tell more
        std::ranges::fill(sums.at("b.weight").outputs, 1.0);  // inputs do
        const auto with = [&](const char* axis) {
            return encode(node, calibrated(model(), sums), {{"axis", std::string(axis)}});
        };
        const ByteSink best = with("best");
        QVERIFY(at::equal(decodedWeights(best, 0), decodedWeights(with("out"), 0)));
        QVERIFY(at::equal(decodedWeights(best, 2), decodedWeights(with("in"), 2)));
        QVERIFY(!at::equal(decodedWeights(best, 2), decodedWeights(with("out"), 2)));
    }

    /// Inputs lose less at the uniform rank of 8, outputs at what a loud neighbour leaves of the budget: the rank was
    /// chosen by the energies of the inputs, and theirs the factors are.
    void theSideOfTheSpectrumStays() {
        constexpr std::int64_t side = 24;
        Tensor identity{"a.weight", Array(DType::F32, {side, side})};
        for (std::int64_t i = 0; i < side; ++i)
            identity.array.writable<float>()[static_cast<std::size_t>(i * side + i)] = 1;
        engine::Fisher quiet{std::vector<double>(side, 0.01), std::vector<double>(side, 0.02), 3};
        std::fill_n(quiet.inputs.begin(), 8, 1.0);
        std::fill_n(quiet.outputs.begin() + 20, 2, 1.0);
        engine::Fisher loud = information(side, side);
        for (std::vector<double>* sums : {&loud.inputs, &loud.outputs})
            for (double& sum : *sums)
                sum *= 1e9;
        const TensorSet set{"", {identity, tensor("b.weight", {side, side}, 7)}, {}};
        const Inputs given = calibrated(set, {{"a.weight", quiet}, {"b.weight", loud}});
        const auto with = [&](const char* axis, const char* rule) {
            return encode(node, given,
                          {{"axis", std::string(axis)}, {"rank-rule", std::string(rule)}, {"ratio", 0.7}});
        };
        const ByteSink best = with("best", "global");
        const std::int64_t rank = ranksOf(best).at(0);
        QVERIFY2(rank >= 1 && rank <= 6, qPrintable(QString::number(rank)));
        QCOMPARE(ranksOf(with("in", "global")).at(0), rank);
        QVERIFY(at::equal(decodedWeights(best), decodedWeights(with("in", "global"))));
        QVERIFY(!at::equal(decodedWeights(best), decodedWeights(with("out", "global"))));
        QCOMPARE(ranksOf(with("best", "uniform")).at(0), std::int64_t{8});
        QVERIFY(at::equal(decodedWeights(with("best", "uniform")), decodedWeights(with("in", "uniform"))));
    }

    void namedRanksWin() {
        const auto with = [](const std::string& ranks) {
            return encode(node, calibrated(model()), {{"ranks", ranks}, {"ratio", 0.05}});
        };
        QCOMPARE(ranksOf(with("*.weight=7; b.*=9")), (std::vector<std::int64_t>{7, 9, 1, 0}));
        const ByteSink full = with("a.weight=48");  // no factors pay for that
        QCOMPARE(ranksOf(full).at(0), std::int64_t{0});
        QVERIFY(frobenius(decodedWeights(full) - weightsOf(model())) < 1e-3 * frobenius(weightsOf(model())));
        for (const char* bad :
             {"a.weight", "a.weight=", "a.weight=x", "a.weight=3x", "=", "a.weight=-1",
              "a.weight=99999999999999999999", "a.weight=0", "a.weight=49", "c=3", "a.bias=1"}) {
            const QString error = errorOf([&] { with(bad); });
            QVERIFY2(error.startsWith("usage: ") && error.contains(bad), qPrintable(error));
        }
    }

    void aGlobalBudgetIsKeptAndLosesLess() {
        TensorSet set = model();
        set.tensors[2] = tensor("b.weight", {columns, rows}, 3);
        Array loud(DType::F32, {columns, rows});
        std::ranges::transform(set.tensors[2].array.as<float>(), loud.writable<float>().begin(),
                               [](float value) { return 4 * value; });
        set.tensors[2].array = loud;
        for (const double ratio : {0.2, 0.3}) {
            const ByteSink uniform = encode(node, inputs("tensors", set), {{"ratio", ratio}});
            const ByteSink global = encode(node, inputs("tensors", set),
                                           {{"ratio", ratio}, {"rank-rule", std::string("global")}});
            const auto budget = static_cast<std::uint64_t>(ratio * (2 * rows * columns + 96 + 20));
            QVERIFY(searchedBits(global.ledger()) <= 16 * budget + 4 * 16);
            QVERIFY(ranksOf(global).at(1) > ranksOf(global).at(0));
            const auto lost = [&](const ByteSink& stream) {
                double sum = 0;
                for (const std::size_t i : {0U, 2U})
                    sum += std::pow(frobenius(decodedWeights(stream, i) - weightsOf(set, i)), 2);
                return sum;
            };
            QVERIFY(lost(global) < lost(uniform));
        }
        const ByteSink named =
            encode(node, inputs("tensors", set),
                   {{"ranks", std::string("a.weight=20")}, {"rank-rule", std::string("global")}});
        QCOMPARE(ranksOf(named).at(0), std::int64_t{20});
    }

    void aGlobalBudgetGoesWhereTheInformationIs() {
        const auto ranks = [](double loudness) {
            engine::FisherSums sums = informationOfModel();
            for (double& sum : sums.at("b.weight").inputs)
                sum *= loudness;
            const TensorSet set{"", {model().tensors[0], model().tensors[2]}, {}};
            return ranksOf(
                encode(node, calibrated(set, sums), {{"ratio", 0.3}, {"rank-rule", std::string("global")}}));
        };
        const std::vector<std::int64_t> loud = ranks(1e4), quiet = ranks(1e-4);
        QVERIFY(loud.at(0) < quiet.at(0));
        QVERIFY(loud.at(1) > quiet.at(1));
    }

    void matricesThatStayKeepTheirType() {
        TensorSet set = model();
        set.tensors[4].array = fromFloat32(set.tensors[4].array, DType::BF16);
        const ByteSink stream = encode(node, inputs("tensors", set));
        const Outputs outputs = decode(node, stream.bytes());
        const Array& back = tensorsAt(outputs).tensors.at(4).array;
        QCOMPARE(back.type(), DType::BF16);
        QVERIFY(std::ranges::equal(back.bytes(), set.tensors[4].array.bytes()));
    }

    void halvesAndDoublesAreTaken() {
        for (const DType type : {DType::F16, DType::BF16, DType::F64}) {
            TensorSet set{"", {model().tensors[0]}, {}};
            set.tensors[0].array = fromFloat32(set.tensors[0].array, type);
            const ByteSink stream = encode(node, calibrated(set), {{"ratio", 1.0}});
            QVERIFY(frobenius(decodedWeights(stream) - weightsOf(set)) < 0.5 * frobenius(weightsOf(set)));
        }
    }

    void whatWasCutOffGoesOn() {
        const Inputs given = calibrated(model());
        const Settings settings{{"rank-rule", std::string("global")}};
        const Parameters parameters = complete(node.manifest, settings);
        const ByteSink whole = encode(node, given, settings);
        const auto made = node.make();
        const auto& codec = dynamic_cast<const CodecNode&>(*made);
        KeepingContext undisturbed;
        ByteSink same;
        codec.encode(undisturbed, given, parameters, same);
        QVERIFY(same.bytes() == whole.bytes());
        QVERIFY(undisturbed.saves > 5);  // 4 spectra, and the factors
        for (int stopAt = 1; stopAt <= undisturbed.saves; ++stopAt) {
            KeepingContext context(stopAt);
            ByteSink cut, resumed;
            QVERIFY(
                errorOf([&] { codec.encode(context, given, parameters, cut); }).startsWith("cancelled: "));
            codec.encode(context, given, parameters, resumed);
            QVERIFY(resumed.bytes() == whole.bytes());
            QCOMPARE(context.saves, undisturbed.saves);  // none was made twice
        }
    }

    void layersSayWhatDecodes() {
        for (const double ratio : {0.4, 1.0}) {
            TestContext context;
            ByteSink stream;
            const auto made = node.make();
            dynamic_cast<const CodecNode&>(*made).encode(context, calibrated(model()),
                                                         complete(node.manifest, {{"ratio", ratio}}), stream);
            const Table& layers = context.tables.at("layers");
            std::uint64_t bits = 0;
            for (const std::int64_t each : std::get<std::vector<std::int64_t>>(layers.column("bits")->cells))
                bits += static_cast<std::uint64_t>(each);
            const std::uint64_t searched = searchedBits(stream.ledger());
            QVERIFY(bits <= searched && searched - bits < 40);
            const TensorSet set{"", {model().tensors[0]}, {}};
            const auto before = weightsOf(set);
            const double error = frobenius(decodedWeights(stream) - before) / frobenius(before);
            QCOMPARE(std::get<std::vector<std::string>>(layers.column("tensor")->cells)[0],
                     set.tensors[0].name);
            const auto& errors = std::get<std::vector<double>>(layers.column("error")->cells);
            QVERIFY(std::abs(errors[0] - error) < 1e-6 * error);
            // One that stays as it is has been rounded to halves.
            const at::Tensor one = weightsOf(model(), 4);
            const double rounded = frobenius(decodedWeights(stream, 4) - one) / frobenius(one);
            QVERIFY(rounded > 0 && std::abs(errors.back() - rounded) < 1e-6 * rounded);
        }
    }

    void informationThatDoesNotFitIsRefused() {
        const auto with = [](const engine::FisherSums& sums) {
            return errorOf([&] { encode(node, calibrated(model(), sums)); });
        };
        QVERIFY(with({{"c.weight", information(rows, columns)}})
                    .startsWith("input: The Fisher information is of none"));
        QVERIFY(with({}).startsWith("input: The Fisher information is of none"));
        QVERIFY(with({{"a.weight", information(rows, columns + 1)}})
                    .contains("is of 73 inputs, the tensor has 72"));
        engine::FisherSums broken = informationOfModel();
        broken.at("a.weight").inputs[3] = std::nan("");
        QVERIFY(with(broken).contains("\"inputs:a.weight\" holds NaN"));
        Inputs other = inputs("tensors", model());
        other.add("fisher", std::make_shared<const TensorSet>(model()));
        QVERIFY(errorOf([&] { encode(node, other); }).contains("holds no Fisher information"));
    }

    void weightsThatCanNotBeCodedAreRefused() {
        QVERIFY(errorOf([&] { encode(node, inputs("tensors", TensorSet())); }).contains("no weights"));
        for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity(), 1e30f}) {
            for (const std::size_t i : {0U, 4U}) {
                TensorSet set = model();
                Array array(DType::F32, set.tensors[i].array.shape());
                std::ranges::copy(set.tensors[i].array.as<float>(), array.writable<float>().begin());
                array.writable<float>()[7] = bad;
                set.tensors[i].array = array;
                const QString error = errorOf([&] { encode(node, calibrated(set)); });
                QVERIFY2(error.startsWith("input: ") &&
                             error.contains(QString::fromStdString(set.tensors[i].name)),
                         qPrintable(error));
            }
        }
    }

    void damagedStreamsAreRefused() {
        const ByteSink stream = encode(node, calibrated(model()));
        const auto& bytes = stream.bytes();
        for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 150)
            QVERIFY(errorOf([&] { decode(node, std::span(bytes).first(length)); }).startsWith("input: "));
        for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 400) {
            std::vector<std::byte> flipped = bytes;
            flipped[i] ^= std::byte{static_cast<std::uint8_t>(1 << i % 8)};
            QVERIFY(errorOf([&] { decode(node, flipped); }).startsWith("input: "));
        }
    }

    void hostileStreamsDecodeOrAreRefused() {
        const ByteSink stream = encode(node, calibrated(model()));
        std::vector<std::string> sections = ContainerReader(stream.bytes()).sectionNames();
        sections.emplace_back("header");
        int refused = 0;
        for (const std::string& section : sections)
            for (std::size_t byte = 0; byte < 130; ++byte) {
                const auto bytes = changed(stream, section, byte);
                const QString error = errorOf([&] { decode(node, bytes); });
                QVERIFY2(error.isEmpty() || error.startsWith("input: ") || error.startsWith("resource: "),
                         qPrintable(error));
                if (!error.isEmpty()) ++refused;
            }
        QVERIFY(refused > 50);
    }

    /// A few numbers that say they are a matrix of 2^60.
    void factorsOfMoreThanMemoryHoldsAreRefused() {
        ContainerWriter writer(node.manifest.id, node.manifest.version);
        FieldWriter& header = writer.header();
        header.text("");
        header.varint(0);
        header.varint(1);
        header.text("w");
        header.text("f32");
        header.u8(1);
        header.varint(2);
        header.varint(std::uint64_t{1} << 20);
        header.varint(std::uint64_t{1} << 40);
        BitWriter ranks("ranks");
        ranks.put(1, 16);
        writer.addSection("ranks", ranks.finish());
        writer.addSection("output-factors", std::vector<std::byte>(std::size_t{2} << 20));
        for (const char* name : {"input-factors", "dense", "kept"})
            writer.addSection(name, std::vector<std::byte>());
        ByteSink sink;
        writer.finish(sink);
        QVERIFY(errorOf([&] { decode(node, sink.bytes()); }).startsWith("input: "));
    }
};

QTEST_GUILESS_MAIN(FwsvdTest)
#include "fwsvd_test.moc"
