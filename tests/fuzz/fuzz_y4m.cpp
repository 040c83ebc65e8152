#include "core/media/assets/image_formats.h"
#include "core/media/assets/raw_file.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <memory>

using namespace ratescope;
using namespace ratescope::media;

/// What is read must be written as a file that reads the same.
static void goRound(const Image& image) {
    fromParts(toParts(std::make_shared<const Image>(image)));
    const Image again = decodeY4m(encodeY4m(image, "x"), "x");
    const bool same = again.model == image.model && again.matrix == image.matrix &&
                      again.range == image.range && again.subsampling == image.subsampling &&
                      again.siting == image.siting && again.bitDepth == image.bitDepth &&
                      std::ranges::equal(again.samples.bytes(), image.samples.bytes()) &&
                      std::ranges::equal(again.cb.bytes(), image.cb.bytes()) &&
                      std::ranges::equal(again.cr.bytes(), image.cr.bytes());
    if (!same) throw Error(ErrorKind::Internal, "A Y4M file reads otherwise than it was written.", "");
}

/// Files that do not begin as Y4M are taken for raw ones, the first three bytes for their format and size.
RATESCOPE_FUZZ(bytes) {
    if (bytes.size() < 3 || bytes[0] == std::byte{'Y'}) {
        goRound(decodeY4m(bytes, "x"));
        return;
    }
    const auto number = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
    RawPicture picture;
    picture.format = *rawFormat(rawFormats()[number(0) % rawFormats().size()]);
    picture.width = static_cast<std::int64_t>(number(1));
    picture.height = static_cast<std::int64_t>(number(2));
    goRound(decodeRaw(bytes.subspan(3), picture, "x"));
}
