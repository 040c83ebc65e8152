#include "core/run/task.h"

#include "core/error.h"
#include "core/graph/command.h"
#include "core/run/command_files.h"

#include <algorithm>
#include <array>

namespace ratescope::run {
namespace {

constexpr std::array<const char*, 8> kindNames = {"source", "transform", "encode", "extract",
                                                  "decode", "prepare",   "score",  "analyse"};

/// JSON with keys in byte order and no white space: equal tasks give equal bytes on every machine.
class CanonicalText {
  public:
    void key(const std::string& name) {
        separate();
        quote(name);
        text_ += ':';
        first_ = true;
    }
    void string(const std::string& value) {
        separate();
        quote(value);
    }
    void raw(const std::string& value) {
        separate();
        text_ += value;
    }
    void open(char bracket) {
        separate();
        text_ += bracket;
        first_ = true;
    }
    void close(char bracket) {
        text_ += bracket;
        first_ = false;
    }
    const std::string& text() const { return text_; }

  private:
    void separate() {
        if (!first_) text_ += ',';
        first_ = false;
    }
    void quote(const std::string& value) {
        text_ += '"';
        for (const char c : value) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                text_ += '\\';
                text_ += c;
            } else if (byte < 0x20) {
                text_ += "\\u00";
                text_ += "0123456789abcdef"[byte >> 4];
                text_ += "0123456789abcdef"[byte & 15];
            } else {
                text_ += c;
            }
        }
        text_ += '"';
    }

    std::string text_;
    bool first_ = true;
};

void writeInputs(CanonicalText& text, const Task& task) {
    text.open('{');
    for (const auto& [port, outputs] : task.inputs) {
        text.key(port);
        text.open('[');
        for (const TaskOutput& output : outputs) {
            text.open('[');
            text.string(output.task.hex());
            text.string(output.port);
            text.close(']');
        }
        text.close(']');
    }
    text.close('}');
}

Hash hashOfParameterFile(const Task& task, const std::string& id, const std::string& file) {
    const auto found = task.parameterFiles.find(id);
    return found != task.parameterFiles.end() ? found->second : sha256OfFile(file);
}

/// Files by what they hold, the program by its name too: some programs go by it.
void writeCommand(CanonicalText& text, const std::string& command) {
    graph::CommandWords words = graph::parseResolved(command);
    if (!words.empty() && !graph::fileOf(words.front()))
        words = graph::parseResolved(
            resolveCommand(command, {std::filesystem::current_path(), {}}, sha256OfFile));
    text.open('[');
    for (const graph::CommandWord& word : words) {
        const auto file = graph::fileOf(word);
        if (!file) {
            text.string(graph::toText(word));
            continue;
        }
        const bool isProgram = &word == &words.front();
        text.open('[');
        text.string(isProgram ? std::filesystem::path(file->path).filename().string() : file->prefix);
        text.string(file->hash);
        text.close(']');
    }
    text.close(']');
}

void writeParameters(CanonicalText& text, const Task& task, const graph::Manifest& manifest) {
    text.open('{');
    for (const auto& [id, value] : task.parameters) {
        const graph::Parameter* const parameter = manifest.parameter(id);
        if (parameter && !parameter->entersKey) continue;
        text.key(id);
        const auto* const string = std::get_if<std::string>(&value);
        const bool namesFile = parameter && parameter->type == graph::ParameterType::File;
        if (string && namesFile && !string->empty())
            text.string(hashOfParameterFile(task, id, *string).hex());
        else if (string && parameter && parameter->type == graph::ParameterType::Command)
            writeCommand(text, *string);
        else if (string)
            text.string(*string);
        else
            text.raw(graph::toText(value));
    }
    text.close('}');
}

}  // namespace

bool keepsValues(graph::NodeKind kind) {
    return kind == graph::NodeKind::Learner || kind == graph::NodeKind::Experiment;
}

const char* toText(TaskKind kind) {
    return kindNames[static_cast<std::size_t>(kind)];
}

TaskKind taskKindFromText(const std::string& name) {
    const auto found = std::find(kindNames.begin(), kindNames.end(), name);
    if (found == kindNames.end())
        throw Error(ErrorKind::Internal, "There is no kind of task \"" + name + "\".",
                    "Report this fault of Ratescope.");
    return static_cast<TaskKind>(found - kindNames.begin());
}

Hash keyOf(const Task& task, const graph::Manifest& manifest) {
    CanonicalText text;
    text.open('{');
    if (!task.file.empty()) {
        text.key("file");
        text.string(task.fileHash.hex());
    } else if (task.kind == TaskKind::Source) {
        text.key("index");
        text.raw(std::to_string(task.index));
    }
    text.key("inputs");
    writeInputs(text, task);
    text.key("kind");
    text.string(toText(task.kind));
    text.key("node");
    text.string(task.type);
    text.key("parameters");
    writeParameters(text, task, manifest);
    if (task.seed) {
        text.key("seed");
        text.raw(std::to_string(*task.seed));
    }
    text.key("version");
    text.raw(std::to_string(task.version));
    text.close('}');
    return sha256(text.text());
}

}  // namespace ratescope::run
