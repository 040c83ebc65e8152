#pragma once

// The interpolants that BD numbers integrate and figures draw: piecewise cubic polynomials with exact
// integrals.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ratescope::curves {

/// How a curve is put through its points.
///   Pchip  monotone cubic Hermite: inner slopes by the weighted harmonic mean of Fritsch and Butland (1984),
///   end
///          slopes by the three-point rule of Moler with its cap of three times the secant: SciPy's
///          PchipInterpolator, and for monotone data the JCT-VC and JVET sheets.
///   Akima  Akima (1970), as SciPy's Akima1DInterpolator. May overshoot.
///   Cubic  one least-squares polynomial of degree 3 (Bjøntegaard, VCEG-M33), as numpy.polyfit. With more
///   than four
///          points it does not pass through them.
enum class BdMethod { Pchip, Akima, Cubic };

/// "pchip", "akima", "cubic".
const char* toText(BdMethod method);
/// "PCHIP", "Akima", "cubic fit": for tables and captions.
const char* titleOf(BdMethod method);
/// Inverse of toText(BdMethod); nothing for another text.
std::optional<BdMethod> bdMethodFromText(std::string_view text);

/// A function made of cubic polynomials, each in the distance from its own origin.
class PiecewiseCubic {
  public:
    struct Piece {
        double origin = 0;
        double c0 = 0, c1 = 0, c2 = 0, c3 = 0;  ///< c0 + c1·t + c2·t² + c3·t³ with t = x − origin
    };

    /// `breaks` rise strictly and have one more entry than `pieces`.
    PiecewiseCubic(std::vector<double> breaks, std::vector<Piece> pieces);

    double low() const { return breaks_.front(); }
    double high() const { return breaks_.back(); }
    /// The value at x; outside the breaks the first or last piece goes on.
    double at(double x) const;
    /// The exact integral from `from` to `to`, both within the breaks, from ≤ to.
    double integral(double from, double to) const;

  private:
    std::vector<double> breaks_;
    std::vector<Piece> pieces_;
};

/// Puts a curve through (x, y): at least two points, finite, x rising strictly, equally many y (the caller
/// has checked). Two points give the straight line by every method; three give a parabola by Cubic (the
/// degree is one less than the number of points).
PiecewiseCubic interpolate(BdMethod method, std::span<const double> x, std::span<const double> y);

}  // namespace ratescope::curves
