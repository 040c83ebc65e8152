#pragma once

// Files that tests hand to the programs, made without the project's own readers and writers.

#include <nlohmann/json_fwd.hpp>

#include <QByteArray>
#include <QString>
#include <string>
#include <utility>
#include <vector>

namespace e2e {

/// Binary PPM (channels 3) or PGM (1) of a ramp with some detail, 8 bits.
QByteArray picture(int width, int height, int channels = 3);

/// Behind the header of a binary PPM or PGM of 8 bits.
QByteArray samplesOf(const QByteArray& pnm);

/// A safetensors file of the given header and data, whatever they say.
QByteArray safetensors(const nlohmann::json& header, const QByteArray& data);

/// One F32 tensor "weight" of rows × columns with smooth values.
QByteArray weights(int rows, int columns);

/// Offsets for test.shared-codec.
QByteArray learned(char first);

}  // namespace e2e
