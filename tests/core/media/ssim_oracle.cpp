#include "tests/core/media/ssim_oracle.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace ratescope::media {
namespace {

std::vector<double> window() {
    std::vector<double> weights;
    double sum = 0;
    for (int down = -5; down <= 5; ++down)
        for (int across = -5; across <= 5; ++across) {
            weights.push_back(std::exp(-(down * down + across * across) / (2 * 1.5 * 1.5)));
            sum += weights.back();
        }
    for (double& weight : weights)
        weight /= sum;
    return weights;
}

double at(const Plane& plane, int column, int row) {
    return plane.values[static_cast<std::size_t>(row * plane.width + column)];
}

struct Moments {
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
};

Moments momentsAt(const Plane& x, const Plane& y, int left, int top) {
    static const std::vector<double> weights = window();
    Moments moments;
    for (int i = 0; i < 121; ++i) {
        const double weight = weights[static_cast<std::size_t>(i)];
        const double a = at(x, left + i % 11, top + i / 11), b = at(y, left + i % 11, top + i / 11);
        moments.x += weight * a;
        moments.y += weight * b;
        moments.xx += weight * a * a;
        moments.yy += weight * b * b;
        moments.xy += weight * a * b;
    }
    return moments;
}

Plane halved(const Plane& plane) {
    const int lackingColumns = plane.width % 2, lackingRows = plane.height % 2;
    Plane half{(plane.width + 1) / 2, (plane.height + 1) / 2, {}};
    const auto sample = [&](int column, int row) {
        return column < lackingColumns || row < lackingRows
                   ? 0
                   : at(plane, column - lackingColumns, row - lackingRows);
    };
    for (int row = 0; row < half.height; ++row)
        for (int column = 0; column < half.width; ++column)
            half.values.push_back((sample(2 * column, 2 * row) + sample(2 * column + 1, 2 * row) +
                                   sample(2 * column, 2 * row + 1) + sample(2 * column + 1, 2 * row + 1)) /
                                  4);
    return half;
}

}  // namespace

OracleTerms oracleTerms(const Plane& x, const Plane& y, double peak) {
    const double c1 = std::pow(0.01 * peak, 2), c2 = std::pow(0.03 * peak, 2);
    OracleTerms terms{0, 0, {}};
    for (int top = 0; top + 11 <= x.height; ++top)
        for (int left = 0; left + 11 <= x.width; ++left) {
            const Moments m = momentsAt(x, y, left, top);
            const double covariance = m.xy - m.x * m.y;
            const double variances = m.xx - m.x * m.x + m.yy - m.y * m.y;
            const double structure = (2 * covariance + c2) / (variances + c2);
            const double ssim = structure * (2 * m.x * m.y + c1) / (m.x * m.x + m.y * m.y + c1);
            terms.ssimMap.push_back(ssim);
            terms.ssim += ssim;
            terms.structure += structure;
        }
    const auto places = static_cast<double>(terms.ssimMap.size());
    terms.ssim /= places;
    terms.structure /= places;
    return terms;
}

double oracleMsSsim(Plane x, Plane y, double peak) {
    constexpr std::array<double, 5> weights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
    double product = 1;
    for (std::size_t scale = 0; scale < weights.size(); ++scale) {
        const OracleTerms terms = oracleTerms(x, y, peak);
        const double term = scale + 1 < weights.size() ? terms.structure : terms.ssim;
        product *= std::pow(std::max(term, 0.0), weights[scale]);
        x = halved(x);
        y = halved(y);
    }
    return product;
}

}  // namespace ratescope::media
