#include "core/media/command/request.h"

#include "core/error.h"
#include "core/graph/wording.h"
#include "core/hash.h"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <tuple>

namespace ratescope::media {
namespace {

using graph::CommandPiece;
using graph::CommandWord;
using graph::CommandWords;
using graph::inQuotes;
using Kind = CommandPiece::Kind;

[[noreturn]] void fail(const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::Document, what, remedy);
}

/// What tells that a file's bytes are those that were hashed.
using Identity = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;

Identity identityOf(const std::string& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0)
        throw Error(ErrorKind::Input, file + " is not there any more.", "Put it back, or name another file.");
    return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

std::string hashNow(const std::string& file) {
    static std::mutex mutex;
    static std::map<std::string, std::pair<Identity, std::string>> known;
    const std::lock_guard lock(mutex);
    auto& [identity, hash] = known[file];
    const Identity now = identityOf(file);
    if (hash.empty() || identity != now) {
        hash = sha256OfFile(file).hex();
        identity = now;
    }
    return hash;
}

nlohmann::json jsonOf(const std::string& value) {
    const nlohmann::json number = nlohmann::json::parse(value, nullptr, false);
    return number.is_number() ? number : nlohmann::json(value);
}

}  // namespace

NamedValues namedValues(const std::string& text, const std::vector<std::string>& taken) {
    NamedValues values;
    for (const CommandWord& word : graph::parseWords(text)) {
        const auto plain = graph::literal(word);
        if (!plain)
            fail("Values can't have placeholders: " + inQuotes(graph::toText(word)) + ".",
                 "Quote the braces.");
        const std::size_t equals = plain->find('=');
        const std::string name = plain->substr(0, equals);
        if (equals == std::string::npos || name.empty())
            fail(inQuotes(*plain) + " is no name=value.",
                 "Give values as name=value, quoted if they have spaces.");
        const bool twice =
            std::any_of(values.begin(), values.end(), [&](const auto& one) { return one.first == name; });
        if (twice || std::find(taken.begin(), taken.end(), name) != taken.end())
            fail("The name " + inQuotes(name) + " of a value is taken.", "Choose another name.");
        values.emplace_back(name, plain->substr(equals + 1));
    }
    return values;
}

Request::Request(const CommandWords& form, const std::filesystem::path& folder,
                 const std::map<std::string, std::string>& files, NamedValues values)
    : folder_(folder), defaults_(files), values_(values.begin(), values.end()) {
    for (const CommandWord& word : form)
        for (const CommandPiece& piece : word) {
            const auto known = defaults_.find(piece.text);
            if (piece.kind != Kind::Name || known == defaults_.end()) continue;
            const std::string name =
                piece.text + "." + (piece.extension.empty() ? known->second : piece.extension);
            const auto [named, isNew] = files_.emplace(piece.text, folder / name);
            if (!isNew && named->second != folder / name)
                fail("The file {" + piece.text + "} is named by two extensions.", "Use one in all places.");
        }
}

const std::filesystem::path& Request::file(const std::string& name) const {
    const auto named = files_.find(name);
    if (named == files_.end())
        fail("The file {" + name + "} does not stand in the command, or in its request.", "Put it there.");
    return named->second;
}

std::string Request::valueOf(const CommandPiece& name) const {
    if (const auto file = files_.find(name.text); file != files_.end()) return file->second.string();
    const auto value = values_.find(name.text);
    if (value != values_.end() && name.extension.empty()) return value->second;
    std::vector<std::string> known;
    for (const auto& [id, extension] : defaults_)
        known.push_back(id);
    for (const auto& [id, text] : values_)
        known.push_back(id);
    const std::string written = name.text + (name.extension.empty() ? "" : "." + name.extension);
    fail("The placeholder {" + written + "} stands for nothing here.",
         graph::didYouMean(name.text, known, "Those are "));
}

std::vector<std::string> Request::words(const CommandWords& form) const {
    std::vector<std::string> expanded;
    for (const CommandWord& word : form) {
        std::string& text = expanded.emplace_back();
        for (const CommandPiece& piece : word) {
            if (piece.kind == Kind::Text) text += piece.text;
            if (piece.kind == Kind::Name) text += valueOf(piece);
        }
        if (text.find('\0') != std::string::npos)
            fail("An argument has a zero byte.", "No program can be given one: take it out.");
    }
    return expanded;
}

std::string Request::tabbed(const CommandWords& form) const {
    const std::vector<std::string> fields = words(form);
    std::string line;
    for (const std::string& word : fields) {
        if (word.find_first_of("\t\n\r") != std::string::npos)
            fail("A value has a tab or a line end, and can't stand between tabs: " + inQuotes(word) + ".",
                 "Set lines to json.");
        line += (&word == &fields.front() ? "" : "\t") + word;
    }
    return line;
}

std::string Request::json(const CommandWords& form, std::int64_t id) const {
    nlohmann::ordered_json object{{"id", id}};
    for (const CommandWord& word : form) {
        if (word.size() != 1 || word.front().kind != Kind::Name)
            fail("The request's " + inQuotes(graph::toText(word)) + " is no placeholder by itself.",
                 "JSON requests are lists of placeholders: {input} {bitstream} {quality}. Fixed words go "
                 "into the "
                 "command, other values into `values`.");
        object[word.front().text] = jsonOf(valueOf(word.front()));
    }
    return object.dump();
}

void requireUnchanged(const CommandWords& command) {
    for (const CommandWord& word : command)
        if (const auto file = graph::fileOf(word); file && hashNow(file->path) != file->hash)
            throw Error(ErrorKind::Input, file->path + " has changed since the study was planned.",
                        "Run the document again: what it is used by is then computed anew.");
}

}  // namespace ratescope::media
