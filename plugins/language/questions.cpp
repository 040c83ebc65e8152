#include "plugins/language/questions.h"

#include "core/curves/text.h"
#include "core/error.h"
#include "core/utf8.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <sstream>

namespace ratescope::media::language {
namespace {

std::string cellText(double value) {
    return std::isnan(value) ? std::string() : curves::shortest(value);  // an empty cell is read as NaN
}
std::string cellText(std::int64_t value) {
    return std::to_string(value);
}
std::string cellText(const std::string& value) {
    return value;
}

/// The cells of a column as text: choices that are all numbers are read as such.
std::string cellOf(const Column& column, std::size_t row) {
    return std::visit([row](const auto& cells) { return cellText(cells[row]); }, column.cells);
}

const Column& columnOf(const Table& table, const std::string& name) {
    if (const Column* column = table.column(name)) return *column;
    std::string known;
    for (const Column& column : table.columns)
        known += (known.empty() ? "" : ", ") + quote(column.name);
    throw Error(ErrorKind::Input, "The table of questions has no column " + quote(name) + ".",
                known.empty() ? "It is empty: connect another one."
                              : "Its columns are " + known + ": name them in question, choices and answer.");
}

std::vector<std::string> namesIn(const std::string& list) {
    std::vector<std::string> names;
    std::istringstream words(list);
    for (std::string word; std::getline(words, word, ';');)
        if (!word.empty()) names.push_back(word);
    if (names.size() < 2)
        throw Error(ErrorKind::Usage, "Less than two columns of choices are named.",
                    "Name them in choices, separated by semicolons: A;B;C;D.");
    return names;
}

class Reader {
  public:
    Reader(const Table& table, const Parameters& parameters)
        : question_(columnOf(table, parameters.text("question"))),
          answer_(columnOf(table, parameters.text("answer"))),
          names_(namesIn(parameters.text("choices"))) {
        for (const std::string& name : names_)
            choices_.push_back(&columnOf(table, name));
    }

    Question read(std::size_t row) const {
        Question question{cellOf(question_, row), {}, 0};
        const std::string right = cellOf(answer_, row);
        std::optional<std::size_t> answer;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const std::string choice = cellOf(*choices_[i], row);
            if (choice.empty()) continue;
            if (names_[i] == right) answer = question.choices.size();
            question.choices.push_back(choice);
        }
        const std::string place = "The question in row " + std::to_string(row + 1);
        if (question.choices.size() < 2)
            throw Error(ErrorKind::Input, place + " has fewer than two choices.",
                        "Give it more, or take the row out.");
        if (!answer)
            throw Error(ErrorKind::Input,
                        place + " names " + quote(right) + " as its answer, which is none of its choices.",
                        "Write the name of the right choice's column there.");
        question.answer = *answer;
        return question;
    }

  private:
    const Column& question_;
    const Column& answer_;
    std::vector<std::string> names_;
    std::vector<const Column*> choices_;
};

}  // namespace

std::vector<Question> questionsOf(const std::vector<Value>& tables, const Parameters& parameters) {
    std::vector<Question> questions;
    for (const Value& value : tables) {
        const auto* table = std::get_if<std::shared_ptr<const Table>>(&value);
        if (!table)
            throw Error(ErrorKind::Input, "language.multiple-choice reads questions from tables.",
                        "Connect a table.");
        const Reader reader(**table, parameters);
        for (std::size_t row = 0; row < (*table)->rows(); ++row)
            questions.push_back(reader.read(row));
    }
    if (questions.empty())
        throw Error(ErrorKind::Input, "There are no questions in the table.", "Connect a table with rows.");
    return questions;
}

}  // namespace ratescope::media::language
