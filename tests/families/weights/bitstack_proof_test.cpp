// BitStack's proof shapes on a real model.

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/perplexity.h"
#include "core/engine/llm/texts.h"
#include "core/media/assets/language_model_file.h"
#include "core/media/assets/text_file.h"
#include "core/media/node/model_tensors.h"
#include "plugins/weights/bitstack_stream.h"
#include "tests/families/weights/bitstack_cut.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

/// The start of one of WikiText-2's texts.
std::string wikiText(const char* file, std::size_t bytes) {
    std::string text(bytes, '\0');
    std::ifstream(dataFolder() / "text/wikitext-2" / file, std::ios::binary)
        .read(text.data(), static_cast<std::streamsize>(bytes));
    return text.substr(0, text.rfind('\n'));
}

/// What each token of the test text costs a decoded model, in nats.
class Reader {
  public:
    explicit Reader(const LanguageModel& model)
        : ids_(engine::tokenizerOf(model).encode(wikiText("wiki.test.raw", 4000))) {}

    std::vector<double> losses(const NodeEntry& codec, std::span<const std::byte> stream) const {
        const engine::ComputeScope oneThread(1);
        const Outputs outputs = decode(codec, stream);
        const engine::Llama model(*asLanguageModel(outputs.at("tensors")));
        std::vector<double> values =
            engine::scoreText(model, ids_, engine::wholeWindows(256), 4).logLikelihoods;
        for (double& value : values)
            value = -value;
        return values;
    }
    double perplexity(const NodeEntry& codec, std::span<const std::byte> stream) const {
        return std::exp(engine::meanOf(losses(codec, stream)).value);
    }

  private:
    std::vector<std::int32_t> ids_;
};

}  // namespace

class BitstackProofTest : public QObject {
    Q_OBJECT
  private slots:
    /// Nine steps of ten make the model better, or no worse than chance explains. The others are few and small: blocks
    /// are sorted by what each does alone, and on text that this model was not made for, small weights can predict
    /// better than right ones.
    void proofShapesOnStories260K() {
        RATESCOPE_NEEDS_DATA();
        const LanguageModel model = readLanguageModel(dataFolder() / "models/stories260K/stories260K.bin");
        const Reader reader(model);
        const auto encoded = [&](Settings changed) {
            Inputs given = inputs("tensors", model);
            const auto text = std::make_shared<const std::string>(wikiText("wiki.valid.raw", 100'000));
            given.add("text", std::make_shared<const TextCorpus>(
                                  decodeText(std::as_bytes(std::span(*text)), text, "text")));
            changed.merge(Settings{{"blocks", std::int64_t{3}},
                                   {"sequences", std::int64_t{16}},
                                   {"score-sequences", std::int64_t{8}},
                                   {"length", std::int64_t{256}}});
            return encode(node(), given, changed);
        };
        const ByteSink stack = encoded({});
        ByteSource source(stack.bytes());
        const weights::BitstackReader line(source);
        QCOMPARE(line.furtherBlocks(), std::size_t(70));
        const auto cut = [&](const ByteSink& stream, std::size_t blocks) {
            return cutTo(stream.bytes(), double(line.sizeWith(blocks)) / mebibyte).bytes();
        };
        std::vector<double> before;
        int worse = 0;
        for (std::size_t blocks = 0; blocks <= 70; ++blocks) {
            std::vector<double> now = reader.losses(node(), cut(stack, blocks)), rises(now.size());
            if (blocks > 0) std::ranges::transform(now, before, rises.begin(), std::minus());
            const engine::Estimate rise = engine::meanOf(rises);
            if (blocks > 0 && rise.value > 2 * rise.standardError) ++worse;
            before = std::move(now);
        }
        QVERIFY2(worse <= 7, qPrintable(QString("%1 of 70 steps are for the worse").arg(worse)));

        const auto at = [&](const ByteSink& stream, std::size_t blocks) {
            return reader.perplexity(node(), cut(stream, blocks));
        };
        QVERIFY(at(stack, 0) > 10 * at(stack, 70));
        // Halfway to the second level the best blocks are loaded, or those that come first in the file.
        const ByteSink unsorted = encoded({{"sort", std::string("round-robin")}});
        QVERIFY(at(stack, 17) < 0.8 * at(unsorted, 17));
        const ByteSink plain = encoded({{"sort", std::string("round-robin")}, {"signs", false}});
        for (const std::size_t blocks : {0, 35, 70})
            QVERIFY(at(stack, blocks) < 0.01 * at(plain, blocks));
        const ByteSink nearest = encode(weights::rtnNode(), inputs("tensors", model),
                                        {{"bits", std::int64_t{2}}, {"group-size", std::int64_t{64}}});
        const auto asLarge = cutTo(stack.bytes(), double(nearest.bytes().size()) / mebibyte).bytes();
        QVERIFY(asLarge.size() <= nearest.bytes().size());
        QVERIFY(reader.perplexity(node(), asLarge) <
                0.7 * reader.perplexity(weights::rtnNode(), nearest.bytes()));
    }
};

QTEST_GUILESS_MAIN(BitstackProofTest)
#include "bitstack_proof_test.moc"
