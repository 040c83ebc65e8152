#include "plugins/language/texts.h"

#include "core/error.h"
#include "core/media/assets/text_file.h"

#include <memory>
#include <span>
#include <utility>

namespace ratescope::media::language {

std::string joinedTexts(const std::vector<Value>& texts, const std::string& who) {
    std::string all;
    for (const Value& text : texts) {
        const auto* corpus = std::get_if<std::shared_ptr<const TextCorpus>>(&text);
        if (!corpus) throw Error(ErrorKind::Input, who + " text.", "Connect a text to it.");
        all += (all.empty() ? "" : "\n\n") + std::string((*corpus)->text());
    }
    return all;
}

Value corpusOf(std::string text) {
    const auto owner = std::make_shared<const std::string>(std::move(text));
    return std::make_shared<const TextCorpus>(
        decodeText(std::as_bytes(std::span(*owner)), owner, "the text"));
}

engine::Tokenizer tokenizerOf(const LanguageModel& model) {
    if (model.tokenizer.pieces.empty())
        throw Error(ErrorKind::Input, "The language model \"" + model.name + "\" has no tokenizer.",
                    "Use a file or a folder that holds one.");
    return engine::Tokenizer(model.tokenizer);
}

}  // namespace ratescope::media::language
