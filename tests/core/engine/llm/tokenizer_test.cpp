// Tokenizers: the ids of the reference implementations for nasty lines (tokenizers/make.py), what decoding gives back,
// and what is refused.

#include "core/engine/llm/tokenizer.h"

#include "core/engine/llm/tokenizer/splitter.h"
#include "core/utf8.h"
#include "tests/core/engine/llm/tokenizer_file.h"
#include "tests/core/error_check.h"
#include "tests/core/test_data.h"

#include <QtTest>
#include <limits>

using namespace ratescope;
using namespace ratescope::engine;
using media::PieceKind;
using media::TokenizerData;
using media::TokenizerKind;

namespace {

using Ids = std::vector<std::int32_t>;

std::filesystem::path folder() {
    return std::filesystem::path(qEnvironmentVariable("RATESCOPE_SOURCE", ".").toStdString()) /
           "tests/core/engine/llm/tokenizers";
}

TokenizerData tokenizerNamed(const std::string& name) {
    const std::filesystem::path model = folder() / (name + ".model");
    return readTokenizer(std::filesystem::exists(model) ? model : folder() / (name + ".json"));
}

std::vector<TokenizerCase> casesOf(const std::string& name) {
    return readTokenizerCases(folder() / (name + ".cases.json"));
}

std::string shown(const Ids& ids) {
    std::string text;
    for (const std::int32_t id : ids)
        text += std::to_string(id) + ' ';
    return text;
}

/// a, b, a blank and the pieces that the merges make; <s> is control, <x> the user's.
TokenizerData smallBytes() {
    TokenizerData data;
    data.splitter = "gpt-2";
    data.pieces = {"<s>", "a", "b", "\u0120", "ab", "\u0120a", "<x>"};
    data.kinds.assign(data.pieces.size(), PieceKind::Normal);
    data.kinds[0] = PieceKind::Control;
    data.kinds[6] = PieceKind::UserDefined;
    data.merges = {{"a", "b"}, {"\u0120", "a"}};
    data.beginning = 0;
    return data;
}

TokenizerData smallSentencePiece() {
    TokenizerData data;
    data.kind = TokenizerKind::SentencePieceBpe;
    data.pieces = {"<unk>", "<s>", "a", "b", "\u2581", "\u2581a"};
    data.scores = {0, 0, -3, -4, -2, -1};
    data.kinds.assign(data.pieces.size(), PieceKind::Normal);
    data.kinds[0] = PieceKind::Unknown;
    data.kinds[1] = PieceKind::Control;
    data.unknown = 0;
    data.beginning = 1;
    return data;
}

TokenizerData smallWordPiece() {
    TokenizerData data;
    data.kind = TokenizerKind::WordPiece;
    data.pieces = {"[UNK]", "[CLS]", "un", "##able", "[", "cls", "]"};
    data.kinds.assign(data.pieces.size(), PieceKind::Normal);
    data.kinds[0] = PieceKind::Unknown;
    data.kinds[1] = PieceKind::Control;
    data.unknown = 0;
    data.beginning = 1;
    data.lowerCase = true;
    return data;
}

}  // namespace

class TokenizerTest : public QObject {
    Q_OBJECT

  private slots:
    void givesTheReferencesIds_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt-2", "smollm", "llama-bpe", "qwen2", "qwen2-nfc", "sentencepiece-bpe",
                                 "sentencepiece-bpe-merges", "sentencepiece-bpe-unknown", "unigram",
                                 "unigram-bytes", "wordpiece", "wordpiece-cased"})
            QTest::addRow("%s", name) << QString(name);
    }
    void givesTheReferencesIds() {
        QFETCH(QString, name);
        const std::vector<TokenizerCase> cases = casesOf(name.toStdString());
        QVERIFY(cases.size() > 50);
        const Tokenizer tokenizer(tokenizerNamed(name.toStdString()));
        QCOMPARE(tokenizer.vocabulary(), tokenizer.data().pieces.size());
        for (const TokenizerCase& example : cases) {
            const Ids ids = tokenizer.encode(example.text);
            QVERIFY2(ids == example.ids,
                     (quote(example.text) + "\n  ours " + shown(ids) + "\n  reference " + shown(example.ids))
                         .c_str());
        }
    }

    /// By PyPI's sentencepiece, to which the file says that extra blanks go.
    void tok512GivesSentencePiecesIds() {
        const std::filesystem::path file = dataFolder() / "models/stories260K/tok512.model";
        REQUIRE_DATA(file);
        const Ids ids = Tokenizer(readTokenizer(file)).encode("  a  b  \nThe  end ");
        QCOMPARE(ids, (Ids{261, 268, 410, 13, 434, 260, 344, 264}));
    }

    void cutsWordsAsTheReferenceDoes_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt-2", "smollm", "llama-bpe", "qwen2"})
            QTest::addRow("%s", name) << QString(name);
    }
    void cutsWordsAsTheReferenceDoes() {
        QFETCH(QString, name);
        const Splitter splitter(name.toStdString());
        for (const TokenizerCase& example : casesOf(name.toStdString())) {
            const std::string text = repairedUtf8(example.text);
            std::vector<std::size_t> sizes;
            for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(sizes.back()))
                sizes.push_back(splitter.wordSize(rest));
            QVERIFY2(sizes == example.words, quote(text).c_str());
        }
    }

    void bytesThatAreNoTextAreReplacedOneByOne() {
        QCOMPARE(repairedUtf8("a\xff\xe2\x82z\xc3\xa4\xed\xa0\x80"),
                 std::string("a\ufffd\ufffd\ufffdz\u00e4\ufffd\ufffd\ufffd"));
        const Tokenizer tokenizer(tokenizerNamed("gpt-2"));
        QCOMPARE(tokenizer.encode("\xff"), tokenizer.encode("\ufffd"));
    }

    void bytesComeBack_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"gpt-2", "smollm", "llama-bpe", "qwen2", "sentencepiece-bpe", "unigram-bytes"})
            QTest::addRow("%s", name) << QString(name);
    }
    void bytesComeBack() {
        QFETCH(QString, name);
        const Tokenizer tokenizer(tokenizerNamed(name.toStdString()));
        const bool isByteLevel = tokenizer.data().kind == TokenizerKind::ByteLevelBpe;
        for (const TokenizerCase& example : casesOf(name.toStdString())) {
            std::string expected = repairedUtf8(example.text);
            if (!isByteLevel) {
                for (std::size_t mark = 0; (mark = expected.find("\u2581")) != std::string::npos;)
                    expected.replace(mark, 3, " ");
                if (tokenizer.data().addsSpacePrefix && !expected.empty()) expected.insert(0, " ");
            }
            QCOMPARE(tokenizer.decode(example.ids), expected);
        }
    }

    void longWordsTakeNoLongerThanLongTexts_data() { givesTheReferencesIds_data(); }
    void longWordsTakeNoLongerThanLongTexts() {
        QFETCH(QString, name);
        const Tokenizer tokenizer(tokenizerNamed(name.toStdString()));
        std::string word;
        for (int i = 0; i < 100'000; ++i)
            word.push_back("abthe"[i % 7 * i % 5]);
        QElapsedTimer timer;
        timer.start();
        const Ids ids = tokenizer.encode(word);
        QVERIFY(timer.elapsed() < 5000);  // a step a pair of bytes would take minutes
        if (tokenizer.data().kind == TokenizerKind::WordPiece)
            QCOMPARE(ids, Ids{*tokenizer.data().unknown});
        else
            QCOMPARE(QString::fromStdString(tokenizer.decode(ids)).trimmed(), QString::fromStdString(word));
    }

    void specialPiecesArePlainTextUnlessAsked() {
        const Tokenizer bytes(smallBytes());
        QCOMPARE(bytes.encode("ab<s>ab"), (Ids{4, 4}));  // no piece for <, s and >
        QCOMPARE(bytes.encode("ab<s>ab", {.special = true}), (Ids{4, 0, 4}));
        QCOMPARE(bytes.encode("ab", {.beginning = true}), (Ids{0, 4}));
        QCOMPARE(bytes.encode("a<x> a"), (Ids{1, 6, 5}));
        QCOMPARE(bytes.decode(Ids{0, 4, 6, 5}), std::string("<s>ab<x> a"));

        const Tokenizer pieces(smallSentencePiece());
        QCOMPARE(pieces.encode("<s>"), (Ids{4, 0}));
        QCOMPARE(pieces.encode("a<s>a", {.special = true, .beginning = true}), (Ids{1, 5, 1, 5}));
        QCOMPARE(pieces.encode(""), Ids{});

        const Tokenizer words(smallWordPiece());
        QCOMPARE(words.encode("[CLS] Unable"), (Ids{4, 5, 6, 2, 3}));
        QCOMPARE(words.encode("[CLS] Unable", {.special = true}), (Ids{1, 2, 3}));
        QCOMPARE(words.decode(Ids{1, 2, 3, 2}), std::string("[CLS] unable un"));
    }

    /// As PyPI tokenizers does with added tokens that are not normalized: U+0338 would else go into the ">" before it.
    void textIsComposedBetweenPiecesOfTheUsers() {
        TokenizerData data = smallBytes();
        for (const char* piece : {"e", "\u00cc", "\u0123", "\u00c3", "\u00a9", "\u00b8"}) {
            data.pieces.emplace_back(piece);
            data.kinds.push_back(PieceKind::Normal);
        }
        QCOMPARE(Tokenizer(data).encode("e\u0301"), (Ids{7, 8, 9}));
        data.appliesNfc = true;
        QCOMPARE(Tokenizer(data).encode("e\u0301"), (Ids{10, 11}));
        QCOMPARE(Tokenizer(data).encode("\u00e9<x>\u0338e\u0301"), (Ids{10, 11, 6, 8, 12, 10, 11}));
    }

    void wholeWordsAreTakenWhereTheDataSaySo() {
        for (const char* splitter : {"gpt-2", "llama-bpe"}) {
            TokenizerData data = smallBytes();
            data.splitter = splitter;
            data.pieces.emplace_back("ba");  // which no merge makes
            data.kinds.push_back(PieceKind::Normal);
            QCOMPARE(Tokenizer(data).encode("ba"), (Ids{2, 1}));
            data.takesWholeWords = true;
            QCOMPARE(Tokenizer(data).encode("ba"), Ids{7});
        }
    }

    /// Hugging Face joins what its merges say, whatever else is a piece.
    void withoutScoresOnlyMergesMakePieces() {
        TokenizerData data = smallSentencePiece();
        for (const char* piece : {"ab", "\u2581ab"}) {
            data.pieces.emplace_back(piece);
            data.kinds.push_back(PieceKind::Normal);
        }
        data.scores.clear();
        QCOMPARE(Tokenizer(data).encode("ab"), (Ids{4, 2, 3}));
        data.merges = {{"\u2581", "a"}, {"a", "b"}, {"\u2581", "ab"}};
        QCOMPARE(Tokenizer(data).encode("ab"), (Ids{5, 3}));  // "\u2581a" and "b" have no merge
        QCOMPARE(Tokenizer(data).encode("bab"), (Ids{4, 3, 6}));
    }

    void blanksAreKeptOrRemoved() {
        TokenizerData data = smallSentencePiece();
        QCOMPARE(Tokenizer(data).encode(" a  b "), (Ids{4, 5, 4, 4, 3, 4}));
        data.removesExtraBlanks = true;
        QCOMPARE(Tokenizer(data).encode(" a  b "), (Ids{5, 4, 3}));
        QCOMPARE(Tokenizer(data).encode("   "), Ids{});
        data.addsSpacePrefix = false;
        QCOMPARE(Tokenizer(data).encode(" a"), Ids{2});
    }

    void inconsistentDataIsRefused() {
        const auto refusal = [](TokenizerData data, const auto& spoil) {
            spoil(data);
            return refusalOf([&] { const Tokenizer tokenizer(std::move(data)); });
        };
        const TokenizerData bytes = smallBytes(), pieces = smallSentencePiece(), words = smallWordPiece();
        using Data = TokenizerData;
        QVERIFY(refusal(bytes, [](Data&) {}).isEmpty());
        QVERIFY(refusal(bytes, [](Data& data) { data = {}; }).contains("no pieces"));
        QVERIFY(refusal(bytes, [](Data& data) { data.pieces[6] = "\xc3"; }).contains("Piece 6"));
        QVERIFY(refusal(bytes, [](Data& data) { data.kinds.pop_back(); }).contains("kinds"));
        QVERIFY(refusal(bytes, [](Data& data) { data.merges.emplace_back("a", "c"); }).contains("\"c\""));
        QVERIFY(refusal(bytes, [](Data& data) { data.merges.emplace_back("b", "a"); }).contains("\"ba\""));
        QVERIFY(refusal(bytes, [](Data& data) { data.splitter = "falcon"; }).contains("\"falcon\""));
        QVERIFY(refusal(bytes, [](Data& data) { data.beginning = 7; }).contains("id 7"));
        QVERIFY(refusal(bytes, [](Data& data) { data.unknown = -1; }).contains("id -1"));
        QVERIFY(refusal(bytes, [](Data& data) {
                    data.pieces = {"", "ab", "", "", "", "", ""};
                    data.merges = {};
                }).contains("any byte"));
        QVERIFY(refusal(pieces, [](Data& data) { data.scores.pop_back(); }).contains("scores"));
        QVERIFY(refusal(pieces, [](Data& data) {
                    data.kind = TokenizerKind::SentencePieceUnigram;
                    data.scores.clear();
                }).contains("scores"));
        QVERIFY(refusal(pieces, [](Data& data) {
                    data.scores.clear();
                    data.merges = {{"a", "b"}};
                }).contains("\"ab\""));
        QVERIFY(refusal(pieces, [](Data& data) {
                    data.scores[2] = std::numeric_limits<float>::quiet_NaN();
                }).contains("not a number"));
        QVERIFY(refusal(pieces, [](Data& data) {
                    data.unknown = {};
                    data.kinds[0] = PieceKind::Control;
                }).contains("unknown text"));
        QVERIFY(
            refusal(pieces, [](Data& data) { data.kinds[2] = PieceKind::Byte; }).contains("piece of a byte"));
        QVERIFY(refusal(pieces, [](Data& data) {
                    data.pieces[2] = "<0x0a>";
                    data.kinds[2] = PieceKind::Byte;
                }).contains("for 255"));
        QVERIFY(refusal(words, [](Data& data) { data.unknown = {}; }).contains("unknown words"));
    }

    void idsThatDoNotExistAreRefused() {
        TokenizerData data = smallBytes();
        data.beginning = {};
        const Tokenizer tokenizer(data);
        VERIFY_ERROR(tokenizer.encode("a", {.beginning = true}), ErrorKind::Input, "beginning");
        VERIFY_ERROR(tokenizer.decode(Ids{7}), ErrorKind::Input, "Id 7");
        VERIFY_ERROR(tokenizer.decode(Ids{-1}), ErrorKind::Input, "Id -1");
    }
};

QTEST_GUILESS_MAIN(TokenizerTest)
#include "tokenizer_test.moc"
