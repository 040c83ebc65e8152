#include "core/media/quality/ssim.h"

#include "core/error.h"
#include "core/media/quality/sample_rows.h"
#include "core/media/quality/ssim_rows.h"
#include "core/media/quality/ssim_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

namespace ratescope::media {
namespace {

constexpr std::array<double, 5> scaleWeights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

void check(const Image& reference, const Image& candidate, Look look, const std::string& measure,
           std::int64_t leastSide) {
    checkPair(reference, candidate, measure);
    if (reference.bitDepth < 8) throw unfitFor(measure, "of less than 8 bits");
    if (reference.model == ColourModel::YCbCr) {
        if (look == Look::Channels) throw unfitFor(measure, "in YCbCr (the measure of RGB)");
        if (reference.matrix != Matrix::Bt601 || reference.range != Range::Full)
            throw unfitFor(measure, "in YCbCr other than BT.601 full range");
    }
    if (std::min(reference.width(), reference.height()) >= leastSide) return;
    throw Error(ErrorKind::Input,
                measure + " needs pictures of at least " + std::to_string(leastSide) + " x " +
                    std::to_string(leastSide) + " pixels; this one has " + std::to_string(reference.width()) +
                    " x " + std::to_string(reference.height()) + ".",
                "Measure larger pictures, or use a measure that takes small ones, such as measure.psnr.");
}

/// The scales of a pair, largest first, each computed while the next one is made.
class Scales {
  public:
    Scales(const Image& reference, const Image& candidate, Look look, std::size_t count, bool keepMaps,
           const Execution& execution)
        : constants_(reference.bitDepth), first_(reference, candidate, look) {
        const SsimRows& rows = ssimRows(execution.instructions, first_.channels);
        const PairRows* pair = &first_;
        std::unique_ptr<HalvedRows> halved;
        for (std::size_t i = 0; i < count; ++i) {
            const bool last = i + 1 == count;
            SsimScale scale(*pair, rows, constants_,
                            last ? SsimScale::Term::Whole : SsimScale::Term::Structure);
            if (keepMaps) scale.keepMap();
            auto next = last ? nullptr : std::make_unique<HalvedRows>(*pair);
            compute(scale, *pair, next.get(), rows, execution);
            results.push_back({scale.width(), scale.height(), scale.meanLosses(), scale.takeMap()});
            halved = std::move(next);
            pair = halved.get();
        }
    }

    struct Result {
        std::size_t width, height;
        std::vector<double> meanLosses;
        std::vector<float> map;
    };
    std::vector<Result> results;

  private:
    void compute(SsimScale& scale, const PairRows& pair, HalvedRows* next, const SsimRows& rows,
                 const Execution& execution) const {
        constexpr std::size_t rowsOfPiece = 16;
        const std::size_t halving = next ? (next->height + rowsOfPiece - 1) / rowsOfPiece : 0;
        execution.forEach(scale.pieces() + halving, [&](std::size_t piece) {
            if (piece < scale.pieces()) return scale.compute(piece);
            const std::size_t begin = (piece - scale.pieces()) * rowsOfPiece;
            next->fill(rows, pair, begin, std::min(begin + rowsOfPiece, next->height));
        });
    }

    const SsimConstants constants_;
    const ImageRows first_;
};

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TensorSet mapOf(const char* name, std::size_t width, std::size_t height,
                const std::function<double(std::size_t, std::size_t)>& valueAt) {
    Array map(DType::F32, {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width)});
    const auto values = map.writable<float>();
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
            values[y * width + x] = static_cast<float>(valueAt(x, y));
    TensorSet set;
    set.tensors.push_back({name, std::move(map)});
    return set;
}

}  // namespace

double ssimLoss(const Image& reference, const Image& candidate, Look look, const Execution& execution) {
    check(reference, candidate, look, "SSIM", ssimLeastSide);
    return mean(Scales(reference, candidate, look, 1, false, execution).results[0].meanLosses);
}

double msSsimLoss(const Image& reference, const Image& candidate, Look look, const Execution& execution) {
    check(reference, candidate, look, "MS-SSIM", msSsimLeastSide);
    const Scales scales(reference, candidate, look, scaleWeights.size(), false, execution);
    std::vector<double> losses(scales.results[0].meanLosses.size());
    for (std::size_t channel = 0; channel < losses.size(); ++channel) {
        double logarithm = 0;  // −∞ where a mean is 0 or below
        for (std::size_t i = 0; i < scaleWeights.size(); ++i)
            logarithm += scaleWeights[i] * std::log1p(-std::min(scales.results[i].meanLosses[channel], 1.0));
        losses[channel] = -std::expm1(logarithm);
    }
    return mean(losses);
}

TensorSet ssimMap(const Image& reference, const Image& candidate, Look look, const Execution& execution) {
    check(reference, candidate, look, "SSIM", ssimLeastSide);
    const Scales scales(reference, candidate, look, 1, true, execution);
    const auto& [width, height, means, losses] = scales.results[0];
    const std::size_t channels = means.size();
    return mapOf("ssim", width, height, [&, w = width, &map = losses](std::size_t x, std::size_t y) {
        double loss = 0;
        for (std::size_t channel = 0; channel < channels; ++channel)
            loss += static_cast<double>(map[(y * w + x) * channels + channel]);
        return 1 - loss / static_cast<double>(channels);
    });
}

TensorSet msSsimMap(const Image& reference, const Image& candidate, Look look, const Execution& execution) {
    check(reference, candidate, look, "MS-SSIM", msSsimLeastSide);
    const Scales scales(reference, candidate, look, scaleWeights.size(), true, execution);
    const std::size_t channels = scales.results[0].meanLosses.size();
    const auto lossAt = [&](std::size_t i, std::size_t x, std::size_t y, std::size_t channel) {
        const auto& scale = scales.results[i];
        const auto nearest = [i](std::size_t at, std::size_t places) {
            const std::size_t middle = (at + windowReach) >> i;
            return std::min(middle < windowReach ? 0 : middle - windowReach, places - 1);
        };
        const std::size_t place = nearest(y, scale.height) * scale.width + nearest(x, scale.width);
        return static_cast<double>(scale.map[place * channels + channel]);
    };
    return mapOf(
        "ms-ssim", scales.results[0].width, scales.results[0].height, [&](std::size_t x, std::size_t y) {
            double sum = 0;
            for (std::size_t channel = 0; channel < channels; ++channel) {
                double product = 1;
                for (std::size_t i = 0; i < scaleWeights.size(); ++i)
                    product *= std::pow(std::max(1 - lossAt(i, x, y, channel), 0.0), scaleWeights[i]);
                sum += product;
            }
            return sum / static_cast<double>(channels);
        });
}

}  // namespace ratescope::media
