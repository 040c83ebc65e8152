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

/// Looks at the text without making a tree of it.
class Measure : public json::json_sax_t {
  public:
    explicit Measure(const std::string& name) : name_(name) {}

    bool null() override { return count(); }
    bool boolean(bool /*value*/) override { return count(); }
    bool number_integer(number_integer_t /*value*/) override { return count(); }
    bool number_unsigned(number_unsigned_t /*value*/) override { return count(); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return count(); }
    bool string(string_t& /*value*/) override { return count(); }
    bool binary(binary_t& /*value*/) override { return count(); }
    bool key(string_t& /*name*/) override { return true; }
    bool start_object(std::size_t /*elements*/) override { return open(); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*elements*/) override { return open(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t /*place*/, const std::string& /*token*/,
                     const json::exception& /*error*/) override {
        throw damaged(name_, "is no UTF-8 JSON");
    }

  private:
    bool count() {
        if (++values_ > mostJsonValues) throw damaged(name_, "has too many values");
        return true;
    }
    bool open() {
        if (++depth_ > mostDepth) throw damaged(name_, "is nested too deeply");
        return count();
    }
    bool close() {
        --depth_;
        return true;
    }

    const std::string& name_;
    std::size_t values_ = 0;
    int depth_ = 0;
};

}  // namespace

json parseJsonObject(std::span<const std::byte> bytes, const std::string& name, std::size_t mostMegabytes) {
    if (bytes.size() > mostMegabytes * 1'000'000)
        throw damaged(name,
                      "has more than " + std::to_string(mostMegabytes) + " MB, too much for such a file");
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    // Ahead of the tree, not by the parser's callback: with one it goes through an array again for each object in it.
    Measure limits(name);
    json::sax_parse(text, text + bytes.size(), &limits);
    json tree = json::parse(text, text + bytes.size());
    if (!tree.is_object()) throw damaged(name, "is no JSON object");
    return tree;
}

}  // namespace ratescope::media
