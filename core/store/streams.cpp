#include "core/error.h"
#include "core/store/artefacts.h"
#include "core/store/connection.h"
#include "core/store/stream_rows.h"

#include <unistd.h>

#include <fstream>

namespace ratescope::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* columns =
    "SELECT stream.id, stream.task, stream.node, artefact.hash, stream.bytes, stream.seconds, "
    "stream.peak_memory FROM stream JOIN artefact ON artefact.id = stream.artefact ";

/// Written aside and renamed, so that two readers never see half a file.
bool writeWhole(const fs::path& file, const std::vector<std::byte>& bytes) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    const fs::path part = file.string() + "." + std::to_string(getpid()) + ".part";
    std::ofstream stream(part, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    if (!stream) {
        fs::remove(part, error);
        return false;
    }
    fs::rename(part, file, error);
    return !error;
}

Error unknownArtefact(const fs::path& library, const Hash& hash) {
    return Error(ErrorKind::Library, library.string() + " has no artefact " + hash.hex() + ".",
                 "Run the item again; its bitstream is made anew.");
}

std::vector<run::StreamPart> partsOf(Database& database, std::int64_t stream, bool shared) {
    std::vector<run::StreamPart> parts;
    Statement rows = database.query(
        "SELECT name, bits, searched FROM stream_part WHERE stream = ? AND shared = ? ORDER BY position",
        stream, shared);
    while (rows.next())
        parts.push_back({rows.text(0), rows.natural(1), rows.integer(2) != 0});
    return parts;
}

}  // namespace

std::optional<StreamRecord> findStreamRow(Database& database, const Hash& task) {
    Statement rows = database.query(std::string(columns) + "WHERE stream.task = ?", task);
    if (!rows.next()) return std::nullopt;
    return StreamRecord{rows.hash(1),
                        rows.text(2),
                        rows.hash(3),
                        rows.natural(4),
                        partsOf(database, rows.integer(0), false),
                        partsOf(database, rows.integer(0), true),
                        rows.real(5),
                        rows.natural(6)};
}

std::optional<StreamRecord> Library::findStream(const Hash& task) const {
    const Snapshot snapshot(*connection_->database);
    return findStreamRow(*connection_->database, task);
}

std::vector<std::byte> Library::artefact(const Hash& hash) const {
    Statement rows = connection_->database->query("SELECT bytes, data FROM artefact WHERE hash = ?", hash);
    if (!rows.next()) throw unknownArtefact(connection_->file, hash);
    if (!rows.isNull(1)) return rows.blob(1);
    const fs::path file = artefactPath(*connection_, hash);
    std::error_code error;
    // The size is looked at before the memory is taken.
    if (fs::file_size(file, error) != rows.natural(0) || error)
        throw unknownArtefact(connection_->file, hash);
    std::vector<std::byte> bytes(rows.natural(0));
    std::ifstream stream(file, std::ios::binary);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (static_cast<std::size_t>(stream.gcount()) != bytes.size())
        throw unknownArtefact(connection_->file, hash);
    return bytes;
}

fs::path Library::materialise(const Hash& hash) const {
    Statement rows =
        connection_->database->query("SELECT bytes, data IS NULL FROM artefact WHERE hash = ?", hash);
    if (!rows.next()) throw unknownArtefact(connection_->file, hash);
    if (rows.integer(1)) {
        fs::path file = artefactPath(*connection_, hash);
        std::error_code error;
        if (fs::file_size(file, error) != rows.natural(0) || error)
            throw unknownArtefact(connection_->file, hash);
        return file;
    }
    const fs::path name = "artefact-" + hash.hex();
    // A library on a read-only medium has no cache of its own.
    for (const fs::path& folder : {connection_->folder("cache"),
                                   fs::temp_directory_path() / ("ratescope-" + std::to_string(getuid()))}) {
        std::error_code error;
        fs::path file = folder / name;
        if (fs::file_size(file, error) == rows.natural(0) && !error) return file;
        if (writeWhole(file, artefact(hash))) return file;
    }
    throw Error(ErrorKind::Resource,
                "There is no room for a copy of an artefact of " + connection_->file.string() + ".",
                "Make room beside the library or in the folder for temporary files.");
}

}  // namespace ratescope::store
