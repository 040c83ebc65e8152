#include "core/media/assets/json_text.h"

#include "core/error.h"

#include <nlohmann/json.hpp>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::size_t mostBytes = 100'000'000;
constexpr int mostDepth = 32;

Error damaged(const std::string& name, const std::string& reason) {
    return Error(ErrorKind::Input, name + " " + reason + ".", "Fetch or export it again.");
}

}  // namespace

json parseJsonObject(std::span<const std::byte> bytes, const std::string& name) {
    if (bytes.size() > mostBytes) throw damaged(name, "has more than 100 MB, too much for JSON");
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    json tree;
    try {
        tree = json::parse(text, text + bytes.size(), [&](int depth, json::parse_event_t, json&) {
            if (depth > mostDepth) throw damaged(name, "is nested too deeply");
            return true;
        });
    } catch (const json::exception&) {
        throw damaged(name, "is no UTF-8 JSON");
    }
    if (!tree.is_object()) throw damaged(name, "is no JSON object");
    return tree;
}

}  // namespace ratescope::media
