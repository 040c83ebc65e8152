#include "tests/families/image/pictures.h"

namespace ratescope::media::test {
namespace {

int coloursOf(ColourModel model) {
    if (model == ColourModel::Grey) return 1;
    return model == ColourModel::Cmyk ? 4 : 3;
}

template <typename T>
void fill(Image& image) {
    T* sample = image.samples.writable<T>().data();
    for (std::int64_t y = 0; y < image.height(); ++y)
        for (std::int64_t x = 0; x < image.width(); ++x)
            for (int c = 0; c < image.channels(); ++c)
                *sample++ = static_cast<T>((16 * x + 9 * y + 40 * c + (x * y) % 13) % (1 << image.bitDepth));
}

}  // namespace

Image picture(std::int64_t width, std::int64_t height, ColourModel model, int bits, bool alpha) {
    Image image;
    image.model = model;
    image.alpha = alpha;
    image.bitDepth = bits;
    const int channels = coloursOf(model) + (alpha ? 1 : 0);
    image.samples = Array(bits <= 8 ? DType::U8 : DType::U16, {height, width, channels});
    if (bits <= 8)
        fill<std::uint8_t>(image);
    else
        fill<std::uint16_t>(image);
    return image;
}

}  // namespace ratescope::media::test
