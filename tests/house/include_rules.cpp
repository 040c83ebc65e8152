#include "tests/house/include_rules.h"

#include <QList>
#include <QRegularExpression>

namespace ratescope::house {
namespace {

struct Room {
    QString folder;
    QStringList mayInclude;  ///< folders of the tree; the longest that matches a header decides
    QStringList mayNotInclude;
    QStringList libraries;
};

/// A room's rules are those of the longest folder that a path starts with.
const QList<Room>& rooms() {
    static const QStringList formats{"jpeg", "png", "tiff", "webp", "lcms2", "zlib"};
    static const QStringList codecs{"jxl", "avif", "openjpeg"};
    static const QStringList coreLibraries{"system", "json", "spdlog"};
    static const QList<Room> all{
        {"core/", {"core/"}, {"core/media/", "core/engine/"}, coreLibraries + QStringList{"nettle"}},
        {"core/store/", {"core/"}, {"core/media/", "core/engine/"}, coreLibraries + QStringList{"sqlite"}},
        {"core/media/", {"core/"}, {"core/engine/"}, coreLibraries + QStringList{"opencv"}},
        {"core/media/coding/", {"core/"}, {"core/engine/"}, coreLibraries + QStringList{"zlib"}},  // CRC-32
        {"core/media/assets/", {"core/"}, {"core/engine/"}, coreLibraries + QStringList{"opencv"} + formats},
        {"core/engine/", {"core/"}, {}, coreLibraries + QStringList{"torch"}},
        {"core/engine/llm/tokenizer/", {"core/"}, {}, coreLibraries + QStringList{"icu"}},
        {"core/engine/llm/packed/",
         {"core/buffer/", "core/media/", "core/engine/llm/packed/", "core/error.h", "core/instruction_set.h"},
         {},
         {"system"}},
        {"core/engine/device/cuda/",
         {"core/media/", "core/engine/device/cuda/", "core/engine/llm/packed/", "core/engine/quant/",
          "core/error.h"},
         {},
         {"system", "cuda"}},
        {"plugins/", {"core/"}, {"core/engine/"}, coreLibraries + QStringList{"opencv"} + formats + codecs},
        {"plugins/language/", {"core/"}, {}, coreLibraries + QStringList{"torch"}},
        {"plugins/weights/", {"core/"}, {}, coreLibraries + QStringList{"torch"}},
        {"views/", {"core/", "views/"}, {"core/media/", "core/engine/"}, {"qt", "json"}},
        {"app/", {"core/", "app/"}, {"core/media/", "core/engine/"}, coreLibraries + QStringList{"cli11"}},
        {"app/worker/", {"core/", "app/"}, {}, coreLibraries},
        {"app/desktop/",
         {"core/", "views/", "app/"},
         {"core/media/", "core/engine/"},
         coreLibraries + QStringList{"qt", "cli11"}},
        {"tests/",
         {"core/", "plugins/", "views/", "app/", "tests/"},
         {},
         coreLibraries + QStringList{"sqlite", "nettle", "qt", "opencv", "torch", "cli11", "valijson"} +
             formats + codecs},
        {"tests/bench/", {"core/", "tests/"}, {}, coreLibraries + QStringList{"torch", "htscodecs"}},
    };
    return all;
}

/// Libraries by the headers that they are included with. OpenCV: the two components that are used.
QString libraryOf(const QString& header) {
    static const QList<std::pair<QString, QRegularExpression>> libraries{
        {"standard", QRegularExpression("^[a-z0-9_]+$")},
        {"system",
         QRegularExpression("^(sys|linux|netinet|arpa|asm)/[a-z0-9_/-]+\\.h$|"
                            "^(unistd|fcntl|dlfcn|poll|pthread|signal|spawn|sched|termios|elf|link|pwd|grp|"
                            "malloc|fenv|dirent|ftw|fnmatch|glob|ucontext|execinfo|cpuid|immintrin)\\.h$")},
        {"qt", QRegularExpression("^Q[A-Z]\\w*(/\\w+)?$|^Qt[A-Z]\\w+(/\\w+)?$")},
        {"opencv", QRegularExpression("^opencv2/(core|imgproc)(\\.hpp$|/)")},
        {"torch", QRegularExpression("^(torch|ATen|c10)/")},
        {"cuda", QRegularExpression("^cuda_runtime\\.h$")},
        {"json", QRegularExpression("^nlohmann/json(_fwd)?\\.hpp$")},
        {"spdlog", QRegularExpression("^spdlog/")},
        {"sqlite", QRegularExpression("^sqlite3\\.h$")},
        {"nettle", QRegularExpression("^nettle/")},
        {"cli11", QRegularExpression("^CLI/")},
        {"valijson", QRegularExpression("^valijson/")},
        {"jpeg", QRegularExpression("^(jpeglib|jerror)\\.h$")},
        {"png", QRegularExpression("^png\\.h$")},
        {"tiff", QRegularExpression("^tiffio\\.h$")},
        {"webp", QRegularExpression("^webp/[a-z_]+\\.h$")},
        {"jxl", QRegularExpression("^jxl/[a-z_]+\\.h$")},
        {"avif", QRegularExpression("^avif/avif\\.h$")},
        {"openjpeg", QRegularExpression("^openjpeg\\.h$")},
        {"lcms2", QRegularExpression("^lcms2\\.h$")},
        {"zlib", QRegularExpression("^zlib\\.h$")},
        {"icu", QRegularExpression("^unicode/[a-z0-9_]+\\.h$")},
        {"htscodecs", QRegularExpression("^htscodecs/")},
    };
    for (const auto& [name, pattern] : libraries) {
        if (pattern.match(header).hasMatch()) {
            return name;
        }
    }
    return {};
}

const Room* roomOf(const QString& path) {
    const Room* best = nullptr;
    for (const Room& room : rooms()) {
        if (path.startsWith(room.folder) && (!best || room.folder.size() > best->folder.size())) {
            best = &room;
        }
    }
    return best;
}

bool startsWithAny(const QString& header, const QStringList& folders) {
    for (const QString& folder : folders) {
        if (header.startsWith(folder)) {
            return true;
        }
    }
    return false;
}

/// "plugins/image/" of "plugins/image/jpeg.cpp"; a family sees its own headers and no other's.
QString familyFolder(const QString& path) {
    return path.startsWith("plugins/") ? path.section('/', 0, 1) + '/' : QString();
}

QString quotedViolation(const Room& room, const QString& path, const QString& header) {
    if (header.endsWith(".moc") || (!familyFolder(path).isEmpty() && header.startsWith(familyFolder(path)))) {
        return {};
    }
    if (!header.contains('/')) {
        return "is not a full path from the root of the tree";
    }
    if (!startsWithAny(header, room.mayInclude) || startsWithAny(header, room.mayNotInclude)) {
        return "is in a room that " + room.folder + " may not include";
    }
    return {};
}

QString angledViolation(const Room& room, const QString& path, const QString& header) {
    const QString library = libraryOf(header);
    if (library.isEmpty()) {
        return "belongs to no library that the house knows";
    }
    if (library != "standard" && !room.libraries.contains(library)) {
        return "belongs to " + library + ", which " + room.folder + " may not use";
    }
    static const QRegularExpression heavy(
        "^(nlohmann/json\\.hpp|sqlite3\\.h|spdlog/|opencv2/|torch/|ATen/(?!core/Tensor\\.h$))");
    if (path.endsWith(".h") && !path.startsWith("tests/") && heavy.match(header).hasMatch()) {
        return "is heavy and stands in a header: include it in the source file";
    }
    return {};
}

}  // namespace

QStringList includeViolations(const QString& path, const QString& text) {
    const Room* room = roomOf(path);
    if (!room) {
        return {path + " is in no room of the house"};
    }
    static const QRegularExpression include("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]",
                                            QRegularExpression::MultilineOption);
    QStringList violations;
    for (auto matches = include.globalMatch(text); matches.hasNext();) {
        const auto match = matches.next();
        const QString header = match.captured(2);
        const QString violation = match.captured(1) == "<" ? angledViolation(*room, path, header)
                                                           : quotedViolation(*room, path, header);
        if (!violation.isEmpty()) {
            violations += path + ": " + header + ' ' + violation;
        }
    }
    return violations;
}

}  // namespace ratescope::house
