#include "tests/gui/figures/tab.h"

#include "core/graph/edit.h"
#include "views/figures/page_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QPushButton>
#include <QSignalSpy>

using namespace ratescope;

namespace figures {

graph::FigureSpec ieeeColumn() {
    graph::FigureSpec figure;
    figure.name = "rd-psnr";
    figure.y = "psnr-rgb";
    figure.anchor = "jpeg";
    figure.dataset = "Samples";
    figure.bdTable = true;
    return figure;
}

Tab::Tab(const gui::RanStudy& study, const std::vector<graph::FigureSpec>& figures)
    : session(gui::catalogue()) {
    gui::open(session, study.document(), study.library());
    session.supervisor.setLibrary(study.library());
    if (!figures.empty()) session.document.apply(graph::setFigures(figures));
    panel = std::make_unique<views::FigurePanel>(session);
    panel->resize(1389, 780);
    panel->show();
    if (!QTest::qWaitForWindowActive(panel.get())) throw std::runtime_error("the window is not active");
}

Tab::~Tab() {
    panel.reset();
    const qint64 process = session.supervisor.process();
    session.supervisor.setLibrary({});
    if (process) gui::waitFor([process] { return !e2e::isRunning(process); });
}

QAction* Tab::action(const QString& name) const {
    for (QAction* action : panel->actions())
        if (action->objectName() == name) return action;
    throw std::runtime_error("there is no action " + name.toStdString());
}

const graph::FigureSpec& Tab::figure(std::size_t index) const {
    return session.document.document().figures.at(index);
}

bool Tab::drawn() const {
    const auto* button = find<QPushButton>("figures.exportButton");
    return gui::waitFor([&] { return button->isEnabled(); }) && gui::waitFor([&] { return pictured(); });
}

bool Tab::pictured() const {
    auto* page = find<views::PageView>("figures.page");
    QImage shown(page->viewport()->size(), QImage::Format_RGB32);
    page->viewport()->render(&shown);
    const QRect place = page->pagePlace().toRect().adjusted(2, 2, -2, -2) & shown.rect();
    for (int y = place.top(); y < place.bottom(); y += 2)
        for (int x = place.left(); x < place.right(); ++x)
            if (qGray(shown.pixel(x, y)) < 80) return true;
    return false;
}

bool Tab::exportInto(const QString& folder) {
    panel->setExportFolder(folder);
    QSignalSpy over(panel.get(), &views::FigurePanel::exported);
    QTest::mouseClick(find<QPushButton>("figures.exportButton"), Qt::LeftButton);
    return over.wait(20'000);
}

void type(QWidget* field, const QString& text) {
    field->setFocus();
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(field, text);
}

void clickBox(QCheckBox* box) {
    QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
}

void choose(QComboBox* box, const QString& id) {
    const int index = box->findData(id);
    QVERIFY2(index >= 0, qPrintable(id));
    box->setFocus();
    QTest::keyClick(box, Qt::Key_Home);
    for (int i = 0; i < index; ++i)
        QTest::keyClick(box, Qt::Key_Down);
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace figures
