#include "core/graph/manifest_check.h"

#include "core/graph/document.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ratescope::graph {
namespace {

class Checker {
  public:
    explicit Checker(const Manifest& manifest) : manifest_(manifest) {}

    std::vector<std::string> run() {
        checkHead();
        checkPorts(manifest_.inputs, "input");
        checkPorts(manifest_.outputs, "output");
        checkParameters();
        checkMetrics();
        checkKind();
        return std::move(faults_);
    }

  private:
    void fault(const std::string& what) { faults_.push_back(manifest_.id + ": " + what + "."); }
    void require(bool holds, const std::string& what) {
        if (!holds) fault(what);
    }

    void checkHead() {
        require(isNodeId(manifest_.id),
                "the id is not of the form family.slug, with a to z, 0 to 9 and hyphens");
        const bool ownFamily = isSlug(manifest_.family) && manifest_.id.rfind(manifest_.family + ".", 0) == 0;
        require(ownFamily, "the id does not begin with the family " + inQuotes(manifest_.family));
        require(manifest_.version >= 1, "the version is less than 1");
        require(!manifest_.title.empty(), "it has no title");
        require(!manifest_.summary.empty() && manifest_.summary.find('\n') == std::string::npos,
                "the summary is not one line");
        require(!manifest_.manual.empty(), "it has no manual");
        require(manifest_.tolerance >= 0 && std::isfinite(manifest_.tolerance),
                "the tolerance is not a number of at least 0");
        for (const Paper& paper : manifest_.papers) {
            require(!paper.title.empty(), "a paper has no title");
            const bool linked = paper.link.rfind("https://", 0) == 0 || paper.link.rfind("http://", 0) == 0;
            require(linked, "the paper " + inQuotes(paper.title) + " has no link");
        }
        for (const std::string& synonym : manifest_.synonyms)
            require(!synonym.empty(), "a synonym is empty");
    }

    static bool isNodeId(const std::string& id) {
        std::size_t parts = 0;
        for (std::size_t begin = 0; begin <= id.size(); ++parts) {
            const std::size_t end = std::min(id.find('.', begin), id.size());
            if (!isSlug(id.substr(begin, end - begin))) return false;
            begin = end + 1;
        }
        return parts >= 2;
    }

    template <typename Item>
    void checkIds(const std::vector<Item>& items, const std::string& kind) {
        std::set<std::string> seen;
        for (const Item& item : items) {
            require(isSlug(item.id), "the id " + inQuotes(item.id) + " of a " + kind +
                                         " has other characters than a to z, 0 to 9 and hyphens");
            require(seen.insert(item.id).second, "two " + kind + "s have the id " + inQuotes(item.id));
        }
    }

    void checkPorts(const std::vector<Port>& ports, const std::string& kind) {
        checkIds(ports, kind);
        for (const Port& port : ports) {
            const std::string subject = "the " + kind + " " + inQuotes(port.id);
            require(!port.label.empty(), subject + " has no label");
            require(!port.help.empty(), subject + " has no help");
            const bool schemaFits =
                port.schema.empty() || port.type == PortType::TensorSet || port.type == PortType::Table;
            require(schemaFits, subject + " has a schema, which only TensorSet and Table have");
            if (kind == "output")
                require(port.role == PortRole::Value, subject + " has a role, which only inputs have");
        }
    }

    void checkParameters() {
        checkIds(manifest_.parameters, "parameter");
        for (const Parameter& parameter : manifest_.parameters)
            checkParameter(parameter);
    }

    void checkParameter(const Parameter& parameter) {
        const std::string subject = "the parameter " + inQuotes(parameter.id);
        require(!parameter.label.empty(), subject + " has no label");
        require(!parameter.help.empty(), subject + " has no help");
        const bool isNumber = parameter.type == ParameterType::Int || parameter.type == ParameterType::Real;
        const bool hasRange = parameter.minimum || parameter.maximum;
        require(isNumber || (!hasRange && !parameter.logScale && parameter.unit.empty()),
                subject + " is no number, and has a range, a logarithmic scale or a unit");
        for (const auto& bound : {parameter.minimum, parameter.maximum})
            require(!bound || std::isfinite(*bound), subject + " has a bound that is not finite");
        if (parameter.minimum && parameter.maximum)
            require(*parameter.minimum <= *parameter.maximum, subject + " has a minimum above its maximum");
        if (parameter.logScale)
            require(parameter.minimum && *parameter.minimum > 0,
                    subject + " has a logarithmic scale, and no minimum above 0");
        checkChoices(parameter, subject);
        if (parameter.type == ParameterType::Real)
            require(std::holds_alternative<double>(parameter.defaultValue),
                    subject + " is real, and its default is not");
        const std::string reason = whyUnfit(parameter, parameter.defaultValue);
        require(reason.empty(), subject + " has a default that does not fit: " + reason);
        require(manifest_.kind == NodeKind::Codec || parameter.stage == Stage::Encode,
                subject + " has a stage, which only codecs have");
        if (parameter.visibleIf) checkVisible(parameter, subject);
    }

    void checkChoices(const Parameter& parameter, const std::string& subject) {
        const std::set<std::string> choices(parameter.choices.begin(), parameter.choices.end());
        if (parameter.type == ParameterType::Choice)
            require(!choices.empty() && choices.count("") == 0, subject + " has no choices, or an empty one");
        else
            require(choices.empty(), subject + " has choices, and is not of the type choice");
        require(choices.size() == parameter.choices.size(), subject + " has a choice twice");
    }

    void checkVisible(const Parameter& parameter, const std::string& subject) {
        const Parameter* const other = manifest_.parameter(parameter.visibleIf->parameter);
        require(other && other->id != parameter.id, subject + " is visible by " +
                                                        inQuotes(parameter.visibleIf->parameter) +
                                                        ", which is no other parameter of the node");
        require(!parameter.visibleIf->values.empty(), subject + " is visible by no value");
        if (!other) return;
        for (const ParameterValue& value : parameter.visibleIf->values) {
            const std::string reason = whyUnfit(*other, value);
            require(reason.empty(), subject + " is visible by a value that " + inQuotes(other->id) +
                                        " can't have: " + reason);
        }
    }

    void checkMetrics() {
        checkIds(manifest_.metrics, "metric");
        for (const Metric& metric : manifest_.metrics) {
            const std::string subject = "the metric " + inQuotes(metric.id);
            require(!metric.title.empty(), subject + " has no title");
            require(!metric.help.empty(), subject + " has no help");
            require(!metric.drawUnit.empty(), subject + " does not say what the bootstrap draws");
            if (metric.named) checkNamed(subject);
        }
        require(manifest_.kind == NodeKind::Measure || manifest_.metrics.empty(),
                "it has metrics, and is no measure");
    }

    void checkNamed(const std::string& subject) {
        const auto is = [&](const char* id, ParameterType type) {
            const Parameter* const parameter = manifest_.parameter(id);
            return parameter && parameter->type == type;
        };
        require(
            is("metric", ParameterType::Text) && is("title", ParameterType::Text) &&
                is("unit", ParameterType::Text) && is("better", ParameterType::Choice),
            subject + " is named by parameters, and the node lacks one of metric, title, unit and better");
    }

    void checkKind() {
        switch (manifest_.kind) {
            case NodeKind::Source:
                checkSource();
                break;
            case NodeKind::Codec:
                checkCodec();
                break;
            case NodeKind::Measure:
                checkMeasure();
                break;
            case NodeKind::Transform:
            case NodeKind::Learner:
                require(!manifest_.inputs.empty() && !manifest_.outputs.empty(),
                        "it has no input or no output");
                break;
            case NodeKind::Method:
                require(hasOutput(PortType::Method), "it has no output of the type Method");
                break;
            case NodeKind::Experiment:
                require(!manifest_.inputs.empty(), "it has no input");
                break;
            case NodeKind::Analysis:
                break;
        }
        checkRoles();
        const bool isSource = manifest_.kind == NodeKind::Source;
        require(isSource || manifest_.assets == AssetRule{}, "it says how it fans out, and is no source");
        const bool isCodec = manifest_.kind == NodeKind::Codec;
        require(isCodec || (manifest_.extension.empty() && manifest_.magics.empty() &&
                            manifest_.streams == StreamRule::Nested),
                "it describes a stored stream, and is no codec");
        require(manifest_.kind == NodeKind::Measure || !manifest_.hasMap, "it has a map, and is no measure");
    }

    void checkRoles() {
        for (const Port& input : manifest_.inputs) {
            const bool codecs = input.role == PortRole::Coded || input.role == PortRole::Encoder ||
                                input.role == PortRole::Shared;
            const bool measures = input.role == PortRole::Reference || input.role == PortRole::Candidate;
            require(!codecs || manifest_.kind == NodeKind::Codec,
                    "the input " + inQuotes(input.id) + " has a role that only codecs have");
            require(!measures || manifest_.kind == NodeKind::Measure,
                    "the input " + inQuotes(input.id) + " has a role that only measures have");
        }
    }

    std::size_t inputsOf(PortRole role) const {
        return static_cast<std::size_t>(std::count_if(manifest_.inputs.begin(), manifest_.inputs.end(),
                                                      [&](const Port& input) { return input.role == role; }));
    }

    bool hasOutput(PortType type) const {
        return std::any_of(manifest_.outputs.begin(), manifest_.outputs.end(),
                           [&](const Port& output) { return output.type == type; });
    }

    void checkSource() {
        require(manifest_.inputs.empty(), "it is a source, and has an input");
        require(!manifest_.outputs.empty(), "it is a source, and has no output");
        const AssetRule& assets = manifest_.assets;
        const Parameter* const parameter = manifest_.parameter(assets.parameter);
        const auto isOf = [&](ParameterType type) { return parameter && parameter->type == type; };
        if (assets.by == AssetRule::By::One)
            require(assets.parameter.empty(), "it has one asset, and names a parameter for more");
        if (assets.by == AssetRule::By::Files)
            require(isOf(ParameterType::File) || isOf(ParameterType::Text),
                    "its assets are files, and it has no parameter of the type file that names them");
        if (assets.by == AssetRule::By::Count)
            require(
                isOf(ParameterType::Int) && parameter->minimum && *parameter->minimum >= 1,
                "its assets are counted, and it has no int parameter of at least 1 that gives their number");
        require(assets.table.empty() == assets.key.empty(),
                "it names a parameter for a joined table, or for its key, without the other");
        if (!assets.table.empty()) {
            requireJoin(assets.table, ParameterType::File, "file");
            requireJoin(assets.key, ParameterType::Text, "text");
        }
        for (const std::string& extension : assets.extensions)
            require(isSlug(extension),
                    "the extension " + inQuotes(extension) + " is not in lower case without a dot");
        for (const AssetRule::Companions& companions : assets.companions)
            require(isSlug(companions.extension) && !companions.names.empty() &&
                        std::none_of(companions.names.begin(), companions.names.end(),
                                     [](const std::string& name) {
                                         return name.empty() || name.find('/') != std::string::npos;
                                     }),
                    "its companions of " + inQuotes(companions.extension) + " are no names");
    }

    /// What is joined to assets changes nothing that is computed.
    void requireJoin(const std::string& id, ParameterType type, const std::string& name) {
        const Parameter* const parameter = manifest_.parameter(id);
        require(parameter && parameter->type == type && !parameter->entersKey,
                "it joins a table by " + inQuotes(id) + ", which is no parameter of the type " + name +
                    " that stays out of the key");
    }

    void checkCodec() {
        require(inputsOf(PortRole::Coded) == 1,
                "it is a codec, and does not have exactly one input of the role coded");
        require(inputsOf(PortRole::Value) == 0,
                "it is a codec, and has an input that is not coded, encoder or shared");
        const Port* const stream = manifest_.output("bitstream");
        require(stream && stream->type == PortType::Bitstream,
                "it is a codec, and has no output \"bitstream\" of the type Bitstream");
        const auto streams =
            std::count_if(manifest_.outputs.begin(), manifest_.outputs.end(),
                          [](const Port& output) { return output.type == PortType::Bitstream; });
        require(streams <= 1, "it is a codec, and has several outputs of the type Bitstream");
        require(manifest_.outputs.size() > static_cast<std::size_t>(streams),
                "it is a codec, and has no decoded output");
        require(isSlug(manifest_.extension),
                "the extension of its stored stream is not in lower case without a dot");
        require(!manifest_.magics.empty() || manifest_.runsCommands(),
                "it does not say how its stored stream begins");
        for (const std::string& magic : manifest_.magics) {
            const bool isHex = !magic.empty() && magic.size() % 2 == 0 &&
                               magic.find_first_not_of("0123456789abcdef") == std::string::npos;
            require(isHex,
                    "the first bytes " + inQuotes(magic) + " are not pairs of lower-case hexadecimal digits");
        }
    }

    void checkMeasure() {
        require(inputsOf(PortRole::Reference) >= 1,
                "it is a measure, and has no input of the role reference");
        require(inputsOf(PortRole::Candidate) == 1,
                "it is a measure, and does not have exactly one input of the role candidate");
        for (const Port& input : manifest_.inputs)
            if (input.role == PortRole::Candidate)
                require(input.required && input.fanOut == FanOut::Each,
                        "the candidate input must be required and take each");
        require(!manifest_.metrics.empty(), "it is a measure, and has no metric");
    }

    const Manifest& manifest_;
    std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> faultsOf(const Manifest& manifest) {
    return Checker(manifest).run();
}

}  // namespace ratescope::graph
