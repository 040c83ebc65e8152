#include "core/media/assets/text_file.h"

#include "core/buffer/aside_file.h"
#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/media/assets/extension.h"
#include "core/utf8.h"

#include <algorithm>

namespace ratescope::media {
namespace {

/// The length of the longest beginning that is UTF-8: by lines first, which end no character, then by bytes.
std::size_t soundLength(std::string_view text) {
    std::size_t sound = 0;
    while (sound < text.size()) {
        const std::size_t end = std::min(text.find('\n', sound), text.size() - 1) + 1;
        if (!isUtf8(text.substr(sound, end - sound))) break;
        sound = end;
    }
    const std::string_view line = text.substr(sound);
    for (std::size_t i = 0; i < line.size();) {
        std::size_t width = 1;
        while (width <= 4 && !isUtf8(line.substr(i, width)))
            ++width;
        if (width > 4) return sound + i;
        i += width;
    }
    return text.size();
}

}  // namespace

TextCorpus decodeText(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                      const std::string& name) {
    TextCorpus corpus{Array(DType::U8, {static_cast<std::int64_t>(bytes.size())}, bytes, owner)};
    if (bytes.empty()) throw Error(ErrorKind::Input, name + " is empty.", "Put the text in place again.");
    if (!isUtf8(corpus.text()))
        throw Error(
            ErrorKind::Input,
            name + " is not UTF-8 text from byte " + std::to_string(soundLength(corpus.text())) + " on.",
            "Convert it to UTF-8.");
    return corpus;
}

TextCorpus readText(const std::filesystem::path& file) {
    const MappedFile mapped = mapFile(file);
    return decodeText(mapped.bytes, mapped.owner, file.string());
}

void writeText(const std::filesystem::path& file, const TextCorpus& corpus) {
    if (extensionOf(file) != "txt")
        throw Error(ErrorKind::Usage, file.string() + " does not end as a text file.", "End it with .txt.");
    AsideFile out(file);
    out.write(corpus.bytes.bytes());
    out.commit();
}

}  // namespace ratescope::media
