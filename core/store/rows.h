#pragma once

// Parts of rows that several files of this room read and write.

#include "core/graph/manifest.h"
#include "core/store/library.h"
#include "core/store/sqlite.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::store {

enum class FailureOf { Item, Measurement };

void writeFailure(Database& database, FailureOf what, std::int64_t id, const Failure& failure);
void removeFailure(Database& database, FailureOf what, std::int64_t id);
std::optional<Failure> readFailure(Database& database, FailureOf what, std::int64_t id);

/// The metrics of a row of `measure`, in the order of its manifest.
std::vector<graph::Metric> readMetrics(Database& database, std::int64_t measure);

/// The row for these counts; equal ones share it. Nothing for no counts.
std::optional<std::int64_t> countSetOf(Database& database,
                                       const std::map<std::string, std::uint64_t>& counts);
std::map<std::string, std::uint64_t> readCounts(Database& database, std::optional<std::int64_t> countSet);

/// The row for this environment; equal ones share it.
std::int64_t environmentRow(Database& database, const Environment& environment);
std::optional<Environment> readEnvironment(Database& database, std::int64_t id);

}  // namespace ratescope::store
