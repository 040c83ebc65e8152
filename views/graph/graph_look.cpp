#include "views/graph/graph_look.h"

#include <QCoreApplication>
#include <array>

namespace ratescope::views {
namespace {

QString trGraphLook(const char* text) {
    return QCoreApplication::translate("GraphLook", text);
}

struct TypeLook {
    float hue;
    char letter;
};

/// In the order of graph::PortType.
constexpr std::array<TypeLook, 12> types{{{0.594f, 'I'},
                                          {0.52f, 'V'},
                                          {0.08f, 'A'},
                                          {0.26f, 'M'},
                                          {0.37f, 'P'},
                                          {0.13f, 'C'},
                                          {0.72f, 'L'},
                                          {0.66f, 'N'},
                                          {0.93f, 'T'},
                                          {0.45f, 'D'},
                                          {0.03f, 'F'},
                                          {0.77f, 'B'}}};

struct Pair {
    QRgb light, dark;
};

/// In the order of graph::NodeKind.
constexpr std::array<Pair, 8> kinds{{{0xFF6F7B88, 0xFF8B98A7},
                                     {0xFF4F7F8C, 0xFF6FA5B3},
                                     {0xFF5E6FA3, 0xFF8494C9},
                                     {0xFF8A5E7E, 0xFFB587A9},
                                     {0xFF7A6596, 0xFFA48DC4},
                                     {0xFF7C7350, 0xFFA99E74},
                                     {0xFF8C6244, 0xFFBC8E6C},
                                     {0xFF5B7D5B, 0xFF83AB83}}};

}  // namespace

QColor portColour(graph::PortType type, Look look) {
    const float hue = types.at(static_cast<std::size_t>(type)).hue;
    return look == Look::Light ? QColor::fromHslF(hue, 0.27f, 0.48f) : QColor::fromHslF(hue, 0.3f, 0.62f);
}

QChar portLetter(graph::PortType type) {
    return QLatin1Char(types.at(static_cast<std::size_t>(type)).letter);
}

QString portTypeText(const graph::Port& port) {
    const QString type = graph::toText(port.type);
    return port.schema.empty()
               ? type
               : trGraphLook("%1 of the schema %2").arg(type, QString::fromStdString(port.schema));
}

QColor kindColour(graph::NodeKind kind, Look look) {
    const Pair& pair = kinds.at(static_cast<std::size_t>(kind));
    return QColor::fromRgb(look == Look::Light ? pair.light : pair.dark);
}

QString kindText(graph::NodeKind kind) {
    switch (kind) {
        case graph::NodeKind::Source:
            return trGraphLook("source");
        case graph::NodeKind::Codec:
            return trGraphLook("codec");
        case graph::NodeKind::Transform:
            return trGraphLook("transform");
        case graph::NodeKind::Learner:
            return trGraphLook("learner");
        case graph::NodeKind::Method:
            return trGraphLook("method");
        case graph::NodeKind::Measure:
            return trGraphLook("measure");
        case graph::NodeKind::Experiment:
            return trGraphLook("experiment");
        case graph::NodeKind::Analysis:
            return trGraphLook("analysis");
    }
    return {};
}

QString kindIcon(graph::NodeKind kind) {
    switch (kind) {
        case graph::NodeKind::Source:
            return "source";
        case graph::NodeKind::Codec:
        case graph::NodeKind::Method:
            return "codec";
        case graph::NodeKind::Measure:
            return "measure";
        case graph::NodeKind::Analysis:
            return "analysis";
        default:
            return "transform";
    }
}

}  // namespace ratescope::views
