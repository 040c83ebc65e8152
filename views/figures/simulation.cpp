#include "views/figures/simulation.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>

namespace ratescope::views {
namespace {

using Matrix = std::array<std::array<float, 3>, 3>;

const Matrix& matrixOf(Sight sight) {
    static const Matrix deuteranopia{{{0.367322f, 0.860646f, -0.227968f},
                                      {0.280085f, 0.672501f, 0.047413f},
                                      {-0.011820f, 0.042940f, 0.968881f}}};
    static const Matrix protanopia{{{0.152286f, 1.052583f, -0.204868f},
                                    {0.114503f, 0.786281f, 0.099216f},
                                    {-0.003882f, -0.048116f, 1.051998f}}};
    static const Matrix tritanopia{{{1.255528f, -0.076749f, -0.178779f},
                                    {-0.078411f, 0.930809f, 0.147602f},
                                    {0.004733f, 0.691367f, 0.303900f}}};
    static const Matrix grey{
        {{0.2126f, 0.7152f, 0.0722f}, {0.2126f, 0.7152f, 0.0722f}, {0.2126f, 0.7152f, 0.0722f}}};
    switch (sight) {
        case Sight::Deuteranopia:
            return deuteranopia;
        case Sight::Protanopia:
            return protanopia;
        case Sight::Tritanopia:
            return tritanopia;
        case Sight::Grey:
            break;
    }
    return grey;
}

const std::array<float, 256>& linearLight() {
    static const std::array<float, 256> table = [] {
        std::array<float, 256> made{};
        for (std::size_t i = 0; i < made.size(); ++i) {
            const double c = static_cast<double>(i) / 255;
            made[i] = static_cast<float>(c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
        }
        return made;
    }();
    return table;
}

int encoded(float light) {
    const double c = std::clamp(static_cast<double>(light), 0.0, 1.0);
    return static_cast<int>(
        std::lround(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055)));
}

}  // namespace

QString titleOf(Sight sight) {
    switch (sight) {
        case Sight::Deuteranopia:
            return QCoreApplication::translate("Simulation", "Deuteranopia");
        case Sight::Protanopia:
            return QCoreApplication::translate("Simulation", "Protanopia");
        case Sight::Tritanopia:
            return QCoreApplication::translate("Simulation", "Tritanopia");
        case Sight::Grey:
            break;
    }
    return QCoreApplication::translate("Simulation", "Grey print");
}

QString idOf(Sight sight) {
    static const std::array<const char*, 4> ids = {"deuteranopia", "protanopia", "tritanopia", "grey"};
    return QString::fromLatin1(ids[static_cast<std::size_t>(sight)]);
}

const std::vector<Sight>& colourBlindSights() {
    static const std::vector<Sight> sights = {Sight::Deuteranopia, Sight::Protanopia, Sight::Tritanopia};
    return sights;
}

QRgb simulated(QRgb colour, Sight sight) {
    const auto& light = linearLight();
    const float red = light[static_cast<std::size_t>(qRed(colour))],
                green = light[static_cast<std::size_t>(qGreen(colour))],
                blue = light[static_cast<std::size_t>(qBlue(colour))];
    std::array<int, 3> seen{};
    const Matrix& matrix = matrixOf(sight);
    for (std::size_t i = 0; i < 3; ++i)
        seen[i] = encoded(matrix[i][0] * red + matrix[i][1] * green + matrix[i][2] * blue);
    return qRgb(seen[0], seen[1], seen[2]);
}

QImage simulated(const QImage& picture, Sight sight) {
    QImage seen = picture.convertToFormat(QImage::Format_RGB32);
    seen.setDevicePixelRatio(picture.devicePixelRatio());
    // Most of a figure is of few colours: the one before is remembered.
    QRgb last = qRgb(255, 255, 255), lastSeen = simulated(last, sight);
    for (int y = 0; y < seen.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(seen.scanLine(y));
        for (int x = 0; x < seen.width(); ++x) {
            if (line[x] != last) {
                last = line[x];
                lastSeen = simulated(last, sight);
            }
            line[x] = lastSeen;
        }
    }
    return seen;
}

}  // namespace ratescope::views
