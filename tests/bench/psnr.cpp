// PSNR of two Y4M files of 8-bit 4:2:0, plane by plane, for scripts/bench.d/psnr.sh. Prints the frames and the PSNR of
// the mean squared error over all frames of Y, U, V, and of all samples, as ffmpeg's filter does it.
// usage: bench-psnr FILE OTHER THREADS

#include "core/curves/text.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/squared_error.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace ratescope;
using namespace ratescope::media;

namespace {

/// A file of frames, read by any thread.
class Y4m {
  public:
    explicit Y4m(const char* path) : file_(open(path, O_RDONLY | O_CLOEXEC)) {
        if (file_ < 0) throw std::runtime_error("cannot be opened");
        std::array<char, 256> start{};
        if (pread(file_, start.data(), start.size(), 0) < 64) throw std::runtime_error("too short");
        const std::string text(start.data(), start.size());
        std::istringstream header(text.substr(0, text.find('\n')));
        std::string field;
        header >> field;
        if (field != "YUV4MPEG2") throw std::runtime_error("not Y4M");
        while (header >> field) {
            if (field[0] == 'W') width = std::stoul(field.substr(1));
            if (field[0] == 'H') height = std::stoul(field.substr(1));
            if (field[0] == 'C' && !field.starts_with("C420")) throw std::runtime_error("not 4:2:0");
        }
        first_ = text.find('\n') + 1;
        frames = (static_cast<std::size_t>(lseek(file_, 0, SEEK_END)) - first_) / frameBytes();
    }
    ~Y4m() { close(file_); }
    Y4m(const Y4m&) = delete;
    Y4m& operator=(const Y4m&) = delete;

    std::array<std::size_t, 3> planes() const {
        const std::size_t chroma = (width + 1) / 2 * ((height + 1) / 2);
        return {width * height, chroma, chroma};
    }
    std::size_t samples() const { return planes()[0] + 2 * planes()[1]; }
    void read(std::size_t frame, std::size_t offset, std::span<std::uint8_t> into) const {
        const auto at = static_cast<off_t>(first_ + frame * frameBytes() + markBytes + offset);
        if (pread(file_, into.data(), into.size(), at) != static_cast<ssize_t>(into.size()))
            throw std::runtime_error("cut short");
    }

    std::size_t width = 0, height = 0, frames = 0;

  private:
    static constexpr std::size_t markBytes = 6;  // "FRAME\n"
    std::size_t frameBytes() const { return markBytes + samples(); }

    int file_;
    std::size_t first_ = 0;
};

std::array<std::uint64_t, 3> errorsOf(const Y4m& a, const Y4m& b, std::size_t frame) {
    constexpr std::size_t piece = 1 << 17;  // stays in the second-level cache
    thread_local std::vector<std::uint8_t> x(piece), y(piece);
    std::array<std::uint64_t, 3> errors{};
    std::size_t offset = 0;
    for (std::size_t plane = 0; plane < 3; ++plane)
        for (std::size_t left = a.planes()[plane]; left > 0;) {
            const std::size_t size = std::min(left, piece);
            a.read(frame, offset, std::span(x).first(size));
            b.read(frame, offset, std::span(y).first(size));
            errors[plane] += squaredError(std::span<const std::uint8_t>(x).first(size),
                                          std::span<const std::uint8_t>(y).first(size));
            offset += size;
            left -= size;
        }
    return errors;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) return 2;
    const Y4m a(arguments[1]), b(arguments[2]);
    if (a.width != b.width || a.height != b.height || a.frames != b.frames) return 2;
    Execution execution;
    execution.threads = std::stoi(arguments[3]);
    std::vector<std::array<std::uint64_t, 3>> errors(a.frames);
    execution.forEach(a.frames, [&](std::size_t frame) { errors[frame] = errorsOf(a, b, frame); });
    std::array<std::uint64_t, 3> sums{};
    for (const auto& frame : errors)
        for (std::size_t plane = 0; plane < 3; ++plane)
            sums[plane] += frame[plane];
    const auto psnr = [&](std::uint64_t error, std::size_t samples) {
        return curves::shortest(10 * std::log10(255.0 * 255.0 * static_cast<double>(samples * a.frames) /
                                                static_cast<double>(error)));
    };
    std::cout << a.frames;
    for (std::size_t plane = 0; plane < 3; ++plane)
        std::cout << ' ' << psnr(sums[plane], a.planes()[plane]);
    std::cout << ' ' << psnr(std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}), a.samples())
              << '\n';
    return 0;
}
