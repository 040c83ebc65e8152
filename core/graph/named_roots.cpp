#include "core/graph/named_roots.h"

#include "core/error.h"
#include "core/graph/wording.h"

#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>

namespace ratescope::graph {
namespace {

namespace fs = std::filesystem;

std::string rootNames(const PathBase& base) {
    std::vector<std::string> names;
    for (const auto& [name, folder] : base.roots)
        names.push_back("${" + name + "}");
    return names.empty() ? "none" : listed(names);
}

fs::path rootFolder(const std::string& name, const std::string& text, const PathBase& base) {
    const auto known = base.roots.find(name);
    if (known == base.roots.end())
        throw Error(ErrorKind::Input,
                    "The path " + inQuotes(text) + " begins with an unknown root, ${" + name + "}.",
                    "Roots there are: " + rootNames(base) + ".");
    const char* const set = std::getenv(name.c_str());
    fs::path folder = set && *set ? fs::path(set) : known->second;
    if (folder.empty())
        throw Error(ErrorKind::Input,
                    "The path " + inQuotes(text) + " needs the variable " + name + ", which is not set.",
                    "Set it to the folder of the data: export " + name + "=/path/to/folder");
    return folder;
}

/// Throws when the path begins with a root whose folder is not there.
void requireRoot(const std::string& text, const PathBase& base) {
    if (text.rfind("${", 0) != 0) return;
    const std::string name = text.substr(2, text.find('}') - 2);
    const fs::path folder = rootFolder(name, text, base);
    std::error_code failure;
    if (fs::is_directory(folder, failure)) return;
    throw Error(ErrorKind::Input,
                inQuotes(text) + " needs the folder " + folder.string() + ", which does not exist.",
                "Set the variable to where the data is: export " + name + "=/path/to/folder");
}

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r");
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool hasWildcard(const std::string& name) {
    return name.find_first_of("*?[") != std::string::npos;
}

[[noreturn]] void failToRead(const fs::path& path, const std::error_code& failure) {
    throw Error(ErrorKind::Input, path.string() + " can't be read: " + failure.message() + ".",
                "Check its permissions.");
}

/// Entries of a folder in byte order of their names.
std::vector<fs::directory_entry> entriesOf(const fs::path& folder) {
    std::vector<fs::directory_entry> entries;
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; entry != end; entry.increment(failure)) {
        if (failure) break;
        entries.push_back(*entry);
    }
    if (failure) failToRead(folder, failure);
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.path().filename().native() < b.path().filename().native();
    });
    return entries;
}

/// Is a real folder, so that ** comes to an end where links form a circle.
bool isOwnFolder(const fs::directory_entry& entry) {
    std::error_code failure;
    return entry.is_directory(failure) && !entry.is_symlink(failure);
}

/// `folder` and all folders below it, without hidden ones.
std::vector<fs::path> foldersBelow(const fs::path& folder) {
    std::vector<fs::path> found{folder};
    for (std::size_t next = 0; next < found.size(); ++next)
        for (const auto& entry : entriesOf(fs::path(found[next])))
            if (isOwnFolder(entry) && entry.path().filename().native().front() != '.')
                found.push_back(entry.path());
    return found;
}

/// What one component of a pattern makes of the paths so far.
std::vector<fs::path> step(const std::vector<fs::path>& paths, const std::string& component) {
    std::vector<fs::path> next;
    std::error_code failure;
    for (const fs::path& path : paths) {
        if (fs::exists(path / component, failure)) {
            next.push_back(path / component);  // also a folder whose name has a bracket
        } else if (!hasWildcard(component) || !fs::is_directory(path, failure)) {
            continue;
        } else if (component == "**") {
            const auto below = foldersBelow(path);
            next.insert(next.end(), below.begin(), below.end());
        } else {
            for (const auto& entry : entriesOf(path))
                if (fnmatch(component.c_str(), entry.path().filename().c_str(), FNM_PERIOD) == 0)
                    next.push_back(entry.path());
        }
    }
    return next;
}

std::vector<fs::path> matches(const fs::path& pattern) {
    std::vector<fs::path> paths{pattern.root_path()};
    const fs::path relative = pattern.relative_path();
    for (const fs::path& component : relative)
        if (!component.empty() && !paths.empty()) paths = step(paths, component.string());
    return relative.filename() == "**" ? step(paths, "*") : paths;
}

std::string lowerExtension(const fs::path& file) {
    std::string extension = file.extension().string();
    if (!extension.empty()) extension.erase(0, 1);
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return extension;
}

bool hasExtension(const fs::path& file, const std::vector<std::string>& extensions) {
    return extensions.empty() ||
           std::find(extensions.begin(), extensions.end(), lowerExtension(file)) != extensions.end();
}

bool isFile(const fs::path& path) {
    std::error_code failure;
    return fs::is_regular_file(path, failure);
}

std::vector<fs::path> filesInFolder(const fs::path& folder, const std::vector<std::string>& extensions) {
    std::vector<fs::path> files;
    for (const auto& entry : entriesOf(folder)) {
        const bool hidden = entry.path().filename().native().front() == '.';
        if (!hidden && isFile(entry.path()) && hasExtension(entry.path(), extensions))
            files.push_back(entry.path());
    }
    if (files.empty())
        throw Error(ErrorKind::Input,
                    "The folder " + folder.string() + " holds no file" +
                        (extensions.empty() ? "." : " with the extension " + listed(extensions) + "."),
                    "Name another folder, or the files themselves.");
    return files;
}

std::vector<fs::path> filesOf(const std::string& text, const std::vector<std::string>& extensions,
                              const PathBase& base) {
    const fs::path pattern = resolvePath(text, base);
    requireRoot(text, base);
    std::error_code failure;
    const bool isFolder = fs::is_directory(pattern, failure);
    if (failure == std::errc::permission_denied) failToRead(pattern, failure);
    if (isFolder) return filesInFolder(pattern, extensions);
    std::vector<fs::path> files = matches(pattern);
    const bool any = !files.empty();
    std::erase_if(files, [](const fs::path& path) { return !isFile(path); });
    // A wildcard takes in whatever lies there: only files that the source reads are meant. A file named in
    // full, or by its extension, is the user's own choice.
    if (hasWildcard(text) && pattern.extension().empty())
        std::erase_if(files, [&](const fs::path& path) { return !hasExtension(path, extensions); });
    if (!files.empty()) return files;
    if (any || hasWildcard(text))
        throw Error(ErrorKind::Input,
                    "No file matches " + inQuotes(text) + " (looked for " + pattern.string() + ").",
                    extensions.empty() ? "Check the pattern."
                                       : "Check the pattern; files read here: " + listed(extensions) + ".");
    throw Error(ErrorKind::Input, inQuotes(text) + " does not exist (looked for " + pattern.string() + ").",
                "Check the path.");
}

/// The last `parts` components of a path.
std::string tail(const fs::path& file, std::size_t parts) {
    std::vector<std::string> components;
    for (const fs::path& component : file.relative_path())
        components.push_back(component.string());
    std::string name;
    for (std::size_t i = components.size() - std::min(parts, components.size()); i < components.size(); ++i)
        name += (name.empty() ? "" : "/") + components[i];
    return name;
}

/// Names grow by a parent folder until no other file has the same.
std::vector<AssetFile> named(const std::vector<fs::path>& files) {
    std::vector<AssetFile> assets;
    std::map<std::string, std::vector<std::size_t>> open;
    for (std::size_t i = 0; i < files.size(); ++i) {
        assets.push_back({"", files[i]});
        open[tail(files[i], 1)].push_back(i);
    }
    for (std::size_t parts = 2; !open.empty(); ++parts) {
        std::map<std::string, std::vector<std::size_t>> next;
        for (const auto& [name, same] : open) {
            if (same.size() == 1) assets[same.front()].name = name;
            if (same.size() > 1)
                for (const std::size_t i : same)
                    next[tail(files[i], parts)].push_back(i);
        }
        open = std::move(next);
    }
    return assets;
}

}  // namespace

std::vector<std::string> patternsOf(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ';' || c == '\n')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    for (std::string& part : parts)
        part = trimmed(part);
    std::erase(parts, "");
    return parts;
}

fs::path resolvePath(const std::string& text, const PathBase& base) {
    if (text.find('\0') != std::string::npos)
        throw Error(ErrorKind::Input, "The path " + inQuotes(text) + " holds a zero byte.",
                    "Correct the path.");
    fs::path path(text);
    if (text.rfind("${", 0) == 0) {
        const auto end = text.find('}');
        if (end == std::string::npos)
            throw Error(ErrorKind::Input, "The path " + inQuotes(text) + " has no } after its root.",
                        "Write it as ${NAME}/folder/file.");
        const std::string rest = text.substr(std::min(text.find_first_not_of('/', end + 1), text.size()));
        path = rootFolder(text.substr(2, end - 2), text, base) / rest;
    }
    if (path.is_relative()) path = base.folder / path;
    return fs::absolute(path).lexically_normal();
}

std::vector<AssetFile> assetFiles(const std::string& patterns, const std::vector<std::string>& extensions,
                                  const PathBase& base) {
    const std::vector<std::string> parts = patternsOf(patterns);
    if (parts.empty())
        throw Error(ErrorKind::Usage, "No file is named.",
                    "Give a file, a folder or a pattern such as photos/*.png.");
    std::set<fs::path> files;
    for (const std::string& part : parts)
        for (const fs::path& file : filesOf(part, extensions, base)) {
            if (::access(file.c_str(), R_OK) != 0)
                failToRead(file, std::error_code(errno, std::generic_category()));
            files.insert(file);
        }
    std::vector<AssetFile> assets = named({files.begin(), files.end()});
    std::sort(assets.begin(), assets.end(),
              [](const AssetFile& a, const AssetFile& b) { return a.name < b.name; });
    return assets;
}

std::vector<fs::path> companionFiles(const fs::path& file, const AssetRule& rule) {
    std::vector<fs::path> files;
    for (const AssetRule::Companions& companions : rule.companions) {
        if (companions.extension != lowerExtension(file)) continue;
        for (const auto& entry : entriesOf(file.parent_path())) {
            const bool isNamed =
                std::any_of(companions.names.begin(), companions.names.end(), [&](const std::string& name) {
                    return fnmatch(name.c_str(), entry.path().filename().c_str(), FNM_PERIOD) == 0;
                });
            if (isNamed && entry.path() != file && isFile(entry.path())) files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace ratescope::graph
