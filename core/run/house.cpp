#include "core/run/house.h"

#include "core/run/environment.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ratescope::run {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mostCacheMemory = 1ull << 30;
constexpr off_t littleSpace = 1 << 20;

StreamSize sizeOf(const std::vector<StreamPart>& parts) {
    StreamSize size;
    for (const StreamPart& part : parts) {
        size.bits += part.bits;
        if (part.searched) size.searchedBits += part.bits;
    }
    return size;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "ratescope-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        throw Error(ErrorKind::Resource,
                    "No folder can be made in " + fs::temp_directory_path().string() + ": " +
                        std::strerror(errno) + ".",
                    "Make room there, or set TMPDIR to a folder that can be written.");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

const std::optional<StreamBook::Kept>& StreamBook::find(const Hash& task) {
    const auto known = streams_.find(task);
    if (known != streams_.end()) return known->second;
    std::optional<Kept> kept;
    if (const auto record = library_.findStream(task))
        kept = Kept{record->artefact, {record->seconds, record->peakMemory}, sizeOf(record->parts), {}};
    else if (auto values = library_.findValues(task); !values.empty())
        kept = Kept{{}, {}, {}, std::move(values)};
    return streams_[task] = kept;
}

StreamState StreamBook::state(const Hash& task) {
    if (log_.staged(task)) return StreamState::Staged;
    return find(task) ? StreamState::Kept : StreamState::None;
}

bool StreamBook::isKept(const Task& task) {
    return keepsResult(task) && state(task.key) == StreamState::Kept;
}

void StreamBook::give(const Task& task, Chain& chain) {
    const Kept& kept = find(task.key).value();
    if (makesStream(task.kind)) chain.streams[task.key] = library_.materialise(kept.artefact);
    for (const auto& [port, artefact] : kept.values)
        chain.values[{task.key, port}] = library_.materialise(artefact);
}

void StreamBook::made(const Hash& task, const StreamResult& stream) {
    sizes_[task] = sizeOf(stream.parts);
}

std::optional<StreamSize> StreamBook::size(const Hash& task) {
    if (const auto known = sizes_.find(task); known != sizes_.end()) return known->second;
    const auto& kept = find(task);
    return kept ? std::optional(kept->size) : std::nullopt;
}

std::optional<TaskCost> StreamBook::cost(const Hash& task) {
    if (const auto known = costs_.find(task); known != costs_.end()) return known->second;
    const auto& kept = find(task);
    return kept ? std::optional(kept->cost) : std::nullopt;
}

House::House(store::Library& theLibrary, const graph::Catalogue& theCatalogue, SupervisorOptions theOptions,
             WorkerEvents events)
    : library(theLibrary),
      catalogue(theCatalogue),
      options(std::move(theOptions)),
      cache(library.cacheFolder(), options.cacheLimit),
      log(library),
      streams(library, log),
      pool({options.worker.empty() ? installedWorker() : options.worker, options.workerArguments, {}},
           folder.path(), std::move(events)) {
    if (options.device == "auto") options.device = "cpu";
    if (options.physicalMemory == 0) options.physicalMemory = physicalMemory();
    log.streamKept = [this](const Hash& task) { streams.kept(task); };
}

Chain House::newChain(const StudySettings& settings) {
    Chain chain;
    chain.id = ++lastChain_;
    chain.staging = library.stagingFolder();
    chain.cache = cache.folder();
    chain.checkpoints = library.checkpointFolder();
    chain.scratch = folder.path();
    chain.threads = settings.threads;
    chain.device = options.device;
    chain.cacheMemory =
        std::min(mostCacheMemory, options.physicalMemory / 4 / static_cast<std::uint64_t>(options.jobs));
    return chain;
}

StudyRun* House::study(store::StudyId id) {
    const auto found = studies.find(id);
    return found == studies.end() ? nullptr : found->second.get();
}

void House::raise(const Error& error) {
    paused = true;
    troubledAt = Clock::now();
    if (trouble) return;
    trouble = error;
    if (onTrouble) onTrouble(error);
}

bool House::flush() {
    try {
        log.flush();
        return true;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Resource) throw;
        raise(error);
        return false;
    }
}

bool House::diskIsFull() const {
    const fs::path probe = library.stagingFolder() / "space";
    const int descriptor = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return errno == ENOSPC || errno == EDQUOT;
    const int reason = ::posix_fallocate(descriptor, 0, littleSpace);
    ::close(descriptor);
    ::unlink(probe.c_str());
    return reason == ENOSPC || reason == EDQUOT;
}

std::int64_t nowMs() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace ratescope::run
