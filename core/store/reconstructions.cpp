#include "core/store/reconstructions.h"

#include "core/error.h"

#include <map>
#include <string>
#include <utility>

namespace ratescope::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* folderName = "reconstructions";

bool hasSize(const fs::path& file, std::uint64_t bytes) {
    std::error_code error;
    return fs::file_size(file, error) == bytes && !error;
}

}  // namespace

void placeReconstruction(const Library::Connection& connection, const run::KeptValue& kept) {
    const fs::path target = connection.folder(folderName) / kept.file.filename();
    // Two items may keep one value, and a batch that is tried again has moved its files.
    if (!fs::exists(kept.file) && hasSize(target, kept.bytes)) return;
    if (!hasSize(kept.file, kept.bytes))
        throw Error(ErrorKind::Internal,
                    kept.file.string() + " is missing or has not the " + std::to_string(kept.bytes) +
                        " bytes that the worker reported.",
                    "Run the item again; report it if that happens again.");
    std::error_code error;
    fs::rename(kept.file, target, error);
    if (error)
        throw Error(ErrorKind::Resource, target.string() + " could not be written: " + error.message() + ".",
                    "Make room on its file system, or look at the disk, and try again.");
}

std::int64_t reconstructionRow(Database& database, const Hash& task, const run::KeptValue& kept) {
    database.run(
        "INSERT INTO reconstruction (task, port, file, bytes) VALUES (?, ?, ?, ?) ON CONFLICT (task, port) "
        "DO UPDATE SET file = excluded.file, bytes = excluded.bytes",
        task, kept.port, kept.file.filename().string(), kept.bytes);
    return database.integer("SELECT id FROM reconstruction WHERE task = ? AND port = ?", task, kept.port);
}

std::vector<std::int64_t> reconcileReconstructions(const Library::Connection& connection) {
    std::map<std::string, std::pair<std::int64_t, std::uint64_t>> expected;  // id and size, by name
    Statement rows = connection.database->query("SELECT file, id, bytes FROM reconstruction");
    while (rows.next())
        expected.emplace(rows.text(0), std::pair(rows.integer(1), rows.natural(2)));
    for (const auto& file : fs::directory_iterator(connection.folder(folderName))) {
        const auto found = expected.find(file.path().filename().string());
        if (found != expected.end() && hasSize(file.path(), found->second.second))
            expected.erase(found);
        else
            fs::remove_all(file.path());
    }
    std::vector<std::int64_t> lost;
    for (const auto& [name, row] : expected)
        lost.push_back(row.first);
    return lost;
}

void removeUnnamedReconstructions(const Library::Connection& connection) {
    Database& database = *connection.database;
    std::vector<std::string> files;
    {
        Transaction transaction(database, Transaction::Kind::Write);
        static const std::string unnamed =
            "FROM reconstruction WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.reconstruction = "
            "reconstruction.id)";
        Statement rows = database.query("SELECT file " + unnamed);
        while (rows.next())
            files.push_back(rows.text(0));
        database.run("DELETE " + unnamed);
        transaction.commit();
    }
    std::error_code error;
    for (const std::string& file : files)
        fs::remove(connection.folder(folderName) / fs::path(file).filename(), error);
}

}  // namespace ratescope::store
