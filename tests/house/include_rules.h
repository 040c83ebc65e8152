#pragma once

// The include rules of the house (docs/architecture.md, 3): which room may include which other rooms, and
// which libraries from outside.

#include <QString>
#include <QStringList>

namespace ratescope::house {

/// What in this source file breaks the rules: one sentence each, empty if nothing does. `path` is relative to
/// the root of the tree and decides the room; `text` is the file's content.
QStringList includeViolations(const QString& path, const QString& text);

}  // namespace ratescope::house
