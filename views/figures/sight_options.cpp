#include "views/figures/sight_options.h"

#include "views/controls/run_state.h"
#include "views/controls/tabular.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>

namespace ratescope::views {
namespace {

constexpr double readablePoints = 7;  // journals ask for at least 5 to 8 at final size

QPixmap glyphOf(RunState state, double ratio) {
    QPixmap pixmap(QSize(14, 14) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    paintState(painter, QRectF(0, 0, 14, 14), state);
    return pixmap;
}

}  // namespace

SightOptions::SightOptions(QWidget* parent)
    : OptionGroup(tr("Colour-blind simulation"), parent),
      simulates_(new QCheckBox(this)),
      grey_(new QCheckBox(tr("Grey print"), this)),
      sight_(new ChoiceField(tr("Kind of colour blindness"), this)),
      glyph_(new QLabel(this)),
      verdict_(new QLabel(this)) {
    simulates_->setObjectName("figures.simulates");
    sight_->setObjectName("figures.sight");
    grey_->setObjectName("figures.grey");
    simulates_->setAccessibleName(tr("Show the figure as colour-blind readers see it"));
    simulates_->setToolTip(simulates_->accessibleName());
    for (const Sight sight : colourBlindSights())
        sight_->add(idOf(sight), titleOf(sight));
    auto* row = new QHBoxLayout;
    row->setSpacing(measure::padding);
    row->addWidget(simulates_);
    row->addWidget(sight_, 1);
    row->addSpacing(measure::padding);
    row->addWidget(grey_, 1);
    addWide(row);
    verdict_->setObjectName("figures.legibility");
    verdict_->setFont(tableFont());
    verdict_->setWordWrap(true);
    auto* said = new QHBoxLayout;
    said->setSpacing(6);
    said->addWidget(glyph_, 0, Qt::AlignTop);
    said->addWidget(verdict_, 1);
    addWide(said);
    simulates_->setChecked(true);
    grey_->setChecked(true);
    connect(simulates_, &QCheckBox::clicked, this, &SightOptions::changed);
    connect(grey_, &QCheckBox::clicked, this, &SightOptions::changed);
    connect(sight_, &QComboBox::activated, this, [this] {
        simulates_->setChecked(true);
        emit changed();
    });
}

std::vector<Sight> SightOptions::sights() const {
    std::vector<Sight> sights;
    if (simulates_->isChecked())
        sights.push_back(colourBlindSights()[static_cast<std::size_t>(sight_->currentIndex())]);
    if (grey_->isChecked()) sights.push_back(Sight::Grey);
    return sights;
}

void SightOptions::restore(const QString& state) {
    const QStringList parts = state.split(QLatin1Char(' '));
    if (parts.size() != 3) return;
    if (sight_->findData(parts[0]) >= 0) sight_->put(parts[0]);
    simulates_->setChecked(parts[1] == QLatin1String("1"));
    grey_->setChecked(parts[2] == QLatin1String("1"));
}

QString SightOptions::state() const {
    return QStringLiteral("%1 %2 %3")
        .arg(sight_->chosen())
        .arg(simulates_->isChecked() ? 1 : 0)
        .arg(grey_->isChecked() ? 1 : 0);
}

void SightOptions::fill(const graph::FigureSpec&, const StudyFigure* figure) {
    legibility_ = figure ? legibilityOf(*figure) : Legibility();
    sayLegibility();
}

void SightOptions::changeEvent(QEvent* event) {
    OptionGroup::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) sayLegibility();
}

void SightOptions::sayLegibility() {
    const bool known = legibility_.leastPoints > 0;
    glyph_->setVisible(known);
    verdict_->setVisible(known);
    if (!known) return;
    const bool apart = legibility_.like.empty(), readable = legibility_.leastPoints >= readablePoints - 1e-9;
    const QString size = numberText(legibility_.leastPoints, 1);
    const QString marks = apart ? tr("Told apart by marker and dash")
                                : tr("%1 and %2 have the same marker and dash")
                                      .arg(QString::fromStdString(legibility_.like),
                                           QString::fromStdString(legibility_.unlike));
    const QString texts =
        readable ? tr("text from %1 pt").arg(size) : tr("text from %1 pt: journals ask for 7").arg(size);
    verdict_->setText(tr("%1, %2", "told apart by marker and dash, text from 7.0 pt").arg(marks, texts));
    glyph_->setPixmap(
        glyphOf(apart && readable ? RunState::Done : RunState::NeedsInput, devicePixelRatioF()));
}

}  // namespace ratescope::views
