#include "views/inspector/graph_rows.h"

#include "core/graph/edit.h"
#include "views/inspector/flow_layout.h"
#include "views/inspector/parameter_row.h"
#include "views/theme/tokens.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <algorithm>

namespace ratescope::views {

GraphRows::GraphRows(Session& session, std::string node, const graph::Manifest& manifest, QWidget* parent)
    : QWidget(parent), session_(session), node_(std::move(node)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(measure::padding);
    grid->setVerticalSpacing(measure::grid);
    grid->setColumnStretch(1, 1);
    using graph::NodeKind;
    if (manifest.kind == NodeKind::Transform || manifest.kind == NodeKind::Codec) {
        bypass_ = new QCheckBox(this);
        bypass_->setObjectName("bypass");
        connect(bypass_, &QCheckBox::clicked, this,
                [this](bool on) { session_.document.apply(graph::setBypassed(node_, on)); });
        addRow(tr("Bypass"), tr("The value passes as if the node were not there."), bypass_, 0);
    }
    pairing_ = makePairing();
    addRow(tr("Pairing"), tr("How the assets of the sources that meet here go together."), pairing_, 1);
    pairingLabel_ = grid->itemAtPosition(1, 0)->widget();
    if (manifest.outputs.empty() || manifest.kind == NodeKind::Measure || manifest.kind == NodeKind::Analysis)
        return;
    auto* marks = new QWidget(this);
    auto* flow = new FlowLayout(marks, measure::padding);
    for (const graph::Port& port : manifest.outputs) {
        auto* mark = new QCheckBox(QString::fromStdString(port.label.empty() ? port.id : port.label), marks);
        mark->setObjectName("candidate." + QString::fromStdString(port.id));
        mark->setToolTip(QString::fromStdString(port.help));
        connect(mark, &QCheckBox::clicked, this, [this, id = port.id](bool on) {
            session_.document.apply(graph::setCandidate({node_, id}, on));
        });
        flow->addWidget(mark);
        marks_.insert(QString::fromStdString(port.id), mark);
    }
    addRow(tr("Candidate"), tr("A branch ends here, also without a measure that reads it."), marks, 2);
}

void GraphRows::addRow(const QString& text, const QString& help, QWidget* field, int line) {
    auto* grid = static_cast<QGridLayout*>(layout());
    auto* label = new QLabel(text, this);
    label->setWordWrap(true);
    label->setFixedWidth(labelWidth);
    label->setMinimumHeight(measure::field);
    label->setToolTip(help);
    label->setBuddy(field);
    field->setToolTip(help);
    if (field->accessibleName().isEmpty()) field->setAccessibleName(text);
    grid->addWidget(label, line, 0, Qt::AlignTop);
    grid->addWidget(field, line, 1, Qt::AlignVCenter);
}

QComboBox* GraphRows::makePairing() {
    auto* combo = new QComboBox(this);
    combo->setObjectName("pairing");
    combo->addItem(tr("Not said"), static_cast<int>(graph::Pairing::Unsaid));
    combo->addItem(tr("Paired by name"), static_cast<int>(graph::Pairing::PairedByName));
    combo->addItem(tr("Every pair"), static_cast<int>(graph::Pairing::Product));
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(6);
    connect(combo, &QComboBox::activated, this, [this, combo](int index) {
        session_.document.apply(
            graph::setPairing(node_, static_cast<graph::Pairing>(combo->itemData(index).toInt())));
    });
    return combo;
}

void GraphRows::refresh() {
    const graph::Document& document = session_.document.document();
    const graph::Node& node = *document.find(node_);
    if (bypass_) bypass_->setChecked(node.bypassed);
    for (auto mark = marks_.begin(); mark != marks_.end(); ++mark) {
        const graph::PortRef port{node_, mark.key().toStdString()};
        mark.value()->setChecked(std::find(document.candidates.begin(), document.candidates.end(), port) !=
                                 document.candidates.end());
    }
    pairing_->setCurrentIndex(pairing_->findData(static_cast<int>(node.pairing)));
    refreshDerived();
}

void GraphRows::refreshDerived() {
    const graph::Node& node = *session_.document.document().find(node_);
    pairs_ = node.pairing != graph::Pairing::Unsaid || session_.document.derived().meetings.count(node_) != 0;
    pairing_->setVisible(pairs_);
    pairingLabel_->setVisible(pairs_);
}

}  // namespace ratescope::views
