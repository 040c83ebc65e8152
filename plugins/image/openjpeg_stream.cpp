#include "plugins/image/openjpeg_stream.h"

#include "core/error.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace ratescope::media::image {
namespace {

constexpr OPJ_SIZE_T failed = static_cast<OPJ_SIZE_T>(-1);

StreamHandle madeStream(bool forReading) {
    StreamHandle stream(opj_stream_default_create(forReading ? OPJ_TRUE : OPJ_FALSE));
    if (!stream)
        throw Error(ErrorKind::Resource, "There is not enough memory for a JPEG 2000 stream.",
                    "Free memory, or run fewer jobs.");
    return stream;
}

}  // namespace

StreamHandle OutputFile::stream() {
    StreamHandle made = madeStream(false);
    opj_stream_set_user_data(made.get(), this, nullptr);
    opj_stream_set_write_function(made.get(), [](void* bytes, OPJ_SIZE_T count, void* self) {
        return static_cast<OutputFile*>(self)->write({static_cast<const std::byte*>(bytes), count});
    });
    opj_stream_set_skip_function(made.get(), [](OPJ_OFF_T count, void* self) {
        OutputFile& file = *static_cast<OutputFile*>(self);
        return file.seek(static_cast<OPJ_OFF_T>(file.position_) + count) ? count : OPJ_OFF_T{-1};
    });
    opj_stream_set_seek_function(made.get(), [](OPJ_OFF_T position, void* self) {
        return static_cast<OutputFile*>(self)->seek(position) ? OPJ_TRUE : OPJ_FALSE;
    });
    return made;
}

bool OutputFile::seek(OPJ_OFF_T position) {
    if (position < 0 || !reach(static_cast<std::size_t>(position))) return false;
    position_ = static_cast<std::size_t>(position);
    return true;
}

OPJ_SIZE_T OutputFile::write(std::span<const std::byte> bytes) {
    if (!reach(position_ + bytes.size())) return failed;
    std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ += bytes.size();
    return bytes.size();
}

bool OutputFile::reach(std::size_t size) try {
    if (size > bytes_.size()) bytes_.resize(size);
    return true;
} catch (const std::bad_alloc&) {
    return false;  // No exception may pass through OpenJPEG.
}

StreamHandle InputFile::stream() {
    StreamHandle made = madeStream(true);
    opj_stream_set_user_data(made.get(), this, nullptr);
    opj_stream_set_user_data_length(made.get(), bytes_.size());
    opj_stream_set_read_function(made.get(), [](void* bytes, OPJ_SIZE_T count, void* self) {
        return static_cast<InputFile*>(self)->read(bytes, count);
    });
    opj_stream_set_skip_function(made.get(), [](OPJ_OFF_T count, void* self) {
        InputFile& file = *static_cast<InputFile*>(self);
        return file.seek(static_cast<OPJ_OFF_T>(file.position_) + count) ? count : OPJ_OFF_T{-1};
    });
    opj_stream_set_seek_function(made.get(), [](OPJ_OFF_T position, void* self) {
        return static_cast<InputFile*>(self)->seek(position) ? OPJ_TRUE : OPJ_FALSE;
    });
    return made;
}

bool InputFile::seek(OPJ_OFF_T position) {
    if (position < 0 || static_cast<std::size_t>(position) > bytes_.size()) return false;
    position_ = static_cast<std::size_t>(position);
    return true;
}

OPJ_SIZE_T InputFile::read(void* to, OPJ_SIZE_T count) {
    const std::size_t given = std::min<std::size_t>(count, bytes_.size() - position_);
    if (given == 0) return failed;
    std::memcpy(to, bytes_.data() + position_, given);
    position_ += given;
    return given;
}

}  // namespace ratescope::media::image
