// SSIM and MS-SSIM of pairs of pictures that are already in memory, RGB, for scripts/bench.d/ssim.sh. Prints a JSON
// object a line: measure, threads, seconds for all pairs (the best of five rounds), values.
// usage: bench-ssim FOLDER OTHER     pairs are files of one name; their extensions may differ

#include "core/media/quality/ssim.h"

#include "core/curves/text.h"
#include "core/media/assets/image_file.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <vector>

using namespace ratescope;
using namespace ratescope::media;

namespace {

std::vector<Image> picturesOf(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().stem().string().starts_with("kodim")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<Image> pictures;
    for (const auto& file : files)
        pictures.push_back(readImage(file));
    return pictures;
}

using Measure = double (*)(const Image&, const Image&, Look, const Execution&);

void measure(const char* name, Measure loss, int threads, const std::vector<Image>& originals,
             const std::vector<Image>& others) {
    Execution execution;
    execution.threads = threads;
    std::vector<double> values(originals.size());
    double best = 0;
    for (int round = 0; round < 6; ++round) {
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < originals.size(); ++i)
            values[i] = 1 - loss(originals[i], others[i], Look::Channels, execution);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (round == 1 || (round > 1 && taken.count() < best)) best = taken.count();  // The first warms up.
    }
    std::cout << "{\"measure\":\"" << name << "\",\"threads\":" << threads << ",\"instructions\":\""
              << toText(execution.instructions) << "\",\"seconds\":" << curves::shortest(best)
              << ",\"values\":[";
    for (std::size_t i = 0; i < values.size(); ++i)
        std::cout << (i > 0 ? "," : "") << curves::shortest(values[i]);
    std::cout << "]}" << std::endl;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const std::vector<Image> originals = picturesOf(arguments[1]), others = picturesOf(arguments[2]);
    if (originals.empty() || originals.size() != others.size()) return 2;
    for (const int threads : {1, 2}) {
        measure("ssim", ssimLoss, threads, originals, others);
        measure("ms-ssim", msSsimLoss, threads, originals, others);
    }
    return 0;
}
