#include "plugins/weights/sequential.h"

#include "core/buffer/freed_memory.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/states_checkpoint.h"
#include "core/engine/llm/texts.h"
#include "core/engine/quant/hessian.h"
#include "core/media/node/block_names.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/searched.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr std::int64_t tokensTogether = 2048;  // more is no faster, and takes more memory

class Blocks {
  public:
    Blocks(Context& context, const LanguageModel& model, const SectionWriters& writers,
           const Quantise& quantise)
        : context_(context),
          model_(model),
          llama_(engine::llamaFrame(model, at::kCPU)),
          writers_(writers),
          quantise_(quantise) {
        const Searched isSearched(model);
        for (const ModelTensor& tensor : model.tensors)
            if (isSearched(tensor)) searched_.insert(tensor.name);
    }

    std::map<std::string, FinishedTensor> run(const at::Tensor& ids) {
        engine::States states{0, llama_.embed(ids)};
        if (auto saved = engine::savedStates(context_, states.hidden); saved && takeUpBlocks(saved->blocks))
            states = std::move(*saved);
        while (states.blocks < llama_.layers()) {
            const std::int64_t layer = states.blocks;
            states = {layer + 1, quantisedBlock(layer, std::move(states.hidden))};
            if (states.blocks == llama_.layers()) break;
            saveBlock(layer);
            engine::saveStates(context_, states);
        }
        return std::move(finished_);
    }

  private:
    static std::string checkpointOf(std::int64_t layer) { return "block-" + std::to_string(layer); }

    /// The searched tensors of that block, in the order of the computation.
    std::vector<std::string> tensorsOf(std::int64_t layer) const {
        const std::string block = blockPrefix(layer);
        std::vector<std::string> names;
        for (const std::string& linear : llama_.linears())
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

    /// What the next block reads. The model holds the one block that is worked on.
    at::Tensor quantisedBlock(std::int64_t layer, at::Tensor hidden) {
        llama_.setBlock(layer, engine::llamaBlock(model_, layer, llama_.device()));
        engine::Hessian hessian;
        const engine::StageWatch watch{
            [&](const std::vector<std::string>& readers, const at::Tensor& rows, std::int64_t windows) {
                showProgress(layer);
                if (areSearched(readers)) engine::accumulate(hessian, readers.front(), rows, windows);
            },
            [&](const std::vector<std::string>& readers) {
                // Between these lie large matrices of other sizes, for which the heap would grow with every block.
                giveBackFreed();
                quantiseReaders(layer, readers, std::exchange(hessian, {}));
                giveBackFreed();
            }};
        const std::int64_t together = std::max<std::int64_t>(1, tokensTogether / hidden.size(1));
        at::Tensor next = llama_.blockInStages(layer, std::move(hidden), together, watch);
        llama_.setBlock(layer, {});
        return next;
    }

    void showProgress(std::int64_t layer) {
        context_.progress(static_cast<double>(layer) / static_cast<double>(llama_.layers()));
    }

    bool areSearched(const std::vector<std::string>& readers) const {
        return std::ranges::any_of(
            readers, [&](const std::string& reader) { return searched_.contains(reader + ".weight"); });
    }

    void quantiseReaders(std::int64_t layer, const std::vector<std::string>& readers,
                         engine::Hessian hessian) {
        for (const std::string& reader : readers) {
            const std::string name = reader + ".weight";
            showProgress(layer);
            if (!searched_.contains(name)) continue;
            const at::Tensor before = llama_.tensor(name).contiguous();
            engine::Matrix<float> weights(before.size(0), before.size(1));
            std::copy_n(before.const_data_ptr<float>(), weights.values.size(), weights.values.begin());
            engine::Matrix<double> second =
                reader == readers.back() ? std::exchange(hessian.values, {}) : hessian.values;
            engine::Matrix<float> after;
            finished_[name] =
                finishedTensor(writers_, quantise_, {name, std::move(weights), std::move(second)}, after);
            llama_.setTensor(name,
                             at::from_blob(after.values.data(), {after.rows, after.columns}, at::kFloat));
        }
    }

    Context& context_;
    const LanguageModel& model_;
    engine::Llama llama_;
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
