#include "core/media/assets/tensor_file.h"

#include "core/buffer/mapped_file.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/assets/safetensors_shards.h"
#include "core/media/assets/torch_file.h"

namespace ratescope::media {

TensorSet readTensors(const std::filesystem::path& file) {
    if (file.filename().string().ends_with(".safetensors.index.json")) return readSafetensorsShards(file);
    const MappedFile mapped = mapFile(file);
    return isTorchFile(mapped.bytes) ? decodeTorch(mapped.bytes, mapped.owner, file.string())
                                     : decodeSafetensors(mapped.bytes, mapped.owner, file.string());
}

}  // namespace ratescope::media
