#pragma once

// SSIM and MS-SSIM as the papers write them: five moments, the whole 11 × 11 window at every place, all in double.

#include <vector>

namespace ratescope::media {

/// One channel, rows from the top.
struct Plane {
    int width, height;
    std::vector<double> values;
};

/// Means over all places of the window.
struct OracleTerms {
    double ssim, structure;
    std::vector<double> ssimMap;
};

OracleTerms oracleTerms(const Plane& x, const Plane& y, double peak);
/// Five scales; odd sides lengthened by zeros before the first sample.
double oracleMsSsim(Plane x, Plane y, double peak);

}  // namespace ratescope::media
