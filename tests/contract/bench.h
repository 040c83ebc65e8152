#pragma once

// The tasks of one node on one sample: what the other files of this test run whole, stop and interrupt.

#include "core/media/worker/value_cache.h"
#include "tests/contract/trial.h"
#include "tests/core/media/worker/chain_builder.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::contract {

/// A chain of the node's tasks in the order in which they run: source, transform or analyse; encode, extract (where
/// the codec has such a parameter) and decode; prepare and score. Inputs stand in for values of tasks that are not
/// in the chain. All tasks are wanted and published.
class Bench {
  public:
    /// Both must outlive the bench.
    Bench(const graph::Manifest& manifest, const Sample& sample);

    run::Chain& chain() { return builder_.chain; }
    media::Plugins& plugins() { return builder_.plugins; }

    void holdInputs(media::ValueCache& cache) const;
    void publishInputs() const;
    const media::Value& input(const run::TaskOutput& output) const { return values_.at(output); }
    bool inputsChanged() const;

    /// Takes the reports down; values are read from where they were published.
    void note(const std::vector<run::TaskReport>& reports, Trial& trial) const;

    /// A file that lies in the chain's folders under the task's name, its checkpoints aside; "" if there is none.
    std::string leftBy(const Hash& task) const;

  private:
    std::vector<run::TaskOutput> wire(const std::string& port);
    media::Wires wires(const std::vector<graph::PortRole>& roles);
    void addTasks();
    void addMeasure();
    void nameFile();
    void noteOutputs(const run::Task& task, Trial& trial) const;

    media::ChainBuilder builder_;
    const graph::Manifest& manifest_;
    const Sample& sample_;
    std::map<run::TaskOutput, media::Value> values_;
};

}  // namespace ratescope::contract
