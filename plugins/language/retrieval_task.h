#pragma once

// What a retrieval measure asks: documents, queries, and which document answers which query.

#include "core/media/node/value.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ratescope::media::language {

struct RetrievalQuery {
    std::string id, text;
    std::map<std::size_t, std::int64_t> grades;  ///< by document; at least one is above 0
};

struct RetrievalTask {
    std::vector<std::string> documents;  ///< title and text, a blank between them
    std::vector<RetrievalQuery> queries;
};

/// The task of a corpus, its queries and judgements as the BEIR benchmark lays them out (Thakur et al. 2021): columns
/// "_id" (or "id"), "title" (may be missing) and "text"; "_id" (or "id") and "text"; "query-id", "corpus-id" and
/// "score". Queries without a judgement above 0 are left out. `most` above 0 keeps so many documents only: all that are
/// judged, then the first others. Throws Error(Input) that names the column or id that is missing or comes twice.
RetrievalTask retrievalTask(const std::vector<Value>& corpus, const std::vector<Value>& queries,
                            const std::vector<Value>& judgements, std::int64_t most);

/// The task as three tables, and back.
std::map<std::string, Value> toTables(const RetrievalTask& task);
RetrievalTask fromTables(const std::map<std::string, Value>& tables);

}  // namespace ratescope::media::language
