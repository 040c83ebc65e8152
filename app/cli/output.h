#pragma once

// What commands share: the catalogue, numbers and tables as text.

#include "core/graph/catalogue.h"

#include <string>
#include <vector>

namespace ratescope::cli {

/// All nodes of this installation; plugins that could not be taken are named on standard error.
graph::Catalogue installedCatalogue();

/// Throws Error(Usage) naming the node, with the nearest id there is.
const graph::Manifest& requireNode(const graph::Catalogue& catalogue, const std::string& id);

/// Columns padded with blanks; a column of numbers is aligned to the right.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

/// "1.4 MiB".
std::string bytesText(double bytes);
/// "about 4 min", "about 20 s".
std::string durationText(double seconds);

/// Writes `text` to the file aside and renames it, or to standard output when `file` is empty.
void writeResult(const std::string& file, const std::string& text);

}  // namespace ratescope::cli
