#include "core/media/node/node.h"

#include "core/error.h"
#include "core/media/node/language_model.h"
#include "core/media/node/model_tensors.h"

namespace ratescope::media {
namespace {

template <typename T>
const T& typed(const std::map<std::string, graph::ParameterValue>& values, const std::string& id) {
    const auto found = values.find(id);
    const T* value = found == values.end() ? nullptr : std::get_if<T>(&found->second);
    if (!value)
        throw Error(ErrorKind::Internal,
                    "The manifest has no parameter \"" + id + "\" of the type asked for.", "");
    return *value;
}

const char* article(const Value& value) {
    switch (value.index()) {
        case 1:
            return "an image";
        case 2:
            return "a tensor set";
        case 3:
            return "a table";
        case 4:
            return "a language model";
        case 5:
            return "a text";
        default:
            return "nothing";
    }
}

template <typename T>
const T& held(const Inputs& inputs, const std::string& port, const char* expected) {
    const Value& value = inputs.one(port);
    if (const auto* pointer = std::get_if<std::shared_ptr<const T>>(&value)) return **pointer;
    throw Error(ErrorKind::Input,
                "The input \"" + port + "\" holds " + article(value) + " where " + expected + " is expected.",
                "Give a value of the port's type.");
}

}  // namespace

std::int64_t Parameters::integer(const std::string& id) const {
    return typed<std::int64_t>(values_, id);
}

double Parameters::real(const std::string& id) const {
    const auto found = values_.find(id);
    if (found != values_.end())
        if (const auto* whole = std::get_if<std::int64_t>(&found->second)) return static_cast<double>(*whole);
    return typed<double>(values_, id);
}

bool Parameters::flag(const std::string& id) const {
    return typed<bool>(values_, id);
}

const std::string& Parameters::text(const std::string& id) const {
    return typed<std::string>(values_, id);
}

const Value& Inputs::one(const std::string& port) const {
    const auto& values = all(port);
    if (values.size() != 1)
        throw Error(ErrorKind::Internal,
                    "The input \"" + port + "\" holds " + std::to_string(values.size()) +
                        " values where one was asked for.",
                    "");
    return values.front();
}

const std::vector<Value>& Inputs::all(const std::string& port) const {
    const auto found = values_.find(port);
    if (found == values_.end())
        throw Error(ErrorKind::Internal, "The input \"" + port + "\" holds nothing.", "");
    return found->second;
}

const Image& Inputs::image(const std::string& port) const {
    const Image& image = anyImage(port);
    if (image.subsampled())
        throw Error(ErrorKind::Input,
                    "The input \"" + port + "\" holds an image with " + toText(image.subsampling) +
                        " chroma, which is not taken here.",
                    "Put image.convert before it, with the colour model RGB, or YCbCr of 4:4:4.");
    return image;
}

const Image& Inputs::anyImage(const std::string& port) const {
    const Image& image = held<Image>(*this, port, "an image");
    if (image.samples.empty())
        throw Error(ErrorKind::Input, "The input \"" + port + "\" holds an image without pixels.",
                    "Give an image of at least one pixel.");
    return image;
}

const TensorSet& Inputs::tensors(const std::string& port) const {
    auto& kept = tensors_[port];
    if (!kept) kept = asTensors(one(port));
    return kept ? *kept : held<TensorSet>(*this, port, "a tensor set");
}

const Table& Inputs::table(const std::string& port) const {
    return held<Table>(*this, port, "a table");
}

const LanguageModel& Inputs::languageModel(const std::string& port) const {
    auto& kept = models_[port];
    if (!kept) kept = asLanguageModel(one(port));
    return kept ? *kept : held<LanguageModel>(*this, port, "a language model");
}

const TextCorpus& Inputs::corpus(const std::string& port) const {
    return held<TextCorpus>(*this, port, "a text");
}

void CodecNode::extract(Context&, ByteSource& source, const Parameters&, ByteSink& sink) const {
    sink.write("stream", source.read(source.left()));
}

void CodecNode::encodeBatch(Context& context, std::span<const Inputs> inputs,
                            std::span<const Parameters> parameters, std::span<ByteSink> sinks) const {
    for (std::size_t i = 0; i < inputs.size(); ++i)
        encode(context, inputs[i], parameters[i], sinks[i]);
}

std::vector<Outputs> CodecNode::decodeBatch(Context& context, std::span<ByteSource> sources,
                                            std::span<const Inputs> shared,
                                            std::span<const Parameters> parameters) const {
    std::vector<Outputs> outputs;
    for (std::size_t i = 0; i < sources.size(); ++i)
        outputs.push_back(decode(context, sources[i], shared[i], parameters[i]));
    return outputs;
}

std::vector<Scores> MeasureNode::scoreBatch(Context& context, std::span<const Prepared> prepared,
                                            std::span<const Value> candidates,
                                            std::span<const Parameters> parameters) const {
    std::vector<Scores> scores;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        scores.push_back(score(context, prepared[i], candidates[i], parameters[i]));
    return scores;
}

Value MeasureNode::map(Context&, const Prepared&, const Value&, const Parameters&) const {
    throw Error(ErrorKind::Usage, "This measure has no map.", "Ask for the map of another measure.");
}

}  // namespace ratescope::media
