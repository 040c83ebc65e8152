#include "tests/e2e/refusal.h"

#include "tests/e2e/schema.h"

#include <nlohmann/json.hpp>

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

namespace e2e {
namespace {

const char* kindOf(int code) {
    static constexpr const char* kinds[] = {"",        "internal", "usage",    "input",    "document",
                                            "library", "plugin",   "resource", "cancelled"};
    return code > 0 && code < static_cast<int>(std::size(kinds)) ? kinds[code] : "";
}

QByteArray faultOfMessage(const Outcome& outcome, int code, const QByteArrayList& words) {
    if (outcome.code != code) return "not refused with exit code " + QByteArray::number(code);
    // Messages about plugins and progress may stand before.
    const qsizetype start = outcome.errors.lastIndexOf("ratescope-cli: ");
    if (start < 0) return "it does not say what happened";
    const QByteArrayList lines = outcome.errors.mid(start).trimmed().split('\n');
    if (lines.size() != 2) return "it does not say what happened and what to do, one line each";
    if (!lines[0].endsWith('.') || lines[0].endsWith("..")) return "its message is no sentence";
    for (const QByteArray& word : words)
        if (!lines[0].contains(word) && !lines[1].contains(word)) return "it does not say " + word;
    return {};
}

QByteArray faultOfJson(const Outcome& outcome, int code) {
    try {
        const nlohmann::json json = outcome.json();
        if (const QByteArray fault = misfit(json, "error"); !fault.isEmpty()) return fault;
        const auto text = [&](const char* name) {
            return QByteArray::fromStdString(json["error"][name].get<std::string>());
        };
        if (text("kind") != kindOf(code)) return "the JSON is of another kind";
        if (!outcome.errors.contains(text("what") + "\n" + text("remedy")))
            return "JSON and message say different things";
    } catch (const nlohmann::json::exception& error) {
        return QByteArray("standard output is no JSON: ") + error.what();
    }
    return {};
}

bool hasJson(const QString& command) {
    return QStringList{"encode", "measure", "perplexity", "run", "plan", "status", "bd", "du"}.contains(
        command);
}

}  // namespace

QByteArray faultOfRefusal(const Place& place, const QStringList& arguments, int code,
                          const QByteArrayList& words) {
    const Outcome plain = place.cli(arguments);
    QByteArray fault = faultOfMessage(plain, code, words);
    if (fault.isEmpty() && !plain.output.isEmpty()) fault = "something stands on standard output";
    if (!fault.isEmpty()) return arguments.join(' ').toUtf8() + ": " + fault + "\n" + plain.said();
    if (!hasJson(arguments.first())) return {};
    const Outcome asJson = place.cli(arguments + QStringList{"--json"});
    fault = faultOfMessage(asJson, code, words);
    if (fault.isEmpty()) fault = faultOfJson(asJson, code);
    if (!fault.isEmpty()) return arguments.join(' ').toUtf8() + " --json: " + fault + "\n" + asJson.said();
    return {};
}

QMap<QString, QByteArray> filesIn(const Place& place) {
    static const QRegularExpression own(QStringLiteral("^(runtime|cache|temporary)/|-shm$"));
    QMap<QString, QByteArray> files;
    const QDir folder(place.path(QString()));
    QDirIterator entries(folder.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (entries.hasNext()) {
        QFile file(entries.next());
        const QString name = folder.relativeFilePath(file.fileName());
        if (own.match(name).hasMatch()) continue;
        files[name] = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
    }
    return files;
}

}  // namespace e2e
