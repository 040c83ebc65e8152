#pragma once

// What the parts of values (toParts, fromParts) have in common: names of enumerations, texts and numbers as arrays.

#include "core/buffer/value_file.h"
#include "core/error.h"
#include "core/media/node/value.h"
#include "core/utf8.h"

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace ratescope::media {

inline Error unfit(const std::string& reason) {
    return Error(ErrorKind::Input, "A stored value is damaged: " + reason + ".",
                 "Delete it; it is made again when it is needed.");
}

/// Throws Error(Input) for a name that is none of them.
template <typename Enum, std::size_t N>
Enum fromName(const std::array<const char*, N>& names, const std::string& name) {
    for (std::size_t i = 0; i < N; ++i)
        if (name == names[i]) return static_cast<Enum>(i);
    throw unfit(quote(name) + " is not known here");
}

template <typename Enum, std::size_t N>
const char* nameOf(const std::array<const char*, N>& names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

template <typename T>
Array arrayOf(const std::vector<T>& values, DType type) {
    Array array(type, {static_cast<std::int64_t>(values.size())});
    if (!values.empty()) std::memcpy(array.writableBytes().data(), values.data(), values.size() * sizeof(T));
    return array;
}

/// Texts are one run of bytes, the array `name`, and for each where it ends, the array `name`-ends.
void addTexts(ValueParts& parts, const std::string& name, const std::vector<std::string>& texts);
/// Throws Error(Input), as all below, where the array is missing or of another type or rank, and where texts do not
/// cover the bytes.
std::vector<std::string> textsFrom(const ValueParts& parts, const std::string& name);

const Array& vectorNamed(const ValueParts& parts, const std::string& name, DType type);

template <typename T>
std::vector<T> numbersFrom(const ValueParts& parts, const std::string& name, DType type) {
    const auto numbers = vectorNamed(parts, name, type).as<T>();
    return {numbers.begin(), numbers.end()};
}

/// Of a language model (language_model_parts.cpp).
ValueParts languageModelParts(const LanguageModel& model);
std::shared_ptr<const LanguageModel> languageModelFrom(const ValueParts& parts);
std::size_t languageModelSize(const LanguageModel& model);

}  // namespace ratescope::media
