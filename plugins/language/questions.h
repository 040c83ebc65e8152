#pragma once

// Tables of multiple-choice questions.

#include "core/media/node/node.h"
#include "core/media/node/value.h"

#include <string>
#include <vector>

namespace ratescope::media::language {

struct Question {
    std::string text;                  ///< what stands before the answers
    std::vector<std::string> choices;  ///< at least two, none empty
    std::size_t answer = 0;            ///< of `choices`
};

/// The questions of all tables, one a row. The parameters "question" and "answer" name columns, and "choices" columns
/// separated by semicolons; an empty cell there is no choice, and the answer's cell names the column of the right one.
/// Throws Error(Input) that names column or row: a column that is not there, a row with fewer than two choices or
/// without a right one, no rows.
std::vector<Question> questionsOf(const std::vector<Value>& tables, const Parameters& parameters);

}  // namespace ratescope::media::language
