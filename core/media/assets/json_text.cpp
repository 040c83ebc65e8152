#include "core/media/assets/json_text.h"

#include "core/error.h"

#include <nlohmann/json.hpp>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr int mostDepth = 32;
constexpr std::size_t mostJsonValues = 1 << 22;

Error damaged(const std::string& name, const std::string& reason) {
    return Error(ErrorKind::Input, name + " " + reason + ".", "Fetch or export it again.");
}

bool isJsonValue(json::parse_event_t event) {
    return event == json::parse_event_t::value || event == json::parse_event_t::object_start ||
           event == json::parse_event_t::array_start;
}

}  // namespace

json parseJsonObject(std::span<const std::byte> bytes, const std::string& name, std::size_t mostMegabytes) {
    if (bytes.size() > mostMegabytes * 1'000'000)
        throw damaged(name,
                      "has more than " + std::to_string(mostMegabytes) + " MB, too much for such a file");
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    std::size_t values = 0;
    json tree;
    try {
        tree = json::parse(text, text + bytes.size(), [&](int depth, json::parse_event_t event, json&) {
            if (depth > mostDepth) throw damaged(name, "is nested too deeply");
            if (isJsonValue(event) && ++values > mostJsonValues) throw damaged(name, "has too many values");
            return true;
        });
    } catch (const json::exception&) {
        throw damaged(name, "is no UTF-8 JSON");
    }
    if (!tree.is_object()) throw damaged(name, "is no JSON object");
    return tree;
}

}  // namespace ratescope::media
