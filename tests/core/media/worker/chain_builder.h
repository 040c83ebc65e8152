#pragma once

// Chains for tests, made of tasks of built plugins, with the folders that a worker needs.

#include "core/media/worker/plugins.h"
#include "core/run/protocol.h"

#include <QTemporaryDir>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::media {

/// The library of a built family: "test" from tests/plugins, others from plugins.
std::filesystem::path familyLibrary(const std::string& family);

using Settings = std::map<std::string, graph::ParameterValue>;
using Wires = std::map<std::string, std::vector<run::TaskOutput>>;

class ChainBuilder {
  public:
    ChainBuilder();

    /// Adds a task with the manifest's defaults of the task's stage, the settings in their place.
    Hash add(run::TaskKind kind, const std::string& type, const Settings& settings = {},
             const Wires& inputs = {}, std::optional<std::uint64_t> seed = {}, std::int64_t index = 0);
    Hash source(const std::string& type, const Settings& settings = {}, std::int64_t index = 0) {
        return add(run::TaskKind::Source, type, settings, {}, {}, index);
    }
    /// Encodes, extracts if the codec has such a parameter, and decodes; gives the keys of all.
    struct Coded {
        Hash encode, extract, decode;
    };
    Coded code(const std::string& type, const Settings& settings, const Wires& inputs,
               const Wires& decoderInputs = {});
    /// Prepares and scores "image"; gives the key of the score.
    Hash measure(const std::string& type, const run::TaskOutput& reference, const run::TaskOutput& candidate);

    std::filesystem::path folder() const { return folder_.path().toStdString(); }
    const run::Task& task(const Hash& key) const;
    /// The chain again with nothing wanted, and no results of earlier ones in staging and cache.
    void forget();

    run::Chain chain;
    Plugins plugins;

  private:
    QTemporaryDir folder_;
};

}  // namespace ratescope::media
