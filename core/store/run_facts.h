#pragma once

// What is recorded of an item or a study, as a list of names and values, so that two can be laid side by side: what
// differs, and what is equal.

#include "core/graph/catalogue.h"
#include "core/store/query.h"

#include <optional>
#include <string>
#include <vector>

namespace ratescope::store {

struct RunFact {
    enum class Kind { Parameter, Environment, Library, Result };

    Kind kind = Kind::Parameter;
    std::string name;   ///< "jpeg.quality", "cpu", "libjpeg-turbo", "psnr-rgb"
    std::string value;  ///< canonical text, independent of the locale
};

struct RunFacts {
    std::vector<RunFact> facts;  ///< by kind; a name once in each
    bool isDirty = false;        ///< some of it was made by a program built of changed sources
};

/// Asset, seed and parameters of all nodes upstream and of their measures, defaults filled in (of a document that
/// this installation can't expand: the swept values alone); where it was made; what came out. Throws Error(Usage) for
/// an unknown id.
RunFacts factsOfItem(const Library& library, ItemId item, const graph::Catalogue& catalogue);

/// Parameters of all nodes, swept ones as their lists; environments of all items, different ones joined by "; ".
RunFacts factsOfStudy(const Library& library, const StudyRecord& study, const graph::Catalogue& catalogue);

struct RunDifference {
    struct Row {
        RunFact::Kind kind = RunFact::Kind::Parameter;
        std::string name;
        std::optional<std::string> first, second;  ///< nothing on the side that does not have it
    };
    std::vector<Row> differing,
        equal;  ///< in the order of the facts; those of the second alone come last in a kind
    bool firstIsDirty = false, secondIsDirty = false;
};

RunDifference differenceOf(const RunFacts& first, const RunFacts& second);

}  // namespace ratescope::store
