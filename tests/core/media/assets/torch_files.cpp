#include "tests/core/media/assets/torch_files.h"

#include <zlib.h>

namespace ratescope::media::test {
namespace {

template <typename T>
std::string le(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string tupleOf(const std::vector<std::int32_t>& values) {
    std::string text = "(";
    for (const std::int32_t value : values)
        text += pickleInteger(value);
    return text + "t";
}

std::uint32_t crcOf(const std::string& bytes) {
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

}  // namespace

std::string pickleText(const std::string& text) {
    return "X" + le(static_cast<std::uint32_t>(text.size())) + text;
}

std::string pickleInteger(std::int32_t value) {
    return "J" + le(value);
}

std::string pickleTensor(const std::string& key, std::int32_t numel, std::int32_t offset,
                         const std::vector<std::int32_t>& shape, const std::vector<std::int32_t>& strides,
                         const std::string& type) {
    const std::string storage = "(" + pickleText("storage") + "ctorch\n" + type + "\n" + pickleText(key) +
                                pickleText("cpu") + pickleInteger(numel) + "tQ";
    return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + pickleInteger(offset) + tupleOf(shape) +
           tupleOf(strides) + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

std::string pickleDict(const std::vector<std::pair<std::string, std::string>>& items) {
    std::string text = "}q\1(";
    for (const auto& [key, value] : items)
        text += pickleText(key) + value;
    return text + "u";
}

std::string pickled(const std::string& value) {
    return "\x80\x02" + value + ".";
}

std::string floats(int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i)
        bytes += le(static_cast<float>(i));
    return bytes;
}

std::string zipOf(const std::vector<std::pair<std::string, std::string>>& entries) {
    std::string file, directory;
    for (const auto& [name, data] : entries) {
        const std::string sizes = le(crcOf(data)) + le(static_cast<std::uint32_t>(data.size())) +
                                  le(static_cast<std::uint32_t>(data.size())) +
                                  le(static_cast<std::uint16_t>(name.size()));
        const auto offset = static_cast<std::uint32_t>(file.size());
        const std::string common = std::string(2, '\0') + std::string(2, '\0') + std::string(4, '\0') + sizes;
        // Data begin at a multiple of 64, as in PyTorch's files.
        const std::size_t pad = (64 - (file.size() + 30 + name.size()) % 64) % 64;
        file += "PK\3\4" + std::string(2, '\0') + common + le(static_cast<std::uint16_t>(pad)) + name +
                std::string(pad, '\0') + data;
        directory += "PK\1\2" + std::string(4, '\0') + common + std::string(12, '\0') + le(offset) + name;
    }
    const auto count = static_cast<std::uint16_t>(entries.size());
    return file + directory + "PK\5\6" + std::string(4, '\0') + le(count) + le(count) +
           le(static_cast<std::uint32_t>(directory.size())) + le(static_cast<std::uint32_t>(file.size())) +
           std::string(2, '\0');
}

std::string torchZip(const std::string& value, const std::map<std::string, std::string>& storages) {
    std::vector<std::pair<std::string, std::string>> entries{{"m/data.pkl", pickled(value)},
                                                             {"m/byteorder", "little"}};
    for (const auto& [key, data] : storages)
        entries.emplace_back("m/data/" + key, data);
    return zipOf(entries);
}

std::string torchLegacy(const std::string& value, const std::map<std::string, std::string>& storages) {
    std::string file("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
    file += pickled(pickleInteger(1001)) + pickled(pickleDict({{"little_endian", "\x88"}})) + pickled(value);
    std::string keys = "](", data;
    for (const auto& [key, bytes] : storages) {
        keys += pickleText(key);
        data += le(static_cast<std::uint64_t>(bytes.size() / 4)) + bytes;
    }
    return file + pickled(keys + "e") + data;
}

}  // namespace ratescope::media::test
