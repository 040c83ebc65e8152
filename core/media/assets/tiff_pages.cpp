#include "core/media/assets/tiff_pages.h"

#include "core/media/assets/image_formats.h"

#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

namespace ratescope::media {
namespace {

/// A picture and its previews have a few pages; thousands only serve to keep a reader busy.
constexpr int mostPages = 100;
/// For what libtiff asks for at once: tables of strips, decoded strips.
constexpr tmsize_t mostMemory = tmsize_t{1} << 31;

struct FreeOptions {
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

}  // namespace

struct TiffPages::Callbacks {
    static TiffPages& of(void* self) { return *static_cast<TiffPages*>(self); }

    static tmsize_t read(thandle_t self, void* out, tmsize_t count) {
        TiffPages& pages = of(self);
        const std::uint64_t left =
            pages.bytes_.size() - std::min<std::uint64_t>(pages.position_, pages.bytes_.size());
        const std::uint64_t size = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), left);
        if (size > 0) std::memcpy(out, pages.bytes_.data() + pages.position_, size);
        pages.position_ += size;
        return static_cast<tmsize_t>(size);
    }
    static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
    static toff_t seek(thandle_t self, toff_t offset, int from) {
        TiffPages& pages = of(self);
        if (from == SEEK_CUR) offset += pages.position_;
        if (from == SEEK_END) offset += pages.bytes_.size();
        return pages.position_ = offset;
    }
    static int close(thandle_t) { return 0; }
    static toff_t size(thandle_t self) { return of(self).bytes_.size(); }

    static int onError(TIFF*, void* self, const char*, const char* format, va_list arguments) {
        of(self).note(format, arguments);
        return 1;
    }
    static int onWarning(TIFF*, void* self, const char*, const char* format, va_list arguments) {
        if (of(self).warningsCount_) of(self).note(format, arguments);
        return 1;
    }
};

TiffPages::TiffPages(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {
    const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
    if (!options)
        throw Error(ErrorKind::Resource, "No memory is left to read " + name + ".",
                    "Run fewer jobs at once.");
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), mostMemory);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), Callbacks::onError, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), Callbacks::onWarning, this);
    tiff_ = TIFFClientOpenExt(name.c_str(), "rm", this, Callbacks::read, Callbacks::write, Callbacks::seek,
                              Callbacks::close, Callbacks::size, nullptr, nullptr, options.get());
    if (!tiff_) throwDamaged();
}

TiffPages::~TiffPages() {
    if (tiff_) TIFFClose(tiff_);
}

void TiffPages::note(const char* format, va_list arguments) {
    if (complained()) return;
    char text[200];
    std::vsnprintf(text, sizeof text, format, arguments);
    complaint_ = text[0] ? text : "it is damaged";
}

void TiffPages::throwDamaged() const {
    throw damagedImage(name_,
                       "is a damaged or truncated TIFF" + (complained() ? " (" + complaint_ + ")" : ""));
}

bool TiffPages::isPicture() const {
    std::uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff_, TIFFTAG_SUBFILETYPE, &kind);
    return (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0;
}

void TiffPages::choosePicture() {
    std::optional<tdir_t> picture;
    for (int page = 0;; ++page) {
        if (complained()) throwDamaged();
        if (page == mostPages) throw damagedImage(name_, "is a TIFF file of more than 100 pages");
        if (isPicture() && picture)
            throw Error(ErrorKind::Input, name_ + " is a TIFF file of several pages.",
                        "Export the page that is meant, or each to a file of its own.");
        if (isPicture()) picture = TIFFCurrentDirectory(tiff_);
        if (!TIFFReadDirectory(tiff_)) break;
    }
    if (complained()) throwDamaged();
    if (!picture) throw damagedImage(name_, "is a TIFF file of previews and masks without a picture");
    if (!TIFFSetDirectory(tiff_, *picture)) throwDamaged();
}

}  // namespace ratescope::media
