#include "tests/core/engine/llm/tokenizer_file.h"

#include "core/buffer/mapped_file.h"
#include "core/media/assets/sentencepiece_file.h"
#include "core/media/assets/tokenizer_json.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

namespace ratescope::engine {
namespace {

using nlohmann::json;

/// Text that is no UTF-8 stands in hexadecimal digits.
std::string fromHex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::string textOf(const json& example) {
    if (example.contains("hex")) return fromHex(example["hex"]);
    return example.at("text");
}

}  // namespace

media::TokenizerData readTokenizer(const std::filesystem::path& path) {
    const MappedFile mapped = mapFile(path);
    const bool isModel = path.extension() == ".model";
    return (isModel ? media::parseSentencePiece : media::parseTokenizerJson)(mapped.bytes, path.string());
}

std::vector<TokenizerCase> readTokenizerCases(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path.string() + " can't be read");
    std::vector<TokenizerCase> cases;
    for (const json& example : json::parse(file))
        cases.push_back(
            {textOf(example), example.at("ids"), example.value("words", std::vector<std::size_t>{})});
    return cases;
}

}  // namespace ratescope::engine
