#include "plugins/weights/grid_parameters.h"

namespace ratescope::media::weights {

graph::Parameter groupSizeParameter() {
    return {.id = "group-size",
            .label = "Group size",
            .help = "Weights of a row that share a scale: 8 or more, or −1 for the whole row.",
            .type = graph::ParameterType::Int,
            .defaultValue = std::int64_t{128},
            .minimum = -1,
            .maximum = 1 << 30};
}

std::vector<graph::Parameter> gridParameters() {
    return {{.id = "bits",
             .label = "Bits a code",
             .help = "Width of a code; scales and zero points come on top.",
             .type = graph::ParameterType::Int,
             .unit = "bit",
             .defaultValue = std::int64_t{4},
             .minimum = 1,
             .maximum = 8,
             .movesAlongCurve = true},
            groupSizeParameter(),
            {.id = "symmetric",
             .label = "Symmetric",
             .help = "No zero point: the grid lies around zero.",
             .type = graph::ParameterType::Bool,
             .defaultValue = false}};
}

}  // namespace ratescope::media::weights
