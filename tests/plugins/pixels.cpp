#include "tests/plugins/pixels.h"

#include "core/error.h"

#include <algorithm>
#include <span>

namespace ratescope::media::test {
namespace {

constexpr std::uint64_t mostSamples = 1u << 28;

Error damaged() {
    return Error(ErrorKind::Input, "The stream does not describe an image.", "Encode the image again.");
}

}  // namespace

std::vector<std::uint16_t> samplesOf(const Image& image) {
    if (image.samples.empty())
        throw Error(ErrorKind::Input, "The image has no pixels.", "Choose an image of at least one pixel.");
    if (image.samples.type() == DType::U8) {
        const auto samples = image.samples.as<std::uint8_t>();
        return {samples.begin(), samples.end()};
    }
    const auto samples = image.samples.as<std::uint16_t>();
    return {samples.begin(), samples.end()};
}

Value withSamples(const Image& like, const std::vector<std::uint16_t>& samples) {
    auto image = std::make_shared<Image>(like);
    image->samples = Array(like.samples.type(), like.samples.shape());
    if (like.samples.type() == DType::U8)
        std::copy(samples.begin(), samples.end(), image->samples.writable<std::uint8_t>().begin());
    else
        std::copy(samples.begin(), samples.end(), image->samples.writable<std::uint16_t>().begin());
    return std::shared_ptr<const Image>(std::move(image));
}

std::uint16_t greatestSample(const Image& image) {
    return static_cast<std::uint16_t>((1u << image.bitDepth) - 1);
}

void writeFormat(FieldWriter& fields, const Image& image) {
    fields.varint(static_cast<std::uint64_t>(image.height()));
    fields.varint(static_cast<std::uint64_t>(image.width()));
    fields.varint(static_cast<std::uint64_t>(image.channels()));
    fields.u8(static_cast<std::uint8_t>(image.model));
    fields.u8(image.alpha);
    fields.u8(static_cast<std::uint8_t>(image.bitDepth));
    fields.u8(static_cast<std::uint8_t>(image.range));
    fields.u8(static_cast<std::uint8_t>(image.matrix));
    fields.u8(static_cast<std::uint8_t>(image.orientation));
    fields.varint(image.icc.size());
    fields.raw(image.icc);
}

Image readFormat(FieldReader& fields) {
    const std::uint64_t height = fields.varintUpTo(mostSamples);
    const std::uint64_t width = fields.varintUpTo(mostSamples);
    const std::uint64_t channels = fields.varintUpTo(5);
    Image image;
    image.model = static_cast<ColourModel>(fields.u8());
    image.alpha = fields.u8() != 0;
    image.bitDepth = fields.u8();
    image.range = static_cast<Range>(fields.u8());
    image.matrix = static_cast<Matrix>(fields.u8());
    image.orientation = fields.u8();
    const std::span<const std::byte> icc = fields.raw(fields.varintUpTo(fields.left()));
    image.icc.assign(icc.begin(), icc.end());
    const bool sized = height > 0 && width > 0 && channels > 0 && width <= mostSamples / height &&
                       height * width <= mostSamples / channels;
    const bool known = image.model <= ColourModel::Cmyk && image.range <= Range::Limited &&
                       image.matrix <= Matrix::Bt709 && image.bitDepth >= 1 && image.bitDepth <= 16;
    if (!sized || !known) throw damaged();
    image.samples = Array(image.bitDepth <= 8 ? DType::U8 : DType::U16,
                          {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width),
                           static_cast<std::int64_t>(channels)});
    return image;
}

}  // namespace ratescope::media::test
