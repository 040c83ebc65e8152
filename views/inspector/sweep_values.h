#pragma once

// Values of a sweep as they are written in its editor: a list, or so many from one end to another. A range is a way to
// write a list: the document holds the values alone.

#include "core/graph/manifest.h"

#include <QString>
#include <optional>
#include <vector>

namespace ratescope::views {

using Values = std::vector<graph::ParameterValue>;

/// `count` values from `from` to `to`, both among them; in even steps, or in even ratios.
struct EvenRange {
    double from = 0, to = 0;
    int count = 0;
    bool logScale = false;

    bool operator==(const EvenRange&) const = default;
};

inline constexpr int mostSweptValues = 10'000;

/// Whole numbers for an int parameter, each once. Reals are rounded to 12 digits (logarithmic ones to 4), the ends
/// are exact.
Values valuesOf(const EvenRange& range, const graph::Parameter& parameter);
/// Why there are no such values: the sentence for the field; empty if there are.
QString whyNoRange(const EvenRange& range, const graph::Parameter& parameter);
/// The range that gives exactly these values, at least three; nothing if there is none.
std::optional<EvenRange> evenRangeOf(const Values& values, const graph::Parameter& parameter, bool logScale);
/// One to begin with: the parameter's own range in ten, else from half of the value to its double.
EvenRange firstRange(const graph::Parameter& parameter, const graph::ParameterValue& value, bool logScale);

/// A value as it is written, or why it is none.
struct ReadValue {
    std::optional<graph::ParameterValue> value;
    QString fault;
};
ReadValue readValue(const graph::Parameter& parameter, const QString& text);

/// The values of a list, or why it is none.
struct ReadList {
    Values values;
    QString fault;
};
/// Numbers, truth values and choices stand between commas, semicolons or white space, text on lines of its own.
ReadList readList(const graph::Parameter& parameter, const QString& text);
QString listText(const graph::Parameter& parameter, const Values& values);
/// Texts of which each takes a line.
bool onLines(const graph::Parameter& parameter);

bool isNumber(const graph::Parameter& parameter);
double numberOf(const graph::ParameterValue& value);
/// Of an int or real parameter, rounded for the former.
graph::ParameterValue valueOf(const graph::Parameter& parameter, double number);
/// As the document writes it.
QString textOf(const graph::ParameterValue& value);
/// "5…95", "4:2:0, 4:4:4": in few words.
QString summaryOf(const Values& values);

}  // namespace ratescope::views
