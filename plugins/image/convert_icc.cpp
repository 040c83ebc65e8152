#include "plugins/image/convert_icc.h"

#include "core/error.h"

#include <lcms2.h>

#include <array>
#include <memory>
#include <type_traits>

namespace ratescope::media::image {
namespace {

struct CloseProfile {
    void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, CloseProfile>;

struct DeleteTransform {
    void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
using Transform = std::unique_ptr<void, DeleteTransform>;

struct FreeCurve {
    void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
};

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::Input, what,
                "Set the profile of image.convert to drop, which takes the samples as sRGB.");
}

cmsColorSpaceSignature spaceOf(ColourModel model) {
    switch (model) {
        case ColourModel::Grey:
            return cmsSigGrayData;
        case ColourModel::Rgb:
            return cmsSigRgbData;
        case ColourModel::Cmyk:
            return cmsSigCmykData;
        case ColourModel::YCbCr:
            break;
    }
    refuse("A YCbCr image can't be converted by a profile.");
}

cmsUInt32Number pixelFormat(ColourModel model, const Image& image) {
    const int type = model == ColourModel::Grey ? PT_GRAY : model == ColourModel::Rgb ? PT_RGB : PT_CMYK;
    const int colours = model == ColourModel::Grey ? 1 : model == ColourModel::Rgb ? 3 : 4;
    return COLORSPACE_SH(type) | CHANNELS_SH(colours) | EXTRA_SH(image.alpha ? 1 : 0) |
           BYTES_SH(sizeOf(image.samples.type()));
}

Profile embedded(const Image& image) {
    Profile profile(cmsOpenProfileFromMem(image.icc.data(), static_cast<cmsUInt32Number>(image.icc.size())));
    if (!profile) refuse("The image's ICC profile is damaged.");
    if (cmsGetColorSpace(profile.get()) != spaceOf(image.model))
        refuse("The image's ICC profile is made for another colour model than the image has.");
    return profile;
}

Profile srgb(ColourModel model) {
    if (model != ColourModel::Grey) return Profile(cmsCreate_sRGBProfile());
    // The transfer curve of IEC 61966-2-1 as ICC's parametric type 4.
    const std::array<cmsFloat64Number, 5> curve{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    const std::unique_ptr<cmsToneCurve, FreeCurve> tone(
        cmsBuildParametricToneCurve(nullptr, 4, curve.data()));
    return Profile(cmsCreateGrayProfile(cmsD50_xyY(), tone.get()));
}

}  // namespace

Image toSrgb(Context& context, const Image& image, Intent intent) {
    const Profile from = embedded(image);
    Image out = image;
    out.icc.clear();
    out.model = image.model == ColourModel::Grey ? ColourModel::Grey : ColourModel::Rgb;
    const int colours = out.model == ColourModel::Grey ? 1 : 3;
    out.samples =
        Array(image.samples.type(), {image.height(), image.width(), colours + (image.alpha ? 1 : 0)});
    const Profile to = srgb(out.model);
    const cmsUInt32Number flags = cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE |
                                  (image.alpha ? cmsFLAGS_COPY_ALPHA : 0) |
                                  (intent == Intent::Relative ? cmsFLAGS_BLACKPOINTCOMPENSATION : 0);
    const Transform transform(cmsCreateTransform(
        from.get(), pixelFormat(image.model, image), to.get(), pixelFormat(out.model, out),
        intent == Intent::Relative ? INTENT_RELATIVE_COLORIMETRIC : INTENT_PERCEPTUAL, flags));
    if (!transform) refuse("The image's ICC profile can't be used.");
    const auto width = static_cast<std::size_t>(image.width());
    const std::size_t sourceRow =
        width * static_cast<std::size_t>(image.channels()) * sizeOf(image.samples.type());
    const std::size_t targetRow =
        width * static_cast<std::size_t>(out.channels()) * sizeOf(out.samples.type());
    const std::byte* source = image.samples.bytes().data();
    std::byte* target = out.samples.writableBytes().data();
    for (std::int64_t y = 0; y < image.height(); ++y, source += sourceRow, target += targetRow) {
        if (y % 16 == 0) context.progress(static_cast<double>(y) / static_cast<double>(image.height()));
        cmsDoTransform(transform.get(), source, target, static_cast<cmsUInt32Number>(width));
    }
    return out;
}

std::string iccLibraryVersion() {
    const int number = cmsGetEncodedCMMversion();
    return std::to_string(number / 1000) + "." + std::to_string(number / 10 % 100);
}

}  // namespace ratescope::media::image
