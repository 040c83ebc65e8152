#include "views/start/start_page.h"

#include "core/run/installation.h"
#include "views/controls/drop_zone.h"
#include "views/controls/elided_label.h"
#include "views/theme/icon.h"

#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace ratescope::views {
namespace {

/// Wider, lines are too long to read.
constexpr int pageWidth = 920;

QLabel* heading(const QString& text) {
    auto* label = new QLabel(text);
    label->setProperty("title", true);
    return label;
}

QLabel* muted(QLabel* label) {
    label->setProperty("muted", true);
    return label;
}

QPushButton* pushButton(const QString& name, const QString& text, const QString& toolTip) {
    auto* button = new QPushButton(text);
    button->setObjectName(name);
    button->setToolTip(toolTip);
    button->setAutoDefault(false);
    return button;
}

void clear(QLayout& layout) {
    while (QLayoutItem* item = layout.takeAt(0)) {
        if (item->widget()) item->widget()->deleteLater();
        delete item;
    }
}

}  // namespace

StartPage::StartPage(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      examples_(new QVBoxLayout),
      recent_(new QVBoxLayout),
      zone_(new DropZone(tr("Drop pictures, folders or a study"))) {
    setObjectName("start");
    setAutoFillBackground(true);
    reader_.setMaxThreadCount(1);
    auto* page = new QWidget;
    page->setMaximumWidth(pageWidth);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(3 * measure::groupGap);
    columns->addWidget(buildExamples(), 3);
    columns->addWidget(buildRecent(), 2);
    zone_->setObjectName("drop");
    zone_->setMinimumHeight(2 * measure::formRow);
    connect(zone_, &DropZone::filesDropped, this, &StartPage::drop);
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(3 * measure::padding, 5 * measure::padding, 3 * measure::padding,
                             3 * measure::padding);
    rows->setSpacing(2 * measure::groupGap);
    rows->addWidget(buildHead());
    rows->addLayout(columns, 1);
    rows->addWidget(zone_);
    auto* scroll = new QScrollArea;
    auto* centre = new QWidget;
    auto* row = new QHBoxLayout(centre);
    row->setContentsMargins(0, 0, 0, 0);
    row->addStretch();
    row->addWidget(page, 100);
    row->addStretch();
    scroll->setWidget(centre);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->viewport()->setAutoFillBackground(false);
    centre->setAutoFillBackground(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);

    reader_.start([this] {
        const auto folder = run::examplesFolder();
        auto studies = exampleStudies(folder ? QString::fromStdString(folder->string()) : QString());
        QMetaObject::invokeMethod(
            this, [this, studies = std::move(studies)] { takeExamples(studies); }, Qt::QueuedConnection);
    });
}

QWidget* StartPage::buildHead() {
    auto* head = new QWidget;
    auto* title = heading("Ratescope");
    QFont large = title->font();
    large.setPixelSize(QFontInfo(large).pixelSize() * 5 / 4);
    title->setFont(large);
    auto* words = new QVBoxLayout;
    words->setSpacing(measure::grid);
    words->addWidget(title);
    auto* what = muted(new QLabel(tr("Build a pipeline, run it, compare what it makes, draw the figure.")));
    what->setWordWrap(true);
    words->addWidget(what);
    auto* fresh = pushButton("new", tr("New study"), tr("Begin with an empty graph"));
    fresh->setProperty("primary", true);
    auto* open = pushButton("open", tr("Open…"), tr("Choose a study"));
    connect(fresh, &QPushButton::clicked, this, &StartPage::newAsked);
    connect(open, &QPushButton::clicked, this, &StartPage::openDialogAsked);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->addLayout(words, 1);
    row->addWidget(fresh);
    row->addWidget(open);
    return head;
}

QWidget* StartPage::buildExamples() {
    auto* column = new QWidget;
    auto* rows = new QVBoxLayout(column);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addWidget(heading(tr("Examples")));
    examples_->setSpacing(measure::padding);
    rows->addLayout(examples_);
    rows->addStretch();
    return column;
}

QWidget* StartPage::buildRecent() {
    auto* column = new QWidget;
    auto* rows = new QVBoxLayout(column);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addWidget(heading(tr("Recent")));
    recent_->setSpacing(0);
    rows->addLayout(recent_);
    rows->addStretch();
    return column;
}

void StartPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

void StartPage::refresh() {
    if (std::exchange(looking_, true)) return;
    // A file may lie on a network: whether it is there is asked aside.
    reader_.start([this, names = session_.settings.recentFiles()] {
        auto files = recentFiles(names);
        QMetaObject::invokeMethod(
            this, [this, files = std::move(files)] { takeRecent(files); }, Qt::QueuedConnection);
    });
}

void StartPage::takeExamples(const std::vector<ExampleStudy>& studies) {
    clear(*examples_);
    for (const ExampleStudy& study : studies)
        examples_->addWidget(exampleCard(study));
    if (studies.empty()) examples_->addWidget(muted(new QLabel(tr("This installation brings no examples."))));
}

void StartPage::takeRecent(const std::vector<RecentFile>& files) {
    looking_ = false;
    clear(*recent_);
    for (const RecentFile& recent : files)
        recent_->addWidget(recentRow(recent));
    orderTabs();
    if (!files.empty()) return;
    auto* none = muted(new QLabel(tr("Studies that you open appear here.")));
    none->setWordWrap(true);
    recent_->addWidget(none);
}

QWidget* StartPage::exampleCard(const ExampleStudy& study) {
    auto* card = new QWidget;
    card->setObjectName("card");
    card->setAttribute(Qt::WA_StyledBackground);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    auto* title = new ElidedLabel(study.title);
    title->setProperty("title", true);
    words->addWidget(title);
    auto* notes = new QLabel(study.notes);
    notes->setTextFormat(Qt::PlainText);
    notes->setWordWrap(true);
    words->addWidget(muted(notes));
    auto* run = pushButton("run", tr("Run"), tr("Open “%1” and run it").arg(study.title));
    run->setIcon(icon("run"));
    run->setAccessibleName(run->toolTip());
    auto* open = pushButton("show", tr("Open"), tr("Open “%1” without running it").arg(study.title));
    open->setAccessibleName(open->toolTip());
    connect(run, &QPushButton::clicked, this, [this, file = study.file] { emit exampleAsked(file, true); });
    connect(open, &QPushButton::clicked, this, [this, file = study.file] { emit exampleAsked(file, false); });
    auto* row = new QHBoxLayout(card);
    row->setContentsMargins(measure::groupGap, measure::padding, measure::padding, measure::padding);
    row->addLayout(words, 1);
    row->addWidget(run);
    row->addWidget(open);
    return card;
}

QWidget* StartPage::recentRow(const RecentFile& recent) {
    const QFileInfo info(recent.file);
    auto* row = new QWidget;
    row->setObjectName("recent");
    auto* open = new QPushButton(icon("file", Token::Muted), info.completeBaseName());
    open->setObjectName("file");
    open->setProperty("link", true);
    open->setEnabled(recent.there);
    open->setToolTip(recent.there ? recent.file : tr("%1 is not there any more").arg(recent.file));
    open->setAccessibleName(tr("Open %1").arg(recent.file));
    connect(open, &QPushButton::clicked, this, [this, file = recent.file] { emit openAsked(file); });
    auto* place = new ElidedLabel(recent.there ? info.absolutePath() : tr("not there any more"));
    place->setElideMode(Qt::ElideMiddle);
    place->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    muted(place);
    auto* remove = new QToolButton;
    remove->setObjectName("remove");
    remove->setIcon(icon("close", Token::Muted));
    remove->setToolTip(tr("Take %1 off the list").arg(info.fileName()));
    remove->setAccessibleName(remove->toolTip());
    connect(remove, &QToolButton::clicked, this, [this, file = recent.file] {
        session_.settings.removeRecentFile(file);
        refresh();
    });
    auto* columns = new QHBoxLayout(row);
    columns->setContentsMargins(0, 0, 0, 0);
    columns->addWidget(open);
    columns->addWidget(place, 1);
    columns->addWidget(remove);
    return row;
}

/// Cards come after the drop zone was made, and are to be reached before it.
void StartPage::orderTabs() {
    QWidget* last = findChild<QPushButton*>("open");
    for (const QVBoxLayout* column : {examples_, recent_})
        for (int i = 0; i < column->count(); ++i)
            for (auto* button : column->itemAt(i)->widget()->findChildren<QAbstractButton*>()) {
                setTabOrder(last, button);
                last = button;
            }
    setTabOrder(last, zone_);
}

void StartPage::drop(const QStringList& files) {
    if (files.size() == 1 && files[0].endsWith(".ratescope", Qt::CaseInsensitive))
        emit openAsked(files[0]);
    else
        emit filesDropped(files);
}

}  // namespace ratescope::views
