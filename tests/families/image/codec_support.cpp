#include "tests/families/image/codec_support.h"

#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "tests/families/support.h"

#include <lcms2.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <algorithm>
#include <array>

namespace ratescope::media::test {
namespace {

std::vector<std::byte> saved(cmsHPROFILE made) {
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(made, nullptr, &size);
    std::vector<std::byte> profile(size);
    cmsSaveProfileToMem(made, profile.data(), &size);
    cmsCloseProfile(made);
    // The date and time of making, which the header holds.
    constexpr std::size_t date = 24, dateSize = 12;
    std::fill_n(profile.begin() + date, dateSize, std::byte{1});
    return profile;
}

/// D65, the primaries of Display P3, and curves of that kind for red, green and blue.
template <typename MakeCurve>
std::vector<std::byte> profileOf(MakeCurve makeCurve) {
    const cmsCIExyY white{0.3127, 0.3290, 1};
    const cmsCIExyYTRIPLE primaries{{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
    const std::array<cmsToneCurve*, 3> curves{makeCurve(0), makeCurve(1), makeCurve(2)};
    cmsHPROFILE made = cmsCreateRGBProfile(&white, &primaries, curves.data());
    std::ranges::for_each(curves, cmsFreeToneCurve);
    return saved(made);
}

}  // namespace

QByteArray bytesOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

std::span<const std::byte> view(const QByteArray& bytes) {
    return {reinterpret_cast<const std::byte*>(bytes.data()), static_cast<std::size_t>(bytes.size())};
}

QByteArray pnm(const Image& image) {
    const QByteArray width = QByteArray::number(qlonglong(image.width())),
                     height = QByteArray::number(qlonglong(image.height())),
                     peak = QByteArray::number((1 << image.bitDepth) - 1);
    const bool grey = image.model == ColourModel::Grey;
    QByteArray file = (grey ? "P5" : "P6") + QByteArray("\n") + width + " " + height + "\n" + peak + "\n";
    if (image.alpha)
        file = "P7\nWIDTH " + width + "\nHEIGHT " + height + "\nDEPTH " +
               QByteArray::number(image.channels()) + "\nMAXVAL " + peak + "\nTUPLTYPE " +
               (grey ? "GRAYSCALE_ALPHA" : "RGB_ALPHA") + "\nENDHDR\n";
    if (image.bitDepth <= 8) return file + bytesOf(image.samples.bytes());
    for (const std::uint16_t sample : image.samples.as<std::uint16_t>()) {
        file += static_cast<char>(sample >> 8);
        file += static_cast<char>(sample & 0xff);
    }
    return file;
}

QByteArray Folder::read(const QString& name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString Folder::write(const QString& name, std::span<const std::byte> bytes) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytesOf(bytes)) < 0)
        throw Error(ErrorKind::Resource, "The file of a test can't be written.", "");
    return path(name);
}

QString Folder::writePng(const QString& name, const Image& image) const {
    writeImage(path(name).toStdString(), image);
    return path(name);
}

Image Folder::readImage(const QString& name) const {
    return media::readImage(path(name).toStdString());
}

bool ran(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.start(program, arguments);
    const bool ended = process.waitForFinished(120'000) && process.exitStatus() == QProcess::NormalExit &&
                       process.exitCode() == 0;
    if (!ended) qWarning("%s: %s", qPrintable(program), process.readAllStandardError().constData());
    return ended;
}

bool samePixels(const Image& a, const Image& b) {
    return a.model == b.model && a.alpha == b.alpha && a.bitDepth == b.bitDepth && a.range == b.range &&
           a.samples.shape() == b.samples.shape() && std::ranges::equal(a.samples.bytes(), b.samples.bytes());
}

std::vector<std::byte> someProfile() {
    return profileOf([](int) {
        constexpr int withLinearFoot = 4;
        const double curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
        return cmsBuildParametricToneCurve(nullptr, withLinearFoot, curve);
    });
}

std::vector<std::byte> oddProfile() {
    return profileOf([](int channel) { return cmsBuildGamma(nullptr, 1.8 + 0.4 * channel); });
}

std::vector<std::byte> sRgbProfile() {
    return saved(cmsCreate_sRGBProfile());
}

std::vector<Photograph> photographs() {
    const QDir folder(qEnvironmentVariable(
        "RATESCOPE_SAMPLES",
        qEnvironmentVariable("XDG_CACHE_HOME", QDir::homePath() + "/.cache") + "/ratescope/samples"));
    std::vector<Photograph> all;
    for (const QString& name : folder.entryList({"*.png", "*.jpg"}, QDir::Files, QDir::Name))
        all.push_back({name, media::readImage(folder.filePath(name).toStdString())});
    return all;
}

qsizetype acceptedCut(const NodeEntry& codec, std::span<const std::byte> stream) {
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < 50; ++i)
        sizes.push_back(i * stream.size() / 50);
    for (std::size_t i = 1; i <= std::min<std::size_t>(16, stream.size()); ++i)
        sizes.push_back(stream.size() - i);
    for (const std::size_t size : sizes) {
        const QString error = errorOf([&] { decode(codec, stream.first(size)); });
        if (!error.startsWith("input: ")) return static_cast<qsizetype>(size);
    }
    return -1;
}

}  // namespace ratescope::media::test
