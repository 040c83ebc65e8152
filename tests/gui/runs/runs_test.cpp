// The panel Runs over a study that has run: its rows are those of the command line; sorted, filtered, grouped, kept in
// their place.

#include "tests/gui/runs/run_studies.h"
#include "tests/gui/runs/shown_panel.h"
#include "views/runs/comparison_model.h"
#include "views/runs/run_detail_page.h"
#include "views/runs/runs_comparison.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTextBrowser>
#include <QToolButton>
#include <QTreeView>

using namespace ratescope;
using namespace ratescope::views;

namespace {

enum Grouping { ByBranch, ByPicture, NoGroups };
enum Latest { Latest3, AllItems };

/// Rows of `ratescope-cli export`, by column.
using Exported = std::vector<std::map<QString, QString>>;

Exported exported(const e2e::Place& place, const QString& rows) {
    const e2e::Outcome outcome =
        place.cli({"export", "--library", "study.rslib", "--view", rows, "--format", "csv"});
    if (outcome.code != 0) throw std::runtime_error(outcome.said().constData());
    QStringList lines = QString::fromUtf8(outcome.output).split("\r\n", Qt::SkipEmptyParts);
    const QStringList columns = lines.takeFirst().split(',');
    Exported result;
    for (const QString& line : lines) {
        // Cells that are compared hold no commas; what is quoted is passed over.
        QStringList cells;
        QString cell;
        bool quoted = false;
        for (const QChar character : line) {
            if (character == '"') quoted = !quoted;
            if (character == ',' && !quoted)
                cells << std::exchange(cell, {});
            else
                cell += character;
        }
        cells << cell;
        std::map<QString, QString> row;
        for (qsizetype i = 0; i < std::min(columns.size(), cells.size()); ++i)
            row[columns[i]] = cells[i];
        result.push_back(std::move(row));
    }
    return result;
}

std::vector<qint64> itemsOf(const RunsModel& model) {
    std::vector<qint64> items;
    for (int row = 0; row < model.rowCount(); ++row)
        if (const qint64 item = model.index(row, 0).data(ItemRole).toLongLong()) items.push_back(item);
    return items;
}

}  // namespace

class RunsTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }

    void init() {
        Settings settings;
        for (const char* key : {"runs.columns", "runs.splitter", "runs.view"})
            settings.setViewState(key, {});
        session_ = std::make_unique<Session>(gui::catalogue());
        gui::open(*session_, study_->document(), study_->library());
        shown_ = std::make_unique<gui::ShownPanel>(*session_, QSize(1200, 500));
        tester_ = std::make_unique<QAbstractItemModelTester>(&shown_->model());
        QVERIFY(shown_->waitUntilRead());
    }

    void cleanup() {
        tester_.reset();
        shown_.reset();
        session_.reset();
    }

    void rowsAreThoseOfTheCommandLine() {
        showAll(NoGroups);
        const Exported points = exported(study_->place(), "points");
        QVERIFY(points.size() > 400);
        int compared = 0;
        for (const auto& point : points) {
            const int row = shown_->model().rowOf(point.at("item").toLongLong());
            QVERIFY(row >= 0);
            show(row);
            QCOMPARE(shown_->cell(row, "picture").data().toString(), point.at("asset"));
            QCOMPARE(shown_->cell(row, "bpp").data(ValueRole).toDouble(), point.at("rate").toDouble());
            QCOMPARE(shown_->cell(row, "encode").data(ValueRole).toDouble(),
                     point.at("encode_seconds").toDouble());
            const QModelIndex metric = shown_->cell(row, point.at("metric"));
            QVERIFY2(metric.isValid(), qPrintable(point.at("metric")));
            QCOMPARE(metric.data(ValueRole).toDouble(), point.at("value").toDouble());
            QVERIFY(metric.data(Qt::ToolTipRole).toString().startsWith(point.at("value")));
            ++compared;
        }
        QCOMPARE(static_cast<std::size_t>(compared), points.size());
    }

    void branchesAreGroupsThatOpen() {
        RunsModel& model = shown_->model();
        showAll(ByBranch);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(shown_->cell(0, "branch").data().toString(), "JPEG");
        QCOMPARE(shown_->cell(0, "state").data().toString(), "20 of 20");
        QCOMPARE(shown_->cell(0, "picture").data().toString(), "4 pictures");
        QCOMPARE(shown_->cell(0, "sweep").data().toString(), QString("10…90"));
        // By its handle, then by keys.
        const QRect place = shown_->table().visualRect(shown_->cell(1, "branch"));
        QTest::mouseClick(shown_->table().viewport(), Qt::LeftButton, {},
                          place.topLeft() + QPoint(12, place.height() / 2));
        QCOMPARE(model.rowCount(), 23);
        QTest::keyClick(&shown_->table(), Qt::Key_Left);
        QCOMPARE(model.rowCount(), 3);
        QTest::keyClick(&shown_->table(), Qt::Key_Space);
        QCOMPARE(model.rowCount(), 23);
        // The sum of what stands below.
        QVERIFY(shown_->waitUntilRead());
        double sum = 0;
        for (int row = 2; row < 22; ++row)
            sum += shown_->cell(row, "encode").data(ValueRole).toDouble();
        QVERIFY(std::abs(shown_->cell(1, "encode").data(ValueRole).toDouble() - sum) < 1e-9);
    }

    void latestOnesAndPictures() {
        RunsModel& model = shown_->model();
        model.setOpen(0, true);
        QCOMPARE(model.rowCount(), 6);
        shown_->choose("runs.grouping", ByPicture);
        QVERIFY(gui::waitFor([&] { return model.rowCount() == 4; }));
        QCOMPARE(shown_->cell(1, "branch").data().toString(), "chelsea.png");
        QCOMPARE(shown_->cell(1, "state").data().toString(), "15 of 15");
    }

    void headersOrderTheRows() {
        showAll(NoGroups);
        const std::vector<qint64> planned = itemsOf(shown_->model());
        const int column = shown_->column("psnr-rgb");
        for (const bool descending : {false, true}) {
            pressHeader(column);
            QVERIFY(gui::waitFor([&] {
                return shown_->model().choice().order.descending == descending &&
                       !shown_->model().choice().order.quantity.empty() && shown_->waitUntilRead() &&
                       isOrdered("psnr-rgb", descending);
            }));
        }
        pressHeader(column);
        QVERIFY(gui::waitFor([&] { return itemsOf(shown_->model()) == planned; }));
    }

    void filtersByTextStateAndSeries() {
        showAll(NoGroups);
        shown_->action("runs.filter")->trigger();
        auto* const text = shown_->child<QLineEdit>("runs.filter.text");
        QVERIFY(text->isVisible());
        QTest::keyClicks(text, "rocket webp");
        QVERIFY(gui::waitFor([&] { return shown_->model().rowCount() == 5; }));
        shown_->choose("runs.filter.state", 4);
        QVERIFY(gui::waitFor([&] { return shown_->model().rowCount() == 0; }));
        QTest::keyClick(text, Qt::Key_Escape);
        QVERIFY(gui::waitFor([&] { return shown_->model().rowCount() == 60; }));
        shown_->action("runs.filter")->trigger();
        shown_->choose("runs.filter.series", 2);
        QVERIFY(gui::waitFor([&] { return shown_->model().rowCount() == 20; }));
        QCOMPARE(shown_->cell(0, "branch").data().toString(), "WebP");
    }

    void theSelectionIsShared() {
        showAll(ByBranch);
        // Elsewhere selected: its group opens, it is scrolled to.
        session_->selection.setItem(45);
        QVERIFY(shown_->table().currentIndex().isValid());
        QCOMPARE(shown_->table().currentIndex().data(ItemRole).toLongLong(), 45);
        QVERIFY(shown_->table().viewport()->rect().intersects(
            shown_->table().visualRect(shown_->table().currentIndex())));
        const int above = shown_->table().currentIndex().row() - 1;
        shown_->press(shown_->cell(above, "picture"));
        QCOMPARE(*session_->selection.item(), shown_->model().index(above, 0).data(ItemRole).toLongLong());
        const QSignalSpy asked(&session_->selection, &Selection::reconstructionAsked);
        const QPoint centre = shown_->table().visualRect(shown_->cell(above, "picture")).center();
        QTest::mouseDClick(shown_->table().viewport(), Qt::LeftButton, {}, centre);
        QCOMPARE(asked.count(), 1);
        QTest::mouseMove(shown_->table().viewport(), centre + QPoint(3, 24));
        QVERIFY(gui::waitFor([&] { return session_->selection.pointedBranch() == "jxl"; }));
    }

    void aClosedGroupTakesTheSelectionUp() {
        showAll(ByBranch);
        session_->selection.setItem(45);
        const int group = 2;
        shown_->press(shown_->cell(group + 3, "picture"));
        const QRect place = shown_->table().visualRect(shown_->cell(group, "branch"));
        QTest::mouseClick(shown_->table().viewport(), Qt::LeftButton, {},
                          place.topLeft() + QPoint(12, place.height() / 2));
        QVERIFY(!session_->selection.item());
        QTest::qWait(600);
        QVERIFY(!shown_->model().isOpen(group));
    }

    void theDetailsAddUp() {
        showAll(NoGroups);
        shown_->action("runs.details")->trigger();
        shown_->press(shown_->cell(3, "picture"));
        auto* const page = shown_->child<QTextBrowser>("runs.detail.page");
        QVERIFY(gui::waitFor([&] { return page->isVisible() && !page->toPlainText().isEmpty(); }));
        const QString text = page->toPlainText();
        for (const char* part : {"Environment", "Command line", "Stream of jpeg", "pixels", "CPU"})
            QVERIFY2(text.contains(part), part);
        const store::Library library(study_->library().toStdString(), store::Access::Read);
        for (const store::StreamRecord& stream : store::streamsOf(library, *session_->selection.item()))
            for (const std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
                std::uint64_t bits = 0;
                double percent = 0;
                for (const PartShare& part : partShares(stream, most)) {
                    bits += part.bits;
                    percent += part.percent;
                }
                QCOMPARE(bits, 8 * stream.bytes);
                QVERIFY(std::abs(percent - 100) < 1e-9);
            }
    }

    void onlyWhatDiffersIsCompared() {
        RunsComparison comparison(*session_, {1, 6});
        comparison.show();
        auto* const tree = comparison.findChild<QTreeView*>("runs.comparison.tree");
        auto* const model = dynamic_cast<ComparisonModel*>(tree->model());
        const QAbstractItemModelTester tester(model);
        QVERIFY(gui::waitFor([&] { return model->rowCount() > 1; }));
        QCOMPARE(model->index(0, 0).data().toString(), "Parameters");
        QStringList names;
        for (int row = 0; row < model->rowCount(model->index(0, 0)); ++row)
            names << model->index(row, 0, model->index(0, 0)).data().toString();
        QCOMPARE(names, (QStringList{"asset", "jpeg.quality"}));
        const QModelIndex equal = model->index(model->equalRow(), 0);
        QVERIFY(model->rowCount(equal) > 20);
        QVERIFY(equal.data().toString().endsWith(" equal"));
        QVERIFY(!tree->isExpanded(equal));
    }

    void rowsAreCopiedWithAllDigits() {
        showAll(NoGroups);
        shown_->press(shown_->cell(2, "picture"));
        QTest::keyClick(&shown_->table(), Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QGuiApplication::clipboard()->text().split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 2);
        QVERIFY(lines[0].startsWith("Branch\tState\tPicture"));
        const double bpp = shown_->cell(2, "bpp").data(ValueRole).toDouble();
        QVERIFY(lines[1].contains(QLocale::c().toString(bpp, 'g', QLocale::FloatingPointShortest)));
    }

    void columnsAreRemembered() {
        const int seed = shown_->column("seed");
        QVERIFY(shown_->table().isColumnHidden(seed));
        shown_->table().setColumnHidden(seed, false);
        shown_->table().setColumnWidth(seed, 77);
        shown_->table().horizontalHeader()->moveSection(seed, 1);
        tester_.reset();
        shown_.reset();
        shown_ = std::make_unique<gui::ShownPanel>(*session_, QSize(1200, 500));
        QVERIFY(shown_->waitUntilRead());
        QVERIFY(!shown_->table().isColumnHidden(seed));
        QCOMPARE(shown_->table().columnWidth(seed), 77);
        QCOMPARE(shown_->table().horizontalHeader()->visualIndex(seed), 1);
    }

    void withoutRunsItSaysWhatToDo() {
        Session session(gui::catalogue());
        gui::ShownPanel empty(session);
        const QSignalSpy asked(&empty.panel, &RunsPanel::runAsked);
        QPushButton* run = nullptr;
        for (QPushButton* button : empty.panel.findChildren<QPushButton*>())
            if (button->text() == "Run" && button->isVisible()) run = button;
        QVERIFY(run);
        QTest::mouseClick(run, Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
    }

    void everythingCanBeReachedAndHasAName() {
        for (QAbstractButton* button : shown_->panel.findChildren<QAbstractButton*>())
            if (!dynamic_cast<QLineEdit*>(button->parent()) && button->isVisible() &&
                (button->text().isEmpty() || dynamic_cast<QToolButton*>(button))) {
                QVERIFY2(!button->accessibleName().isEmpty(), qPrintable(button->objectName()));
                QVERIFY2(!button->toolTip().isEmpty(), qPrintable(button->accessibleName()));
            }
        for (const QAction* each : shown_->panel.actions()) {
            QVERIFY(each->objectName().startsWith("runs."));
            QVERIFY2(!each->text().isEmpty() && !each->toolTip().isEmpty(), qPrintable(each->objectName()));
        }
        for (QWidget* widget : {static_cast<QWidget*>(&shown_->table()),
                                static_cast<QWidget*>(shown_->child<QComboBox>("runs.grouping")),
                                static_cast<QWidget*>(shown_->child<QToolButton>("runs.more"))})
            QVERIFY(widget->focusPolicy() & Qt::TabFocus);
    }

  private:
    void showAll(Grouping grouping) {
        shown_->choose("runs.grouping", grouping);
        shown_->choose("runs.latest", AllItems);
        const std::size_t inFirst = grouping == NoGroups ? 60 : grouping == ByBranch ? 20 : 15;
        QVERIFY(gui::waitFor([&] {
            const auto& groups = shown_->model().snapshot().index.groups;
            return !groups.empty() && groups[0].items.size() == inFirst;
        }));
        QVERIFY(shown_->waitUntilRead());
    }
    void show(int row) {
        shown_->table().scrollTo(shown_->model().index(row, 0));
        QVERIFY(gui::waitFor([&] { return shown_->model().index(row, 0).data(ReadRole).toBool(); }));
    }
    void pressHeader(int column) {
        QHeaderView& header = *shown_->table().horizontalHeader();
        QTest::mouseClick(header.viewport(), Qt::LeftButton, {},
                          QPoint(header.sectionViewportPosition(column) + 20, 10));
    }
    bool isOrdered(const QString& id, bool descending) const {
        for (int row = 1; row < 12; ++row) {
            const double before = shown_->cell(row - 1, id).data(ValueRole).toDouble(),
                         here = shown_->cell(row, id).data(ValueRole).toDouble();
            if (descending ? before < here : before > here) return false;
        }
        return true;
    }

    std::unique_ptr<gui::RanStudy> study_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<gui::ShownPanel> shown_;
    std::unique_ptr<QAbstractItemModelTester> tester_;
};

RATESCOPE_GUI_TEST_MAIN(RunsTest)
#include "runs_test.moc"
