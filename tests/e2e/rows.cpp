#include "tests/e2e/rows.h"

#include <sqlite3.h>

#include <QDir>
#include <QDirIterator>
#include <QSet>
#include <memory>
#include <stdexcept>

namespace e2e {
namespace {

QStringList recordOf(const QByteArray& csv, qsizetype& at) {
    QStringList fields;
    QByteArray field;
    bool quoted = false;
    for (; at < csv.size(); ++at) {
        const char c = csv[at];
        if (quoted) {
            if (c != '"') {
                field += c;
            } else if (at + 1 < csv.size() && csv[at + 1] == '"') {
                field += c;
                ++at;
            } else {
                quoted = false;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            fields << QString::fromUtf8(std::exchange(field, {}));
        } else if (c == '\n') {
            ++at;
            break;
        } else if (c != '\r') {
            field += c;
        }
    }
    return fields << QString::fromUtf8(field);
}

QByteArray textOf(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return "NULL";
    const auto size = sqlite3_column_bytes(statement, column);
    if (sqlite3_column_type(statement, column) == SQLITE_BLOB)
        return QByteArray(static_cast<const char*>(sqlite3_column_blob(statement, column)), size).toHex();
    return {reinterpret_cast<const char*>(sqlite3_column_text(statement, column)), size};
}

/// Files named as artefacts, by their hexadecimal name.
QMap<QString, qint64> artefactFiles(const QString& library) {
    QMap<QString, qint64> files;
    QDirIterator entries(library + QStringLiteral(".files"), QDir::Files, QDirIterator::Subdirectories);
    while (entries.hasNext()) {
        entries.next();
        const QFileInfo info = entries.fileInfo();
        const bool inHashFolder = info.dir().dirName().size() == 2;
        if (inHashFolder) files[info.fileName()] = info.size();
    }
    return files;
}

QByteArray artefactFaults(const QString& library) {
    QByteArray faults;
    QMap<QString, qint64> files = artefactFiles(library);
    for (const QStringList& row :
         query(library, "SELECT hash, bytes, data IS NULL, coalesce(length(data), 0) FROM artefact")) {
        if (row[2] == QLatin1String("0")) {
            if (row[1] != row[3]) faults += "short artefact in the database: " + row[0].toUtf8() + "\n";
            continue;
        }
        if (!files.contains(row[0]))
            faults += "missing artefact: " + row[0].toUtf8() + "\n";
        else if (files.take(row[0]) != row[1].toLongLong())
            faults += "artefact of another size: " + row[0].toUtf8() + "\n";
    }
    for (const QString& file : files.keys())
        faults += "artefact without a row: " + file.toUtf8() + "\n";
    return faults;
}

QByteArray reconstructionFaults(const QString& library) {
    QByteArray faults;
    const QDir folder(library + QStringLiteral(".files/reconstructions"));
    QMap<QString, qint64> files;
    for (const QFileInfo& file : folder.entryInfoList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot))
        files[file.fileName()] = file.size();
    for (const QStringList& row : query(library, "SELECT file, bytes FROM reconstruction"))
        if (!files.contains(row[0]) || files.take(row[0]) != row[1].toLongLong())
            faults += "missing or short reconstruction: " + row[0].toUtf8() + "\n";
    for (const QString& file : files.keys())
        faults += "reconstruction without a row: " + file.toUtf8() + "\n";
    return faults;
}

}  // namespace

QList<Row> rowsOf(const QByteArray& csv) {
    qsizetype at = 0;
    const QStringList header = recordOf(csv, at);
    QList<Row> rows;
    while (at < csv.size()) {
        const QStringList fields = recordOf(csv, at);
        Row row;
        for (qsizetype i = 0; i < std::min(fields.size(), header.size()); ++i)
            row[header[i]] = fields[i];
        rows << row;
    }
    return rows;
}

QByteArray exported(const Place& place, const QString& library, const QString& view) {
    const Outcome outcome = place.cli(
        {QStringLiteral("export"), QStringLiteral("--library"), library, QStringLiteral("--view"), view});
    if (outcome.code != 0) throw std::runtime_error(outcome.said().toStdString());
    return outcome.output;
}

QByteArray lastingRows(const Place& place, const QString& library) {
    static const QSet<QString> passing = {QStringLiteral("encode_seconds"),
                                          QStringLiteral("decode_seconds"),
                                          QStringLiteral("measure_seconds"),
                                          QStringLiteral("started"),
                                          QStringLiteral("ended"),
                                          QStringLiteral("peak_memory"),
                                          QStringLiteral("host"),
                                          QStringLiteral("cpu"),
                                          QStringLiteral("gpu"),
                                          QStringLiteral("command_line")};
    QByteArray text;
    for (const QString& view : {QStringLiteral("items"), QStringLiteral("points")})
        for (const Row& row : rowsOf(exported(place, library, view))) {
            for (auto field = row.begin(); field != row.end(); ++field)
                if (!passing.contains(field.key()))
                    text += field.key().toUtf8() + "=" + field.value().toUtf8() + "\t";
            text += "\n";
        }
    return text;
}

QList<QStringList> query(const QString& library, const QByteArray& statement) {
    sqlite3* database = nullptr;
    sqlite3_open_v2(library.toUtf8().constData(), &database, SQLITE_OPEN_READWRITE, nullptr);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> closing(database, &sqlite3_close);
    sqlite3_busy_timeout(database, 5000);
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(database, statement.constData(), -1, &prepared, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(database));
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> finalising(prepared, &sqlite3_finalize);
    QList<QStringList> rows;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(prepared)) == SQLITE_ROW) {
        QStringList row;
        for (int column = 0; column < sqlite3_column_count(prepared); ++column)
            row << QString::fromUtf8(textOf(prepared, column));
        rows << row;
    }
    if (code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database));
    return rows;
}

QByteArray dishonesty(const QString& library) {
    const auto count = [&](const QByteArray& statement) {
        return query(library, statement).value(0).value(0).toLongLong();
    };
    QByteArray faults = artefactFaults(library);
    if (const auto n = count("SELECT count(*) FROM item WHERE state = 1"))
        faults += QByteArray::number(n) + " items run though nobody runs them\n";
    if (const auto n = count("SELECT count(*) FROM measurement WHERE state = 1"))
        faults += QByteArray::number(n) + " measurements run though nobody runs them\n";
    if (const auto n =
            count("SELECT count(*) FROM item WHERE state = 2 AND EXISTS (SELECT * FROM item_stream "
                  "AS s WHERE s.item = item.id AND s.task NOT IN (SELECT task FROM stream))"))
        faults += QByteArray::number(n) + " finished items lack a stream\n";
    if (const auto n =
            count("SELECT count(*) FROM state_count AS c WHERE measurements = 0 AND n <> (SELECT "
                  "count(*) FROM item WHERE item.study = c.study AND item.orphaned = c.orphaned AND "
                  "item.state = c.state)"))
        faults += QByteArray::number(n) + " counts of items are wrong\n";
    if (const auto n = count(
            "SELECT count(*) FROM item JOIN study ON study.id = item.study WHERE state = 2 AND orphaned = 0 "
            "AND reconstruction IS NULL AND json_extract(document, '$.keep_reconstructions')"))
        faults += QByteArray::number(n) + " finished items lack what they keep\n";
    faults += reconstructionFaults(library);
    const QDir staging(library + QStringLiteral(".files/staging"));
    if (!staging.entryList(QDir::AllEntries | QDir::NoDotAndDotDot).isEmpty())
        faults += "staging is not empty\n";
    return faults;
}

}  // namespace e2e
