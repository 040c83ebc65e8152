#pragma once

// Pictures that are valid and unusual, by the rows of the table in docs/input.md.

#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <QString>

namespace e2e {

struct UnusualPicture {
    QByteArray row;  ///< the first cell of its row in docs/input.md
    QString name;    ///< of the file
    QByteArray bytes;
    QByteArrayList encodeSays;   ///< of the refusal by image.jpeg; empty where it is taken
    QByteArrayList measureSays;  ///< of the refusal by psnr-rgb; empty where it is taken
};

/// At least one for each row.
QList<UnusualPicture> unusualPictures();

}  // namespace e2e
