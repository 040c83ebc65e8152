#include "core/engine/llm/tokenizer/normal_form.h"

#include "core/error.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <cstdint>
#include <limits>

namespace ratescope::engine {
namespace {

void checkIcu(UErrorCode status) {
    if (U_FAILURE(status))
        throw Error(ErrorKind::Internal, std::string("ICU can't normalise text: ") + u_errorName(status), "");
}

icu::StringPiece icuText(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw Error(ErrorKind::Input, "A text of over 2 GiB can't be brought into a normal form of Unicode.",
                    "Cut it into parts.");
    return {text.data(), static_cast<std::int32_t>(text.size())};
}

std::string normalised(const icu::Normalizer2& form, std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    std::string result;
    icu::StringByteSink<std::string> sink(&result);
    form.normalizeUTF8(0, icuText(text), sink, nullptr, status);
    checkIcu(status);
    return result;
}

}  // namespace

std::string decomposed(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* const form = icu::Normalizer2::getNFDInstance(status);
    checkIcu(status);
    return normalised(*form, text);
}

std::optional<std::string> composed(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* const form = icu::Normalizer2::getNFCInstance(status);
    checkIcu(status);
    const bool isComposed = form->isNormalizedUTF8(icuText(text), status);
    checkIcu(status);
    if (isComposed) return std::nullopt;
    return normalised(*form, text);
}

}  // namespace ratescope::engine
