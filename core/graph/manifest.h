#pragma once

// What a node says of itself before it is ever run. Inspector, command line, validation, sweep editor, manual
// and keys are all made from this one description. Manifests are plain data: the supervisor reads them from
// <family>.json beside each plugin and loads no plugin.

#include "core/graph/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::graph {

enum class PortType {
    Image,
    Video,
    AudioClip,
    Mesh,
    PointCloud,
    TextCorpus,
    LanguageModel,
    Network,
    TensorSet,
    Table,
    Method,
    Bitstream
};

/// What an input is to its node.
enum class PortRole {
    Value,      ///< input of a transform, learner or experiment
    Coded,      ///< what a codec compresses
    Encoder,    ///< seen by the encoder only (calibration)
    Shared,     ///< held by encoder and decoder (trained parameters, dictionaries); costs no bits
    Reference,  ///< a measure's original
    Candidate,  ///< a measure's reconstruction
};

/// How an input takes what fans out: one element an item, or the whole fan-out as one data set.
enum class FanOut { Each, All };

struct Port {
    std::string id;  ///< permanent, unique among the node's inputs (or outputs)
    std::string label;
    PortType type = PortType::Image;
    std::string schema;  ///< for TensorSet and Table: "kv-cache", "parameters:image.walloc"; "" takes any
    PortRole role = PortRole::Value;
    FanOut fanOut = FanOut::Each;
    bool required = true;
    std::string help;

    bool operator==(const Port&) const = default;
};

enum class ParameterType {
    Int,
    Real,
    Bool,
    Choice,
    Text,
    File,
    Command,  ///< a template of an external program's call (core/graph/command.h): it runs only once approved
};

/// Which task of a codec a parameter belongs to: one of them, or Every one. Nodes of other kinds have Encode
/// throughout.
enum class Stage { Encode, Extract, Decode, Every };

/// Shown only while the parameter `parameter` has one of `values`.
struct VisibleIf {
    std::string parameter;
    std::vector<ParameterValue> values;

    bool operator==(const VisibleIf&) const = default;
};

struct Parameter {
    std::string id;  ///< permanent
    std::string label;
    std::string help;
    ParameterType type = ParameterType::Int;
    std::string unit;  ///< "" for none
    ParameterValue defaultValue = std::int64_t{0};
    std::optional<double> minimum, maximum;  ///< inclusive; Int and Real only
    bool logScale = false;
    std::vector<std::string> choices;  ///< Choice only
    std::string group;
    bool advanced = false;
    std::optional<VisibleIf> visibleIf;
    Stage stage = Stage::Encode;
    bool entersKey = true;
    bool movesAlongCurve = false;  ///< swept values are the points of a series; else one curve each

    bool operator==(const Parameter&) const = default;
};

enum class NodeKind { Source, Codec, Transform, Learner, Method, Measure, Experiment, Analysis };

/// Closed set of ways to turn a statistic (s0, s1) into a value; computed in core/curves/statistic.h.
enum class Finish { Ratio, ExpRatio, SqrtRatio, MinusDbRatio };

/// How the items of a point become one number.
enum class Pool {
    MeanOfValues,   ///< finish each item, then the mean
    SumThenFinish,  ///< add the statistics, then finish
    NotPoolable,    ///< per item only
};

enum class Better { Higher, Lower };

struct Metric {
    std::string id;     ///< "psnr-rgb": names colour space, range and pooling
    std::string title;  ///< "PSNR, RGB"
    std::string unit;   ///< "dB"
    Better better = Better::Higher;
    Finish finish = Finish::Ratio;
    Pool pool = Pool::MeanOfValues;
    std::string drawUnit = "item";  ///< what the bootstrap draws
    std::string help;               ///< formula, constants, paper or standard
    /// The node's own parameters say it: id, title, unit and direction are the values of its parameters "metric",
    /// "title" ("" for the id), "unit" and "better". What stands above is their default.
    bool named = false;

    bool operator==(const Metric&) const = default;
};

struct Paper {
    std::string title;
    std::string link;

    bool operator==(const Paper&) const = default;
};

/// How a source fans out into assets, so that the supervisor can list them without running anything.
struct AssetRule {
    /// Files beside an asset that its node reads too: for assets of this extension, patterns of their names.
    struct Companions {
        std::string extension;           ///< lower case, no dot
        std::vector<std::string> names;  ///< "tokenizer.json", "*.safetensors"

        bool operator==(const Companions&) const = default;
    };
    enum class By {
        One,    ///< a single asset, named after the node
        Files,  ///< one asset for each file that the file parameter's patterns match
        Count,  ///< a generator: assets "0" … "n−1", n from an int parameter
    };
    By by = By::One;
    std::string parameter;  ///< of Files and Count
    std::vector<std::string> extensions =
        {};                  ///< of Files: what a folder or `*` stands for, lower case, no dot
    std::string table = {};  ///< parameter with the file of a table that is joined to the assets; "" for none
    std::string key = {};    ///< text parameter with the table's column that names the assets
    std::vector<Companions> companions = {};  ///< of Files; they enter the key with their asset

    bool operator==(const AssetRule&) const = default;
};

/// How the stream of a codec relates to those of codecs upstream of it in a chain.
enum class StreamRule {
    Nested,  ///< it holds them: only the outermost bytes count
    Added,   ///< it stands beside them (base + residual)
};

struct Manifest {
    std::string id;   ///< "<family>.<slug>", permanent
    int version = 1;  ///< raised when output changes for equal inputs; enters the key
    std::string title;
    std::string family;
    std::string summary;  ///< one line
    std::string manual;   ///< Markdown; what the node does, its limits, bit accounting
    NodeKind kind = NodeKind::Transform;
    std::vector<Paper> papers;
    std::vector<std::string> synonyms;
    std::vector<Port> inputs, outputs;
    std::vector<Parameter> parameters;
    std::vector<Metric> metrics;              ///< measures
    AssetRule assets;                         ///< sources
    StreamRule streams = StreamRule::Nested;  ///< codecs
    std::string extension;                    ///< codecs: of the stored stream ("jpg")
    std::vector<std::string>
        magics;  ///< codecs: first bytes of the stored stream, hexadecimal; none where a command
                 ///< writes it
    bool usesSeed = false;
    bool usesCuda = false;
    bool hasMap = false;   ///< measures: a per-pixel or per-layer map can be asked for
    double tolerance = 0;  ///< contract test: greatest difference of floating-point output

    bool operator==(const Manifest&) const = default;
    const Port* input(const std::string& portId) const;
    const Port* output(const std::string& portId) const;
    const Parameter* parameter(const std::string& parameterId) const;
    const Metric* metric(const std::string& metricId) const;
    bool runsCommands() const;  ///< has a parameter of the type Command
};

/// Gives a source the parameters by which a table is joined to its assets: `table` and `table-key`.
void joinTables(Manifest& source);

/// Stable names, as they stand in JSON: "image" (PortType as written in the architecture: "Image"),
/// "coded", "each", "real", "encode", "codec", "minus-db-ratio", "mean-of-values", "higher", "files",
/// "nested".
const char* toText(PortType);
const char* toText(PortRole);
const char* toText(FanOut);
const char* toText(ParameterType);
const char* toText(Stage);
const char* toText(NodeKind);
const char* toText(Finish);
const char* toText(Pool);
const char* toText(Better);
const char* toText(AssetRule::By);
const char* toText(StreamRule);

/// Reads `text` as a value of the parameter's type and checks range and choices.
/// Throws Error(Usage) that names the parameter, what it takes, and what it was given (NaN and infinities
/// are refused).
ParameterValue parseValue(const Parameter& parameter, const std::string& text);

/// What the parameter takes, for messages and manuals: "an integer from 1 to 100", "true or false",
/// "one of 4:4:4, 4:2:2, 4:2:0".
std::string whatFits(const Parameter& parameter);

/// The reason why `value` does not fit the parameter (wrong type, out of range, unknown choice, not finite);
/// empty when it does. An int is taken for a real parameter.
std::string whyUnfit(const Parameter& parameter, const ParameterValue& value);

/// The value as the parameter stores it, so that equal values have one text and one key: an int given for a
/// real parameter becomes real, −0 becomes 0. A value that does not fit stays as it is.
ParameterValue normalised(const Parameter& parameter, const ParameterValue& value);

}  // namespace ratescope::graph
