#include "core/json_limits.h"

#include <nlohmann/json.hpp>

namespace ratescope {
namespace {

using nlohmann::json;

/// Each event says whether the parser goes on.
class Look : public json::json_sax_t {
  public:
    Look(const JsonLimits& limits, const std::function<void(const std::string&)>& key)
        : limits_(limits), key_(key) {}

    std::optional<JsonFault> fault() const { return fault_; }

    bool null() override { return count(); }
    bool boolean(bool /*value*/) override { return count(); }
    bool number_integer(number_integer_t /*value*/) override { return count(); }
    bool number_unsigned(number_unsigned_t /*value*/) override { return count(); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return count(); }
    bool string(string_t& /*value*/) override { return count(); }
    bool binary(binary_t& /*value*/) override { return count(); }
    bool key(string_t& name) override {
        if (depth_ == 1 && key_) key_(name);
        return true;
    }
    bool start_object(std::size_t /*elements*/) override { return open(); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*elements*/) override { return open(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t /*place*/, const std::string& /*token*/,
                     const json::exception& /*error*/) override {
        return refuse(JsonFault::NotJson);
    }

  private:
    bool refuse(JsonFault fault) {
        fault_ = fault;
        return false;
    }
    bool count() { return ++values_ <= limits_.values || refuse(JsonFault::TooManyValues); }
    bool open() { return ++depth_ <= limits_.depth ? count() : refuse(JsonFault::TooDeep); }
    bool close() {
        --depth_;
        return true;
    }

    const JsonLimits& limits_;
    const std::function<void(const std::string&)>& key_;
    std::optional<JsonFault> fault_;
    std::size_t values_ = 0;
    int depth_ = 0;
};

}  // namespace

std::optional<JsonFault> jsonFault(std::string_view text, const JsonLimits& limits,
                                   const std::function<void(const std::string&)>& key) {
    Look look(limits, key);
    json::sax_parse(text.begin(), text.end(), &look);
    return look.fault();
}

}  // namespace ratescope
