#include "tests/e2e/files.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>

namespace e2e {

using nlohmann::json;

QByteArray picture(int width, int height, int channels) {
    QByteArray file = channels == 3 ? "P6\n" : "P5\n";
    file += QByteArray::number(width) + " " + QByteArray::number(height) + "\n255\n";
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                file += static_cast<char>(40 + x % 40 * 2 + y % 30 * 2 + c * 15 + (x * y) % 11);
    return file;
}

QByteArray samplesOf(const QByteArray& pnm) {
    qsizetype at = 0;
    for (int line = 0; line < 3; ++line)
        at = pnm.indexOf('\n', at) + 1;
    return pnm.mid(at);
}

QByteArray safetensors(const json& header, const QByteArray& data) {
    QByteArray text = QByteArray::fromStdString(header.dump());
    while (text.size() % 8 != 0)
        text += ' ';
    const quint64 length = static_cast<quint64>(text.size());
    QByteArray file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    return file + text + data;
}

QByteArray weights(int rows, int columns) {
    QByteArray data;
    for (int i = 0; i < rows * columns; ++i) {
        const float value = std::sin(static_cast<float>(i) * 0.37F) * 0.02F;
        data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return safetensors(
        {{"weight", {{"dtype", "F32"}, {"shape", {rows, columns}}, {"data_offsets", {0, data.size()}}}}},
        data);
}

QByteArray learned(char first) {
    QByteArray offsets(16, first);
    return safetensors({{"__metadata__", {{"ratescope.schema", "parameters:test.shared-codec"}}},
                        {"offsets", {{"dtype", "U8"}, {"shape", {16}}, {"data_offsets", {0, 16}}}}},
                       offsets);
}

}  // namespace e2e
