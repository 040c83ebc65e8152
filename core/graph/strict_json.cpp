#include "core/graph/strict_json.h"

#include "core/error.h"
#include "core/graph/wording.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <vector>

namespace ratescope::graph {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
    throw Error(ErrorKind::Input, name + ": " + what + ".", "Correct the file, or take it from a backup.");
}

/// Builds the value without recursion; stops at the first thing that is not allowed.
class Builder : public nlohmann::json_sax<json> {
  public:
    explicit Builder(std::string name) : name_(std::move(name)) {}

    json take() { return std::move(root_); }

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t value, const string_t& token) override {
        if (token.find_first_of(".eE") == std::string::npos)
            refuse(name_, "the integer " + inQuotes(token) + " does not fit 64 bits");
        return put(value);
    }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(json::object()); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& value) override {
        if (open_.back()->contains(value)) refuse(name_, "the key " + inQuotes(value) + " is there twice");
        key_ = value;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& fault) override {
        std::string what = fault.what();
        if (const auto end = what.find("] "); end != std::string::npos) what.erase(0, end + 2);
        refuse(name_, "not valid JSON (" + what + ")");
    }

  private:
    json* place(json value) {
        if (++values_ > maximumJsonValues)
            refuse(name_, "more than " + std::to_string(maximumJsonValues) + " values");
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        json& parent = *open_.back();
        if (parent.is_object()) return &(parent[key_] = std::move(value));
        parent.push_back(std::move(value));
        return &parent.back();
    }

    bool put(json value) {
        place(std::move(value));
        return true;
    }

    bool open(json container) {
        if (open_.size() == maximumJsonDepth)
            refuse(name_, "nested deeper than " + std::to_string(maximumJsonDepth) + " levels");
        open_.push_back(place(std::move(container)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    std::string name_, key_;
    json root_;
    std::vector<json*> open_;
    std::size_t values_ = 0;
};

std::string realText(double value) {
    if (!std::isfinite(value))
        throw Error(ErrorKind::Document, "A number of the document is not finite, and can't be written.",
                    "Give every parameter and variable a finite number.");
    std::array<char, 64> buffer;
    std::string text(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

std::string scalarText(const nlohmann::ordered_json& value) {
    if (value.is_number_float()) return realText(value.get<double>());
    if (value.is_string() && !isUtf8(value.get_ref<const std::string&>()))
        throw Error(ErrorKind::Document, "A text of the document is not UTF-8, and can't be written.",
                    "Rename the file or correct the text.");
    return value.dump();
}

std::string lineOf(const nlohmann::ordered_json& value) {
    if (!value.is_structured()) return scalarText(value);
    std::string text(1, value.is_object() ? '{' : '[');
    for (const auto& [key, item] : value.items()) {
        if (text.size() > 1) text += ", ";
        if (value.is_object()) text += scalarText(key) + ": ";
        text += lineOf(item);
    }
    return text + (value.is_object() ? '}' : ']');
}

/// Depth is that of the values that Ratescope makes, never that of a file.
void write(std::string& text, const nlohmann::ordered_json& value, std::size_t indent, std::size_t used) {
    constexpr std::size_t columns = 100;
    const std::string line = lineOf(value);
    if (!value.is_structured() || value.empty() || indent + used + columnsOf(line) < columns) {
        text += line;
        return;
    }
    text += value.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& [key, item] : value.items()) {
        text += (first ? "\n" : ",\n") + std::string(indent + 2, ' ');
        first = false;
        const std::string label = value.is_object() ? scalarText(key) + ": " : "";
        text += label;
        write(text, item, indent + 2, label.size());
    }
    text += '\n' + std::string(indent, ' ') + (value.is_object() ? '}' : ']');
}

[[noreturn]] void failToWrite(const std::filesystem::path& file, int reason) {
    throw Error(ErrorKind::Resource, file.string() + " can't be written: " + std::strerror(reason) + ".",
                "Free space on the disk, or save to a folder that you may write to.");
}

/// 0, or the errno of what failed.
int writeAll(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return written < 0 ? errno : EIO;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

json parseJson(std::string_view text, const std::string& name) {
    Builder builder(name);
    json::sax_parse(text.begin(), text.end(), &builder);
    return builder.take();
}

json readJson(const std::filesystem::path& file) {
    std::error_code failure;
    const auto status = std::filesystem::status(file, failure);
    if (!std::filesystem::exists(status))
        throw Error(ErrorKind::Input, file.string() + " does not exist.", "Check the path.");
    if (!std::filesystem::is_regular_file(status))
        throw Error(ErrorKind::Input, file.string() + " is not a file.", "Name a file.");
    const auto size = std::filesystem::file_size(file, failure);
    if (!failure && size == 0)
        throw Error(ErrorKind::Input, file.string() + " is empty.", "Take it from a backup.");
    if (!failure && size > maximumJsonBytes)
        throw Error(ErrorKind::Input, file.string() + " is larger than 64 MiB.",
                    "Check that it is the right file.");
    std::ifstream stream(file, std::ios::binary);
    std::string text(failure ? 0 : size, '\0');
    if (failure || !stream.read(text.data(), static_cast<std::streamsize>(text.size())))
        throw Error(ErrorKind::Input, file.string() + " can't be read.", "Check its permissions.");
    return parseJson(text, file.string());
}

std::string jsonText(const nlohmann::ordered_json& value) {
    std::string text;
    write(text, value, 0, 0);
    return text + '\n';
}

void replaceFile(const std::filesystem::path& file, std::string_view bytes) {
    std::error_code failure;
    // A symbolic link stays one: what it points at is replaced.
    const std::filesystem::path resolved = std::filesystem::weakly_canonical(file, failure);
    const std::filesystem::path target = failure ? file : resolved;
    const std::filesystem::path aside = target.string() + ".new-" + std::to_string(::getpid());
    const int descriptor = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) failToWrite(file, errno);
    int reason = writeAll(descriptor, bytes);
    if (::close(descriptor) != 0 && reason == 0) reason = errno;
    if (reason == 0 && ::rename(aside.c_str(), target.c_str()) != 0) reason = errno;
    if (reason == 0) return;
    ::unlink(aside.c_str());
    failToWrite(file, reason);
}

}  // namespace ratescope::graph
