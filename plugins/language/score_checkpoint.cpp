#include "plugins/language/score_checkpoint.h"

#include "core/media/coding/damaged.h"
#include "core/media/node/checkpoint.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace ratescope::media::language {
namespace {

constexpr const char* scoreName = "score";
constexpr const char* rowsName = "rows";

void putNumbers(FieldWriter& fields, const std::vector<double>& numbers) {
    fields.raw(std::as_bytes(std::span(numbers)));
}

std::vector<double> numbersFrom(FieldReader& fields, std::size_t count) {
    const auto bytes = fields.raw(count * sizeof(double));
    std::vector<double> numbers(count);
    if (count > 0) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
}

/// Of whole windows.
std::size_t countFrom(FieldReader& fields, std::int64_t tokensOfWindow) {
    const auto count = static_cast<std::size_t>(fields.varintUpTo(fields.left()));
    if (count % static_cast<std::size_t>(tokensOfWindow) != 0) throw damaged("a window is not whole");
    return count;
}

void tell(Context& context, std::size_t tokens, std::int64_t tokensOfWindow) {
    context.log("Took up " + std::to_string(static_cast<std::int64_t>(tokens) / tokensOfWindow) +
                " windows that an earlier run had scored.");
}

}  // namespace

void saveScore(Context& context, const std::vector<double>& logLikelihoods) {
    FieldWriter fields;
    fields.varint(logLikelihoods.size());
    putNumbers(fields, logLikelihoods);
    saveFields(context, scoreName, fields);
}

void saveRows(Context& context, const engine::DivergenceRows& rows) {
    FieldWriter fields;
    fields.varint(rows.divergence.size());
    for (const auto* numbers : {&rows.divergence, &rows.referenceLogLikelihood, &rows.candidateLogLikelihood})
        putNumbers(fields, *numbers);
    for (const bool same : rows.sameTop)
        fields.u8(same ? 1 : 0);
    saveFields(context, rowsName, fields);
}

std::vector<double> savedScore(Context& context, std::int64_t tokensOfWindow) {
    const auto score = takeUp(context, scoreName, [&](FieldReader& fields) {
        return numbersFrom(fields, countFrom(fields, tokensOfWindow));
    });
    if (!score) return {};
    tell(context, score->size(), tokensOfWindow);
    return *score;
}

engine::DivergenceRows savedRows(Context& context, std::int64_t tokensOfWindow) {
    const auto rows = takeUp(context, rowsName, [&](FieldReader& fields) {
        engine::DivergenceRows all;
        const std::size_t count = countFrom(fields, tokensOfWindow);
        for (auto* numbers : {&all.divergence, &all.referenceLogLikelihood, &all.candidateLogLikelihood})
            *numbers = numbersFrom(fields, count);
        for (std::size_t i = 0; i < count; ++i)
            all.sameTop.push_back(fields.u8() != 0);
        return all;
    });
    if (!rows) return {};
    tell(context, rows->divergence.size(), tokensOfWindow);
    return *rows;
}

}  // namespace ratescope::media::language
