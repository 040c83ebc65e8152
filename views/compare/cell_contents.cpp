#include "views/compare/cell_contents.h"

#include "views/controls/tabular.h"
#include "views/figure/qt_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

QString trCellContents(const char* text) {
    return QCoreApplication::translate("CellContents", text);
}

CaptionFigure figureOf(const Quality& quality) {
    if (quality.unit.empty()) return {numberText(quality.value, 4), qt(quality.title)};
    return {numberText(quality.value, 2), qt(quality.unit + " " + quality.title)};
}

CaptionFigure rateFigure(double rate, const QString& unit) {
    return {rate >= 1000 ? numberText(rate, 0) : numberText(rate, 3), unit};
}

void fail(CellContent& cell, const Values::Value& value) {
    if (!value.failure) return;
    cell.failure = qt(value.failure->what());
    cell.remedy = trCellContents("%1 F5 asks again.").arg(qt(value.failure->remedy())).trimmed();
}

}  // namespace

ValueKey candidateOf(const Rendition& rendition) {
    return {rendition.compared.item.id, "candidate"};
}

QString settingsText(const Rendition& rendition) {
    QStringList texts;
    for (const auto& [parameter, value] : store::settingsOf(rendition.compared.item))
        texts += qt(parameter) + " " + qt(value);
    return texts.join(", ");
}

CellContents::CellContents(const Comparison& comparison, const CompareSettings& settings,
                           const Values& values, StyleOf styleOf)
    : comparison_(comparison), settings_(settings), values_(values), styleOf_(std::move(styleOf)) {}

std::vector<const Rendition*> CellContents::shown() const {
    std::vector<const Rendition*> shown;
    for (const Rendition& rendition : comparison_.renditions)
        if (!settings_.hidden.contains(rendition.series.slug)) shown.push_back(&rendition);
    return shown;
}

const Rendition* CellContents::current() const {
    const std::vector<const Rendition*> all = shown();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Rendition* one) { return one->series.slug == settings_.current; });
    if (found != all.end()) return *found;
    return all.empty() ? nullptr : all.front();
}

ValueKey CellContents::originalKey() const {
    return {comparison_.renditions.empty() ? 0 : comparison_.renditions.front().compared.item.id,
            "reference"};
}

std::shared_ptr<const Picture> CellContents::original() const {
    return values_.of(originalKey()).picture;
}

std::vector<ValueKey> CellContents::wanted() const {
    const Rendition* first = current();
    if (!first) return {};
    std::vector<ValueKey> keys{originalKey(), candidateOf(*first)};
    if (settings_.mode == CompareMode::Grid)
        for (const Rendition* rendition : shown())
            if (rendition != first) keys.push_back(candidateOf(*rendition));
    if (settings_.overlay.empty()) return keys;
    const std::size_t pictures = keys.size();
    for (std::size_t i = 1; i < pictures; ++i)
        keys.push_back({keys[i].item, "map:" + settings_.overlay});
    return keys;
}

CellContent CellContents::originalCell() const {
    CellContent cell;
    cell.caption.title = trCellContents("Original");
    cell.caption.detail = qt(comparison_.choice.asset);
    const Values::Value value = values_.of(originalKey());
    cell.layer.picture = value.picture;
    fail(cell, value);
    if (value.picture) {
        const double bits = value.picture->bitsPerPixel();
        cell.caption.figures = {{numberText(bits, bits == std::floor(bits) ? 0 : 2), trCellContents("bpp")}};
    }
    return cell;
}

CaptionText CellContents::captionOf(const Rendition& rendition) const {
    CaptionText caption{styleOf_(rendition.series), qt(rendition.series.title), settingsText(rendition), {}};
    caption.figures.push_back(rateFigure(rendition.compared.rate, qt(rendition.compared.rateKind->unit)));
    for (const Quality& quality : rendition.qualities)
        caption.figures.push_back(figureOf(quality));
    return caption;
}

CellContent CellContents::renditionCell(const Rendition& rendition) const {
    if (settings_.differences && settings_.overlay.empty()) return differenceCell(rendition);
    CellContent cell;
    cell.caption = captionOf(rendition);
    cell.branch = rendition.series.branch;
    const Values::Value value = values_.of(candidateOf(rendition));
    cell.layer.picture = value.picture;
    fail(cell, value);
    if (settings_.overlay.empty() || !value.picture) return cell;
    const Values::Value map = values_.of({rendition.compared.item.id, "map:" + settings_.overlay});
    fail(cell, map);
    if (!map.map) return cell;
    cell.layer.kind = Layer::Kind::Map;
    cell.layer.map = map.map;
    return cell;
}

CellContent CellContents::differenceCell(const Rendition& rendition) const {
    CellContent cell;
    cell.caption = captionOf(rendition);
    cell.branch = rendition.series.branch;
    const Values::Value value = values_.of(candidateOf(rendition));
    fail(cell, value);
    const std::shared_ptr<const Picture> from = original();
    if (!value.picture || !from) return cell;
    if (value.picture->size() != from->size()) {
        cell.failure = trCellContents("This picture has another size than the original.");
        cell.remedy =
            trCellContents("Bring it to the original's size in the document to see the difference.");
    }
    cell.layer = {Layer::Kind::Difference, value.picture, from, {}, settings_.gain, settings_.colours};
    return cell;
}

std::vector<CellContent> CellContents::pair() const {
    std::vector<CellContent> cells;
    if (settings_.original || !settings_.reconstruction) cells.push_back(originalCell());
    if (settings_.reconstruction) cells.push_back(renditionCell(*current()));
    if (settings_.swapped) std::reverse(cells.begin(), cells.end());
    return cells;
}

std::vector<CellContent> CellContents::wipe() const {
    if (!settings_.original || !settings_.reconstruction) return pair();
    CellContent left = originalCell(), right = renditionCell(*current());
    if (settings_.swapped) std::swap(left, right);
    if (!left.layer.picture || !right.layer.picture || !left.failure.isEmpty())
        return {left.layer.picture && left.failure.isEmpty() ? right : left};
    left.right = right.layer;
    left.rightCaption = right.caption;
    if (left.branch.empty()) left.branch = right.branch;
    left.failure = right.failure;
    left.remedy = right.remedy;
    return {left};
}

std::vector<CellContent> CellContents::cells() const {
    if (!current()) return {};
    switch (settings_.mode) {
        case CompareMode::SideBySide:
            return pair();
        case CompareMode::Wipe:
            return wipe();
        case CompareMode::Flicker:
            return {settings_.flickersToOriginal ? originalCell() : renditionCell(*current())};
        case CompareMode::Difference:
            return {differenceCell(*current())};
        case CompareMode::Grid:
            break;
    }
    std::vector<CellContent> cells;
    if (settings_.original) cells.push_back(originalCell());
    for (const Rendition* rendition : shown())
        if (settings_.reconstruction || !settings_.original) cells.push_back(renditionCell(*rendition));
    return cells;
}

std::vector<PixelSource> CellContents::pixelSources() const {
    if (!current()) return {};
    std::vector<PixelSource> sources{{trCellContents("Original"), original()}};
    const auto add = [&](const Rendition& rendition) {
        sources.push_back({qt(rendition.series.title), values_.of(candidateOf(rendition)).picture});
    };
    if (settings_.mode != CompareMode::Grid) {
        add(*current());
        return sources;
    }
    for (const Rendition* rendition : shown())
        add(*rendition);
    return sources;
}

std::pair<Layer, QString> CellContents::difference() const {
    if (!current()) return {{}, trCellContents("No picture is open.")};
    const CellContent cell = differenceCell(*current());
    if (!cell.failure.isEmpty()) return {{}, cell.failure};
    return {cell.layer, trCellContents("Decoding…")};
}

}  // namespace ratescope::views
