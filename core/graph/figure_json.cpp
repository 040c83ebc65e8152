#include "core/graph/figure_json.h"

#include "core/graph/names.h"

#include <nlohmann/json.hpp>

namespace ratescope::graph {
namespace {

using Ordered = nlohmann::ordered_json;

/// Writes and reads the fields of a figure by the same list, each unless it is as by default.
class Writer {
  public:
    explicit Writer(Ordered& object) : object_(object) {}

    template <typename Value>
    void operator()(const char* name, const Value& value, const Value& usual) {
        if (value == usual) return;
        if constexpr (std::is_enum_v<Value>)
            object_[name] = nameOf(value);
        else
            object_[name] = value;
    }
    void operator()(const char* name, const std::optional<double>& value, const std::optional<double>&) {
        if (value) object_[name] = *value;
    }
    void operator()(const char* name, const std::optional<FigureLimits>& value,
                    const std::optional<FigureLimits>&) {
        if (value) object_[name] = Ordered::array({value->low, value->high});
    }
    void operator()(const char* name, const std::optional<FigureCrop>& value,
                    const std::optional<FigureCrop>&) {
        if (value) object_[name] = Ordered::array({value->x, value->y, value->width, value->height});
    }

  private:
    Ordered& object_;
};

class Reader {
  public:
    explicit Reader(const JsonPlace& place) : place_(place) {}

    template <typename Value>
    void operator()(const char* name, Value& value, const Value&) {
        if constexpr (!std::is_enum_v<Value>) {
            read(place_, name, value);
        } else if (const auto found = place_.find(name)) {
            const auto known = fromName<Value>(found->text());
            if (!known) found->fail("must be one of " + all<Value>());
            value = *known;
        }
    }
    void operator()(const char* name, std::optional<double>& value, const std::optional<double>&) {
        if (const auto found = place_.find(name)) value = found->real();
    }
    void operator()(const char* name, std::optional<FigureLimits>& value,
                    const std::optional<FigureLimits>&) {
        const auto found = place_.find(name);
        if (!found) return;
        const std::vector<JsonPlace> ends = found->items();
        if (ends.size() != 2) found->fail("must be two numbers");
        value = FigureLimits{ends[0].real(), ends[1].real()};
    }
    void operator()(const char* name, std::optional<FigureCrop>& value, const std::optional<FigureCrop>&) {
        const auto found = place_.find(name);
        if (!found) return;
        std::vector<int> numbers;
        for (const JsonPlace& item : found->items())
            numbers.push_back(static_cast<int>(item.integer(0, std::numeric_limits<int>::max())));
        if (numbers.size() != 4) found->fail("must be x, y, width and height");
        value = FigureCrop{numbers[0], numbers[1], numbers[2], numbers[3]};
    }
    void operator()(const char* name, std::vector<std::string>& value, const std::vector<std::string>&) {
        if (const auto found = place_.find(name))
            for (const JsonPlace& item : found->items())
                value.push_back(item.text());
    }

  private:
    template <typename Enum>
    static std::string all() {
        std::string list;
        for (const char* text : Names<Enum>::texts)
            list += (list.empty() ? "\"" : ", \"") + std::string(text) + "\"";
        return list;
    }

    const JsonPlace& place_;
};

template <typename Visit, typename Figure>
void eachField(Figure& figure, Visit visit) {
    const FigureSpec usual;
    visit("kind", figure.kind, usual.kind);
    visit("x", figure.x, usual.x);
    visit("series", figure.series, usual.series);
    visit("anchor", figure.anchor, usual.anchor);
    visit("preset", figure.preset, usual.preset);
    visit("width_mm", figure.widthMm, usual.widthMm);
    visit("height_mm", figure.heightMm, usual.heightMm);
    visit("label_points", figure.labelPoints, usual.labelPoints);
    visit("tick_points", figure.tickPoints, usual.tickPoints);
    visit("line_points", figure.linePoints, usual.linePoints);
    visit("dpi", figure.dpi, usual.dpi);
    visit("log_x", figure.logX, usual.logX);
    visit("log_y", figure.logY, usual.logY);
    visit("x_limits", figure.xLimits, usual.xLimits);
    visit("y_limits", figure.yLimits, usual.yLimits);
    visit("method", figure.method, usual.method);
    visit("averaging", figure.averaging, usual.averaging);
    visit("hull", figure.hull, usual.hull);
    visit("by", figure.by, usual.by);
    visit("bands", figure.bands, usual.bands);
    visit("grid", figure.grid, usual.grid);
    visit("bd_table", figure.bdTable, usual.bdTable);
    visit("legend", figure.legend, usual.legend);
    visit("title", figure.title, usual.title);
    visit("dataset", figure.dataset, usual.dataset);
    visit("asset", figure.asset, usual.asset);
    visit("crop", figure.crop, usual.crop);
    visit("rate", figure.rate, usual.rate);
    visit("columns", figure.columns, usual.columns);
}

}  // namespace

const char* toText(FigureKind kind) {
    return nameOf(kind);
}

const char* toText(LegendPlace place) {
    return nameOf(place);
}

Ordered figureToJson(const FigureSpec& figure) {
    Ordered object{{"name", figure.name}, {"y", figure.y}};
    eachField(figure, Writer(object));
    return object;
}

FigureSpec figureFromJson(const JsonPlace& place) {
    place.only({"name",     "y",         "kind",         "x",           "series",      "anchor",  "preset",
                "width_mm", "height_mm", "label_points", "tick_points", "line_points", "dpi",     "log_x",
                "log_y",    "x_limits",  "y_limits",     "method",      "averaging",   "hull",    "by",
                "bands",    "grid",      "bd_table",     "legend",      "title",       "dataset", "asset",
                "crop",     "rate",      "columns"});
    FigureSpec figure;
    figure.name = place.field("name").text();
    figure.y = place.field("y").text();
    eachField(figure, Reader(place));
    return figure;
}

}  // namespace ratescope::graph
