// Structural similarity of pictures, over one scale (SSIM) and over five (MS-SSIM): RGB and luma.

#include "core/media/quality/ssim.h"

#include "core/error.h"
#include "plugins/measure/nodes.h"

#include <memory>

namespace ratescope::media::measure {
namespace {

/// What tells the two nodes apart.
struct Similarity {
    const char* id;    ///< of metrics: "ssim"
    const char* node;  ///< "measure.ssim"
    const char* name;  ///< "SSIM"
    double (*loss)(const Image&, const Image&, Look, const Execution&);
    TensorSet (*map)(const Image&, const Image&, Look, const Execution&);
    std::uint64_t memory;  ///< bytes
};

constexpr Similarity ssim{"ssim", "measure.ssim", "SSIM", ssimLoss, ssimMap, 256ull << 20};
/// Halved pictures are held as floats: 10 bytes a pixel of the original.
constexpr Similarity msSsim{"ms-ssim", "measure.ms-ssim", "MS-SSIM", msSsimLoss, msSsimMap, 1024ull << 20};

class SimilarityMeasure : public MeasureNode {
  public:
    explicit SimilarityMeasure(const Similarity& similarity) : similarity_(similarity) {}

    Resources resources(const Parameters&) const override { return {.memory = similarity_.memory}; }

    Prepared prepare(Context& context, const Inputs& references, const Parameters&) const override {
        context.check();
        const Image& image = references.image("reference");
        return {{{"reference", references.one("reference")}},
                {{"pixels", static_cast<std::uint64_t>(image.pixels())}}};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidateValue,
                 const Parameters&) const override {
        const Image& reference = imageOf(prepared.values.at("reference"));
        const Image& candidate = imageOf(candidateValue);
        const Execution execution = executionIn(context);
        const auto lossOf = [&](Look look) {
            return similarity_.loss(reference, candidate, look, execution);
        };
        Scores scores;
        if (reference.model == ColourModel::YCbCr) {
            add(scores, "-y", lossOf(Look::Luma));
            return scores;
        }
        const double channels = lossOf(Look::Channels);
        add(scores, "-rgb", channels);
        add(scores, "-y", reference.model == ColourModel::Grey ? channels : lossOf(Look::Luma));
        return scores;
    }

    Value map(Context& context, const Prepared& prepared, const Value& candidate,
              const Parameters&) const override {
        const Image& reference = imageOf(prepared.values.at("reference"));
        const Look look = reference.model == ColourModel::YCbCr ? Look::Luma : Look::Channels;
        return std::make_shared<const TensorSet>(
            similarity_.map(reference, imageOf(candidate), look, executionIn(context)));
    }

  private:
    const Image& imageOf(const Value& value) const {
        if (const auto* image = std::get_if<std::shared_ptr<const Image>>(&value)) return **image;
        throw Error(ErrorKind::Input, std::string(similarity_.node) + " compares images.",
                    "Connect images to it.");
    }

    void add(Scores& scores, const std::string& channels, double loss) const {
        const std::string metric = similarity_.id + channels;
        scores.scores.push_back({metric, 1 - loss, 1});
        scores.scores.push_back({metric + "-db", loss, 1});
        scores.scores.push_back({metric + "-db-of-mean", loss, 1});
    }

    const Similarity similarity_;
};

/// The value and its two forms in dB, of RGB or of Y.
void addMetrics(std::vector<graph::Metric>& metrics, const Similarity& similarity, const std::string& suffix,
                const std::string& channels, const std::string& help) {
    const std::string id = similarity.id + suffix, name = similarity.name;
    metrics.push_back({.id = id,
                       .title = name + ", " + channels,
                       .help = help + " Several pictures: mean of their values."});
    const auto inDecibels = [&](const std::string& metric, const std::string& title, graph::Pool pool,
                                const std::string& pooling) {
        metrics.push_back({.id = metric,
                           .title = title + ", " + channels,
                           .unit = "dB",
                           .finish = graph::Finish::MinusDbRatio,
                           .pool = pool,
                           .help = "−10·log10(1 − " + id + "). Several pictures: " + pooling});
    };
    inDecibels(id + "-db", name + " in dB", graph::Pool::MeanOfValues,
               "mean of their values in dB, identical ones left out.");
    inDecibels(id + "-db-of-mean", name + " in dB of the mean", graph::Pool::SumThenFinish,
               "of their mean " + name + ".");
}

graph::Manifest manifestOf(const Similarity& similarity) {
    graph::Manifest manifest;
    manifest.id = similarity.node;
    manifest.title = similarity.name;
    manifest.family = "measure";
    manifest.kind = graph::NodeKind::Measure;
    manifest.inputs = {{.id = "reference",
                        .label = "Original",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Reference,
                        .help = "What the candidate is held against."},
                       {.id = "candidate",
                        .label = "Reconstruction",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Candidate,
                        .help = "What came back from the codec."}};
    addMetrics(manifest.metrics, similarity, "-rgb", "RGB",
               "Of R, G and B each by itself, full range, peak 2^n − 1, then their mean.");
    addMetrics(manifest.metrics, similarity, "-y", "Y of BT.601",
               "Of Y = 0.299 R + 0.587 G + 0.114 B (BT.601, full range, not rounded), peak 2^n − 1.");
    manifest.hasMap = true;
    manifest.tolerance = 1e-7;
    return manifest;
}

constexpr const char* commonManual = R"(

Sizes, depths (8 to 16 bits) and colour models must agree; nothing is converted. Alpha, CMYK and subsampled chroma are
refused: put `image.convert` before.

**Grey pictures**: `-rgb` and `-y` are both of the grey samples. **YCbCr pictures** (BT.601, full range, 4:4:4) have
`-y` only.

**In dB** (`-db`) is −10·log10(1 − value), which spreads what lies close to 1; equal pictures are infinite and are left
out of means. `-db` is the mean over pictures of their values in dB, `-db-of-mean` is the mean value in dB: they differ;
compare only like with like.

**Denominator**: `pixels`, those of the original, whatever was coded on the way.
)";

constexpr const char* ssimManual =
    R"(Structural similarity (Wang et al. 2004) of a picture and its original: means, variances and covariance in a
Gaussian window of 11 × 11 pixels and sigma 1.5, wherever it fits whole; K1 = 0.01, K2 = 0.03; the mean of
(2·μx·μy + C1)(2·σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2)) over all places. 1 for equal pictures; may be negative.

The picture is taken at its own size: the authors' MATLAB code first shrinks large ones, and scikit-image's defaults
(a uniform window of 7 × 7, sample covariance) give other numbers. Values are those of pytorch-msssim 1.0.0 and of
scikit-image with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False`, but for its treatment of borders.
Sides below 11 pixels are refused.

**Map**: SSIM at each place of the window, mean over the colours, (width − 10) × (height − 10): the first value belongs
to the pixel 5 to the right and 5 below the first.)";

constexpr const char* msSsimManual =
    R"(Multi-scale structural similarity (Wang et al. 2003) of a picture and its original: SSIM's structure term
(2·σxy + C2)/(σx² + σy² + C2) on five scales, each half as large as the one before (means of 2 × 2 pixels), and its
luminance term on the smallest; the product of their means, raised to 0.0448, 0.2856, 0.3001, 0.2363 and 0.1333. Window
and constants are those of SSIM: 11 × 11, sigma 1.5, K1 = 0.01, K2 = 0.03. A mean below 0 counts as 0.

Values are those of pytorch-msssim 1.0.0, which published curves of learned codecs are made with; odd sides are
lengthened by black before they are halved, as there. Pictures whose shorter side has 160 pixels or less are refused: on
the fifth scale the window would not fit.

**Map**: at each place of the window the product over the scales of the terms at the nearest place, mean over the
colours, (width − 10) × (height − 10): the first value belongs to the pixel 5 to the right and 5 below the first. Its
mean is not MS-SSIM, which multiplies means.)";

graph::Manifest ssimManifest() {
    graph::Manifest manifest = manifestOf(ssim);
    manifest.summary = "Structural similarity: RGB and luma";
    manifest.manual = std::string(ssimManual) + commonManual;
    manifest.papers = {
        {"Z. Wang et al., Image quality assessment: from error visibility to structural "
         "similarity, 2004",
         "https://doi.org/10.1109/TIP.2003.819861"}};
    manifest.synonyms = {"structural similarity", "perceptual quality"};
    return manifest;
}

graph::Manifest msSsimManifest() {
    graph::Manifest manifest = manifestOf(msSsim);
    manifest.summary = "Multi-scale structural similarity: RGB and luma";
    manifest.manual = std::string(msSsimManual) + commonManual;
    manifest.papers = {
        {"Z. Wang et al., Multi-scale structural similarity for image quality assessment, 2003",
         "https://doi.org/10.1109/ACSSC.2003.1292216"}};
    manifest.synonyms = {"multi-scale structural similarity", "MSSSIM", "perceptual quality"};
    return manifest;
}

}  // namespace

NodeEntry ssimNode() {
    return {ssimManifest(), [] { return std::make_unique<SimilarityMeasure>(ssim); }};
}

NodeEntry msSsimNode() {
    return {msSsimManifest(), [] { return std::make_unique<SimilarityMeasure>(msSsim); }};
}

}  // namespace ratescope::media::measure
