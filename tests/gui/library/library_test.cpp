// The Library dock as a person uses it: searching, adding a node, opening groups, dropping files; hostile files.

#include "core/graph/edit.h"
#include "tests/gui/support.h"
#include "views/controls/drop_zone.h"
#include "views/controls/empty_state.h"
#include "views/controls/row_delegate.h"
#include "views/library/library_panel.h"
#include "views/library/library_section.h"

#include <sys/stat.h>

#include <QAbstractItemModelTester>
#include <QDropEvent>
#include <QFile>
#include <QImage>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTreeView>
#include <QUrl>

using namespace ratescope;
using views::LibraryModel;
using views::LibraryPanel;

namespace {

/// The row with the text, at any depth; invalid where there is none.
QModelIndex rowOf(const QAbstractItemModel& model, const QString& text, const QModelIndex& parent = {}) {
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        if (index.data().toString() == text) return index;
        if (const QModelIndex below = rowOf(model, text, index); below.isValid()) return below;
    }
    return {};
}

QString detailOf(const QModelIndex& index) {
    return index.data(views::RowDelegate::DetailRole).toString();
}

/// A PNG that says it has 60,000 × 60,000 pixels and holds none.
QByteArray hugePng() {
    return QByteArray::fromHex("89504e470d0a1a0a0000000d494844520000ea600000ea600806000000") +
           QByteArray(64, '\x7f');
}

}  // namespace

class LibraryTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { study_ = std::make_unique<gui::RanStudy>(gui::threeCodecs()); }
    void init() {
        session_ = std::make_unique<views::Session>(gui::catalogue());
        panel_ = std::make_unique<LibraryPanel>(*session_);
        panel_->resize(248, 576);
        for (auto* model : panel_->findChildren<LibraryModel*>())
            new QAbstractItemModelTester(model, QAbstractItemModelTester::FailureReportingMode::QtTest,
                                         model);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
        panel_->activateWindow();
    }
    void cleanup() {
        panel_.reset();
        session_.reset();
    }

    void nodesStandByKindWithCounts() {
        const QAbstractItemModel& nodes = *tree(0).model();
        const QModelIndex codecs = rowOf(nodes, "Image codecs");
        QCOMPARE(detailOf(codecs), QString::number(nodes.rowCount(codecs)));
        QVERIFY(nodes.rowCount(codecs) >= 7);
        QVERIFY(tree(0).isExpanded(codecs));
        QCOMPARE(detailOf(rowOf(nodes, "JPEG")), QString("libjpeg-turbo"));
        QVERIFY(rowOf(nodes, "Sources").row() < codecs.row());
        QVERIFY(codecs.row() < rowOf(nodes, "Measures").row());
    }

    void aSearchFindsSynonymsAndPapers_data() {
        QTest::addColumn<QString>("search");
        QTest::addColumn<QString>("found");
        QTest::addColumn<int>("rows");
        QTest::newRow("title") << "webp"
                               << "WebP" << 0;
        QTest::newRow("id") << "image.jxl"
                            << "JPEG XL" << 1;
        QTest::newRow("synonym") << "EBCOT wavelet"
                                 << "JPEG 2000" << 1;
        QTest::newRow("paper") << "Wallace still picture"
                               << "JPEG" << 1;
        QTest::newRow("summary") << "peak signal"
                                 << "PSNR" << 1;
    }
    void aSearchFindsSynonymsAndPapers() {
        QFETCH(QString, search);
        QFETCH(QString, found);
        QFETCH(int, rows);
        QTest::keyClicks(field(), search);
        const QModelIndex row = rowOf(*tree(0).model(), found);
        QVERIFY(row.isValid());
        QVERIFY(tree(0).isExpanded(row.parent()));
        if (rows) QCOMPARE(tree(0).model()->rowCount(row.parent()), rows);
        QVERIFY(!rowOf(*tree(0).model(), "Crop").isValid());
    }

    void enterInTheSearchAddsTheFirst() {
        const QSignalSpy asked(panel_.get(), &LibraryPanel::nodeAsked);
        QTest::keyClick(field(), Qt::Key_Return);
        QCOMPARE(asked.count(), 0);
        QTest::keyClicks(field(), "avif");
        QTest::keyClick(field(), Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toString(), QString("image.avif"));
        QTest::keyClick(field(), Qt::Key_Escape);
        QVERIFY(field()->text().isEmpty());
        QVERIFY(!tree(0).isExpanded(rowOf(*tree(0).model(), "Measures")));
    }

    void aNodeIsAddedByDoubleClickAndByKeys() {
        const QSignalSpy asked(panel_.get(), &LibraryPanel::nodeAsked);
        const QModelIndex webp = rowOf(*tree(0).model(), "WebP");
        tree(0).scrollTo(webp);
        const QPoint place = tree(0).visualRect(webp).center();
        QTest::mouseClick(tree(0).viewport(), Qt::LeftButton, {}, place);
        QTest::mouseDClick(tree(0).viewport(), Qt::LeftButton, {}, place);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toString(), QString("image.webp"));
        field()->setFocus();
        QTest::keyClicks(field(), "ssim");
        QTest::keyClick(field(), Qt::Key_Down);
        QVERIFY(tree(0).hasFocus());
        QTest::keyClick(&tree(0), Qt::Key_Return);
        QCOMPARE(asked.count(), 2);
        QVERIFY(asked[1][0].toString().endsWith("ssim"));
    }

    void aGroupOpensByEnter() {
        const QModelIndex measures = rowOf(*tree(0).model(), "Measures");
        tree(0).setCurrentIndex(measures);
        tree(0).setFocus();
        QTest::keyClick(&tree(0), Qt::Key_Return);
        QVERIFY(tree(0).isExpanded(measures));
        QTest::keyClick(&tree(0), Qt::Key_Left);
        QVERIFY(!tree(0).isExpanded(measures));
    }

    void aNodeIsDraggedAsItsId() {
        const QModelIndex jpeg = rowOf(*tree(0).model(), "JPEG");
        QVERIFY(jpeg.flags() & Qt::ItemIsDragEnabled);
        QVERIFY(!(jpeg.parent().flags() & Qt::ItemIsDragEnabled));
        const std::unique_ptr<QMimeData> data(tree(0).model()->mimeData({jpeg}));
        QCOMPARE(data->data("application/x-ratescope-node"), QByteArray("image.jpeg"));
    }

    void assetsShowFilesWithSizes() {
        gui::open(*session_, study_->document(), study_->library());
        const QAbstractItemModel& assets = *tree(1).model();
        QVERIFY(gui::waitFor([&] { return rowOf(assets, "astronaut.png").isValid(); }));
        QCOMPARE(detailOf(rowOf(assets, "photographs")), QString("4"));
        const QModelIndex chelsea = rowOf(assets, "chelsea.png");
        QVERIFY(gui::waitFor([&] { return detailOf(chelsea) == "451 × 300"; }));
        QCOMPARE(chelsea.data(Qt::DecorationRole).value<QPixmap>().deviceIndependentSize(), QSizeF(36, 24));
        const std::unique_ptr<QMimeData> data(assets.mimeData({chelsea}));
        QCOMPARE(data->urls().size(), 1);
        QVERIFY(data->urls()[0].toLocalFile().endsWith("chelsea.png"));
    }

    void assetsFollowTheDocument() {
        gui::open(*session_, study_->document(), study_->library());
        const QAbstractItemModel& assets = *tree(1).model();
        QVERIFY(gui::waitFor([&] { return rowOf(assets, "rocket.jpg").isValid(); }));
        session_->document.apply(
            graph::setParameter("photographs", "files", "${RATESCOPE_SAMPLES}/coffee.png"));
        QVERIFY(gui::waitFor([&] { return !rowOf(assets, "rocket.jpg").isValid(); }));
        QVERIFY(tree(1).isExpanded(rowOf(assets, "photographs")));
        session_->document.apply(graph::setParameter("photographs", "files", "nowhere/*.png"));
        QVERIFY(gui::waitFor([&] { return detailOf(rowOf(assets, "photographs")) == "not found"; }));
        QVERIFY(rowOf(assets, "photographs").data(Qt::ToolTipRole).toString().contains("nowhere"));
    }

    void hostileFilesHaveNoPicture() {
        const QTemporaryDir folder;
        const auto write = [&](const QString& name, const QByteArray& bytes) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(bytes);
        };
        write("huge.png", hugePng());
        write("text.png", "not a picture");
        write("drawing.png", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
        write("empty.png", "");
        QCOMPARE(mkfifo(folder.filePath("pipe.png").toUtf8().constData(), 0600), 0);
        for (const char* name :
             {"huge.png", "text.png", "drawing.png", "empty.png", "pipe.png", "none.png"}) {
            QSize pixels;
            QVERIFY2(views::readThumbnail(folder.filePath(name), pixels).isNull(), name);
        }
        QImage tall(3, 2000, QImage::Format_RGB32);
        tall.fill(Qt::red);
        QVERIFY(tall.save(folder.filePath("tall.png")));
        QSize pixels;
        QCOMPARE(views::readThumbnail(folder.filePath("tall.png"), pixels).size(), QSize(72, 48));
        QCOMPARE(pixels, QSize(3, 2000));
    }

    void runsListTheStudies() {
        auto* button = section(2).findChild<views::EmptyState*>("empty")->findChild<QPushButton*>();
        const QSignalSpy run(panel_.get(), &LibraryPanel::runAsked);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(run.count(), 1);
        gui::open(*session_, study_->document(), study_->library());
        const QAbstractItemModel& runs = *tree(2).model();
        QVERIFY(gui::waitFor([&] { return runs.rowCount() == 1; }));
        QCOMPARE(runs.index(0, 0).data().toString(), QString("three-codecs"));
        QCOMPARE(detailOf(runs.index(0, 0)), QString("60 items"));
    }

    void filesAreDropped() {
        auto* zone = panel_->findChild<views::DropZone*>();
        const QSignalSpy dropped(panel_.get(), &LibraryPanel::filesDropped);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile("/tmp/a.png"), QUrl("https://example.org/b.png")});
        QDragEnterEvent enter(zone->rect().center(), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(zone, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(zone->rect().center(), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(zone, &drop);
        QCOMPARE(dropped.count(), 1);
        QCOMPARE(dropped[0][0].toStringList(), QStringList{"/tmp/a.png"});
        QMimeData text;
        text.setText("no file");
        QDragEnterEvent wrong(zone->rect().center(), Qt::CopyAction, &text, Qt::LeftButton, Qt::NoModifier);
        wrong.ignore();
        QApplication::sendEvent(zone, &wrong);
        QVERIFY(!wrong.isAccepted());
    }

    void pictures() {
        gui::shoot(*panel_, "library-empty");
        gui::open(*session_, study_->document(), study_->library());
        QVERIFY(gui::waitFor([&] { return detailOf(rowOf(*tree(1).model(), "rocket.jpg")) == "640 × 427"; }));
        QVERIFY(gui::waitFor([&] { return tree(2).model()->rowCount() == 1; }));
        tree(0).setCurrentIndex(rowOf(*tree(0).model(), "WebP"));
        gui::shoot(*panel_, "library");
        QTest::keyClicks(field(), "mean");
        gui::shoot(*panel_, "library-search");
    }

  private:
    QLineEdit* field() const { return panel_->findChild<QLineEdit*>(); }
    /// 0 nodes, 1 assets, 2 runs.
    views::LibrarySection& section(int i) const {
        static const QStringList names{"nodes", "assets", "runs"};
        return *panel_->findChild<views::LibrarySection*>(names[i]);
    }
    QTreeView& tree(int i) const { return section(i).view(); }

    std::unique_ptr<gui::RanStudy> study_;
    std::unique_ptr<views::Session> session_;
    std::unique_ptr<LibraryPanel> panel_;
};

RATESCOPE_GUI_TEST_MAIN(LibraryTest)
#include "library_test.moc"
