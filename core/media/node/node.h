#pragma once

// The base class of each kind of node. Nodes are stateless: one object may serve many tasks, and what is
// learned travels on wires. Inputs are immutable. Equal inputs, parameters, seed and threads give equal
// outputs, bit for bit on one machine. Errors are thrown as ratescope::Error(what happened, what to do).

#include "core/graph/manifest.h"
#include "core/media/node/context.h"
#include "core/media/node/stream.h"
#include "core/media/node/value.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

/// Complete, checked parameters of one task.
class Parameters {
  public:
    explicit Parameters(std::map<std::string, graph::ParameterValue> values) : values_(std::move(values)) {}

    /// Each throws Error(Internal) when the manifest has no such parameter of that type.
    std::int64_t integer(const std::string& id) const;
    double real(const std::string& id) const;
    bool flag(const std::string& id) const;
    const std::string& text(const std::string& id) const;  ///< text, choice and file
    const std::map<std::string, graph::ParameterValue>& all() const { return values_; }

  private:
    std::map<std::string, graph::ParameterValue> values_;
};

/// The values at a node's inputs: one each, or the whole fan-out of an `all` port in asset order.
class Inputs {
  public:
    void add(const std::string& port, Value value) { values_[port].push_back(std::move(value)); }
    bool has(const std::string& port) const { return values_.count(port) != 0; }
    /// The single value. Throws Error(Internal) if the port holds none or several.
    const Value& one(const std::string& port) const;
    const std::vector<Value>& all(const std::string& port) const;
    /// The single value as its type; throws Error(Input) when it is another, and for an image without pixels.
    /// Images with subsampled chroma are refused too (naming image.convert), so that no node takes luma for all.
    const Image& image(const std::string& port) const;
    /// As image(), subsampled chroma included: for nodes that know what to do with it.
    const Image& anyImage(const std::string& port) const;
    /// A language model comes as the set of its tensors, and such a set as a language model (model_tensors.h); both are
    /// kept with the inputs.
    const TensorSet& tensors(const std::string& port) const;
    const LanguageModel& languageModel(const std::string& port) const;
    const Table& table(const std::string& port) const;
    const TextCorpus& corpus(const std::string& port) const;

  private:
    std::map<std::string, std::vector<Value>> values_;
    mutable std::map<std::string, std::shared_ptr<const TensorSet>> tensors_;
    mutable std::map<std::string, std::shared_ptr<const LanguageModel>> models_;
};

using Outputs = std::map<std::string, Value>;  ///< by output port

/// What a task of this node needs beside what its files make it need. The supervisor admits by it and 4 × the bytes of all
/// files upstream, and limits memory to 1.5 × + 512 MiB + 32 × those bytes.
struct Resources {
    int threads = 1;
    int processes = 1;
    std::uint64_t memory = 256ull << 20;  ///< bytes
    bool exclusive = false;               ///< nothing else may run beside it
    int batch = 1;  ///< so many tasks at most are taken in one call (encodeBatch, decodeBatch, scoreBatch)
    std::string batchLabel;  ///< only tasks of the same label are
};

class Node {
  public:
    virtual ~Node() = default;
    virtual Resources resources(const Parameters&) const { return {}; }
};

class SourceNode : public Node {
  public:
    /// The asset: `file` for sources that fan out by files, `index` for generators. Values by output port.
    virtual Outputs load(Context&, const Parameters&, const std::filesystem::path& file,
                         std::int64_t index) const = 0;
};

class CodecNode : public Node {
  public:
    /// `inputs` holds the coded, encoder and shared ports.
    virtual void encode(Context&, const Inputs& inputs, const Parameters&, ByteSink&) const = 0;
    /// From the encoded stream to the stored one (a budget, layers, ranks); copies by default. Only called
    /// when the manifest has an extract parameter.
    virtual void extract(Context&, ByteSource&, const Parameters&, ByteSink&) const;
    /// `shared` holds the shared ports only: a fresh object that has the bytes and these restores the value.
    virtual Outputs decode(Context&, ByteSource&, const Inputs& shared, const Parameters&) const = 0;

    /// Several tasks in one call, for nodes whose resources() say so; all sequences have the same length. What it
    /// throws is the failure of none: each task is then called alone. By default one after the other.
    virtual void encodeBatch(Context&, std::span<const Inputs> inputs, std::span<const Parameters>,
                             std::span<ByteSink> sinks) const;
    virtual std::vector<Outputs> decodeBatch(Context&, std::span<ByteSource>, std::span<const Inputs> shared,
                                             std::span<const Parameters>) const;
};

/// What transforms, learners and experiments have in common: values in, values out, by port.
class ValueNode : public Node {
  public:
    virtual Outputs run(Context&, const Inputs&, const Parameters&) const = 0;
};

class TransformNode : public ValueNode {};

/// What it learns of its inputs (parameters, calibration) is kept until the user deletes it.
class LearnerNode : public ValueNode {};

/// Searches and trials: its outputs are kept as a learner's are. It may report tables through the context.
class ExperimentNode : public ValueNode {};

/// A named count of the measure's reference, the denominator of a rate: "pixels", "weights",
/// "searched-weights", "samples", "vertices".
struct Count {
    std::string name;
    std::uint64_t value = 0;
};

/// The reference made ready once for many candidates, and what it counts.
struct Prepared {
    Outputs values;  ///< whatever score() needs, by name
    std::vector<Count> counts;
};

/// What one metric gives for one item.
struct Score {
    std::string metric;
    double s0 = 0, s1 = 0;  ///< sufficient statistic; core/curves finishes it
};

struct Scores {
    std::vector<Score> scores;
    std::optional<Table> samples;  ///< per-sample rows (window, question, frame, tensor)
};

class MeasureNode : public Node {
  public:
    virtual Prepared prepare(Context&, const Inputs& references, const Parameters&) const = 0;
    virtual Scores score(Context&, const Prepared&, const Value& candidate, const Parameters&) const = 0;
    /// As CodecNode::encodeBatch.
    virtual std::vector<Scores> scoreBatch(Context&, std::span<const Prepared>,
                                           std::span<const Value> candidates,
                                           std::span<const Parameters>) const;
    /// Where in the value the error lies; only called when the manifest says hasMap.
    virtual Value map(Context&, const Prepared&, const Value& candidate, const Parameters&) const;
};

class AnalysisNode : public Node {
  public:
    /// `rows`: one row a finished item and measurement of the study: columns study, branch, series, asset,
    /// row, seed, one a swept parameter ("jpeg.quality"), one a rate id and one a metric id (missing: NaN).
    virtual std::map<std::string, Table> run(Context&, const Table& rows, const Parameters&) const = 0;
};

}  // namespace ratescope::media
