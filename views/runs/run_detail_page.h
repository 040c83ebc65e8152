#pragma once

// All that is kept of one item, as a page of text: why it failed, the parts of its stream, counts, times, environment.

#include "core/store/query.h"

#include <QString>
#include <optional>
#include <vector>

namespace ratescope::views {

struct ItemDetail {
    store::ItemRow row;
    std::vector<store::MeasurementRow> measurements;
    std::vector<store::StreamRecord> streams;
    std::optional<store::Failure> failure;
    std::optional<store::Environment> environment;
};

/// For the reader's thread. Throws Error(Usage) for an item that is gone.
ItemDetail readDetail(const store::Library& library, store::ItemId item);

/// HTML in the colours of the present look; the link "patch" stands for what was changed in the program.
QString detailHtml(const ItemDetail& detail);

/// The same as plain text, for the clipboard, with the whole log.
QString detailText(const ItemDetail& detail);

/// A named part of a stream with its share of the stream's bits.
struct PartShare {
    QString name;
    std::uint64_t bits = 0;
    double percent = 0;
};

/// At most `most`: the smallest ones together where there are more. The bits add up to those of the stream.
std::vector<PartShare> partShares(const store::StreamRecord& stream, std::size_t most);

}  // namespace ratescope::views
