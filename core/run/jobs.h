#pragma once

// Single chains outside any study: what `ratescope-cli encode`, `decode`, `measure` and the commands of language models
// ask of a worker. A
// codec's stored stream opens in another process, on another day, by its node's id and the shared inputs
// alone.

#include "core/graph/catalogue.h"
#include "core/run/protocol.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ratescope::run {

/// Parameter id → text as given on a command line.
using Settings = std::map<std::string, std::string>;
/// Input port → file.
using InputFiles = std::map<std::string, std::filesystem::path>;

/// A chain and the task whose report answers the question.
struct Job {
    Chain chain;
    Hash answer;
};

/// Codes `input` with the codec `node` into the file `output`; `answer` reports the stream's parts.
/// Throws Error(Usage) for a node that is no codec, unknown parameters, missing or unknown ports;
/// Error(Input) for a file that can't be read or a program that is not there; Error(Document) for a bad command.
/// Commands are resolved from the working folder; whoever runs the chain asks for their approval first.
Job encodeJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
              const InputFiles& inputs, const std::filesystem::path& input,
              const std::filesystem::path& output);

/// Restores `output` from the stream in `input`. `settings` are decode parameters.
Job decodeJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
              const InputFiles& inputs, const std::filesystem::path& input,
              const std::filesystem::path& output);

/// The codec whose streams begin as this file does. Throws Error(Input) if none or several do.
std::string codecOf(const graph::Catalogue& catalogue, const std::filesystem::path& stream);

/// Scores `candidate` against `reference` by one measure node, whose other inputs, such as a text, `inputs` names;
/// writes its map to `map` unless that is empty.
Job measureJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
               const InputFiles& inputs, const std::filesystem::path& reference,
               const std::filesystem::path& candidate, const std::filesystem::path& map);

/// Runs a transform on files, and writes its first output to `output`, in the format of its extension.
Job transformJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
                 const InputFiles& inputs, const std::filesystem::path& output);

}  // namespace ratescope::run
