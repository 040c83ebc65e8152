#include "core/media/assets/language_model_file.h"

#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/media/assets/ggml_blocks.h"
#include "core/media/assets/gguf_model.h"
#include "core/media/assets/llama2c_file.h"
#include "core/media/assets/model_folder.h"
#include "core/utf8.h"

#include <cstring>

namespace ratescope::media {
namespace {

namespace fs = std::filesystem;

/// Of a folder, or of the config.json in one.
std::optional<fs::path> folderOf(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return path;
    if (path.filename() == "config.json") return path.has_parent_path() ? path.parent_path() : fs::path(".");
    return std::nullopt;
}

bool isGguf(std::span<const std::byte> bytes) {
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0;
}

LanguageModel readFile(const fs::path& path) {
    const MappedFile mapped = mapFile(path);
    if (isGguf(mapped.bytes)) return languageModelOf(decodeGguf(mapped.bytes, mapped.owner, path.string()));
    LanguageModel model = decodeLlama2c(mapped.bytes, mapped.owner, path.string());
    const fs::path tokenizer = llama2cTokenizerOf(path, model.config.vocabulary);
    model.tokenizer =
        decodeLlama2cTokenizer(mapFile(tokenizer).bytes, model.config.vocabulary, tokenizer.string());
    return model;
}

void checkFinite(const LanguageModel& model, const fs::path& path) {
    for (const ModelTensor& tensor : model.tensors)
        if (!isFinite(tensor))
            throw Error(ErrorKind::Input,
                        path.string() + ": the tensor " + quote(tensor.name) + " holds NaN or infinities.",
                        "Fetch or export the model again.");
}

}  // namespace

LanguageModel readLanguageModel(const fs::path& path) {
    const std::optional<fs::path> folder = folderOf(path);
    LanguageModel model = folder ? readModelFolder(*folder) : readFile(path);
    if (model.name.empty()) model.name = path.stem().string();
    checkFinite(model, path);
    return model;
}

std::vector<fs::path> filesOfLanguageModel(const fs::path& path) {
    if (const std::optional<fs::path> folder = folderOf(path)) return filesOfModelFolder(*folder);
    const MappedFile mapped = mapFile(path);
    if (isGguf(mapped.bytes)) return {path};
    const LanguageModel model = decodeLlama2c(mapped.bytes, mapped.owner, path.string());
    return {path, llama2cTokenizerOf(path, model.config.vocabulary)};
}

}  // namespace ratescope::media
