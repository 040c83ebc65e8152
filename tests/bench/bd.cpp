// Prints random curve pairs with their BD numbers by every method, one JSON object a line, for
// scripts/bench.d/bd.sh to hold against the package bjontegaard.

#include "core/curves/bd.h"

#include "core/curves/text.h"

#include <array>
#include <iostream>
#include <random>

using namespace ratescope::curves;

namespace {

double unit(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-53;
}

// PSNR over bits per pixel (kind 0), PSNR over kbit/s (1), MS-SSIM over bits per pixel (2); 4 to 12 points.
RdCurve randomCurve(std::mt19937_64& random, int kind) {
    RdCurve curve{"random", {}};
    const int points = 4 + static_cast<int>(random() % 9);
    double rate = (kind == 1 ? 400 : 0.05) * (1 + unit(random));
    double quality = 25 + 3 * unit(random);
    double loss = 0.05 * (1 + unit(random));
    for (int i = 0; i < points; ++i) {
        curve.points.push_back({rate, kind == 2 ? 1 - loss : quality});
        rate *= 1.15 + 0.9 * unit(random);
        quality += 0.5 + 3 * unit(random);
        loss *= 0.5 + 0.4 * unit(random);
    }
    return curve;
}

void print(const char* name, const RdCurve& curve) {
    std::cout << "\"" << name << "\":[";
    for (std::size_t i = 0; i < curve.points.size(); ++i)
        std::cout << (i > 0 ? "," : "") << "[" << shortest(curve.points[i].rate) << ","
                  << shortest(curve.points[i].quality) << "]";
    std::cout << "],";
}

}  // namespace

int main() {
    constexpr int pairs = 1000;
    std::mt19937_64 random(1);
    for (int i = 0; i < pairs; ++i) {
        const RdCurve anchor = randomCurve(random, i % 3);
        const RdCurve test = randomCurve(random, i % 3);
        std::cout << "{\"metric\":\"" << (i % 3 == 2 ? "ms-ssim" : "psnr") << "\",";
        print("anchor", anchor);
        print("test", test);
        for (const BdMethod method : {BdMethod::Pchip, BdMethod::Akima, BdMethod::Cubic}) {
            const BdResult result = bjontegaardDelta(anchor, test, method);
            std::cout << "\"" << toText(method) << "\":["
                      << (result.ratePercent ? shortest(*result.ratePercent) : "null") << ","
                      << (result.quality ? shortest(*result.quality) : "null") << "]"
                      << (method == BdMethod::Cubic ? "}\n" : ",");
        }
    }
    return 0;
}
