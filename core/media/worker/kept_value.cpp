#include "core/media/worker/kept_value.h"

#include "core/error.h"
#include "core/media/assets/image_file.h"

#include <optional>
#include <string>

namespace ratescope::media {
namespace {

/// Nothing where no format of pictures holds all of the image. Those that can be looked at by any program, and written
/// at once, come first.
std::optional<std::filesystem::path> writePicture(const std::string& stem, const Image& image) {
    if (image.range != Range::Full) return std::nullopt;
    for (const char* extension : {image.model == ColourModel::Grey ? ".pgm" : ".ppm", ".png"}) {
        try {
            writeImage(stem + extension, image);
            return stem + extension;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Input) throw;
        }
    }
    return std::nullopt;
}

}  // namespace

run::KeptValue keepValue(const std::filesystem::path& folder, const run::TaskOutput& output,
                         const Value& value) {
    const std::string stem = (folder / (output.task.hex() + "." + output.port)).string();
    const auto* const image = std::get_if<std::shared_ptr<const Image>>(&value);
    std::optional<std::filesystem::path> file = image ? writePicture(stem, **image) : std::nullopt;
    if (!file) writeValueFile(*(file = stem + ".value"), toParts(value));
    return {output.port, *file, std::filesystem::file_size(*file)};
}

run::ValueResult storeValue(const std::filesystem::path& folder, const run::TaskOutput& output,
                            const Value& value) {
    const std::filesystem::path file = folder / (output.task.hex() + "." + output.port + ".artefact");
    writeValueFile(file, toParts(value));
    return {output.port, file, sha256OfFile(file), std::filesystem::file_size(file)};
}

}  // namespace ratescope::media
