#include "core/media/assets/sentencepiece_file.h"

#include "core/error.h"
#include "core/media/assets/byte_reader.h"
#include "core/utf8.h"

#include <cmath>

namespace ratescope::media {
namespace {

/// One field of a message of protocol buffers: a number (varint, or fixed width as its bits) or bytes.
struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;
    std::span<const std::byte> bytes;
};

std::uint64_t varint(ByteReader& reader) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto byte = reader.number<std::uint8_t>();
        value |= static_cast<std::uint64_t>(byte & 127) << shift;
        if (byte < 128) return value;
    }
    throw reader.damaged("a number has more than 64 bits");
}

Field readField(ByteReader& reader) {
    Field field;
    const std::uint64_t tag = varint(reader);
    field.number = tag >> 3;
    switch (tag & 7) {
        case 0:
            field.value = varint(reader);
            break;
        case 1:
            field.value = reader.number<std::uint64_t>();
            break;
        case 2:
            field.bytes = reader.raw(varint(reader));
            break;
        case 5:
            field.value = reader.number<std::uint32_t>();
            break;
        default:
            throw reader.damaged("a field is of an unknown wire type");
    }
    return field;
}

struct Message {
    std::span<const std::byte> bytes;
    const std::string& name;

    template <typename Visit>
    void forFields(Visit visit) const {
        ByteReader reader(bytes, "SentencePiece model", name);
        while (reader.left() > 0)
            visit(readField(reader), reader);
    }
};

std::string textOf(const Field& field, const ByteReader& reader) {
    std::string text(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
    if (!isUtf8(text)) throw reader.damaged("a piece is not UTF-8");
    return text;
}

void addPiece(TokenizerData& tokenizer, const Message& message) {
    std::string piece;
    float score = 0;
    std::uint64_t type = 1;
    message.forFields([&](const Field& field, const ByteReader& reader) {
        if (field.number == 1) piece = textOf(field, reader);
        if (field.number == 2) score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
        if (field.number == 3) type = field.value;
        if (type < 1 || type > 6) throw reader.damaged("a piece is of an unknown type");
        if (!std::isfinite(score)) throw reader.damaged("the score of a piece is not finite");
    });
    tokenizer.pieces.push_back(std::move(piece));
    tokenizer.scores.push_back(score);
    tokenizer.kinds.push_back(static_cast<PieceKind>(type - 1));
}

/// Ids and model type, by the numbers that they have in TrainerSpec; defaults are those of the format.
struct Trainer {
    std::uint64_t type = 1;
    std::int64_t unknown = 0, beginning = 1, end = 2;
};

Trainer trainerOf(const Message& message) {
    Trainer trainer;
    message.forFields([&](const Field& field, const ByteReader&) {
        const auto value = static_cast<std::int64_t>(field.value);
        if (field.number == 3) trainer.type = field.value;
        if (field.number == 40) trainer.unknown = value;
        if (field.number == 41) trainer.beginning = value;
        if (field.number == 42) trainer.end = value;
    });
    return trainer;
}

void readNormaliser(TokenizerData& tokenizer, const Message& message) {
    message.forFields([&](const Field& field, const ByteReader&) {
        if (field.number == 2 && !field.bytes.empty())
            throw Error(ErrorKind::Input,
                        message.name + " normalises text by a map of characters, which is not read.",
                        "Use a model whose normaliser is \"identity\".");
        if (field.number == 3) tokenizer.addsSpacePrefix = field.value != 0;
        if (field.number == 4) tokenizer.removesExtraBlanks = field.value != 0;
    });
}

TokenizerKind tokenizerKindOf(std::uint64_t type, const std::string& name) {
    if (type == 1) return TokenizerKind::SentencePieceUnigram;
    if (type == 2) return TokenizerKind::SentencePieceBpe;
    throw Error(ErrorKind::Input,
                name + " is a SentencePiece model of words or characters, which is not read.",
                "Use a model of the type BPE or unigram.");
}

}  // namespace

TokenizerData parseSentencePiece(std::span<const std::byte> bytes, const std::string& name) {
    TokenizerData tokenizer;
    tokenizer.removesExtraBlanks = true;  // the format's default
    Trainer trainer;
    Message{bytes, name}.forFields([&](const Field& field, const ByteReader&) {
        const Message inner{field.bytes, name};
        if (field.number == 1) addPiece(tokenizer, inner);
        if (field.number == 2) trainer = trainerOf(inner);
        if (field.number == 3) readNormaliser(tokenizer, inner);
    });
    const ByteReader reader({}, "SentencePiece model", name);
    if (tokenizer.pieces.empty()) throw reader.damaged("it has no pieces");
    tokenizer.kind = tokenizerKindOf(trainer.type, name);
    const auto idOf = [&](std::int64_t id) -> std::optional<std::int32_t> {
        if (id < 0) return std::nullopt;
        if (id >= static_cast<std::int64_t>(tokenizer.pieces.size()))
            throw reader.damaged("the id " + std::to_string(id) + " is no piece");
        return static_cast<std::int32_t>(id);
    };
    tokenizer.unknown = idOf(trainer.unknown);
    tokenizer.beginning = idOf(trainer.beginning);
    tokenizer.end = idOf(trainer.end);
    tokenizer.addsBeginning = tokenizer.beginning.has_value();
    return tokenizer;
}

}  // namespace ratescope::media
