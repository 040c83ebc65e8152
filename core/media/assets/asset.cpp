#include "core/media/assets/asset.h"

#include "core/error.h"
#include "core/media/assets/extension.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/language_model_file.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/assets/table_file.h"
#include "core/media/assets/tensor_file.h"
#include "core/media/assets/text_file.h"

namespace ratescope::media {
namespace {

struct WriteTo {
    const std::filesystem::path& file;

    void operator()(std::monostate) const {
        throw Error(ErrorKind::Internal, "An empty value was to be written.", "");
    }
    void operator()(const std::shared_ptr<const Image>& image) const { writeImage(file, *image); }
    void operator()(const std::shared_ptr<const TensorSet>& set) const {
        if (extensionOf(file) != "safetensors")
            throw Error(ErrorKind::Usage, file.string() + " does not end as a tensor file.",
                        "End it with .safetensors.");
        writeSafetensors(file, *set);
    }
    void operator()(const std::shared_ptr<const Table>& table) const { writeTable(file, *table); }
    void operator()(const std::shared_ptr<const LanguageModel>&) const {
        throw Error(ErrorKind::Usage, "A language model can't be written as " + file.string() + ".",
                    "Keep the bitstream: it is decoded again when the model is needed.");
    }
    void operator()(const std::shared_ptr<const TextCorpus>& corpus) const { writeText(file, *corpus); }
};

}  // namespace

Value readAsset(graph::PortType type, const std::filesystem::path& file) {
    switch (type) {
        case graph::PortType::Image:
            return std::make_shared<const Image>(readImage(file));
        case graph::PortType::TensorSet:
            return std::make_shared<const TensorSet>(readTensors(file));
        case graph::PortType::Table:
            return std::make_shared<const Table>(readTable(file));
        case graph::PortType::LanguageModel:
            return std::make_shared<const LanguageModel>(readLanguageModel(file));
        case graph::PortType::TextCorpus:
            return std::make_shared<const TextCorpus>(readText(file));
        default:
            throw Error(ErrorKind::Usage,
                        "No reader makes a value of the type asked for from " + file.string() + ".",
                        "Pictures, tensor files, tables, texts and language models can be read.");
    }
}

void writeAsset(const Value& value, const std::filesystem::path& file) {
    std::visit(WriteTo{file}, value);
}

}  // namespace ratescope::media
