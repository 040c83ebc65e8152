#include "views/figures/figure_edits.h"

#include <algorithm>

namespace ratescope::views {
namespace {

std::string slugOf(const std::string& wanted) {
    std::string slug;
    for (const char c : wanted) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool fits = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        if (fits)
            slug += lower;
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
    }
    while (!slug.empty() && slug.back() == '-')
        slug.pop_back();
    return slug.empty() ? "figure" : slug;
}

void set(OpenDocument& document, std::vector<graph::FigureSpec> figures, const QString& title, bool merging) {
    document.apply(graph::setFigures(std::move(figures), title.toStdString()), merging);
}

}  // namespace

std::string freeFigureName(const graph::Document& document, const std::string& wanted) {
    const std::string base = slugOf(wanted);
    std::string name = base;
    for (int i = 2; document.figure(name); ++i)
        name = base + "-" + std::to_string(i);
    return name;
}

std::string addFigure(OpenDocument& document, graph::FigureSpec figure, const QString& title) {
    figure.name = freeFigureName(document.document(), figure.name);
    std::string name = figure.name;
    std::vector<graph::FigureSpec> figures = document.document().figures;
    figures.push_back(std::move(figure));
    set(document, std::move(figures), title, false);
    return name;
}

void changeFigure(OpenDocument& document, const std::string& name, const graph::FigureSpec& figure,
                  const QString& title, bool merging) {
    std::vector<graph::FigureSpec> figures = document.document().figures;
    const auto found =
        std::find_if(figures.begin(), figures.end(), [&](const auto& one) { return one.name == name; });
    if (found == figures.end() || *found == figure) return;
    *found = figure;
    set(document, std::move(figures), title, merging);
}

void removeFigure(OpenDocument& document, const std::string& name, const QString& title) {
    std::vector<graph::FigureSpec> figures = document.document().figures;
    std::erase_if(figures, [&](const auto& one) { return one.name == name; });
    set(document, std::move(figures), title, false);
}

}  // namespace ratescope::views
