#include "core/media/assets/json_text.h"

#include "core/error.h"
#include "core/json_limits.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr int mostDepth = 32;
constexpr std::size_t mostJsonValues = 1 << 22;

Error damaged(const std::string& name, const std::string& reason) {
    return Error(ErrorKind::Input, name + " " + reason + ".", "Fetch or export it again.");
}

const char* wordsOf(JsonFault fault) {
    switch (fault) {
        case JsonFault::NotJson:
            return "is no UTF-8 JSON";
        case JsonFault::TooDeep:
            return "is nested too deeply";
        case JsonFault::TooManyValues:
            return "has too many values";
    }
    return "";
}

}  // namespace

json parseJsonObject(std::span<const std::byte> bytes, const std::string& name, std::size_t mostMegabytes) {
    if (bytes.size() > mostMegabytes * 1'000'000)
        throw damaged(name,
                      "has more than " + std::to_string(mostMegabytes) + " MB, too much for such a file");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (const auto fault = jsonFault(text, {mostDepth, mostJsonValues})) throw damaged(name, wordsOf(*fault));
    json tree = json::parse(text.begin(), text.end());
    if (!tree.is_object()) throw damaged(name, "is no JSON object");
    return tree;
}

}  // namespace ratescope::media
