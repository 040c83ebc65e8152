#include "core/media/quality/picture_pair.h"

namespace ratescope::media {
namespace {

const char* nameOf(ColourModel model) {
    switch (model) {
        case ColourModel::Grey:
            return "grey";
        case ColourModel::Rgb:
            return "RGB";
        case ColourModel::YCbCr:
            return "YCbCr";
        default:
            return "CMYK";
    }
}

std::string sizeText(const Image& image) {
    return std::to_string(image.width()) + " x " + std::to_string(image.height());
}

Error unequal(const std::string& what, const std::string& reference, const std::string& candidate) {
    return Error(ErrorKind::Input,
                 "The two pictures differ in " + what + ": the reference has " + reference +
                     ", the candidate has " + candidate + ".",
                 "Bring both to the same form with image.crop, image.resize or image.convert.");
}

}  // namespace

Error unfitFor(const std::string& measure, const std::string& what) {
    return Error(ErrorKind::Input, measure + " is not defined here for pictures " + what + ".",
                 "Convert both with image.convert first.");
}

void checkPair(const Image& reference, const Image& candidate, const std::string& measure) {
    if (reference.width() != candidate.width() || reference.height() != candidate.height())
        throw unequal("size", sizeText(reference), sizeText(candidate));
    if (reference.bitDepth != candidate.bitDepth)
        throw unequal("bit depth", std::to_string(reference.bitDepth) + " bits",
                      std::to_string(candidate.bitDepth) + " bits");
    if (reference.model != candidate.model)
        throw unequal("colour model", nameOf(reference.model), nameOf(candidate.model));
    if (reference.alpha != candidate.alpha)
        throw unequal("alpha", reference.alpha ? "it" : "none", candidate.alpha ? "it" : "none");
    if (reference.range != candidate.range || reference.matrix != candidate.matrix)
        throw unequal("range or matrix", "another", "one of its own");
    if (reference.subsampling != candidate.subsampling)
        throw unequal("chroma", toText(reference.subsampling), toText(candidate.subsampling));
    if (reference.siting != candidate.siting)
        throw unequal("the place of chroma samples", "another", "one of its own");
    if (reference.alpha) throw unfitFor(measure, "with alpha");
    if (reference.model == ColourModel::Cmyk) throw unfitFor(measure, "in CMYK");
}

}  // namespace ratescope::media
