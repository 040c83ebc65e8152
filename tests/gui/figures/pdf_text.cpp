#include "tests/gui/figures/pdf_text.h"

#include <QHash>
#include <QMap>
#include <QRegularExpression>
#include <QtEndian>

namespace {

using Characters = QHash<int, QString>;

/// The objects of the file by number: what stands between "N 0 obj" and "endobj".
QMap<int, QByteArray> objectsOf(const QByteArray& pdf) {
    QMap<int, QByteArray> objects;
    qsizetype at = 0;
    while ((at = pdf.indexOf(" 0 obj", at)) >= 0) {
        qsizetype start = at;
        while (start > 0 && pdf[start - 1] >= '0' && pdf[start - 1] <= '9')
            --start;
        const int number = pdf.mid(start, at - start).toInt();
        const qsizetype end = pdf.indexOf("endobj", at);
        objects[number] = pdf.mid(at + 6, end - at - 6);
        at = end < 0 ? pdf.size() : end;
    }
    return objects;
}

/// A stream's content, unpacked where it is packed. qUncompress wants the size first; any will do.
QByteArray streamOf(const QByteArray& object) {
    const qsizetype start = object.indexOf("stream\n"), end = object.lastIndexOf("endstream");
    if (start < 0 || end < start) return {};
    const QByteArray content = object.mid(start + 7, end - start - 7);
    if (!object.left(start).contains("/FlateDecode")) return content;
    QByteArray size(4, '\0');
    qToBigEndian<quint32>(1 << 20, size.data());
    return qUncompress(size + content);
}

QString fromUtf16(const QString& hex) {
    QString text;
    for (qsizetype i = 0; i + 4 <= hex.size(); i += 4)
        text += QChar(static_cast<ushort>(hex.mid(i, 4).toUShort(nullptr, 16)));
    return text;
}

Characters charactersOf(const QString& map) {
    Characters characters;
    static const QRegularExpression section("begin(bfchar|bfrange)(.*?)end\\1",
                                            QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression hex("<([0-9a-fA-F]+)>");
    for (auto found = section.globalMatch(map); found.hasNext();) {
        const auto one = found.next();
        const bool range = one.captured(1) == "bfrange";
        for (const QString& line : one.captured(2).split('\n')) {
            QStringList parts;
            for (auto part = hex.globalMatch(line); part.hasNext();)
                parts += part.next().captured(1);
            if (!range && parts.size() == 2) characters[parts[0].toInt(nullptr, 16)] = fromUtf16(parts[1]);
            if (!range || parts.size() < 3) continue;
            const int first = parts[0].toInt(nullptr, 16), last = parts[1].toInt(nullptr, 16);
            const bool list = line.contains('[');
            for (int code = first; code <= last; ++code) {
                const qsizetype index = 2 + (list ? code - first : 0);
                if (index >= parts.size()) break;
                QString text = fromUtf16(parts[index]);
                if (!list && !text.isEmpty()) text.back() = QChar(text.back().unicode() + (code - first));
                characters[code] = text;
            }
        }
    }
    return characters;
}

}  // namespace

QString textOfPdf(const QByteArray& pdf) {
    const QMap<int, QByteArray> objects = objectsOf(pdf);
    QHash<QString, Characters> fonts;  // by the name that pages draw with: "/F7"
    static const QRegularExpression named("(/F\\d+) (\\d+) 0 R"), toUnicode("/ToUnicode (\\d+) 0 R");
    for (const QByteArray& object : objects)
        for (auto found = named.globalMatch(QString::fromLatin1(object)); found.hasNext();) {
            const auto one = found.next();
            const QString font = QString::fromLatin1(objects.value(one.captured(2).toInt()));
            const auto map = toUnicode.match(font);
            if (map.hasMatch())
                fonts[one.captured(1)] =
                    charactersOf(QString::fromLatin1(streamOf(objects.value(map.captured(1).toInt()))));
        }
    QString text;
    static const QRegularExpression drawn("(/F\\d+) [0-9.]+ Tf|<([0-9a-fA-F]+)> Tj");
    for (const QByteArray& object : objects) {
        const QString content = QString::fromLatin1(streamOf(object));
        if (!content.contains(" Tf")) continue;
        QString font;
        for (auto found = drawn.globalMatch(content); found.hasNext();) {
            const auto one = found.next();
            if (!one.captured(1).isEmpty()) {
                font = one.captured(1);
                text += '\n';
                continue;
            }
            const QString hex = one.captured(2);
            for (qsizetype i = 0; i + 4 <= hex.size(); i += 4)
                text += fonts.value(font).value(hex.mid(i, 4).toInt(nullptr, 16));
        }
    }
    // The glyph of the space is a tab to Qt, which has the same.
    return text.replace('\t', ' ');
}
