#pragma once

// The one door between files and values: what a source reads and what `decode` writes.

#include "core/graph/manifest.h"
#include "core/media/node/value.h"

#include <filesystem>

namespace ratescope::media {

/// Image: readImage; TensorSet: readTensors; Table: readTable; LanguageModel: readLanguageModel; TextCorpus: readText. Throws Error(Usage) for a type that no
/// reader here makes.
Value readAsset(graph::PortType type, const std::filesystem::path& file);

/// Image: writeImage; TensorSet: writeSafetensors (extension safetensors); Table: writeTable; TextCorpus: writeText.
/// Throws Error(Usage) when the extension does not fit the value, and for a language model.
void writeAsset(const Value& value, const std::filesystem::path& file);

}  // namespace ratescope::media
