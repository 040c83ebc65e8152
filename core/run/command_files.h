#pragma once

// The files behind a command of a document: which program it runs and which files it names, with the hashes that
// make a rebuilt program a new task.

#include "core/graph/named_roots.h"
#include "core/run/assets.h"

#include <string>
#include <vector>

namespace ratescope::run {

/// The command with its files by absolute path and hash, as tasks carry it (core/graph/command.h):
/// - the first word is the program: a path, relative to the document, or a name that is looked up in PATH;
/// - another word without a placeholder, or what follows its first "=", names a file if it has a "." or "/" in it and
///   such a file is there;
/// - a path that begins with a ${ROOT} becomes absolute, also where it is no file and so has no hash.
/// Throws Error(Document) for a command without a program, Error(Input) for a program that is not there, can't be run
/// or read, or whose path is not UTF-8.
std::string resolveCommand(const std::string& text, const graph::PathBase& base, const HashFile& hashFile);

/// The files of a resolved command, the program first.
std::vector<NamedFile> filesOf(const std::string& resolved);

/// A resolved command as people read it: files by their paths, without hashes.
std::string readable(const std::string& resolved);

}  // namespace ratescope::run
