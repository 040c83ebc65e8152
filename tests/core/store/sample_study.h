#pragma once

// Studies that need no pipeline: planned rows, and outcomes that a worker might have reported for them.

#include "core/store/library.h"

#include <QTemporaryDir>
#include <filesystem>
#include <string>
#include <vector>

namespace ratescope::store {

/// A folder that goes with the test, and the library in it.
class SampleFolder {
  public:
    std::filesystem::path path() const { return folder_.path().toStdString(); }
    std::filesystem::path library() const { return path() / "sample.rslib"; }

  private:
    QTemporaryDir folder_;
};

graph::Metric psnrMetric(graph::Pool pool = graph::Pool::MeanOfValues);

struct SampleShape {
    std::vector<std::string> series{"jpeg/optimise=false", "jpeg/optimise=true"};
    std::vector<std::int64_t> qualities{10, 50, 90};
    int assets = 4;
    std::vector<std::string> measures{"psnr"};
};

StudyRecord sampleStudy(const std::string& documentId = "0123456789abcdef0123456789abcdef");
std::vector<PlannedItem> sampleItems(const SampleShape& shape = {});
/// Adds the measure to every item.
void addMeasure(std::vector<PlannedItem>& items, const std::string& node, const graph::Metric& metric);

Environment sampleEnvironment();

/// Writes a stream of `bytes` bytes into staging and describes it: parts "header" (64 bits) and "data".
std::pair<run::StreamResult, StreamRecord> sampleStream(const Library& library, const Hash& task,
                                                        std::size_t bytes, char fill = 'x');

/// What finishing the item would report: a stream of a size that depends on the item, times, and for each
/// measurement a score and the count of pixels.
Batch outcomeOf(const Library& library, const PlannedItem& planned, const ReconciledItem& row);

void append(Batch& batch, const Batch& more);

/// Plans the items in a new study and finishes all.
StudyId finishedStudy(Library& library, const std::vector<PlannedItem>& items,
                      const StudyRecord& study = sampleStudy());

}  // namespace ratescope::store
