#include "views/runs/run_detail.h"

#include "views/runs/run_texts.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QEvent>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>

namespace ratescope::views {

RunDetail::RunDetail(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      title_(new QLabel(this)),
      hint_(new QLabel(tr("Select an item to see what is kept of it."), this)),
      page_(new QTextBrowser(this)),
      notesRow_(new QWidget(this)),
      notes_(new QPlainTextEdit(notesRow_)),
      retry_(new QPushButton(tr("Retry"), this)),
      open_(new QPushButton(tr("Open reconstruction"), this)),
      copy_(new QPushButton(tr("Copy"), this)) {
    setObjectName("runs.detail");
    auto* close = new QToolButton(this);
    close->setIcon(icon("close", Token::Muted));
    close->setIconSize({measure::icon, measure::icon});
    close->setToolTip(tr("Hide details"));
    close->setAccessibleName(close->toolTip());
    connect(close, &QToolButton::clicked, this, &RunDetail::closed);
    title_->setProperty("title", true);
    title_->setWordWrap(true);
    title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    hint_->setProperty("muted", true);
    hint_->setWordWrap(true);
    hint_->setAlignment(Qt::AlignCenter);
    page_->setObjectName("runs.detail.page");
    page_->setAccessibleName(tr("Details of the item"));
    page_->setOpenLinks(false);
    page_->setFrameShape(QFrame::NoFrame);
    page_->document()->setDocumentMargin(0);
    page_->setStyleSheet("border: 0; padding: 0;");
    page_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(page_, &QTextBrowser::anchorClicked, this, &RunDetail::showPatch);
    notes_->setObjectName("runs.detail.notes");
    notes_->setPlaceholderText(tr("Notes on this item"));
    notes_->setAccessibleName(notes_->placeholderText());
    notes_->setTabChangesFocus(true);
    notes_->setFixedHeight(measure::formRow);
    notes_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    notes_->document()->setDocumentMargin(1);
    notes_->installEventFilter(this);
    retry_->setObjectName("runs.detail.retry");
    open_->setObjectName("runs.detail.open");
    copy_->setObjectName("runs.detail.copy");
    copy_->setToolTip(tr("Copy all of it, with the whole log"));
    connect(retry_, &QPushButton::clicked, this, [this] {
        if (detail_) emit retryAsked(detail_->row.id);
    });
    connect(open_, &QPushButton::clicked, this, [this] {
        if (detail_) emit session_.selection.reconstructionAsked(detail_->row.id);
    });
    connect(copy_, &QPushButton::clicked, this, [this] {
        if (detail_) QApplication::clipboard()->setText(detailText(*detail_));
    });

    auto* head = new QHBoxLayout;
    head->addWidget(title_, 1);
    head->addWidget(close, 0, Qt::AlignTop);
    auto* notesColumn = new QVBoxLayout(notesRow_);
    notesColumn->setContentsMargins(0, 0, 0, 0);
    notesColumn->addWidget(notes_);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(measure::grid);
    buttons->addWidget(retry_);
    buttons->addWidget(open_);
    buttons->addWidget(copy_);
    buttons->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(measure::padding, measure::grid, measure::padding, measure::padding);
    column->setSpacing(measure::grid);
    column->addLayout(head);
    column->addWidget(hint_, 1);
    column->addWidget(page_, 1);
    column->addWidget(notesRow_);
    column->addLayout(buttons);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    connect(&session.selection, &Selection::itemChanged, this, &RunDetail::refresh);
    connect(&session.results, &Results::opened, this, &RunDetail::showNothing);
    showNothing();
}

void RunDetail::showNothing() {
    detail_.reset();
    shownHtml_.clear();
    title_->clear();
    page_->clear();
    hint_->show();
    for (QWidget* widget : {static_cast<QWidget*>(page_), notesRow_, static_cast<QWidget*>(retry_),
                            static_cast<QWidget*>(open_), static_cast<QWidget*>(copy_)})
        widget->hide();
}

void RunDetail::refresh() {
    const std::optional<store::ItemId> item = session_.selection.item();
    if (!item) return showNothing();
    if (detail_ && detail_->row.id != *item) saveNotes();
    session_.results.ask(
        this, "runs.detail",
        [id = *item](const OpenLibrary& library) { return readDetail(library.library, id); },
        [this](const ItemDetail& detail) {
            if (session_.selection.item() == detail.row.id) take(detail);
        },
        [this](const Error&) { showNothing(); });
}

void RunDetail::take(const ItemDetail& detail) {
    const bool isSame = detail_ && detail_->row.id == detail.row.id;
    detail_ = detail;
    hint_->hide();
    page_->show();
    notesRow_->show();
    copy_->show();
    title_->setText(itemTitle(detail.row));
    using store::State;
    const State state = detail.row.state;
    const bool hasFailed = std::any_of(detail.measurements.begin(), detail.measurements.end(),
                                       [](const auto& each) { return each.failure.has_value(); });
    retry_->setVisible(state == State::Failed || hasFailed);
    open_->setVisible(state == State::Done);
    if (!isSame || !notes_->hasFocus()) notes_->setPlainText(QString::fromStdString(detail.row.notes));
    if (!isSame) page_->verticalScrollBar()->setValue(0);
    showPage();
}

void RunDetail::showPage() {
    if (!detail_) return;
    const QString html = detailHtml(*detail_);
    // While numbers arrive the page stays where it is, with what is marked in it.
    if (html == shownHtml_) return;
    const bool isAnother = shownHtml_.isEmpty();
    const int place = page_->verticalScrollBar()->value();
    page_->document()->setDefaultFont(tableFont());
    page_->setHtml(html);
    page_->verticalScrollBar()->setValue(isAnother ? 0 : place);
    shownHtml_ = html;
}

void RunDetail::showPatch() {
    if (!detail_ || !detail_->environment) return;
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("What was changed in the program"));
    auto* text = new QPlainTextEdit(QString::fromStdString(detail_->environment->patch), dialog);
    text->setReadOnly(true);
    text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    text->setLineWrapMode(QPlainTextEdit::NoWrap);
    text->setAccessibleName(dialog->windowTitle());
    auto* column = new QVBoxLayout(dialog);
    column->addWidget(text);
    dialog->resize(720, 480);
    dialog->show();
}

void RunDetail::saveNotes() {
    if (!detail_) return;
    const std::string notes = notes_->toPlainText().toStdString();
    if (notes == detail_->row.notes) return;
    detail_->row.notes = notes;
    session_.supervisor.start(session_.settings.jobs());
    session_.supervisor.request("annotate", {{"item", detail_->row.id}, {"notes", notes}}, this,
                                [](const nlohmann::json&) {});
}

bool RunDetail::eventFilter(QObject* watched, QEvent* event) {
    if (watched == notes_ && event->type() == QEvent::FocusOut) saveNotes();
    return QWidget::eventFilter(watched, event);
}

void RunDetail::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    showPage();
}

}  // namespace ratescope::views
