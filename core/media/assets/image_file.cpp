#include "core/media/assets/image_file.h"

#include "core/buffer/aside_file.h"
#include "core/buffer/mapped_file.h"
#include "core/media/assets/extension.h"
#include "core/media/assets/image_formats.h"
#include "core/media/assets/image_sniff.h"
#include "core/media/assets/png_file.h"

namespace ratescope::media {

Error unknownImage(const std::string& name) {
    return Error(
        ErrorKind::Input, name + " is no picture of a known format.",
        "Give a PNG, JPEG, WebP, TIFF, PGM, PPM or Y4M file; raw YUV files go through source.raw-images.");
}

Error damagedImage(const std::string& name, const std::string& reason) {
    return Error(ErrorKind::Input, name + " " + reason + ".", "Fetch or export the picture again.");
}

Error unfitImage(const std::string& name, const std::string& reason) {
    return Error(ErrorKind::Input, name + " " + reason + ".",
                 "Convert the picture with image.convert first, or choose another extension.");
}

void checkImageSize(std::int64_t width, std::int64_t height, const std::string& name) {
    if (width < 1 || height < 1) throw damagedImage(name, "is a picture without pixels");
    if (height > maxImagePixels / width)
        throw Error(ErrorKind::Input,
                    name + " says that it has " + std::to_string(width) + " x " + std::to_string(height) +
                        " pixels, more than the 268435456 that are read.",
                    "Cut it into smaller pictures; if it should be small, the file is damaged.");
}

std::map<std::string, std::string> imageLibraries() {
    return {{"libjpeg-turbo", jpegLibraryVersion()},
            {"libpng", pngLibraryVersion()},
            {"libtiff", tiffLibraryVersion()},
            {"libwebp", webpLibraryVersion()}};
}

Image decodeImage(std::span<const std::byte> bytes, const std::string& name) {
    switch (imageFormatOf(bytes)) {
        case ImageFormat::Png:
            return decodePng(bytes, name);
        case ImageFormat::Jpeg:
            return decodeJpeg(bytes, name);
        case ImageFormat::Pnm:
            return decodePnm(bytes, name);
        case ImageFormat::Webp:
            return decodeWebp(bytes, name);
        case ImageFormat::Tiff:
            return decodeTiff(bytes, name);
        case ImageFormat::Y4m:
            return decodeY4m(bytes, name);
        default:
            throw unknownImage(name);
    }
}

Image readImage(const std::filesystem::path& file) {
    const MappedFile mapped = mapFile(file);
    return decodeImage(mapped.bytes, file.string());
}

void writeImage(const std::filesystem::path& file, const Image& image) {
    const std::string extension = extensionOf(file);
    std::vector<std::byte> bytes;
    if (extension == "png")
        bytes = encodePng(image, file.string());
    else if (extension == "ppm")
        bytes = encodePnm(image, file.string(), ColourModel::Rgb);
    else if (extension == "pgm")
        bytes = encodePnm(image, file.string(), ColourModel::Grey);
    else if (extension == "pnm")
        bytes = encodePnm(image, file.string(),
                          image.model == ColourModel::Grey ? ColourModel::Grey : ColourModel::Rgb);
    else if (extension == "y4m")
        bytes = encodeY4m(image, file.string());
    else
        throw Error(ErrorKind::Usage, file.string() + " does not end as a picture that can be written.",
                    "End it with .png, .ppm, .pgm, .pnm or .y4m.");
    AsideFile out(file);
    out.write(bytes);
    out.commit();
}

}  // namespace ratescope::media
