#include "core/engine/llm/texts.h"

#include "core/engine/llm/ids.h"
#include "core/error.h"
#include "core/media/assets/text_file.h"

#include <ATen/ATen.h>

#include <memory>
#include <utility>

namespace ratescope::engine {

std::string joinedTexts(const std::vector<media::Value>& texts, const std::string& who) {
    std::string all;
    for (const media::Value& text : texts) {
        const auto* corpus = std::get_if<std::shared_ptr<const media::TextCorpus>>(&text);
        if (!corpus) throw Error(ErrorKind::Input, who + " text.", "Connect a text to it.");
        all += (all.empty() ? "" : "\n\n") + std::string((*corpus)->text());
    }
    return all;
}

media::Value corpusOf(std::string text) {
    const auto owner = std::make_shared<const std::string>(std::move(text));
    return std::make_shared<const media::TextCorpus>(
        media::decodeText(std::as_bytes(std::span(*owner)), owner, "the text"));
}

Tokenizer tokenizerOf(const media::LanguageModel& model) {
    if (model.tokenizer.pieces.empty())
        throw Error(ErrorKind::Input, "The language model \"" + model.name + "\" has no tokenizer.",
                    "Use a file or a folder that holds one.");
    return Tokenizer(model.tokenizer);
}

at::Tensor drawnSequences(std::mt19937_64 random, std::span<const std::int32_t> ids, std::int64_t count,
                          std::int64_t length) {
    if (static_cast<std::int64_t>(ids.size()) < length)
        throw Error(ErrorKind::Input,
                    "The calibration text has " + std::to_string(ids.size()) +
                        " tokens, and a sequence is of " + std::to_string(length) + ".",
                    "Connect a longer text, or set length to less.");
    const auto places = static_cast<std::uint64_t>(ids.size()) - static_cast<std::uint64_t>(length) + 1;
    std::vector<std::int32_t> all;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(random() % places);
        all.insert(all.end(), begin, begin + length);
    }
    return idTensor(all).view({count, length});
}

std::vector<graph::Parameter> drawParameters(const DrawDefaults& defaults) {
    return {{.id = "sequences",
             .label = "Sequences",
             .help = "So many are drawn from the text.",
             .type = graph::ParameterType::Int,
             .defaultValue = defaults.sequences,
             .minimum = static_cast<double>(defaults.least),
             .maximum = static_cast<double>(defaults.most)},
            {.id = "length",
             .label = "Length",
             .help = "Of a sequence of the text.",
             .type = graph::ParameterType::Int,
             .unit = "tokens",
             .defaultValue = defaults.length,
             .minimum = 8,
             .maximum = 32768}};
}

}  // namespace ratescope::engine
