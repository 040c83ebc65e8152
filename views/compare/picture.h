#pragma once

// A picture or a metric's map as it lies in a mapped value file (core/buffer/value_file.h): its samples in their own
// bit depth, and its rows in RGB for the screen. Immutable, read by several threads.

#include "core/buffer/buffer.h"

#include <QSize>
#include <QString>
#include <QStringList>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace ratescope::views {

class Picture {
  public:
    /// Maps the file. Throws Error(Input) where it holds no picture.
    static std::shared_ptr<const Picture> open(const std::filesystem::path& file);

    QSize size() const { return size_; }
    int bitDepth() const { return bitDepth_; }
    /// 2^n − 1.
    int peak() const { return (1 << bitDepth_) - 1; }
    /// "R", "G", "B"; "Y", "Cb", "Cr"; …, with "A" at the end.
    const QStringList& channels() const { return channels_; }
    /// "RGB", "YCbCr 4:2:0, limited range", "grey".
    const QString& model() const { return model_; }
    /// Bits of a pixel as they lie here, chroma counted as often as it is there.
    double bitsPerPixel() const;
    /// The samples of a pixel, one for each of channels(); of chroma the sample that covers it.
    std::vector<int> at(int x, int y) const;
    /// Same channels in the same depth, range and matrix: samples can be subtracted.
    bool comparable(const Picture& other) const;

    /// One row of RGB from x on, every `step`th pixel, each colour 0 … 255 and not rounded; alpha lies over white.
    void rgbRow(int x, int y, int step, int count, float* target) const;

  private:
    enum class Colours { Grey, Rgb, YCbCr, Cmyk };

    Picture() = default;
    void readFields(const std::string& fields);
    void requireShapes() const;
    template <typename Sample>
    void rgbRowOf(int x, int y, int step, int count, float* target) const;

    Colours colours_ = Colours::Rgb;
    bool alpha_ = false, limited_ = false;
    int bitDepth_ = 8, chromaAcross_ = 1, chromaDown_ = 1;
    int stride_ = 3;  ///< samples of a pixel in samples_
    QSize size_;
    QString model_, matrix_;
    QStringList channels_;
    Array samples_, cb_, cr_;  ///< the last two of subsampled chroma alone
};

/// A measure's map of a picture: one value a place, the mean over its channels.
class MetricMap {
  public:
    /// Throws Error(Input) where the file holds no plane.
    static std::shared_ptr<const MetricMap> open(const std::filesystem::path& file);

    QSize size() const { return size_; }
    double at(int x, int y) const;
    /// Between these lie 99 % of its finite values.
    double least() const { return least_; }
    double greatest() const { return greatest_; }

  private:
    MetricMap() = default;
    void findEnds();

    QSize size_;
    int channels_ = 1;
    Array values_;
    double least_ = 0, greatest_ = 0;
};

}  // namespace ratescope::views
