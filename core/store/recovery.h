#pragma once

// What opening for writing does after whatever end the last writer met.

#include "core/store/library.h"

namespace ratescope::store {

/// Rows left running become interrupted; staging is emptied; artefact files without a row are removed; where
/// an artefact's file is missing or of another size, its stream, samples or table is forgotten and the items
/// and measurements that need it become interrupted, so that they run again.
void recover(Library::Connection& connection);

}  // namespace ratescope::store
