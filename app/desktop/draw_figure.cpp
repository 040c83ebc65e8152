#include "app/desktop/draw_figure.h"

#include "core/run/attach.h"
#include "views/figure/figure_files.h"
#include "views/figure/picture.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace ratescope::desktop {
namespace {

views::StudyFigure withDecodedPictures(views::StudyFigure figure, const store::Library& library) {
    run::AttachedClient attached(library.file());
    return views::withPictures(std::move(figure), [&](store::ItemId item, const std::string& port) {
        const nlohmann::json value = attached.client().request("value", {{"item", item}, {"port", port}});
        return views::readPicture(value.at("file").get<std::string>());
    });
}

}  // namespace

void drawFigure(const graph::FigureSpec& spec, const store::Library& library, const store::StudyRecord& study,
                const DrawOrder& order) {
    const graph::Catalogue catalogue = graph::loadCatalogue(graph::pluginFolders());
    views::StudyFigure figure = views::figureOfStudy(spec, library, study, catalogue);
    if (figure.plate) figure = withDecodedPictures(std::move(figure), library);
    for (const std::string& output : order.outputs)
        views::writeFigure(QString::fromStdString(output), figure);
    if (!order.caption.empty())
        views::writeWhole(QString::fromStdString(order.caption),
                          views::figureBytes(figure, QStringLiteral("caption.txt")));
    for (const std::string& note : figure.plot.notes)
        std::cerr << note << '\n';
}

}  // namespace ratescope::desktop
