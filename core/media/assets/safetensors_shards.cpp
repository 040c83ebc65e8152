#include "core/media/assets/safetensors_shards.h"

#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/media/assets/json_text.h"
#include "core/media/assets/safetensors_file.h"
#include "core/utf8.h"

#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::size_t mostShards = 4096;
/// A tensor takes some hundred bytes, so 160,000 of them.
constexpr std::size_t mostIndexMegabytes = 16;

Error damaged(const std::filesystem::path& index, const std::string& reason) {
    return Error(ErrorKind::Input,
                 index.string() + " is no sound index of safetensors files: " + reason + ".",
                 "Fetch or export the model again.");
}

bool isPlainName(const std::string& name) {
    return name.ends_with(".safetensors") &&
           name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

/// Names of tensors by file.
std::map<std::string, std::set<std::string>> tensorsByFile(const std::filesystem::path& index) {
    const MappedFile mapped = mapFile(index);
    const json tree = parseJsonObject(mapped.bytes, index.string(), mostIndexMegabytes);
    const auto map = tree.find("weight_map");
    if (map == tree.end() || !map->is_object() || map->empty()) throw damaged(index, "it has no weight_map");
    std::map<std::string, std::set<std::string>> files;
    for (const auto& [tensor, file] : map->items()) {
        if (!file.is_string()) throw damaged(index, "the file of " + quote(tensor) + " is no name");
        const auto name = file.get<std::string>();
        if (!isPlainName(name))
            throw damaged(index, quote(name) + " is no name of a safetensors file in the same folder");
        files[name].insert(tensor);
        if (files.size() > mostShards) throw damaged(index, "it names more than 4096 files");
    }
    return files;
}

}  // namespace

std::vector<std::string> shardsOf(const std::filesystem::path& index) {
    std::vector<std::string> names;
    for (const auto& [name, tensors] : tensorsByFile(index))
        names.push_back(name);
    return names;
}

TensorSet readSafetensorsShards(const std::filesystem::path& index) {
    TensorSet all;
    for (const auto& [name, tensors] : tensorsByFile(index)) {
        TensorSet shard = readSafetensors(index.parent_path() / name);
        std::set<std::string> missing = tensors;
        for (Tensor& tensor : shard.tensors) {
            if (missing.erase(tensor.name) == 0)
                throw damaged(index, name + " has the tensor " + quote(tensor.name) +
                                         ", which is not said to be there");
            all.tensors.push_back(std::move(tensor));
        }
        if (!missing.empty()) throw damaged(index, name + " lacks the tensor " + quote(*missing.begin()));
        all.metadata.merge(shard.metadata);
    }
    return all;
}

}  // namespace ratescope::media
