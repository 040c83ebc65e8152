#pragma once

// What stands on an axis: a rate, a metric, a parameter or a time, all as statistics that are finished and
// pooled in one way.

#include "core/curves/rate.h"
#include "core/graph/manifest.h"

#include <optional>
#include <string>

namespace ratescope::curves {

struct Quantity {
    enum class Kind { Rate, Metric, Parameter, Time };

    Kind kind = Kind::Metric;
    std::string id;         ///< "bpp", "psnr-rgb", "jpeg.quality", "time-encode"
    std::string title;      ///< "PSNR, RGB"
    std::string unit;       ///< "dB"; "" for none
    std::string axisTitle;  ///< "PSNR, RGB (dB)", "Rate (bit per pixel)"
    graph::Finish finish = graph::Finish::Ratio;
    graph::Pool pool = graph::Pool::MeanOfValues;
    std::optional<graph::Better> better;  ///< nothing for parameters

    bool operator==(const Quantity&) const = default;
};

/// `id` as asked for, with its node ("bpp@psnr-2"); "" for the rate's own id.
Quantity rateQuantity(const Rate& rate, const std::string& id = {});

/// `id` as asked for, with its node where one metric id comes from two ("psnr-2:psnr-rgb"); "" for the
/// metric's own id.
Quantity metricQuantity(const graph::Metric& metric, const std::string& id = {});

Quantity parameterQuantity(const std::string& id, const std::string& label, const std::string& unit);

/// Seconds; lower is better. `id` "time-encode", title "Encoding time".
Quantity timeQuantity(const std::string& id, const std::string& title);

/// "rate", "metric", "parameter", "time".
const char* toText(Quantity::Kind kind);

}  // namespace ratescope::curves
