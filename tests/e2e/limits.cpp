#include "tests/e2e/limits.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTest>

namespace e2e {
namespace {

constexpr int nobody = 65534;

QByteArray sizeOption(int mebibytes) {
    return "size=" + QByteArray::number(mebibytes) + "m";
}

}  // namespace

Disk::Disk(const QString& folder, int mebibytes) : folder_(QFile::encodeName(folder)) {
    QDir().mkpath(folder);
    mounted_ = ::mount("tmpfs", folder_.constData(), "tmpfs", 0, sizeOption(mebibytes).constData()) == 0;
}

Disk::~Disk() {
    if (mounted_) ::umount2(folder_.constData(), MNT_DETACH);
}

bool Disk::change(int mebibytes, bool readOnly) {
    const unsigned long flags = MS_REMOUNT | (readOnly ? MS_RDONLY : 0);
    return ::mount("tmpfs", folder_.constData(), "tmpfs", flags, sizeOption(mebibytes).constData()) == 0;
}

void addUnwritableFolders() {
    QTest::addColumn<QString>("how");
    for (const char* how : {"missing", "a file", "a read-only disk", "another user's"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

UnwritableFolder::UnwritableFolder(Place& place, const QString& folder, const QString& how) {
    if (how == QLatin1String("a file")) place.write(folder, "a file, no folder");
    if (how == QLatin1String("a read-only disk")) {
        disk_.emplace(place.path(folder), 1);
        if (!disk_->mounted() || !disk_->change(1, true)) obstacle = "skipped: mounting is not permitted";
    }
    if (how == QLatin1String("another user's")) giveToAnotherUser(place, folder);
}

void UnwritableFolder::giveToAnotherUser(Place& place, const QString& folder) {
    const QByteArray name = QFile::encodeName(place.path(folder));
    QDir().mkpath(place.path(folder));
    if (::geteuid() != 0) {
        ::chmod(name.constData(), 0555);
        return;
    }
    place.runAs(nobody);
    if (place.cli({QStringLiteral("--version")}).code != 0)
        obstacle = "skipped: another user can't reach the built programs";
}

}  // namespace e2e
