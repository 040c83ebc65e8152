#pragma once

// What a node is in its graph: bypassed, how it pairs the sources that meet at it, which outputs are candidates.

#include "views/session/session.h"

#include <QHash>
#include <QWidget>

class QCheckBox;
class QComboBox;

namespace ratescope::views {

class GraphRows : public QWidget {
    Q_OBJECT

  public:
    GraphRows(Session& session, std::string node, const graph::Manifest& manifest, QWidget* parent = nullptr);

    void refresh();
    void refreshDerived();
    /// Whether there is anything to see.
    bool isEmpty() const { return !bypass_ && marks_.isEmpty() && !pairs_; }

  private:
    void addRow(const QString& text, const QString& help, QWidget* field, int line);
    QComboBox* makePairing();

    Session& session_;
    const std::string node_;
    QCheckBox* bypass_ = nullptr;
    QWidget* pairingLabel_ = nullptr;
    QComboBox* pairing_;
    QHash<QString, QCheckBox*> marks_;  ///< by output
    bool pairs_ = false;
};

}  // namespace ratescope::views
