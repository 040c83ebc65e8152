#include "views/theme/family_colour.h"

#include <array>

namespace ratescope::views {
namespace {

struct Pair {
    QRgb light, dark;
};

/// In the order of graph::NodeKind.
constexpr std::array<Pair, 8> stripes{{
    {0xFF6B7A8F, 0xFF8C9BB0},
    {0xFF4A7F8A, 0xFF6CA6B2},
    {0xFF6A7FA8, 0xFF8CA2CC},
    {0xFF8A6A9A, 0xFFAE8EBE},
    {0xFF7A7A9A, 0xFF9C9CBE},
    {0xFF7D7449, 0xFFA89E6E},
    {0xFF8F6B5A, 0xFFB5907E},
    {0xFF6F7F60, 0xFF94A584},
}};

}  // namespace

QColor familyColour(graph::NodeKind kind, Look look) {
    const Pair& pair = stripes[static_cast<std::size_t>(kind)];
    return QColor::fromRgb(look == Look::Light ? pair.light : pair.dark);
}

}  // namespace ratescope::views
