#pragma once

// The rows of a library from outside: its exports, and its file as SQLite sees it.

#include "tests/e2e/program.h"

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>

namespace e2e {

/// RFC 4180 with a header: one map a row.
using Row = QMap<QString, QString>;
QList<Row> rowsOf(const QByteArray& csv);

/// `export --view VIEW` ("items" or "points") as CSV.
QByteArray exported(const Place& place, const QString& library, const QString& view);

/// The same without what depends on when, where and by which command it was made: times, memory, host,
/// processor, command line. Equal for equal results, byte for byte.
QByteArray lastingRows(const Place& place, const QString& library);

/// The rows that a statement gives; text of each column ("NULL", blobs in hexadecimal).
QList<QStringList> query(const QString& library, const QByteArray& statement);

/// What is wrong with the library once a writer has opened and left it: running rows, artefacts without a
/// row, rows whose artefact is missing or short, finished items without their streams, files in staging.
/// Empty if nothing.
QByteArray dishonesty(const QString& library);

}  // namespace e2e
