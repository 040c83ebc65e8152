#pragma once

// States of nodes, items and measurements as they are shown: a glyph and a word, the colour only beside them.

#include "core/store/records.h"
#include "views/theme/tokens.h"

#include <QRectF>
#include <QString>

class QPainter;

namespace ratescope::views {

enum class RunState {
    Idle,
    Waiting,
    Running,
    Done,
    FromCache,
    Failed,
    Cancelled,
    Interrupted,
    Bypassed,
    NeedsInput,
};

RunState runStateOf(store::State state);
QString wordOf(RunState state);
Token tokenOf(RunState state);
/// Within the square: ○ ◔ ◐ ✓ ✓ (hollow) ✕ – ⚡ ⊘ !
void paintState(QPainter& painter, const QRectF& square, RunState state, Look look = currentLook());

}  // namespace ratescope::views
