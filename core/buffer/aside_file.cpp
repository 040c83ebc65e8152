#include "core/buffer/aside_file.h"

#include "core/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace ratescope {

AsideFile::AsideFile(std::filesystem::path file) : file_(std::move(file)) {
    const std::string name = file_.filename().string() + "." + std::to_string(::getpid()) + ".";
    int descriptor = -1;
    for (int attempt = 0; descriptor < 0; ++attempt) {
        aside_ = file_.parent_path() / ("." + name + std::to_string(attempt));
        descriptor = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno != EEXIST) fail(errno);
    }
    stream_ = ::fdopen(descriptor, "wb");
    if (!stream_) {
        const int reason = errno;
        ::close(descriptor);
        ::unlink(aside_.c_str());
        fail(reason);
    }
}

AsideFile::~AsideFile() {
    if (stream_) std::fclose(stream_);
    if (!aside_.empty()) ::unlink(aside_.c_str());
}

void AsideFile::write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;  // the data of an empty span may be null, which fwrite does not take
    if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) fail(errno);
}

void AsideFile::write(std::string_view text) {
    write(std::as_bytes(std::span(text)));
}

void AsideFile::flush() {
    if (std::fflush(stream_) != 0 || ::fdatasync(::fileno(stream_)) != 0) fail(errno);
}

void AsideFile::commit() {
    std::FILE* stream = std::exchange(stream_, nullptr);
    if (std::fclose(stream) != 0) fail(errno);
    if (std::rename(aside_.c_str(), file_.c_str()) != 0) fail(errno);
    aside_.clear();
}

void AsideFile::fail(int reason) {
    std::string remedy = "Check that the folder exists and that you may write there.";
    if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) remedy = "Free space, or write elsewhere.";
    throw Error(ErrorKind::Resource, file_.string() + " can't be written: " + std::strerror(reason) + ".",
                remedy);
}

}  // namespace ratescope
