#include "tests/gui/theme/gallery.h"

#include "core/curves/series_style.h"
#include "views/controls/dock_title.h"
#include "views/controls/empty_state.h"
#include "views/controls/run_state.h"
#include "views/controls/segments.h"
#include "views/controls/series_mark.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QPainter>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollBar>
#include <QSlider>
#include <QStandardItemModel>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace gui {
namespace {

using namespace ratescope;
using namespace ratescope::views;

template <typename Widget>
Widget* named(Widget* widget, const char* name) {
    widget->setObjectName(name);
    return widget;
}

QPushButton* button(const QString& text, const char* name, const char* property = nullptr) {
    auto* made = named(new QPushButton(text), name);
    if (property) made->setProperty(property, true);
    return made;
}

QToolButton* tool(const QString& name, bool checked = false, const QString& text = {}) {
    auto* made = new QToolButton;
    made->setIcon(icon(name));
    made->setAccessibleName(name);
    made->setToolTip(name);
    if (!text.isEmpty()) {
        made->setText(text);
        made->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    }
    made->setCheckable(true);
    made->setChecked(checked);
    return named(made, "tool");
}

QLabel* muted(const QString& text) {
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    return label;
}

QLabel* heading(const QString& text) {
    auto* label = new QLabel(text);
    label->setProperty("title", true);
    return label;
}

QHBoxLayout* rowOf(std::initializer_list<QWidget*> widgets) {
    auto* row = new QHBoxLayout;
    row->setSpacing(measure::padding);
    for (QWidget* widget : widgets)
        row->addWidget(widget);
    row->addStretch();
    return row;
}

QStandardItemModel* rows(QObject* parent) {
    auto* model = new QStandardItemModel(parent);
    model->setHorizontalHeaderLabels({"Branch", "State", "Picture", "bpp ↓", "PSNR, dB ↑"});
    for (const char* name : {"JPEG", "WebP", "JPEG XL"}) {
        auto* branch = new QStandardItem(name);
        branch->setCheckable(true);
        branch->setCheckState(Qt::Checked);
        for (const char* picture : {"astronaut.png", "chelsea.png"})
            branch->appendRow({new QStandardItem(name), new QStandardItem("done"), new QStandardItem(picture),
                               new QStandardItem("1.211"), new QStandardItem("35.81")});
        model->appendRow({branch, new QStandardItem("40 of 40"), new QStandardItem("4 pictures"),
                          new QStandardItem("1.2"), new QStandardItem("36")});
    }
    return model;
}

}  // namespace

Gallery::Gallery(QWidget* parent) : QWidget(parent) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    resize(1180, 700);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(2 * measure::groupGap);
    grid->setVerticalSpacing(measure::groupGap);
    grid->addWidget(title(), 0, 0, 1, 3);
    grid->addWidget(buttons(), 1, 0);
    grid->addWidget(fields(), 1, 1);
    grid->addWidget(marks(), 1, 2);
    grid->addWidget(lists(), 2, 0, 1, 2);
    grid->addWidget(table(), 2, 2);
    grid->setRowStretch(2, 1);
}

QWidget* Gallery::title() {
    auto* window = new QMainWindow;
    window->setWindowFlags(Qt::Widget);
    auto* dock = new QDockWidget("Library", window);
    auto* inside = new EmptyState("Sources of this study appear here.", "Add a source");
    dock->setWidget(inside);
    window->addDockWidget(Qt::LeftDockWidgetArea, dock);
    new DockTitle(*dock);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    auto* tabs = named(new QTabBar, "tabs");
    tabs->setDrawBase(false);
    tabs->setExpanding(false);
    for (const char* tab : {"Graph", "Compare", "Figure"})
        tabs->addTab(icon(QString(tab).toLower(), Token::Muted, Token::Text), tab);
    column->addWidget(tabs);
    column->addLayout(
        rowOf({muted("Device"), new QComboBox, tool("run", false, "Run"), tool("pause", false, "Pause")}));
    column->addStretch();
    window->setCentralWidget(page);
    window->setFixedHeight(150);
    return window;
}

QWidget* Gallery::buttons() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->addWidget(heading("Buttons"));
    auto* disabled = button("Run", "disabled");
    disabled->setEnabled(false);
    auto* primaryDisabled = button("Export", "primaryDisabled", "primary");
    primaryDisabled->setEnabled(false);
    column->addLayout(rowOf({button("Open…", "push"), button("Export 8 files", "primary", "primary")}));
    column->addLayout(rowOf({disabled, primaryDisabled}));
    auto* off = tool("redo");
    off->setEnabled(false);
    column->addLayout(
        rowOf({tool("undo"), off, tool("minimap", true), tool("sweep", true, "Sweep"), tool("fit")}));
    auto* segments = named(new Segments, "segments");
    segments->add("list", "List");
    segments->add("range", "Range");
    segments->add("log", "Log range");
    segments->setCurrent("range");
    column->addWidget(segments);
    auto* progress = named(new QProgressBar, "progress");
    progress->setTextVisible(false);
    progress->setValue(70);
    column->addWidget(progress);
    column->addStretch();
    return page;
}

QWidget* Gallery::fields() {
    auto* page = new QWidget;
    auto* form = new QFormLayout(page);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setVerticalSpacing(measure::grid);
    form->addRow(heading("Fields"), new QWidget);
    auto* combo = named(new QComboBox, "combo");
    combo->addItems({"4:2:0", "4:2:2", "4:4:4"});
    form->addRow("Subsampling", combo);
    auto* search = named(new QLineEdit, "line");
    search->setPlaceholderText("Search nodes, assets, papers");
    search->addAction(icon("search", Token::Muted), QLineEdit::LeadingPosition);
    form->addRow("Search", search);
    auto* wrong = named(new QLineEdit("120"), "wrong");
    wrong->setProperty("wrong", true);
    form->addRow("Quality", wrong);
    auto* why = new QLabel("Quality is an integer from 1 to 100.");
    why->setProperty("bad", true);
    form->addRow("", why);
    auto* size = named(new QDoubleSpinBox, "spin");
    size->setSuffix(" mm");
    size->setDecimals(1);
    size->setValue(88.9);
    size->setAlignment(Qt::AlignRight);
    auto* count = named(new QSpinBox, "count");
    count->setValue(10);
    count->setAlignment(Qt::AlignRight);
    form->addRow("Width, values", rowOf({size, count}));
    auto* off = new QLineEdit("not now");
    off->setEnabled(false);
    form->addRow("Disabled", off);
    return page;
}

QWidget* Gallery::marks() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->addWidget(heading("Marks"));
    auto* on = named(new QCheckBox("Progressive"), "check");
    on->setChecked(true);
    auto* partly = new QCheckBox("Partly");
    partly->setCheckState(Qt::PartiallyChecked);
    auto* off = new QCheckBox("Disabled");
    off->setChecked(true);
    off->setEnabled(false);
    column->addLayout(rowOf({on, named(new QCheckBox("Grid"), "unchecked"), partly, off}));
    auto* radio = named(new QRadioButton("Moves along the curve"), "radio");
    radio->setChecked(true);
    column->addLayout(rowOf({radio, new QRadioButton("One curve each")}));
    auto* slider = named(new QSlider(Qt::Horizontal), "slider");
    slider->setValue(40);
    slider->setTickPosition(QSlider::TicksBelow);
    column->addWidget(slider);
    auto* focused = named(new QSlider(Qt::Horizontal), "slider2");
    focused->setValue(70);
    column->addWidget(focused);
    auto* text = new QPlainTextEdit("Baseline and progressive JPEG by libjpeg-turbo.\n1\n2\n3\n4\n5\n6");
    text->setFixedHeight(70);
    column->addWidget(text);
    column->addStretch();
    return page;
}

QWidget* Gallery::lists() {
    auto* tree = named(new QTreeView, "tree");
    tree->setModel(rows(tree));
    tree->setUniformRowHeights(true);
    tree->expand(tree->model()->index(0, 0));
    tree->setCurrentIndex(tree->model()->index(1, 0));
    tree->setSortingEnabled(true);
    tree->sortByColumn(0, Qt::AscendingOrder);
    return tree;
}

QWidget* Gallery::table() {
    auto* table = named(new QTableView, "table");
    table->setModel(rows(table));
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(measure::row);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setShowGrid(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->selectRow(1);
    return table;
}

SignSheet::SignSheet(QWidget* parent) : QWidget(parent) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    resize(1100, 560);
}

void SignSheet::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(tableFont());
    painter.setPen(colour(Token::Text));
    int x = 12, y = 12;
    for (QString name : QDir(":/icons").entryList({"*.svg"})) {
        name.chop(4);
        icon(name).paint(&painter, QRect(x, y, 16, 16));
        icon(name, Token::Muted).paint(&painter, QRect(x + 22, y - 2, 20, 20));
        painter.drawText(x + 48, y + 13, name);
        x += 156;
        if (x > width() - 150) x = 12, y += 26;
    }
    x = 12, y += 44;
    for (int state = 0; state <= static_cast<int>(RunState::NeedsInput); ++state, x += 108) {
        paintState(painter, QRectF(x, y, 16, 16), static_cast<RunState>(state));
        painter.drawText(x + 22, y + 13, wordOf(static_cast<RunState>(state)));
    }
    x = 12, y += 36;
    for (std::size_t branch = 0; branch < 10; ++branch, x += 100) {
        const curves::SeriesStyle style = curves::seriesStyle(branch, branch);
        paintSeriesMark(painter, style, QPointF(x + 8, y + 8), 8);
        paintSeriesMark(painter, style, QPointF(x + 28, y + 8), 8, true);
        paintSeriesLine(painter, style, QPointF(x + 40, y + 8), QPointF(x + 86, y + 8));
    }
}

}  // namespace gui
