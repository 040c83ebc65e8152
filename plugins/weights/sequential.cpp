#include "plugins/weights/sequential.h"

#include "core/engine/llm/llama.h"
#include "core/engine/llm/states_checkpoint.h"
#include "core/engine/llm/texts.h"
#include "core/engine/quant/hessian.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/searched.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>
#include <utility>

namespace ratescope::media::weights {
namespace {

class Blocks {
  public:
    Blocks(Context& context, const LanguageModel& model, const SectionWriters& writers,
           const Quantise& quantise)
        : context_(context), model_(model), writers_(writers), quantise_(quantise) {
        const Searched isSearched(model);
        for (const ModelTensor& tensor : model.tensors)
            if (isSearched(tensor)) searched_.insert(tensor.name);
    }

    std::map<std::string, FinishedTensor> run(const at::Tensor& ids) {
        const at::Tensor embedded = model_.embed(ids);
        engine::States states = engine::savedStates(context_, embedded).value_or(engine::States{});
        if (!takeUpBlocks(states.blocks)) states = {0, embedded};
        while (states.blocks < model_.layers()) {
            const std::int64_t layer = states.blocks;
            states = {layer + 1,
                      model_.block(layer, states.hidden,
                                   [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
                                       quantiseReaders(layer, readers, rows, ids.size(0));
                                   })};
            if (states.blocks == model_.layers()) break;
            saveBlock(layer);
            engine::saveStates(context_, states);
        }
        return std::move(finished_);
    }

  private:
    static std::string checkpointOf(std::int64_t layer) { return "block-" + std::to_string(layer); }

    /// The searched tensors of that block, in the order of the computation.
    std::vector<std::string> tensorsOf(std::int64_t layer) const {
        const std::string block = "model.layers." + std::to_string(layer) + ".";
        std::vector<std::string> names;
        for (const std::string& linear : model_.linears())
            if (linear.starts_with(block) && searched_.contains(linear + ".weight"))
                names.push_back(linear + ".weight");
        return names;
    }

    void saveBlock(std::int64_t layer) const {
        std::vector<FinishedTensor> block;
        for (const std::string& name : tensorsOf(layer))
            block.push_back(finished_.at(name));
        saveTensors(context_, checkpointOf(layer), block);
    }

    /// False, with nothing taken up, unless all these blocks are there.
    bool takeUpBlocks(std::int64_t blocks) {
        for (std::int64_t layer = 0; layer < blocks; ++layer) {
            const std::vector<std::string> names = tensorsOf(layer);
            auto block = savedTensors(context_, checkpointOf(layer), names.size(), writers_.size());
            if (block.size() != names.size()) finished_.clear();
            if (block.size() != names.size()) return false;
            for (std::size_t i = 0; i < names.size(); ++i)
                finished_[names[i]] = std::move(block[i]);
        }
        if (blocks > 0)
            context_.log("Took up " + std::to_string(blocks) + " blocks that an earlier run had finished.");
        return blocks > 0;
    }

    void quantiseReaders(std::int64_t layer, const std::vector<std::string>& readers, const at::Tensor& rows,
                         std::int64_t sequences) {
        engine::Hessian hessian;
        for (const std::string& reader : readers) {
            const std::string name = reader + ".weight";
            context_.progress(static_cast<double>(layer) / static_cast<double>(model_.layers()));
            if (!searched_.contains(name)) continue;
            if (hessian.sequences == 0) engine::accumulate(hessian, name, rows, sequences);
            const at::Tensor before = model_.tensor(name).contiguous();
            engine::Matrix<float> weights(before.size(0), before.size(1));
            std::copy_n(before.const_data_ptr<float>(), weights.values.size(), weights.values.begin());
            engine::Matrix<float> after;
            finished_[name] =
                finishedTensor(writers_, quantise_, {name, std::move(weights), hessian.values, true}, after);
            model_.setTensor(name,
                             at::from_blob(after.values.data(), {after.rows, after.columns}, at::kFloat));
        }
    }

    Context& context_;
    engine::Llama model_;
    const SectionWriters& writers_;
    const Quantise& quantise_;
    std::set<std::string> searched_;
    std::map<std::string, FinishedTensor> finished_;
};

}  // namespace

std::map<std::string, FinishedTensor> quantisedBlocks(Context& context, const Inputs& inputs,
                                                      const Parameters& parameters,
                                                      const SectionWriters& writers,
                                                      const Quantise& quantise) {
    // Of the set, so that the runtime shares those of its tensors that stand alone.
    const LanguageModel model = languageModelOf(inputs.tensors("tensors"));
    const std::vector<std::int32_t> ids = engine::tokenizerOf(model).encode(
        engine::joinedTexts(inputs.all("text"), "Codecs of weights calibrate with"));
    std::mt19937_64 random = context.generator();
    return Blocks(context, model, writers, quantise)
        .run(engine::drawnSequences(random, ids, parameters.integer("sequences"),
                                    parameters.integer("length")));
}

void addSequentialCalibration(graph::Manifest& manifest) {
    manifest.inputs.push_back({.id = "text",
                               .label = "Text",
                               .type = graph::PortType::TextCorpus,
                               .role = graph::PortRole::Encoder,
                               .fanOut = graph::FanOut::All,
                               .required = false,
                               .help = "In place of Hessians: a language model is calibrated with it while "
                                       "it is compressed, each layer with "
                                       "what the compressed ones before it give."});
    const std::vector<graph::Parameter> own = engine::drawParameters();
    manifest.parameters.insert(manifest.parameters.end(), own.begin(), own.end());
    manifest.usesSeed = true;
}

}  // namespace ratescope::media::weights
