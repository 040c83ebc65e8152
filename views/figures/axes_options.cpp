#include "views/figures/axes_options.h"

#include "core/curves/rate.h"
#include "views/controls/segments.h"
#include "views/theme/tokens.h"

#include <QDoubleValidator>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

QString qs(const std::string& text) {
    return QString::fromStdString(text);
}

QString limitText(double value) {
    return QLocale().toString(value, 'g', QLocale::FloatingPointShortest);
}

/// "dB" of "PSNR, RGB (dB)"; the rate's own short unit where there is one.
QString unitOf(const std::string& id, const curves::Axis& axis) {
    if (const auto rate = curves::findRate(id)) return QString::fromLatin1(rate->rate->unit);
    const QString title = qs(axis.title);
    const auto open = title.lastIndexOf(QLatin1Char('('));
    return open < 0 ? QString() : title.mid(open + 1).chopped(1);
}

}  // namespace

DataOptions::DataOptions(QWidget* parent)
    : OptionGroup(tr("Shown"), parent),
      kind_(new ChoiceField(tr("What the figure shows"), this)),
      quality_(new ChoiceField(tr("Quality"), this)),
      rate_(new ChoiceField(tr("Rate"), this)),
      anchor_(new ChoiceField(tr("Anchor"), this)) {
    kind_->setObjectName("figures.kind");
    quality_->setObjectName("figures.quality");
    rate_->setObjectName("figures.rate");
    anchor_->setObjectName("figures.anchor");
    kind_->add("curves", tr("Curves"));
    kind_->add("relative", tr("Rate difference over quality"));
    kind_->add("table", tr("BD table only"));
    kind_->add("plate", tr("Plate of reconstructions"));
    rate_->add({}, tr("The metric's own rate"));
    addRow(tr("Figure"), {kind_});
    addRow(tr("Quality"), {quality_});
    addRow(tr("Rate"), {rate_});
    addRow(tr("Anchor"), {anchor_});
    connect(kind_, &QComboBox::activated, this, [this](int kind) {
        edit(tr("kind"),
             [kind](graph::FigureSpec& spec) { spec.kind = static_cast<graph::FigureKind>(kind); });
    });
    connect(quality_, &QComboBox::activated, this, [this] {
        edit(tr("quality"), [id = quality_->chosen().toStdString()](graph::FigureSpec& spec) {
            if (spec.y == id) return;
            spec.y = id;
            spec.yLimits.reset();
        });
    });
    connect(rate_, &QComboBox::activated, this, [this] {
        edit(tr("rate"), [id = rate_->chosen().toStdString()](graph::FigureSpec& spec) {
            if (spec.x == id) return;
            spec.x = id;
            spec.xLimits.reset();
        });
    });
    connect(anchor_, &QComboBox::activated, this, [this] {
        edit(tr("anchor"),
             [id = anchor_->chosen().toStdString()](graph::FigureSpec& spec) { spec.anchor = id; });
    });
}

void DataOptions::setChoices(const AxisChoices& choices) {
    const QString quality = quality_->chosen(), rate = rate_->chosen();
    quality_->clear();
    rate_->clear();
    for (const AxisChoices::Choice& metric : choices.metrics)
        quality_->add(qs(metric.id), qs(metric.title));
    rate_->add({}, tr("The metric's own rate"));
    for (const AxisChoices::Choice& one : choices.rates)
        rate_->add(qs(one.id), qs(one.title));
    quality_->put(quality);
    rate_->put(rate);
}

void DataOptions::fill(const graph::FigureSpec& spec, const StudyFigure* figure) {
    kind_->put(QString::fromLatin1(graph::toText(spec.kind)));
    quality_->put(qs(spec.y));
    rate_->put(qs(spec.x));
    anchor_->clear();
    if (figure)
        for (const FigureSeries& series : figure->available)
            if (spec.series.empty() ||
                std::find(spec.series.begin(), spec.series.end(), series.series) != spec.series.end())
                anchor_->add(qs(series.series), qs(series.title));
    if (figure && spec.anchor.empty() && anchor_->count() > 0)
        anchor_->setCurrentIndex(0);
    else if (!spec.anchor.empty())
        anchor_->put(qs(spec.anchor));
    const bool isPlate = spec.kind == graph::FigureKind::Plate;
    rate_->setEnabled(!isPlate);
    anchor_->setEnabled(!isPlate);
}

LimitFields::LimitFields(const QString& axis, QWidget* parent)
    : QWidget(parent), low_(new QLineEdit(this)), high_(new QLineEdit(this)), unit_(new QLabel(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(measure::padding);
    auto* to = new QLabel(tr("to", "between the ends of an axis"), this);
    to->setProperty("muted", true);
    unit_->setProperty("muted", true);
    unit_->setMinimumWidth(28);
    row->addWidget(low_, 1);
    row->addWidget(to);
    row->addWidget(high_, 1);
    row->addWidget(unit_);
    low_->setAccessibleName(tr("%1, lower end").arg(axis));
    high_->setAccessibleName(tr("%1, upper end").arg(axis));
    for (QLineEdit* field : {low_, high_}) {
        field->setAlignment(Qt::AlignRight);
        field->setFixedHeight(measure::field);
        field->setMinimumWidth(40);
        field->setToolTip(tr("Empty: as the data say"));
        field->setValidator(new QDoubleValidator(field));
        connect(field, &QLineEdit::textEdited, this, &LimitFields::read);
    }
    setFocusProxy(low_);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void LimitFields::put(const std::optional<graph::FigureLimits>& limits, const curves::Axis* axis, bool isLog,
                      const QString& unit) {
    log_ = isLog;
    unit_->setText(unit);
    if (axis) drawn_ = {axis->ticks.low, axis->ticks.high};
    const auto fill = [&](QLineEdit* field, double value, double drawn) {
        field->setPlaceholderText(axis ? limitText(drawn) : QString());
        if (!field->hasFocus()) field->setText(limits ? limitText(value) : QString());
    };
    fill(low_, limits ? limits->low : 0, drawn_.low);
    fill(high_, limits ? limits->high : 0, drawn_.high);
}

void LimitFields::read() {
    const auto numberOf = [](const QLineEdit* field, double otherwise) -> std::optional<double> {
        if (field->text().trimmed().isEmpty()) return otherwise;
        bool good = false;
        const double value = QLocale().toDouble(field->text(), &good);
        return good && std::isfinite(value) ? std::optional(value) : std::nullopt;
    };
    const auto low = numberOf(low_, drawn_.low), high = numberOf(high_, drawn_.high);
    const bool isEmpty = low_->text().trimmed().isEmpty() && high_->text().trimmed().isEmpty();
    const bool good = low && high && *low < *high && !(log_ && *low <= 0);
    for (QLineEdit* field : {low_, high_}) {
        field->setProperty("wrong", !good);
        field->setToolTip(good   ? tr("Empty: as the data say")
                          : log_ ? tr("Give two numbers above 0, the lower one first")
                                 : tr("Give two numbers, the lower one first"));
        field->style()->unpolish(field);
        field->style()->polish(field);
    }
    if (isEmpty)
        emit changed(std::nullopt);
    else if (good)
        emit changed(graph::FigureLimits{*low, *high});
}

AxesOptions::AxesOptions(QWidget* parent)
    : OptionGroup(tr("Axes"), parent),
      x_(new LimitFields(tr("Horizontal axis"), this)),
      y_(new LimitFields(tr("Vertical axis"), this)),
      xScale_(new Segments(this)),
      yScale_(new Segments(this)) {
    x_->setObjectName("figures.x");
    y_->setObjectName("figures.y");
    addRow(tr("Rate"), {x_});
    addRow(tr("Quality"), {y_});
    const auto addScale = [this](Segments* scale, const QString& name, const QString& label) {
        scale->setAccessibleName(name);
        scale->add("linear", tr("Linear"));
        scale->add("log", tr("Log"));
        scale->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        addRow(label, {scale});
    };
    addScale(xScale_, tr("Scale of the horizontal axis"), tr("Rate scale"));
    addScale(yScale_, tr("Scale of the vertical axis"), tr("Quality scale"));
    connect(x_, &LimitFields::changed, this, [this](const std::optional<graph::FigureLimits>& limits) {
        edit(
            tr("rate limits"), [limits](graph::FigureSpec& spec) { spec.xLimits = limits; }, true);
    });
    connect(y_, &LimitFields::changed, this, [this](const std::optional<graph::FigureLimits>& limits) {
        edit(
            tr("quality limits"), [limits](graph::FigureSpec& spec) { spec.yLimits = limits; }, true);
    });
    // Limits that reach 0 have no place on a logarithmic axis.
    connect(xScale_, &Segments::chosen, this, [this](const QString& scale) {
        edit(tr("rate scale"), [isLog = scale == "log"](graph::FigureSpec& spec) {
            spec.logX = isLog;
            if (isLog && spec.xLimits && spec.xLimits->low <= 0) spec.xLimits.reset();
        });
    });
    connect(yScale_, &Segments::chosen, this, [this](const QString& scale) {
        edit(tr("quality scale"), [isLog = scale == "log"](graph::FigureSpec& spec) {
            spec.logY = isLog;
            if (isLog && spec.yLimits && spec.yLimits->low <= 0) spec.yLimits.reset();
        });
    });
}

void AxesOptions::fill(const graph::FigureSpec& spec, const StudyFigure* figure) {
    // Of another metric than the spec's now they would mislead.
    const bool current = figure && !figure->plate && figure->spec.y == spec.y && figure->spec.x == spec.x;
    const curves::Axis* x = current ? &figure->plot.x : nullptr;
    const curves::Axis* y = current ? &figure->plot.y : nullptr;
    const bool relative = spec.kind == graph::FigureKind::Relative;
    x_->put(spec.xLimits, x, spec.logX && !relative,
            relative ? QStringLiteral("%")
            : x      ? unitOf(figure->xId, *x)
                     : QString());
    y_->put(spec.yLimits, y, spec.logY, y ? unitOf(figure->yId, *y) : QString());
    xScale_->setCurrent(spec.logX ? "log" : "linear");
    yScale_->setCurrent(spec.logY ? "log" : "linear");
    xScale_->setEnabled(!relative);
    setEnabled(spec.kind == graph::FigureKind::Curves || relative);
}

}  // namespace ratescope::views
