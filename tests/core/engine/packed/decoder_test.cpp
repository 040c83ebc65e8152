// The decoder against a model by the book in double precision, on small random models of every kind it runs.

#include "core/engine/llm/packed/decoder.h"

#include "tests/core/engine/packed/reference.h"
#include "tests/core/engine/packed/sample_model.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

using namespace ratescope;
using namespace ratescope::engine;
using media::LanguageModel;
using media::ModelConfig;

namespace {

const std::vector<std::int32_t> text{3, 69, 0, 17, 17, 42, 5, 66, 31, 8, 9, 12, 55, 1, 2, 60, 33, 21, 4, 7};

DecoderOptions exact() {
    DecoderOptions options;
    options.positions = 40;
    options.activations = ActivationFormat::Float32;
    return options;
}

std::vector<float> logitsOf(Decoder& decoder, std::span<const std::int32_t> tokens) {
    const std::span<const float> logits = decoder.decode(tokens);
    return {logits.begin(), logits.end()};
}

std::vector<float> logitsOf(const LanguageModel& model, std::optional<PackedFormat> format,
                            const DecoderOptions& options, std::span<const std::int32_t> tokens = text) {
    Decoder decoder(packedWeights(model, format), options);
    return logitsOf(decoder, tokens);
}

/// Root of the mean squared difference over that of the expected logits.
double errorOf(std::span<const float> logits, std::span<const double> expected) {
    double squares = 0, all = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        squares += std::pow(logits[i] - expected[i], 2);
        all += std::pow(expected[i], 2);
    }
    return std::sqrt(squares / all);
}

/// The model whose weights are what the packed ones stand for.
LanguageModel unpacked(LanguageModel model, PackedFormat format) {
    for (media::ModelTensor& tensor : model.tensors) {
        if (tensor.shape.size() != 2) continue;
        const auto rows = static_cast<std::size_t>(tensor.shape[0]);
        const auto columns = static_cast<std::size_t>(tensor.shape[1]);
        const PackedMatrix packed = PackedMatrix::fromFloats(tensor.array.as<float>(), rows, columns, format);
        Array values(DType::F32, tensor.shape);
        for (std::size_t row = 0; row < rows; ++row)
            packed.row(row, values.writable<float>().subspan(row * columns, columns));
        tensor.array = values;
    }
    return model;
}

media::ModelTensor& tensorOf(LanguageModel& model, const std::string& name) {
    return *std::ranges::find(model.tensors, name, &media::ModelTensor::name);
}

}  // namespace

class PackedDecoderTest : public QObject {
    Q_OBJECT
  private slots:
    void modelsOfEveryKind_data() {
        QTest::addColumn<std::function<void(ModelConfig&)>>("change");
        QTest::addColumn<bool>("biases");
        const auto row = [](const char* name, std::function<void(ModelConfig&)> change, bool biases = false) {
            QTest::newRow(name) << change << biases;
        };
        using Kind = media::RopeScaling::Kind;
        row("Hugging Face", [](ModelConfig&) {});
        row("neighbours", [](ModelConfig& config) { config.ropeOfNeighbours = true; });
        row("tied", [](ModelConfig& config) { config.tiedEmbeddings = true; });
        row(
            "biases", [](ModelConfig&) {}, true);
        row("one head of keys", [](ModelConfig& config) { config.keyValueHeads = 1; });
        row("as many heads of keys", [](ModelConfig& config) { config.keyValueHeads = 4; });
        row("wide heads", [](ModelConfig& config) { config.headSize = 82; });
        row("odd sizes", [](ModelConfig& config) {
            config.hidden = 45;
            config.intermediate = 37;
        });
        row("sliding window", [](ModelConfig& config) { config.slidingWindow = 5; });
        row("long window", [](ModelConfig& config) { config.slidingWindow = 18; });
        row("linear scaling", [](ModelConfig& config) {
            config.ropeScaling.kind = Kind::Linear;
            config.ropeScaling.factor = 4;
        });
        row("Llama 3 scaling", [](ModelConfig& config) {
            config.ropeScaling.kind = Kind::Llama3;
            config.ropeScaling.factor = 8;
            config.ropeScaling.originalContext = 60;
        });
        row("divisors", [](ModelConfig& config) { config.ropeScaling.divisors = {1, 1.5f, 3, 8}; });
    }

    void modelsOfEveryKind() {
        QFETCH(std::function<void(ModelConfig&)>, change);
        QFETCH(bool, biases);
        ModelConfig config = sampleConfig();
        change(config);
        const LanguageModel model = sampleModel(config, {.biases = biases});
        for (const std::size_t count : {std::size_t{1}, std::size_t{8}, std::size_t{17}, text.size()}) {
            const auto tokens = std::span(text).first(count);
            const double error =
                errorOf(logitsOf(model, std::nullopt, exact(), tokens), referenceLogits(model, tokens));
            QVERIFY2(error < 3e-6, qPrintable(QString::number(error)));
        }
    }

    /// With activations in single precision, logits are those of the weights that the codes stand for.
    void packedWeightsAreTheModelTheyStandFor() {
        const LanguageModel model = sampleModel(sampleConfig());
        for (const auto format :
             {PackedFormat::SymmetricFour, PackedFormat::AsymmetricFour, PackedFormat::SymmetricEight}) {
            const LanguageModel known = unpacked(model, format);
            const std::vector<float> logits = logitsOf(model, format, exact());
            QVERIFY(errorOf(logits, referenceLogits(known, text)) < 3e-6);
            QCOMPARE(logits, logitsOf(known, PackedFormat::Float32, exact()));
            DecoderOptions options = exact();
            options.activations = ActivationFormat::QuantisedEight;
            const std::vector<float> rounded = logitsOf(model, format, options);
            const double error = errorOf(rounded, referenceLogits(known, text, true));
            QVERIFY2(error < 1e-5, qPrintable(QString::number(error)));
            QVERIFY(rounded != logits);
        }
    }

    void halfPrecisionCachesAreNear() {
        const LanguageModel model = sampleModel(sampleConfig());
        DecoderOptions options = exact();
        options.cache = CacheFormat::Float16;
        const double off = errorOf(logitsOf(model, std::nullopt, options), referenceLogits(model, text));
        QVERIFY2(off > 1e-6 && off < 2e-3, qPrintable(QString::number(off)));
        LanguageModel large = sampleModel(sampleConfig());
        for (float& weight :
             tensorOf(large, "model.layers.0.self_attn.v_proj.weight").array.writable<float>())
            weight *= 1e5f;
        QVERIFY(std::isfinite(logitsOf(large, std::nullopt, exact())[0]));
        VERIFY_ERROR(logitsOf(large, std::nullopt, options), ErrorKind::Input, "half precision");
    }

    void threadsInstructionsAndBatchesChangeNoBit() {
        const LanguageModel model = sampleModel(sampleConfig());
        for (const std::optional<PackedFormat> format :
             {std::optional<PackedFormat>{}, std::optional(PackedFormat::AsymmetricFour),
              std::optional(PackedFormat::SymmetricEight)})
            for (const auto cache : {CacheFormat::Float32, CacheFormat::Float16}) {
                DecoderOptions options;
                options.positions = 40;
                options.cache = cache;
                options.instructions = PackedInstructions::Scalar;
                const std::vector<float> expected = logitsOf(model, format, options);
                for (const PackedInstructions set : usablePackedInstructions())
                    for (const int threads : {1, 2, 3}) {
                        options.instructions = set;
                        options.threads = threads;
                        QCOMPARE(logitsOf(model, format, options), expected);
                    }
                Decoder decoder(packedWeights(model, format), options);
                for (const std::int32_t token : std::span(text).first(text.size() - 1))
                    decoder.decode({&token, 1});
                QCOMPARE(logitsOf(decoder, {&text.back(), 1}), expected);
                QCOMPARE(decoder.position(), static_cast<std::int64_t>(text.size()));
            }
    }

    void rewindingForgets() {
        const LanguageModel model = sampleModel(sampleConfig());
        Decoder decoder(packedWeights(model), exact());
        const std::vector<float> expected = logitsOf(decoder, text);
        decoder.rewind(11);
        decoder.decode(std::vector<std::int32_t>{1, 2, 3});
        decoder.rewind(11);
        QCOMPARE(logitsOf(decoder, std::span(text).subspan(11)), expected);
        VERIFY_ERROR(decoder.rewind(99), ErrorKind::Usage, "99");
        VERIFY_ERROR(decoder.rewind(-1), ErrorKind::Usage, "-1");
    }

    void likeliestIsTheFirstOfTheGreatest() { QCOMPARE(likeliest(std::vector<float>{-3, 2, -1, 2}), 1); }

    void badCallsAreRefusedAndChangeNothing() {
        const LanguageModel model = sampleModel(sampleConfig());
        Decoder decoder(packedWeights(model), exact());
        const std::vector<float> expected = logitsOf(decoder, text);
        decoder.rewind(0);
        decoder.decode(std::span(text).first(4));
        VERIFY_ERROR(decoder.decode({}), ErrorKind::Usage, "no token");
        VERIFY_ERROR(decoder.decode(std::vector<std::int32_t>{1, 70}), ErrorKind::Input, "no token 70");
        VERIFY_ERROR(decoder.decode(std::vector<std::int32_t>{-1}), ErrorKind::Input, "no token -1");
        VERIFY_ERROR(decoder.decode(std::vector<std::int32_t>(37, 1)), ErrorKind::Usage, "room for 40");
        QCOMPARE(decoder.position(), std::int64_t{4});
        QCOMPARE(logitsOf(decoder, std::span(text).subspan(4)), expected);
        for (const std::int64_t positions : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 60}) {
            DecoderOptions options;
            options.positions = positions;
            VERIFY_ERROR(Decoder(packedWeights(model), options), ErrorKind::Usage, "cache");
        }
    }

    void badModelsAreRefused_data() {
        QTest::addColumn<std::function<void(LanguageModel&)>>("change");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* name, std::function<void(LanguageModel&)> change, const char* said) {
            QTest::newRow(name) << change << said;
        };
        row(
            "encoder",
            [](LanguageModel& model) { model.config.architecture = media::ModelArchitecture::Bert; },
            "architecture");
        row(
            "no layers", [](LanguageModel& model) { model.config.layers = 0; }, "size");
        row(
            "more layers than there are", [](LanguageModel& model) { model.config.layers = 1 << 29; },
            "no tensor model.layers.2.input_layernorm.weight");
        row(
            "fewer layers", [](LanguageModel& model) { model.config.layers = 1; }, "does not know");
        row(
            "heads", [](LanguageModel& model) { model.config.heads = 3; }, "share");
        row(
            "odd heads", [](LanguageModel& model) { model.config.headSize = 7; }, "shape");
        row(
            "vast", [](LanguageModel& model) { model.config.hidden = std::int64_t{1} << 62; }, "size");
        row(
            "negative window", [](LanguageModel& model) { model.config.slidingWindow = -1; }, "range");
        row(
            "epsilon", [](LanguageModel& model) { model.config.normEpsilon = std::nan(""); }, "range");
        row(
            "base", [](LanguageModel& model) { model.config.ropeBase = -2; }, "frequencies");
        row(
            "divisors",
            [](LanguageModel& model) {
                model.config.ropeScaling.divisors = {1, 2};
            },
            "pairs");
        row(
            "no norm", [](LanguageModel& model) { tensorOf(model, "model.norm.weight").name = "norm"; },
            "no tensor model.norm.weight");
        row(
            "two", [](LanguageModel& model) { tensorOf(model, "lm_head.weight").name = "model.norm.weight"; },
            "two tensors");
        row(
            "shape",
            [](LanguageModel& model) {
                tensorOf(model, "lm_head.weight").shape = {32, 70};
            },
            "shape");
        row(
            "unknown",
            [](LanguageModel& model) {
                model.tensors.push_back(tensorOf(model, "model.norm.weight"));
                model.tensors.back().name = "model.layers.0.self_attn.q_norm.weight";
            },
            "does not know");
        row(
            "infinite weight",
            [](LanguageModel& model) {
                tensorOf(model, "model.layers.1.mlp.up_proj.weight").array.writable<float>()[7] =
                    std::numeric_limits<float>::infinity();
            },
            "infinite");
        row(
            "infinite norm",
            [](LanguageModel& model) {
                tensorOf(model, "model.norm.weight").array.writable<float>()[7] = std::nanf("");
            },
            "not finite");
        row(
            "overflow",
            [](LanguageModel& model) {
                for (float& weight : tensorOf(model, "lm_head.weight").array.writable<float>())
                    weight = 3e38f;
            },
            "logits");
    }

    void badModelsAreRefused() {
        QFETCH(std::function<void(LanguageModel&)>, change);
        QFETCH(QString, said);
        LanguageModel model = sampleModel(sampleConfig());
        change(model);
        VERIFY_ERROR(logitsOf(model, std::nullopt, exact()), ErrorKind::Input, qPrintable(said));
    }
};

QTEST_APPLESS_MAIN(PackedDecoderTest)
#include "decoder_test.moc"
