#include "views/palette/fuzzy.h"

#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int letter = 1, inARow = 6, wordBegin = 8, textBegin = 4;

bool beginsWord(const QString& text, qsizetype at) {
    return at == 0 || !text[at - 1].isLetterOrNumber() || (text[at].isUpper() && text[at - 1].isLower());
}

/// Of the letters from the first place `from` on, each at the next place it has.
std::optional<int> scoreFrom(const QString& query, const QString& text, qsizetype from) {
    int score = from == 0 ? textBegin : 0;
    qsizetype last = -2, at = from;
    for (const QChar wanted : query) {
        // A letter that goes on in a row is better than the beginning of a later word.
        while (at < text.size() && text[at].toLower() != wanted)
            ++at;
        if (at == text.size()) return std::nullopt;
        score += letter + (at == last + 1 ? inARow : 0) + (beginsWord(text, at) ? wordBegin : 0);
        last = at++;
    }
    return score;
}

}  // namespace

std::optional<int> fuzzyScore(const QString& query, const QString& text) {
    QString wanted = query.toLower();
    wanted.remove(' ');
    if (wanted.isEmpty()) return 0;
    std::optional<int> best;
    for (qsizetype from = 0; from < text.size(); ++from) {
        if (text[from].toLower() != wanted[0]) continue;
        if (const auto score = scoreFrom(wanted, text, from)) best = std::max(best.value_or(*score), *score);
    }
    return best;
}

}  // namespace ratescope::views
