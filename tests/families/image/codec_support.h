#pragma once

// What the tests of the image codecs share: the codecs' own programs, the sample photographs, damaged streams.

#include "core/media/node/plugin.h"

#include <QByteArray>
#include <QStandardPaths>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <span>
#include <vector>

namespace ratescope::media::test {

QByteArray bytesOf(std::span<const std::byte> bytes);
std::span<const std::byte> view(const QByteArray& bytes);

/// P5, P6, or with alpha P7 (PAM), with the depth's own maxval.
QByteArray pnm(const Image& image);

/// Files of one test, removed with it.
class Folder {
  public:
    QString path(const QString& name) const { return folder_.filePath(name); }
    QByteArray read(const QString& name) const;
    QString write(const QString& name, std::span<const std::byte> bytes) const;
    /// As PNG, with profile and orientation; its path.
    QString writePng(const QString& name, const Image& image) const;
    Image readImage(const QString& name) const;

  private:
    QTemporaryDir folder_;
};

/// Whether the program ended well; its messages are printed when not.
bool ran(const QString& program, const QStringList& arguments);

/// Samples and everything that says what they mean, but for profile and orientation.
bool samePixels(const Image& a, const Image& b);

/// RGB profiles by Little CMS, the same bytes each time: Display P3; one with another gamma for each channel, which
/// no set of numbers describes; sRGB.
std::vector<std::byte> someProfile();
std::vector<std::byte> oddProfile();
std::vector<std::byte> sRgbProfile();

struct Photograph {
    QString name;
    Image image;
};
/// The sample photographs; none where scripts/setup has not fetched them.
std::vector<Photograph> photographs();

/// The length of the first beginning of the stream that the decoder takes, or refuses as anything but damaged
/// input; -1 if there is none. Tries some fifty lengths over the whole and each of the last sixteen.
qsizetype acceptedCut(const NodeEntry& codec, std::span<const std::byte> stream);

}  // namespace ratescope::media::test

/// Leaves the test where the program is missing: a failure where CI is set.
#define RATESCOPE_NEEDS_TOOL(NAME)                                                     \
    do {                                                                               \
        if (!QStandardPaths::findExecutable(NAME).isEmpty()) break;                    \
        if (qEnvironmentVariableIsSet("CI")) QFAIL(NAME " is missing: scripts/setup"); \
        QSKIP("skipped: no " NAME);                                                    \
    } while (false)

/// Leaves the test where there are no photographs: a failure where CI is set.
#define RATESCOPE_NEEDS_SAMPLES()                                                                        \
    do {                                                                                                 \
        if (!ratescope::media::test::photographs().empty()) break;                                       \
        if (qEnvironmentVariableIsSet("CI")) QFAIL("the sample photographs are missing: scripts/setup"); \
        QSKIP("skipped: no sample photographs");                                                         \
    } while (false)
