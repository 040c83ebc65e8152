#pragma once

#include <QByteArray>
#include <QString>

/// The text of a PDF that Qt has written, in the order in which it is drawn, a line feed after each piece: the
/// characters of its fonts' ToUnicode maps (ISO 32000-1, 9.10). "" where it has none that can be read.
QString textOfPdf(const QByteArray& pdf);
