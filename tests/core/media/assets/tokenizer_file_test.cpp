// Tokenizers in their own files: Hugging Face's tokenizer.json, SentencePiece's models, llama2.c's.

#include "core/buffer/mapped_file.h"
#include "core/media/assets/llama2c_file.h"
#include "core/media/assets/sentencepiece_file.h"
#include "core/media/assets/tokenizer_json.h"
#include "tests/core/error_check.h"
#include "tests/core/media/assets/model_files.h"
#include "tests/core/test_data.h"
#include "tests/core/test_models.h"

#include <QTest>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

TokenizerData parsed(const std::string& json) {
    return parseTokenizerJson(bytesOf(json), "tokenizer.json");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) qFatal("nothing to replace");
    return text.replace(at, from.size(), to);
}

const std::string digits = R"({"type": "Digits", "individual_digits": true},
{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";

const std::string llamaJson = R"({"added_tokens": [{"id": 0, "content": "<unk>", "special": true},
{"id": 1, "content": "<s>", "special": true}, {"id": 2, "content": "</s>", "special": true},
{"id": 9, "content": "[INST]", "special": false}],
"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "pre_tokenizer": null,
"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
{"Sequence": {"id": "A", "type_id": 0}}]},
"model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
"end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true,
"vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "<0x41>": 3, "▁": 4, "a": 5, "b": 6, "▁ab": 7, "ab": 8},
"merges": ["a b", "▁ ab", "▁a b"]}})";

const std::string bertJson = R"({"added_tokens": [{"id": 0, "content": "[UNK]", "special": true},
{"id": 1, "content": "[CLS]", "special": true}, {"id": 2, "content": "[SEP]", "special": true}],
"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
"lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"},
"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]},
"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
"vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##b": 4}}})";

/// The same, field by field.
void compare(const TokenizerData& a, const TokenizerData& b) {
    QVERIFY(a.kind == b.kind && a.pieces == b.pieces && a.kinds == b.kinds && a.scores == b.scores);
    QVERIFY(a.beginning == b.beginning && a.end == b.end && a.unknown == b.unknown);
    QVERIFY(a.addsBeginning == b.addsBeginning && a.addsSpacePrefix == b.addsSpacePrefix);
}

/// Qwen2's tokenizer with NFC; its one added piece is looked for in text that is `normalized`, or in the raw text.
std::string nfcJson(const std::string& normalized) {
    const std::string json = replaced(tinyTokenizerJson(), digits, regexSplitter("\\\\p{N}"));
    return replaced(replaced(json, R"("normalizer": null)", R"("normalizer": {"type": "NFC"})"),
                    R"("special": true)", R"("special": true, "normalized": )" + normalized);
}

struct Refused {
    const char* name;
    std::string json;
    const char* message;
};

const std::vector<Refused> refusals = {
    {"no JSON", "{", "no UTF-8 JSON"},
    {"no object", "[]", "no JSON object"},
    {"deep", std::string(40, '[') + std::string(40, ']'), "nested too deeply"},
    {"no model", "{}", "missing"},
    {"another model", R"({"model": {"type": "Unigram", "vocab": []}})", "Unigram"},
    {"another splitter",
     replaced(tinyTokenizerJson(), digits, digits.substr(digits.find('\n') + 1) + ", {\"type\": \"Digits\"}"),
     "pre-tokenizer"},
    {"a prefix space",
     replaced(tinyTokenizerJson(), R"("add_prefix_space": false)", R"("add_prefix_space": true)"),
     "pre-tokenizer"},
    {"a normalizer",
     replaced(tinyTokenizerJson(), R"("normalizer": null)", R"("normalizer": {"type": "NFKC"})"),
     "normalizer"},
    {"a piece in normalised text", nfcJson("true"), "normalised text"},
    {"dropout", replaced(tinyTokenizerJson(), R"("dropout": null)", R"("dropout": 0.1)"), "dropout"},
    {"a huge id", replaced(tinyTokenizerJson(), R"("p299": 299)", R"("p299": 2999999)"), "out of range"},
    {"an id that no integer holds", replaced(tinyTokenizerJson(), R"("p299": 299)", R"("p299": 1e80)"),
     "no whole number"},
    {"half an id", replaced(tinyTokenizerJson(), R"("p299": 299)", R"("p299": 2.5)"), "no whole number"},
    {"a negative id", replaced(tinyTokenizerJson(), R"("p299": 299)", R"("p299": -1)"), "out of range"},
    {"one id twice", replaced(tinyTokenizerJson(), R"("p299": 299)", R"("p299": 298)"), "the id 298"},
    {"an id that is text", replaced(tinyTokenizerJson(), R"("p299": 299)", R"("p299": "a")"), "wrong kind"},
    {"a merge of one", replaced(tinyTokenizerJson(), R"("p 1")", R"("p1")"), "two pieces"},
    {"a merge of three", replaced(tinyTokenizerJson(), R"("p 1")", R"("p 1 2")"), "two pieces"},
    {"no pieces", replaced(llamaJson, R"("[INST]", "special": false)", R"("[INST]")"), "missing"},
    {"a template of no piece",
     replaced(llamaJson, R"({"id": "<s>", "type_id")", R"({"id": "<x>", "type_id")"), "<x>"},
    {"no unknown piece", replaced(llamaJson, R"("unk_token": "<unk>")", R"("unk_token": "<x>")"), "<x>"},
    {"whole words", replaced(llamaJson, R"("dropout": null)", R"("ignore_merges": true)"), "ignore_merges"},
    {"another blank", replaced(llamaJson, R"("prepend": "▁")", R"("prepend": "_")"), "normalizer"},
    {"accents kept", replaced(bertJson, R"("strip_accents": null)", R"("strip_accents": false)"), "rules"},
    {"another prefix", replaced(bertJson, R"("##",)", R"("@@",)"), "rules"},
    {"another pre-tokenizer", replaced(bertJson, "BertPreTokenizer", "Whitespace"), "BERT"},
};

}  // namespace

class TokenizerFileTest : public QObject {
    Q_OBJECT

  private slots:
    void byteLevelPiecesAreRead() {
        const TokenizerData tokenizer = parsed(tinyTokenizerJson());
        QVERIFY(tokenizer.kind == TokenizerKind::ByteLevelBpe && tokenizer.splitter == "smollm");
        QVERIFY(tokenizer.pieces.size() == 300 && tokenizer.pieces[17] == "p17" && tokenizer.scores.empty());
        QVERIFY(tokenizer.kinds[0] == PieceKind::Control && tokenizer.kinds[299] == PieceKind::Normal);
        QVERIFY(tokenizer.merges.size() == 2 &&
                tokenizer.merges[1] == std::pair(std::string("p1"), std::string("2")));
        QVERIFY(!tokenizer.beginning && !tokenizer.addsBeginning && !tokenizer.addsSpacePrefix);
    }

    void splittersAreToldApart_data() {
        QTest::addColumn<QString>("splitter");
        QTest::addColumn<QString>("pretokenizers");
        QTest::newRow("smollm") << "smollm" << QString::fromStdString(digits);
        QTest::newRow("gpt-2") << "gpt-2" << QString::fromStdString(digits.substr(digits.find('\n') + 1));
        QTest::newRow("llama-bpe") << "llama-bpe" << QString::fromStdString(regexSplitter("\\\\p{N}{1,3}"));
        QTest::newRow("qwen2") << "qwen2" << QString::fromStdString(regexSplitter("\\\\p{N}"));
    }
    void splittersAreToldApart() {
        QFETCH(QString, splitter);
        QFETCH(QString, pretokenizers);
        const std::string json = replaced(tinyTokenizerJson(), digits, pretokenizers.toStdString());
        QCOMPARE(parsed(json).splitter, splitter.toStdString());
    }

    void nfcIsRead() {
        const TokenizerData tokenizer = parsed(nfcJson("false"));
        QVERIFY(tokenizer.splitter == "qwen2" && tokenizer.appliesNfc);
        QVERIFY(!parsed(tinyTokenizerJson()).appliesNfc);
    }

    void wholeWordsAreTakenWhereTheFileSaysSo() {
        const std::string llama = replaced(tinyTokenizerJson(), digits, regexSplitter("\\\\p{N}{1,3}"));
        QVERIFY(!parsed(llama).takesWholeWords);
        for (const std::string& json : {llama, tinyTokenizerJson()})
            QVERIFY(parsed(replaced(json, R"("dropout": null)", R"("ignore_merges": true)")).takesWholeWords);
    }

    void sentencePiecesKeepTheirMerges() {
        const TokenizerData tokenizer = parsed(llamaJson);
        QVERIFY(tokenizer.kind == TokenizerKind::SentencePieceBpe && tokenizer.scores.empty());
        QVERIFY(tokenizer.merges.size() == 3 &&
                tokenizer.merges[1] == std::pair(std::string("▁"), std::string("ab")));
        QVERIFY(tokenizer.kinds[0] == PieceKind::Unknown && tokenizer.kinds[1] == PieceKind::Control);
        QVERIFY(tokenizer.kinds[3] == PieceKind::Byte && tokenizer.kinds[9] == PieceKind::UserDefined);
        QVERIFY(tokenizer.beginning == 1 && tokenizer.addsBeginning && !tokenizer.end &&
                tokenizer.unknown == 0);
        QVERIFY(tokenizer.addsSpacePrefix);
        const TokenizerData bare = parsed(replaced(llamaJson, R"({"type": "Prepend", "prepend": "▁"},)", ""));
        QVERIFY(!bare.addsSpacePrefix);
    }

    void wordPiecesAreRead() {
        const TokenizerData tokenizer = parsed(bertJson);
        QVERIFY(tokenizer.kind == TokenizerKind::WordPiece && tokenizer.lowerCase &&
                tokenizer.pieces.size() == 5);
        QVERIFY(tokenizer.beginning == 1 && tokenizer.end == 2 && tokenizer.unknown == 0);
        QVERIFY(tokenizer.kinds[0] == PieceKind::Unknown);
    }

    void idsWithoutPieceAreUnused() {
        const TokenizerData tokenizer =
            parsed(replaced(tinyTokenizerJson(), R"("p299": 299)", R"("p299": 301)"));
        QVERIFY(tokenizer.pieces.size() == 302 && tokenizer.kinds[300] == PieceKind::Unused);
    }

    void whatIsNotReadIsRefused_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < refusals.size(); ++i)
            QTest::newRow(refusals[i].name) << static_cast<int>(i);
    }
    void whatIsNotReadIsRefused() {
        QFETCH(int, index);
        const Refused& refused = refusals[static_cast<std::size_t>(index)];
        VERIFY_ERROR(parsed(refused.json), ErrorKind::Input, refused.message);
    }

    /// As many as Gemma's, each merge a list: among the largest that are published.
    void largeVocabulariesAreRead() {
        std::string merges;
        for (int i = 0; i < 520'000; ++i)
            merges += R"(["p1", "2"], )";
        const std::string json = tinyTokenizerJson(262'144);
        const TokenizerData tokenizer = parsed(replaced(json, R"("merges": [)", R"("merges": [)" + merges));
        QVERIFY(tokenizer.pieces.size() == 262'144 && tokenizer.merges.size() == 520'002);
    }

    void treesOfMillionsAreRefused() {
        std::string values;
        for (int i = 0; i < 5'000'000; ++i)
            values += "{},";
        VERIFY_ERROR(parsed("{\"a\": [" + values + "0]}"), ErrorKind::Input, "too many values");
        VERIFY_ERROR(parsed(tinyTokenizerJson() + std::string(64'000'000, ' ')), ErrorKind::Input, "64 MB");
    }

    void miniLmHasBertsPieces() {
        REQUIRE_MODEL(miniLm());
        const TokenizerData tokenizer =
            parseTokenizerJson(mapFile(miniLm() / "tokenizer.json").bytes, "tokenizer.json");
        QCOMPARE(tokenizer.pieces.size(), std::size_t{30522});
        QVERIFY(tokenizer.pieces[101] == "[CLS]" && tokenizer.pieces[30521] == "##～" && tokenizer.lowerCase);
        QVERIFY(tokenizer.beginning == 101 && tokenizer.end == 102 && tokenizer.unknown == 100);
        // vocab.txt beside it has one piece a line, by id.
        std::string lines;
        for (const std::string& piece : tokenizer.pieces)
            lines += piece + "\n";
        const MappedFile vocabulary = mapFile(miniLm() / "vocab.txt");
        QVERIFY(std::ranges::equal(bytesOf(lines), vocabulary.bytes));
    }

    /// Pieces and scores of the sentencepiece library (PyPI 0.2.3), as they stand in llama2.c's export too.
    void sentencePieceAndLlama2cAgree() {
        const auto folder = dataFolder() / "models/stories260K";
        REQUIRE_DATA(folder / "tok512.model");
        const TokenizerData model =
            parseSentencePiece(mapFile(folder / "tok512.model").bytes, "tok512.model");
        QVERIFY(model.kind == TokenizerKind::SentencePieceBpe && model.pieces.size() == 512);
        QVERIFY(model.pieces[259] == "▁t" && model.pieces[300] == "▁ha" && model.pieces[511] == "\u200a");
        QVERIFY(model.scores[300] == -41 && model.scores[511] == -252);
        QVERIFY(model.kinds[0] == PieceKind::Unknown && model.kinds[2] == PieceKind::Control);
        QVERIFY(model.kinds[258] == PieceKind::Byte && model.kinds[259] == PieceKind::Normal);
        QVERIFY(model.unknown == 0 && model.beginning == 1 && model.end == 2 && model.addsBeginning);
        const TokenizerData exported =
            decodeLlama2cTokenizer(mapFile(folder / "tok512.bin").bytes, 512, "tok512.bin");
        compare(model, exported);
        QVERIFY(model.removesExtraBlanks && !exported.removesExtraBlanks);
    }

    void damagedLlama2cTokenizersAreRefused() {
        const std::string whole = tinyLlama2cTokenizer();
        const auto decode = [](const std::string& bytes, std::int64_t vocabulary = 262) {
            return decodeLlama2cTokenizer(bytesOf(bytes), vocabulary, "t.bin");
        };
        QCOMPARE(decode(whole).pieces.size(), std::size_t{262});
        for (std::size_t length = 0; length < whole.size(); length += 7)
            VERIFY_ERROR(decode(whole.substr(0, length)), ErrorKind::Input, "t.bin");
        VERIFY_ERROR(decode(whole, 261), ErrorKind::Input, "more pieces");
        VERIFY_ERROR(decode(whole, 1ll << 40), ErrorKind::Input, "too early");
        VERIFY_ERROR(decode(replaced(whole, "unk", "un\xFF")), ErrorKind::Input, "UTF-8");
        VERIFY_ERROR(decode(replaced(whole, std::string("\0\0\0\0\5", 5), std::string("\0\0\x80\x7f\5", 5))),
                     ErrorKind::Input, "not finite");
    }

    void damagedSentencePiecesAreRefused() {
        const auto decode = [](const std::string& bytes) {
            return parseSentencePiece(bytesOf(bytes), "s.model");
        };
        const std::string piece("\x0a\x0a\x0a\x03\xe2\x96\x81\x15\x00\x00\x80\xbf", 12);  // "▁", −1
        const std::string bpe("\x12\x0d\x18\x02\xc8\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff", 15);
        const std::string ids("\x12\x08\x18\x02\xc8\x02\x00\xd0\x02\x00", 10);
        const TokenizerData one = decode(piece + ids);
        QVERIFY(one.pieces == std::vector<std::string>{"▁"} && one.scores[0] == -1 && one.beginning == 0);
        QVERIFY(one.removesExtraBlanks && one.addsSpacePrefix);
        const TokenizerData plain = decode(piece + ids + std::string("\x1a\x04\x18\x00\x20\x00", 6));
        QVERIFY(!plain.removesExtraBlanks && !plain.addsSpacePrefix);
        VERIFY_ERROR(decode(""), ErrorKind::Input, "no pieces");
        VERIFY_ERROR(decode(bpe), ErrorKind::Input, "too early");
        VERIFY_ERROR(decode(piece), ErrorKind::Input, "the id 1 is no piece");
        VERIFY_ERROR(decode(piece.substr(0, 11)), ErrorKind::Input, "too early");
        VERIFY_ERROR(decode("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), ErrorKind::Input, "too early");
        VERIFY_ERROR(decode(std::string(11, '\xff')), ErrorKind::Input, "64 bits");
        VERIFY_ERROR(decode("\x0b"), ErrorKind::Input, "wire type");
        VERIFY_ERROR(decode(replaced(piece, "\x96", "\xff") + ids), ErrorKind::Input, "UTF-8");
        VERIFY_ERROR(decode(replaced(piece, "\x80\xbf", "\x80\x7f") + ids), ErrorKind::Input, "not finite");
        VERIFY_ERROR(decode(piece + replaced(ids, std::string("\x18\x02"), "\x18\x03")), ErrorKind::Input,
                     "words");
        VERIFY_ERROR(decode(piece + ids + "\x1a\x03\x12\x01z"), ErrorKind::Input, "map of characters");
    }
};

QTEST_GUILESS_MAIN(TokenizerFileTest)
#include "tokenizer_file_test.moc"
