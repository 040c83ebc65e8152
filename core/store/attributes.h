#pragma once

// What joined tables say of assets: the columns of a row, by the name of the asset in the items of a branch.

#include "core/store/library.h"
#include "core/store/sqlite.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace ratescope::store {

/// Replaces the attributes of the study; the caller holds a write transaction. Branches that the study does not
/// have are passed over.
void writeAttributes(Database& database, StudyId study, const std::vector<AssetAttributes>& attributes);

/// What a column says of each asset that it says something of, as text. Throws Error(Usage), listing the columns
/// there are, for one that no table of the study has; Error(Input) when branches differ in an asset.
std::map<std::string, std::string> attributeOfAssets(const Library& library, StudyId study,
                                                     const std::string& column);

/// The columns that tables of the study have, by name; empty where no table is joined.
std::set<std::string> attributeColumns(const Library& library, StudyId study);

}  // namespace ratescope::store
