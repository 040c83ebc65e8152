#include "core/curves/compare.h"
#include "core/graph/findings.h"
#include "core/graph/wording.h"

#include <cmath>
#include <set>

namespace ratescope::graph {
namespace {

constexpr double leastMm = 20, mostMm = 2000, leastPoints = 0.1, mostPoints = 200;
constexpr int leastDpi = 72, mostDpi = 2400, mostColumns = 20;

class FigureCheck {
  public:
    FigureCheck(const FigureSpec& figure, Findings& findings) : figure_(figure), findings_(findings) {}

    void run() {
        if (!isSlug(figure_.name))
            fault("The figure's name " + inQuotes(figure_.name) + " is not a name.",
                  "Use the letters a to z, digits and hyphens.");
        if (figure_.y.empty()) fault(subject() + " says no metric.", "Give y, for example \"psnr-rgb\".");
        checkSizes();
        checkPlate();
        checkLimits("x", figure_.xLimits, figure_.logX);
        checkLimits("y", figure_.yLimits, figure_.logY);
        if (!curves::bdMethodFromText(figure_.method))
            fault(subject() + " has the BD method " + inQuotes(figure_.method) + ", which there is not.",
                  "Give pchip, akima or cubic.");
        if (!curves::bdAveragingFromText(figure_.averaging))
            fault(subject() + " averages BD numbers by " + inQuotes(figure_.averaging) +
                      ", which there is not.",
                  "Give per-item or mean-curve.");
        std::set<std::string> seen;
        for (const std::string& series : figure_.series)
            if (!seen.insert(series).second)
                fault(subject() + " shows the series " + inQuotes(series) + " twice.",
                      "Name each series once.");
    }

  private:
    std::string subject() const { return "The figure " + inQuotes(figure_.name); }

    void fault(const std::string& message, const std::string& remedy) {
        findings_.document(figure_.name, message, remedy);
    }

    void checkSize(const char* what, const std::optional<double>& value, double least, double most,
                   const char* unit) {
        if (!value || (*value >= least && *value <= most)) return;
        fault(subject() + " has " + what + " of " + toText(*value) + " " + unit + ".",
              "Give a number from " + toText(least) + " to " + toText(most) + ".");
    }

    void checkSizes() {
        checkSize("a width", figure_.widthMm, leastMm, mostMm, "mm");
        checkSize("a height", figure_.heightMm, leastMm, mostMm, "mm");
        checkSize("labels", figure_.labelPoints, leastPoints, mostPoints, "pt");
        checkSize("tick labels", figure_.tickPoints, leastPoints, mostPoints, "pt");
        checkSize("lines", figure_.linePoints, leastPoints, mostPoints, "pt");
        if (figure_.dpi < leastDpi || figure_.dpi > mostDpi)
            fault(subject() + " has " + std::to_string(figure_.dpi) + " dpi.",
                  "Give a number from " + std::to_string(leastDpi) + " to " + std::to_string(mostDpi) + ".");
    }

    void checkPlate() {
        if (figure_.crop && (figure_.crop->width < 1 || figure_.crop->height < 1))
            fault(subject() + " has a crop without a pixel.", "Give x, y, width and height in pixels.");
        if (figure_.rate && !(std::isfinite(*figure_.rate) && *figure_.rate > 0))
            fault(subject() + " shows what is nearest to the rate " + toText(*figure_.rate) + ".",
                  "Give a number above 0.");
        if (figure_.columns < 0 || figure_.columns > mostColumns)
            fault(subject() + " has " + std::to_string(figure_.columns) + " pictures in a row.",
                  "Give a number from 1 to " + std::to_string(mostColumns) + ", or 0 for as many as fit.");
    }

    void checkLimits(const std::string& axis, const std::optional<FigureLimits>& limits, bool isLog) {
        if (!limits) return;
        const bool finite = std::isfinite(limits->low) && std::isfinite(limits->high);
        if (!finite || !(limits->low < limits->high))
            fault(subject() + " has limits of " + axis + " from " + toText(limits->low) + " to " +
                      toText(limits->high) + ".",
                  "Give two finite numbers, the lower one first.");
        else if (isLog && limits->low <= 0)
            fault(subject() + " has a logarithmic " + axis + " from " + toText(limits->low) + ".",
                  "Begin above 0, or choose a linear scale.");
    }

    const FigureSpec& figure_;
    Findings& findings_;
};

}  // namespace

void checkFigures(const Topology& topology, Findings& findings) {
    std::set<std::string> seen;
    for (const FigureSpec& figure : topology.document().figures) {
        FigureCheck(figure, findings).run();
        if (!seen.insert(figure.name).second)
            findings.document(figure.name, "The figure " + inQuotes(figure.name) + " is there twice.",
                              "Rename one of them.");
    }
}

}  // namespace ratescope::graph
