#include "core/media/node/value_parts.h"

namespace ratescope::media {

void addTexts(ValueParts& parts, const std::string& name, const std::vector<std::string>& texts) {
    std::vector<std::uint64_t> ends;
    std::vector<char> bytes;
    for (const std::string& text : texts) {
        bytes.insert(bytes.end(), text.begin(), text.end());
        ends.push_back(bytes.size());
    }
    parts.arrays.push_back({name + "-ends", arrayOf(ends, DType::U64)});
    parts.arrays.push_back({name, arrayOf(bytes, DType::U8)});
}

const Array& vectorNamed(const ValueParts& parts, const std::string& name, DType type) {
    for (const NamedArray& part : parts.arrays)
        if (part.name == name && part.array.type() == type && part.array.shape().size() == 1)
            return part.array;
    throw unfit("an array of cells or numbers is missing, or of another type");
}

std::vector<std::string> textsFrom(const ValueParts& parts, const std::string& name) {
    const Array& bytes = vectorNamed(parts, name, DType::U8);
    const auto* text = reinterpret_cast<const char*>(bytes.bytes().data());
    std::vector<std::string> texts;
    std::uint64_t begin = 0;
    for (const std::uint64_t end : vectorNamed(parts, name + "-ends", DType::U64).as<std::uint64_t>()) {
        if (end < begin || end > bytes.byteSize()) throw unfit("a text lies outside its bytes");
        texts.emplace_back(text + begin, end - begin);
        begin = end;
    }
    if (begin != bytes.byteSize()) throw unfit("there is text that belongs to no cell");
    return texts;
}

}  // namespace ratescope::media
