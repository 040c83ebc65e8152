#include "core/graph/sweep_columns.h"

#include <algorithm>
#include <set>

namespace ratescope::graph {

Sweep withoutColumns(const Sweep& sweep, const std::function<bool(const SweepColumn&)>& goes) {
    if (std::none_of(sweep.columns.begin(), sweep.columns.end(), goes)) return sweep;
    Sweep kept;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < sweep.columns.size(); ++i) {
        if (goes(sweep.columns[i])) continue;
        kept.columns.push_back(sweep.columns[i]);
        places.push_back(i);
    }
    std::set<std::vector<ParameterValue>> seen;
    for (const auto& row : sweep.rows) {
        std::vector<ParameterValue> values;
        for (const std::size_t place : places)
            if (place < row.size()) values.push_back(row[place]);
        if (seen.insert(values).second) kept.rows.push_back(std::move(values));
    }
    return kept;
}

}  // namespace ratescope::graph
