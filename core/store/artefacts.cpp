#include "core/store/artefacts.h"

#include "core/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <unordered_map>

namespace ratescope::store {
namespace {

namespace fs = std::filesystem;

Error diskError(const fs::path& path, int error) {
    return Error(ErrorKind::Resource,
                 error == ENOSPC || error == EDQUOT
                     ? "There is no room left for " + path.string() + "."
                     : path.string() + " could not be written: " + std::strerror(error) + ".",
                 "Make room on its file system, or look at the disk, and try again. What was finished before "
                 "is in the library.");
}

class Descriptor {
  public:
    Descriptor(const fs::path& path, int flags) : value_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
        if (value_ < 0) throw diskError(path, errno);
    }
    ~Descriptor() { close(value_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int value() const { return value_; }

  private:
    int value_;
};

void flushFile(const fs::path& file) {
    const Descriptor descriptor(file, O_RDONLY);
    if (fdatasync(descriptor.value()) != 0) throw diskError(file, errno);
}

void flushFolder(const fs::path& folder) {
    const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
    // Some file systems do not flush folders (EINVAL); they keep names safe in another way.
    if (fsync(descriptor.value()) != 0 && errno != EINVAL) throw diskError(folder, errno);
}

void writeFile(const fs::path& file, std::string_view bytes) {
    const Descriptor descriptor(file, O_WRONLY | O_CREAT | O_TRUNC);
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor.value(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw diskError(file, errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::optional<std::uint64_t> sizeOf(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    return error ? std::nullopt : std::optional<std::uint64_t>(size);
}

std::vector<std::byte> readFile(const fs::path& file, std::uint64_t bytes) {
    std::vector<std::byte> data(bytes);
    std::ifstream stream(file, std::ios::binary);
    stream.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(bytes));
    if (static_cast<std::uint64_t>(stream.gcount()) != bytes)
        throw Error(ErrorKind::Resource, file.string() + " could not be read.", "Look at the disk.");
    return data;
}

std::optional<Hash> hashOfName(const fs::path& file) {
    const std::string name = file.filename().string();
    if (name.size() != 64 || name.find_first_not_of("0123456789abcdef") != std::string::npos)
        return std::nullopt;
    return Hash::fromHex(name);
}

bool isArtefactFolder(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return name.size() == 2 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

fs::path artefactPath(const Library::Connection& connection, const Hash& hash) {
    const std::string name = hash.hex();
    return connection.folder() / name.substr(0, 2) / name;
}

void IncomingArtefacts::add(const Hash& hash, std::uint64_t bytes, const fs::path& staged) {
    Incoming incoming{hash, bytes, staged, {}, false};
    incoming.known = connection_.database->integer("SELECT count(*) FROM artefact WHERE hash = ?", hash) > 0;
    const bool small = bytes <= largestInDatabase;
    // A batch that is tried again may have put its large files in place before it failed.
    const bool placed = !small && sizeOf(artefactPath(connection_, hash)) == bytes;
    if (!incoming.known && !placed && sizeOf(staged) != bytes)
        throw Error(ErrorKind::Internal,
                    staged.string() + " is missing or has not the " + std::to_string(bytes) +
                        " bytes that the worker reported.",
                    "Run the item again; report it if that happens again.");
    if (small && !incoming.known) incoming.data = readFile(staged, bytes);
    incoming_.push_back(std::move(incoming));
}

Hash IncomingArtefacts::add(const std::string& bytes) {
    const Hash hash = sha256(bytes);
    Incoming incoming{hash, bytes.size(), {}, {}, false};
    incoming.known = connection_.database->integer("SELECT count(*) FROM artefact WHERE hash = ?", hash) > 0;
    if (!incoming.known && bytes.size() <= largestInDatabase) {
        const auto data = std::as_bytes(std::span(bytes));
        incoming.data.assign(data.begin(), data.end());
    } else if (!incoming.known) {
        incoming.staged = connection_.folder("staging") / (hash.hex() + ".memory");
        writeFile(incoming.staged, bytes);
    }
    incoming_.push_back(std::move(incoming));
    return hash;
}

void IncomingArtefacts::flush() {
    std::set<fs::path> folders;
    for (const Incoming& incoming : incoming_) {
        if (incoming.known || incoming.bytes <= largestInDatabase) continue;
        place(incoming);
        folders.insert(artefactPath(connection_, incoming.hash).parent_path());
    }
    for (const fs::path& folder : folders)
        flushFolder(folder);
    if (!folders.empty()) flushFolder(connection_.folder());
}

void IncomingArtefacts::place(const Incoming& incoming) {
    const fs::path target = artefactPath(connection_, incoming.hash);
    if (sizeOf(target) == incoming.bytes) {
        flushFile(target);
        return;
    }
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (error) throw diskError(target.parent_path(), error.value());
    flushFile(incoming.staged);
    fs::rename(incoming.staged, target, error);
    if (error) throw diskError(target, error.value());
}

std::int64_t IncomingArtefacts::row(const Hash& hash) {
    Database& database = *connection_.database;
    if (const std::int64_t id = database.integer("SELECT id FROM artefact WHERE hash = ?", hash)) return id;
    const auto incoming = std::find_if(incoming_.begin(), incoming_.end(),
                                       [&](const Incoming& candidate) { return candidate.hash == hash; });
    if (incoming == incoming_.end())
        throw Error(ErrorKind::Internal, "An artefact was committed without its bytes.", "");
    if (incoming->bytes > largestInDatabase)
        database.run("INSERT INTO artefact (hash, bytes) VALUES (?, ?)", hash, incoming->bytes);
    else
        database.run("INSERT INTO artefact (hash, bytes, data) VALUES (?, ?, ?)", hash, incoming->bytes,
                     std::span<const std::byte>(incoming->data));
    return database.lastInsertId();
}

void IncomingArtefacts::removeStaged() noexcept {
    std::error_code error;
    for (const Incoming& incoming : incoming_)
        if (!incoming.staged.empty()) fs::remove(incoming.staged, error);
}

std::vector<Hash> reconcileFiles(Library::Connection& connection) {
    std::unordered_map<Hash, std::uint64_t, HashOfHash> expected;
    Statement rows = connection.database->query("SELECT hash, bytes FROM artefact WHERE data IS NULL");
    while (rows.next())
        expected.emplace(rows.hash(0), rows.natural(1));
    for (const auto& folder : fs::directory_iterator(connection.folder())) {
        if (!folder.is_directory() || !isArtefactFolder(folder.path())) continue;
        for (const auto& file : fs::directory_iterator(folder)) {
            const std::optional<Hash> hash = hashOfName(file.path());
            if (!hash) continue;
            const auto found = expected.find(*hash);
            if (found != expected.end() && sizeOf(file.path()) == found->second)
                expected.erase(found);
            else
                fs::remove(file.path());
        }
    }
    std::vector<Hash> lost;
    for (const auto& [hash, bytes] : expected)
        lost.push_back(hash);
    return lost;
}

std::uint64_t removeUnnamed(Library::Connection& connection) {
    Database& database = *connection.database;
    std::vector<std::int64_t> ids;
    std::vector<fs::path> files;
    std::uint64_t freed = 0;
    {
        Transaction transaction(database, Transaction::Kind::Write);
        Statement rows = database.query(
            "SELECT id, hash, bytes, data IS NULL FROM artefact WHERE id NOT IN (SELECT artefact FROM "
            "stream) "
            "AND id NOT IN (SELECT artefact FROM kept_value) "
            "AND id NOT IN (SELECT samples FROM measurement WHERE samples IS NOT NULL) "
            "AND id NOT IN (SELECT artefact FROM study_table) "
            "AND id NOT IN (SELECT artefact FROM task_table)");
        while (rows.next()) {
            ids.push_back(rows.integer(0));
            if (rows.integer(3)) files.push_back(artefactPath(connection, rows.hash(1)));
            freed += rows.natural(2);
        }
        for (const std::int64_t id : ids)
            database.run("DELETE FROM artefact WHERE id = ?", id);
        transaction.commit();
    }
    std::error_code error;
    for (const fs::path& file : files)
        fs::remove(file, error);
    return freed;
}

std::uint64_t bytesIn(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        if (entry->is_regular_file(error)) bytes += sizeOf(entry->path()).value_or(0);
    return bytes;
}

std::uint64_t emptyFolder(const fs::path& folder) {
    const std::uint64_t bytes = bytesIn(folder);
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored;
        fs::remove_all(entry->path(), ignored);
    }
    return bytes;
}

}  // namespace ratescope::store
