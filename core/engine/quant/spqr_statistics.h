#pragma once

// The scales and zeros of SpQR: how a group's are fitted, and how a run of them is quantised.

#include "core/engine/quant/spqr.h"

#include <cstdint>
#include <span>
#include <string>

namespace ratescope::engine {

/// ŵ = scale·(code − zero), the zero not rounded; scale 0 gives 0 for every code.
struct RealGrid {
    double scale = 0, zero = 0;
};

/// Of the range of weights least … greatest with codes 0 … largestCode. A constant has |c| as its step and a whole
/// zero, so that it comes back exactly.
RealGrid realGrid(double least, double greatest, int largestCode);
/// The value that `weight` becomes on it.
double nearestOn(const RealGrid& grid, double weight, int largestCode);
/// The code of a weight.
int codeOn(const RealGrid& grid, double weight, int largestCode);

/// Fits the grid of a group to be quantised, without the weights whose absence lowers Σ(error/U_jj)² by more than
/// `outlierLoss`. They go one at a time, the one that helps most first: all at once, as published, a single large weight
/// would take the weights with it that only lose much because of it. `diagonal` is U_jj of the group's columns.
RealGrid fitWithoutOutliers(std::span<const float> group, std::span<const float> diagonal, double outlierLoss,
                            int largestCode);

/// The grid with a step that half precision tells from zero, 2^−24 or more, and code 0 where it was. That of a group of
/// zeros keeps the step 0.
RealGrid withStorableStep(const RealGrid& grid);

/// (step, zero) of a run of statistics and the code of each, `bits` wide.
struct StatisticsRun {
    std::uint16_t step = 0, zero = 0;  ///< half precision
};
StatisticsRun quantiseStatistics(const std::string& name, std::span<const double> values, int bits,
                                 std::uint16_t* codes);
/// step·(code − zero).
double statisticOf(const StatisticsRun& run, std::uint16_t code);

/// The grid of a row and group as a reader knows it.
RealGrid storedGrid(const SpqrStored& stored, std::int64_t row, std::int64_t group);

}  // namespace ratescope::engine
