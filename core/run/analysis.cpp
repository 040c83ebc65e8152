#include "core/run/analysis.h"

#include "core/graph/strict_json.h"

#include <algorithm>
#include <utility>

namespace ratescope::run {

void AnalysisRun::remove(store::StudyId study) {
    std::erase(waiting_, study);
    if (study_ != study) return;
    tasks_.clear();
    chain_.cancel();
}

bool AnalysisRun::waits(store::StudyId study) const {
    return std::find(waiting_.begin(), waiting_.end(), study) != waiting_.end() ||
           (study_ == study && (!tasks_.empty() || chain_.busy()));
}

/// Makes the tasks that the study's tables are not of yet.
void AnalysisRun::prepare(store::StudyId id) {
    const StudyRun* const study = house_.study(id);
    if (!study || study->plan().analyses.empty() || study->count(store::State::Done) == 0) return;
    std::set<Hash> known;
    for (const store::TableRecord& table : house_.library.tables(id))
        known.insert(table.key);
    const std::string rows = analysisRows(house_.library, house_.library.study(study->name()));
    const std::filesystem::path file = house_.folder.path() / ("rows-" + std::to_string(id) + ".csv");
    graph::replaceFile(file, rows);
    for (const PlannedAnalysis& analysis : study->plan().analyses) {
        Task task = analysis.task;
        task.file = file;
        task.fileHash = sha256(rows);
        task.key = keyOf(task, *house_.catalogue.find(task.type));
        if (!known.count(task.key)) tasks_.push_back(std::move(task));
    }
}

void AnalysisRun::next() {
    while (tasks_.empty() && !waiting_.empty()) {
        study_ = waiting_.front();
        waiting_.pop_front();
        prepare(study_);
    }
    if (tasks_.empty()) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    const StudyRun* const study = house_.study(study_);
    if (!study) return;
    Chain chain = house_.newChain(study->settings());
    chain.tasks = {task};
    chain.wanted = {task.key};
    chain_.run(0, std::move(chain), study->settings().stallSeconds,
               [this, task](const DirectChain::Outcome& outcome) { take(task, outcome); });
}

void AnalysisRun::take(const Task& task, const DirectChain::Outcome& outcome) {
    if (outcome.failure) {
        if (failed) failed(study_, task.node, *outcome.failure);
        return;
    }
    if (!house_.study(study_)) return;
    for (const TaskReport& report : outcome.reports)
        for (const auto& [name, csv] : report.tables)
            house_.log.add(store::TableRecord{study_, task.node, name, report.key, csv});
}

}  // namespace ratescope::run
