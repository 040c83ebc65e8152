#include "views/library/library_panel.h"

#include "views/controls/drop_zone.h"
#include "views/library/library_section.h"
#include "views/theme/icon.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

namespace ratescope::views {
namespace {

const QString splitterState = "library/sections";

QAction* newAction(QObject* parent, const char* name, const QString& text, const QString& toolTip) {
    auto* action = new QAction(text, parent);
    action->setObjectName(name);
    action->setToolTip(toolTip);
    return action;
}

}  // namespace

LibraryPanel::LibraryPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      field_(new QLineEdit),
      splitter_(new QSplitter(Qt::Vertical)),
      nodeSection_(new LibrarySection(tr("Nodes"), nodes_, measure::row, true)),
      assetSection_(new LibrarySection(tr("Assets"), assets_, measure::formRow, true)),
      studySection_(new LibrarySection(tr("Runs"), studies_, measure::row, false)),
      dropZone_(new DropZone(tr("Drop files or folders"))),
      search_(
          newAction(this, "library.search", tr("Search the library"), tr("Search nodes, assets and papers"))),
      addFiles_(newAction(this, "library.add-files", tr("Add files…"),
                          tr("Choose files that a new source is to hold"))) {
    search_->setIcon(icon("search"));
    addFiles_->setIcon(icon("import"));
    search_->setShortcut(QKeySequence("Ctrl+K"));
    lister_.setMaxThreadCount(1);
    assets_.setThumbnails(&thumbnails_);
    nodes_.setGroups(nodeGroups(session.document.catalogue()));
    for (const LibraryGroup& group : nodes_.groups())
        if (group.rows.front().icon == "codec") nodeSection_->open(group.row.text);
    build();
    connectSections();
    listAssets();
    listStudies();
}

LibraryPanel::~LibraryPanel() {
    session_.settings.setViewState(splitterState, splitter_->saveState());
}

void LibraryPanel::build() {
    setObjectName("library");
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    field_->setPlaceholderText(tr("Search nodes, assets, papers"));
    field_->setAccessibleName(field_->placeholderText());
    field_->setToolTip(tr("By name, synonym, summary or the title of a paper. Enter adds the first node."));
    field_->addAction(icon("search", Token::Muted), QLineEdit::LeadingPosition);
    field_->setClearButtonEnabled(true);
    field_->installEventFilter(this);
    nodeSection_->setEmpty(tr("No node is installed."), {});
    assetSection_->setEmpty(tr("Files of the study's sources appear here."), tr("Add files…"));
    studySection_->setEmpty(tr("Studies that have run appear here."), tr("Run this study"));
    nodeSection_->setObjectName("nodes");
    assetSection_->setObjectName("assets");
    studySection_->setObjectName("runs");
    splitter_->setObjectName("librarySections");
    splitter_->setChildrenCollapsible(false);
    splitter_->setHandleWidth(measure::padding + 1);
    for (LibrarySection* section : {nodeSection_, assetSection_, studySection_}) {
        section->setMinimumHeight(3 * measure::row);
        splitter_->addWidget(section);
    }
    splitter_->setSizes({280, 160, 100});
    splitter_->setStretchFactor(0, 1);
    splitter_->restoreState(session_.settings.viewState(splitterState));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, measure::padding, 0, measure::padding);
    column->setSpacing(measure::grid);
    const auto inset = [column](QWidget* widget) {
        auto* row = new QHBoxLayout;
        row->setContentsMargins(measure::padding, 0, measure::padding, 0);
        row->addWidget(widget);
        column->addLayout(row);
    };
    inset(field_);
    column->addWidget(splitter_, 1);
    inset(dropZone_);
}

void LibraryPanel::connectSections() {
    connect(field_, &QLineEdit::textChanged, this, &LibraryPanel::setSearch);
    connect(field_, &QLineEdit::returnPressed, this, &LibraryPanel::askForFirst);
    connect(nodeSection_, &LibrarySection::rowAsked, this, [this](const QModelIndex& index) {
        emit nodeAsked(index.data(LibraryModel::NodeRole).toString());
    });
    connect(assetSection_, &LibrarySection::emptyAsked, dropZone_, &QAbstractButton::click);
    connect(studySection_, &LibrarySection::emptyAsked, this, &LibraryPanel::runAsked);
    connect(dropZone_, &DropZone::filesDropped, this, &LibraryPanel::filesDropped);
    connect(addFiles_, &QAction::triggered, dropZone_, &QAbstractButton::click);
    connect(search_, &QAction::triggered, this, [this] {
        field_->setFocus(Qt::ShortcutFocusReason);
        field_->selectAll();
    });
    connect(&session_.document, &OpenDocument::replaced, &thumbnails_, &Thumbnails::clear);
    connect(&session_.document, &OpenDocument::derivedChanged, this, &LibraryPanel::listAssets);
    connect(&session_.results, &Results::opened, this, &LibraryPanel::forgetStudies);
    connect(&session_.results, &Results::committed, this, &LibraryPanel::listStudies);
}

void LibraryPanel::setSearch(const QString& text) {
    for (LibrarySection* section : {nodeSection_, assetSection_, studySection_})
        section->setSearch(text);
}

void LibraryPanel::askForFirst() {
    const QString node = nodeSection_->firstRow().data(LibraryModel::NodeRole).toString();
    if (!field_->text().trimmed().isEmpty() && !node.isEmpty()) emit nodeAsked(node);
}

bool LibraryPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched != field_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Escape && !field_->text().isEmpty()) {
        field_->clear();
        return true;
    }
    if (key != Qt::Key_Down) return false;
    for (LibrarySection* section : {nodeSection_, assetSection_, studySection_})
        if (const QModelIndex first = section->firstRow(); first.isValid()) {
            section->view().setCurrentIndex(first);
            section->view().setFocus(Qt::OtherFocusReason);
            break;
        }
    return true;
}

void LibraryPanel::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Find))
        search_->trigger();
    else
        QWidget::keyPressEvent(event);
}

void LibraryPanel::listAssets() {
    // One at a time; what has changed meanwhile is listed when it comes back.
    again_ = std::exchange(listing_, true);
    if (again_) return;
    lister_.start([this, sources = sourcesOf(session_.document.document(), session_.document.catalogue()),
                   folder = session_.document.directory()] {
        auto groups = assetGroups(sources, folder);
        QMetaObject::invokeMethod(
            this, [this, groups = std::move(groups)] { takeAssets(groups); }, Qt::QueuedConnection);
    });
}

void LibraryPanel::takeAssets(const std::vector<LibraryGroup>& groups) {
    listing_ = false;
    if (again_) return listAssets();
    QSet<QString> known;
    for (const LibraryGroup& group : assets_.groups())
        known.insert(group.row.text);
    assets_.setGroups(groups);
    for (const LibraryGroup& group : groups)
        if (!known.contains(group.row.text)) assetSection_->open(group.row.text);
}

void LibraryPanel::listStudies() {
    session_.results.ask(
        this, "library studies",
        [open = session_.document.document().id](const OpenLibrary& library) {
            return studyGroups(library.library, open);
        },
        [this](const std::vector<LibraryGroup>& groups) { studies_.setGroups(groups); });
}

void LibraryPanel::forgetStudies() {
    studies_.setGroups({});
    listStudies();
}

}  // namespace ratescope::views
