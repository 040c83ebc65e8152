#pragma once

// Runs a node on a sample, in this process or in workers, and takes down what came of it.

#include "core/graph/manifest.h"
#include "core/run/protocol.h"
#include "tests/contract/gallery.h"
#include "tests/core/media/worker/spoken_worker.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::contract {

struct Trial {
    std::optional<run::TaskFailure> failure;
    /// Bit for bit: "bitstream" → SHA-256, "output image" → canonical hash, "score psnr-rgb" → hexadecimal
    /// doubles, "count pixels", "table samples" → SHA-256, "key encode" → the task's key ("key by file source"
    /// where a file enters it).
    std::map<std::string, std::string> exact;
    /// Scores as numbers, for comparison over compilers and libraries.
    std::map<std::string, double> scores;
    bool inputsChanged = false;
};

/// In this process, with a memory cache of its own.
Trial tryHere(const graph::Manifest& manifest, const Sample& sample);

/// Two other processes.
struct Workers {
    /// Their logs go below the folder.
    explicit Workers(const std::filesystem::path& folder);
    media::SpokenWorker first, second;
};

/// In worker processes: a codec encodes (and extracts) in the first and decodes in the second, from the bytes
/// and the shared inputs.
Trial tryThere(const graph::Manifest& manifest, const Sample& sample, Workers& workers);

/// Runs the node's tasks in a chain once for each of them, and sets the cancel flag as soon as that one has begun: it must be
/// reported as cancelled, as the last one, and leave nothing. What is wrong; "" if nothing.
std::string faultWhenStopped(const graph::Manifest& manifest, const Sample& sample);

}  // namespace ratescope::contract
