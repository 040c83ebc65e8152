#include "plugins/image/boxes.h"

#include "plugins/image/file_reader.h"

#include <algorithm>

namespace ratescope::media::image {

std::vector<Box> readBoxes(std::span<const std::byte> bytes, const std::string& format) {
    constexpr std::uint64_t toTheEnd = 0, sizeFollows = 1;
    std::vector<Box> boxes;
    FileReader reader(bytes, format);
    while (!reader.atEnd()) {
        const std::size_t start = reader.position();
        std::uint64_t size = reader.bigEndian(4);
        Box box;
        box.type = reader.tag();
        if (size == sizeFollows) size = reader.bigEndian(8);
        if (size == toTheEnd) size = bytes.size() - start;
        const std::size_t head = reader.position() - start;
        if (size < head) throw reader.damaged();
        box.payload = reader.take(size - head);
        box.whole = bytes.subspan(start, size);
        boxes.push_back(box);
    }
    return boxes;
}

const Box* findBox(const std::vector<Box>& boxes, const std::string& type) {
    const auto found = std::ranges::find(boxes, type, &Box::type);
    return found == boxes.end() ? nullptr : &*found;
}

}  // namespace ratescope::media::image
