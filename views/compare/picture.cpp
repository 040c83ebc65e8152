#include "views/compare/picture.h"

#include "core/buffer/value_file.h"
#include "core/error.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

Error noPicture(const std::filesystem::path& file, const std::string& why) {
    return Error(ErrorKind::Input, file.filename().string() + " can't be shown: " + why + ".",
                 "Delete the library's cache: the value is made again.");
}

QString trPicture(const char* text) {
    return QCoreApplication::translate("Picture", text);
}

const Array* arrayNamed(const ValueParts& parts, const char* name) {
    for (const NamedArray& one : parts.arrays)
        if (one.name == name) return &one.array;
    return nullptr;
}

int sampleOf(const Array& array, std::size_t index) {
    return array.type() == DType::U8 ? array.as<std::uint8_t>()[index] : array.as<std::uint16_t>()[index];
}

double realOf(const Array& array, std::size_t index) {
    switch (array.type()) {
        case DType::U8:
        case DType::U16:
            return sampleOf(array, index);
        case DType::F32:
            return static_cast<double>(array.as<float>()[index]);
        default:
            return array.as<double>()[index];
    }
}

/// Kr and Kb of the luma matrix.
std::pair<double, double> lumaWeights(const QString& matrix) {
    return matrix == "bt709" ? std::pair(0.2126, 0.0722) : std::pair(0.299, 0.114);
}

}  // namespace

std::shared_ptr<const Picture> Picture::open(const std::filesystem::path& file) {
    const ValueParts parts = mapValueFile(file);
    const Array* samples = arrayNamed(parts, "samples");
    if (parts.type != "Image" || !samples || samples->shape().size() != 3)
        throw noPicture(file, "it is no picture");
    std::shared_ptr<Picture> picture(new Picture);
    picture->samples_ = *samples;
    if (const Array* cb = arrayNamed(parts, "cb")) picture->cb_ = *cb;
    if (const Array* cr = arrayNamed(parts, "cr")) picture->cr_ = *cr;
    picture->size_ = QSize(static_cast<int>(samples->shape()[1]), static_cast<int>(samples->shape()[0]));
    picture->stride_ = static_cast<int>(samples->shape()[2]);
    try {
        picture->readFields(parts.fields);
        picture->requireShapes();
    } catch (const nlohmann::json::exception&) {
        throw noPicture(file, "its header is damaged");
    } catch (const Error& error) {
        throw noPicture(file, error.what());
    }
    return picture;
}

void Picture::readFields(const std::string& fields) {
    const nlohmann::json header = nlohmann::json::parse(fields);
    const auto text = [&](const char* name) {
        return QString::fromStdString(header.value(name, std::string()));
    };
    const QString model = text("model"), subsampling = text("subsampling");
    alpha_ = header.at("alpha").get<bool>();
    bitDepth_ = header.at("bitDepth").get<int>();
    limited_ = text("range") == "limited";
    matrix_ = text("matrix");
    chromaAcross_ = cb_.empty() ? 1 : 2;
    chromaDown_ = subsampling == "4:2:0" ? 2 : 1;
    if (model == "grey") {
        colours_ = Colours::Grey;
        channels_ = {trPicture("Grey")};
        model_ = trPicture("grey");
    } else if (model == "rgb") {
        colours_ = Colours::Rgb;
        channels_ = {"R", "G", "B"};
        model_ = "RGB";
    } else if (model == "ycbcr") {
        colours_ = Colours::YCbCr;
        channels_ = {"Y", "Cb", "Cr"};
        model_ = "YCbCr " + (subsampling.isEmpty() ? "4:4:4" : subsampling);
    } else if (model == "cmyk") {
        colours_ = Colours::Cmyk;
        channels_ = {"C", "M", "Y", "K"};
        model_ = "CMYK";
    } else {
        throw Error(ErrorKind::Input, "its colour model is not known", "");
    }
    if (limited_) model_ += trPicture(", limited range");
    if (alpha_) {
        channels_ += "A";
        model_ += trPicture(" with alpha");
    }
}

void Picture::requireShapes() const {
    const bool planes = !cb_.empty();
    const auto colours = static_cast<int>(channels_.size()) - (planes ? 2 : 0);
    const DType type = bitDepth_ <= 8 ? DType::U8 : DType::U16;
    if (bitDepth_ < 1 || bitDepth_ > 16 || stride_ != colours || samples_.type() != type || samples_.empty())
        throw Error(ErrorKind::Input, "its samples do not fit its header", "");
    if (!planes) return;
    const Shape chroma{(size_.height() + chromaDown_ - 1) / chromaDown_,
                       (size_.width() + chromaAcross_ - 1) / chromaAcross_};
    if (cb_.shape() != chroma || cr_.shape() != chroma || cb_.type() != type || cr_.type() != type)
        throw Error(ErrorKind::Input, "its chroma planes do not fit it", "");
}

double Picture::bitsPerPixel() const {
    const auto samples = static_cast<double>(samples_.size() + cb_.size() + cr_.size());
    return bitDepth_ * samples / (static_cast<double>(size_.width()) * size_.height());
}

std::vector<int> Picture::at(int x, int y) const {
    const std::size_t pixel = (static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width()) +
                               static_cast<std::size_t>(x)) *
                              static_cast<std::size_t>(stride_);
    std::vector<int> values;
    for (int i = 0; i < stride_; ++i)
        values.push_back(sampleOf(samples_, pixel + static_cast<std::size_t>(i)));
    if (cb_.empty()) return values;
    const auto width = static_cast<std::size_t>(cb_.shape()[1]);
    const std::size_t chroma =
        static_cast<std::size_t>(y / chromaDown_) * width + static_cast<std::size_t>(x / chromaAcross_);
    values.insert(values.begin() + 1, {sampleOf(cb_, chroma), sampleOf(cr_, chroma)});
    return values;
}

bool Picture::comparable(const Picture& other) const {
    return size_ == other.size_ && bitDepth_ == other.bitDepth_ && colours_ == other.colours_ &&
           alpha_ == other.alpha_ && limited_ == other.limited_ && matrix_ == other.matrix_;
}

namespace {

/// From samples to colours of 0 … 255.
struct Levels {
    float offset, luma, chroma, middle;
};

Levels levelsOf(int bitDepth, bool limited) {
    const double peak = std::pow(2.0, bitDepth) - 1, unit = std::pow(2.0, bitDepth - 8);
    if (limited)
        return {static_cast<float>(16 * unit), static_cast<float>(255 / (219 * unit)),
                static_cast<float>(255 / (224 * unit)), static_cast<float>(128 * unit)};
    const auto scale = static_cast<float>(255 / peak);
    return {0, scale, scale, static_cast<float>(std::pow(2.0, bitDepth - 1))};
}

}  // namespace

template <typename Sample>
void Picture::rgbRowOf(int x, int y, int step, int count, float* target) const {
    const Levels levels = levelsOf(bitDepth_, limited_);
    const auto [red, blue] = lumaWeights(matrix_);
    const double green = 1 - red - blue;
    const auto redOfCr = static_cast<float>(2 * (1 - red)), blueOfCb = static_cast<float>(2 * (1 - blue));
    const auto greenOfCb = static_cast<float>(2 * (1 - blue) * blue / green),
               greenOfCr = static_cast<float>(2 * (1 - red) * red / green);
    const auto width = static_cast<std::size_t>(size_.width()), stride = static_cast<std::size_t>(stride_);
    const Sample* row = samples_.as<Sample>().data() + static_cast<std::size_t>(y) * width * stride;
    const Sample *cbRow = nullptr, *crRow = nullptr;
    if (!cb_.empty()) {
        const std::size_t chroma =
            static_cast<std::size_t>(y / chromaDown_) * static_cast<std::size_t>(cb_.shape()[1]);
        cbRow = cb_.as<Sample>().data() + chroma;
        crRow = cr_.as<Sample>().data() + chroma;
    }
    const auto level = [&](Sample sample) {
        return std::clamp((static_cast<float>(sample) - levels.offset) * levels.luma, 0.0f, 255.0f);
    };
    for (int i = 0; i < count; ++i, x += step, target += 3) {
        const Sample* pixel = row + static_cast<std::size_t>(x) * stride;
        if (colours_ == Colours::Grey) {
            target[0] = target[1] = target[2] = level(pixel[0]);
        } else if (colours_ == Colours::Rgb) {
            for (int c = 0; c < 3; ++c)
                target[c] = level(pixel[c]);
        } else if (colours_ == Colours::Cmyk) {
            const float paper = 1 - level(pixel[3]) / 255;
            for (int c = 0; c < 3; ++c)
                target[c] = (255 - level(pixel[c])) * paper;
        } else {
            const Sample cb = cbRow ? cbRow[x / chromaAcross_] : pixel[1],
                         cr = crRow ? crRow[x / chromaAcross_] : pixel[2];
            const float luma = (static_cast<float>(pixel[0]) - levels.offset) * levels.luma,
                        blueness = (static_cast<float>(cb) - levels.middle) * levels.chroma,
                        redness = (static_cast<float>(cr) - levels.middle) * levels.chroma;
            target[0] = std::clamp(luma + redOfCr * redness, 0.0f, 255.0f);
            target[1] = std::clamp(luma - greenOfCb * blueness - greenOfCr * redness, 0.0f, 255.0f);
            target[2] = std::clamp(luma + blueOfCb * blueness, 0.0f, 255.0f);
        }
        if (!alpha_) continue;
        const float cover = static_cast<float>(pixel[stride - 1]) / static_cast<float>(peak());
        for (int c = 0; c < 3; ++c)
            target[c] = cover * target[c] + (1 - cover) * 255;
    }
}

void Picture::rgbRow(int x, int y, int step, int count, float* target) const {
    if (samples_.type() == DType::U8)
        rgbRowOf<std::uint8_t>(x, y, step, count, target);
    else
        rgbRowOf<std::uint16_t>(x, y, step, count, target);
}

std::shared_ptr<const MetricMap> MetricMap::open(const std::filesystem::path& file) {
    const ValueParts parts = mapValueFile(file);
    const bool image = parts.type == "Image";
    const Array* values = image                      ? arrayNamed(parts, "samples")
                          : parts.arrays.size() == 1 ? &parts.arrays.front().array
                                                     : nullptr;
    const auto fits = [](DType type) {
        return type == DType::U8 || type == DType::U16 || type == DType::F32 || type == DType::F64;
    };
    if (!values || values->empty() || values->shape().size() < 2 || values->shape().size() > 3 ||
        !fits(values->type()))
        throw Error(ErrorKind::Input, "The map can't be shown: it has not one value a pixel.",
                    "`ratescope-cli measure --map FILE.safetensors` writes it as it is.");
    std::shared_ptr<MetricMap> map(new MetricMap);
    map->values_ = *values;
    map->channels_ = values->shape().size() == 3 ? static_cast<int>(values->shape()[2]) : 1;
    map->size_ = QSize(static_cast<int>(values->shape()[1]), static_cast<int>(values->shape()[0]));
    map->findEnds();
    return map;
}

void MetricMap::findEnds() {
    // A few outliers must not take the whole scale, and a large map need not be read whole.
    constexpr std::int64_t enough = 1 << 18;
    const std::int64_t places = static_cast<std::int64_t>(size_.width()) * size_.height(),
                       step = std::max<std::int64_t>(1, places / enough);
    std::vector<double> values;
    for (std::int64_t place = 0; place < places; place += step) {
        const double value =
            at(static_cast<int>(place % size_.width()), static_cast<int>(place / size_.width()));
        if (std::isfinite(value)) values.push_back(value);
    }
    if (values.empty()) return;
    const auto quantile = [&values](double part) {
        const auto place =
            values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
        std::nth_element(values.begin(), place, values.end());
        return *place;
    };
    least_ = quantile(0.005);
    greatest_ = quantile(0.995);
}

double MetricMap::at(int x, int y) const {
    const std::size_t first = (static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width()) +
                               static_cast<std::size_t>(x)) *
                              static_cast<std::size_t>(channels_);
    double sum = 0;
    for (int c = 0; c < channels_; ++c)
        sum += realOf(values_, first + static_cast<std::size_t>(c));
    return sum / channels_;
}

}  // namespace ratescope::views
