#include "plugins/weights/search_log.h"

#include <string>
#include <utility>

namespace ratescope::media::weights {

using engine::Candidate;
using engine::Generation;

namespace {

std::string textOf(const Candidate& candidate, const SearchUnits& units) {
    std::string text;
    for (std::size_t unit = 0; unit < candidate.size(); ++unit)
        text += (text.empty() ? "" : " ") + std::to_string(units.value(unit, candidate[unit]));
    return text;
}

std::int64_t differences(const Candidate& a, const Candidate& b) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        count += a[i] != b[i];
    return count;
}

}  // namespace

FieldWriter fieldsOf(const std::vector<Generation>& log) {
    FieldWriter fields;
    fields.varint(log.size());
    for (const Generation& generation : log) {
        fields.varint(generation.parent.size());
        for (const int level : generation.parent)
            fields.signedVarint(level);
        fields.f64(generation.fitness);
        fields.f64(generation.fixedFitness);
        fields.signedVarint(generation.tokens);
    }
    return fields;
}

std::vector<Generation> generationsFrom(FieldReader& fields) {
    std::vector<Generation> log;
    for (std::uint64_t left = fields.varintUpTo(fields.left()); left > 0; --left) {
        Generation& generation = log.emplace_back();
        for (std::uint64_t units = fields.varintUpTo(fields.left()); units > 0; --units)
            generation.parent.push_back(static_cast<int>(fields.signedVarint()));
        generation.fitness = fields.f64();
        generation.fixedFitness = fields.f64();
        generation.tokens = fields.signedVarint();
    }
    return log;
}

Table searchLog(const std::vector<Generation>& log, const SearchUnits& units, FitnessKind fitnessKind) {
    std::vector<std::int64_t> numbers, tokens, changed;
    std::vector<double> fitness, fixed;
    std::vector<std::string> parents;
    for (std::size_t i = 0; i < log.size(); ++i) {
        numbers.push_back(static_cast<std::int64_t>(i));
        fitness.push_back(log[i].fitness);
        fixed.push_back(log[i].fixedFitness);
        tokens.push_back(log[i].tokens);
        changed.push_back(i == 0 ? 0 : differences(log[i].parent, log[i - 1].parent));
        parents.push_back(textOf(log[i].parent, units));
    }
    const char* const unit = fitnessKind == FitnessKind::Perplexity ? "" : "nat";
    Table table;
    table.schema = searchLogSchema;
    table.view = TableView::Line;
    table.columns = {{"generation", "", std::move(numbers)}, {"fixed-fitness", unit, std::move(fixed)},
                     {"fitness", unit, std::move(fitness)},  {"tokens", "", std::move(tokens)},
                     {"changed", "", std::move(changed)},    {"parent", "", std::move(parents)}};
    return table;
}

}  // namespace ratescope::media::weights
