// The undo list: it follows edits, and a press on a row goes there.

#include "core/graph/document_json.h"
#include "tests/gui/support.h"
#include "views/controls/row_delegate.h"
#include "views/history/history_model.h"
#include "views/history/history_panel.h"

#include <QAbstractItemModelTester>
#include <QListView>
#include <QSignalSpy>

using namespace ratescope;

class HistoryTest : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        session_ = std::make_unique<views::Session>(gui::catalogue());
        session_->document.replace(graph::documentFromJson(gui::threeCodecs().document), {}, true);
        panel_ = std::make_unique<views::HistoryPanel>(*session_);
        panel_->resize(248, 320);
        model_ = panel_->findChild<views::HistoryModel*>();
        view_ = panel_->findChild<QListView*>();
        new QAbstractItemModelTester(model_, QAbstractItemModelTester::FailureReportingMode::QtTest, model_);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
        edit(1);
        edit(2);
        edit(3);
    }
    void cleanup() {
        panel_.reset();
        session_.reset();
    }

    void editsStandInOrder() {
        QCOMPARE(model_->rowCount(), 4);
        QCOMPARE(model_->index(0).data().toString(), QString("As opened"));
        QVERIFY(model_->index(3).data().toString().contains("effort"));
        QCOMPARE(view_->currentIndex().row(), 3);
        QCOMPARE(muted(), 0);
    }

    void aPressGoesBackAndForth() {
        const std::string after = graph::toText(session_->document.document());
        const QSignalSpy changed(&session_->document, &views::OpenDocument::changed);
        press(1);
        QCOMPARE(session_->document.history().position(), std::size_t{1});
        QCOMPARE(changed.count(), 1);
        QCOMPARE(muted(), 2);
        QCOMPARE(model_->current(), 1);
        press(0);
        QVERIFY(session_->document.saved());
        press(3);
        QCOMPARE(graph::toText(session_->document.document()), after);
        QCOMPARE(muted(), 0);
    }

    void keysGoThere() {
        view_->setFocus();
        QTest::keyClick(view_, Qt::Key_Up);
        QTest::keyClick(view_, Qt::Key_Up);
        QTest::keyClick(view_, Qt::Key_Return);
        QCOMPARE(session_->document.history().position(), std::size_t{1});
    }

    void aNewEditTakesThePlaceOfUndoneOnes() {
        press(1);
        const QSignalSpy inserted(model_, &QAbstractItemModel::rowsInserted);
        edit(9);
        QCOMPARE(model_->rowCount(), 3);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(view_->currentIndex().row(), 2);
    }

    void anotherDocumentBeginsAnew() {
        session_->document.replace(graph::newDocument("other"), {}, true);
        QCOMPARE(model_->rowCount(), 1);
    }

    void pictures() {
        press(2);
        gui::shoot(*panel_, "history");
    }

  private:
    void edit(std::int64_t value) {
        QVERIFY(session_->document.apply(value == 1   ? graph::setParameter("jpeg", "progressive", true)
                                         : value == 2 ? graph::moveNode("webp", 30, 40)
                                                      : graph::setParameter("jxl", "effort", value)));
    }
    void press(int row) {
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {},
                          view_->visualRect(model_->index(row)).center());
    }
    int muted() const {
        int count = 0;
        for (int row = 0; row < model_->rowCount(); ++row)
            count += model_->index(row).data(views::RowDelegate::MutedRole).toBool();
        return count;
    }

    std::unique_ptr<views::Session> session_;
    std::unique_ptr<views::HistoryPanel> panel_;
    views::HistoryModel* model_ = nullptr;
    QListView* view_ = nullptr;
};

RATESCOPE_GUI_TEST_MAIN(HistoryTest)
#include "history_test.moc"
