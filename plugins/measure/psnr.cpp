// Peak signal-to-noise ratio of pictures: RGB, luma, and 6:1:1 over Y, Cb, Cr.

#include "core/media/quality/psnr.h"

#include "core/error.h"
#include "plugins/measure/nodes.h"

#include <memory>

namespace ratescope::media::measure {
namespace {

const Image& imageOf(const Value& value) {
    if (const auto* image = std::get_if<std::shared_ptr<const Image>>(&value)) return **image;
    throw Error(ErrorKind::Input, "measure.psnr compares images.", "Connect images to it.");
}

void addBothPoolings(Scores& scores, const std::string& metric, double mse) {
    scores.scores.push_back({metric, mse, 1});
    scores.scores.push_back({metric + "-of-mean-mse", mse, 1});
}

bool isBt601Full(const Image& image) {
    return image.matrix == Matrix::Bt601 && image.range == Range::Full;
}

void addStoredPlanes(Scores& scores, const Image& reference, const Image& candidate) {
    const YCbCrMse planes = normalisedPlaneMse(reference, candidate);
    addBothPoolings(scores, "psnr-plane-y", planes.y);
    addBothPoolings(scores, "psnr-plane-cb", planes.cb);
    addBothPoolings(scores, "psnr-plane-cr", planes.cr);
    if (isBt601Full(reference)) addBothPoolings(scores, "psnr-y", planes.y);
}

class Psnr : public MeasureNode {
  public:
    Prepared prepare(Context& context, const Inputs& references, const Parameters&) const override {
        context.check();
        const Image& image = references.anyImage("reference");
        return {{{"reference", references.one("reference")}},
                {{"pixels", static_cast<std::uint64_t>(image.pixels())}}};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidateValue,
                 const Parameters&) const override {
        const Image& reference = imageOf(prepared.values.at("reference"));
        const Image& candidate = imageOf(candidateValue);
        Scores scores;
        context.check();
        if (reference.model != ColourModel::YCbCr)
            addBothPoolings(scores, "psnr-rgb", normalisedMse(reference, candidate));
        context.progress(0.5);
        if (reference.model == ColourModel::Grey) {
            addBothPoolings(scores, "psnr-y", normalisedLumaMse(reference, candidate));
            return scores;
        }
        if (reference.model == ColourModel::YCbCr) {
            addStoredPlanes(scores, reference, candidate);
            if (!isBt601Full(reference) || reference.subsampled()) return scores;
        }
        const YCbCrMse planes = normalisedYCbCrMse(reference, candidate);
        if (reference.model == ColourModel::Rgb) addBothPoolings(scores, "psnr-y", planes.y);
        scores.scores.push_back({"psnr-611", geometricMse611(planes), 1});
        scores.scores.push_back({"psnr-611-of-mean-mse", weightedMse611(planes), 1});
        return scores;
    }

    Value map(Context& context, const Prepared& prepared, const Value& candidate,
              const Parameters&) const override {
        context.check();
        return std::make_shared<const TensorSet>(
            squaredErrorMap(imageOf(prepared.values.at("reference")), imageOf(candidate)));
    }
};

graph::Metric metric(const std::string& id, const std::string& title, graph::Pool pool,
                     const std::string& help) {
    return {.id = id,
            .title = title,
            .unit = "dB",
            .better = graph::Better::Higher,
            .finish = graph::Finish::MinusDbRatio,
            .pool = pool,
            .help = help};
}

std::vector<graph::Metric> psnrMetrics() {
    const auto mean = graph::Pool::MeanOfValues, sum = graph::Pool::SumThenFinish;
    const std::string rgb =
        "10·log10(peak² / MSE) over all samples of R, G and B, full range, peak 2^n − 1. ";
    const std::string luma = "Of Y = 0.299 R + 0.587 G + 0.114 B (BT.601, full range, not rounded). ";
    const std::string plane =
        " of a YCbCr picture as it is stored, whatever its matrix, range and subsampling; peak 2^n − 1. ";
    const std::string each = "Several pictures: mean of their PSNRs.";
    const std::string all = "Several pictures: PSNR of their mean MSE, pictures weighing equally.";
    return {
        metric("psnr-rgb", "PSNR, RGB", mean, rgb + each),
        metric("psnr-rgb-of-mean-mse", "PSNR of mean MSE, RGB", sum, rgb + all),
        metric("psnr-y", "PSNR, Y of BT.601", mean, luma + each),
        metric("psnr-y-of-mean-mse", "PSNR of mean MSE, Y of BT.601", sum, luma + all),
        metric(
            "psnr-611", "PSNR, 6:1:1 of Y, Cb, Cr of BT.601", mean,
            "(6·PSNR_Y + PSNR_Cb + PSNR_Cr)/8, BT.601, full range, 4:4:4, not rounded (Ohm et al. 2012). " +
                each),
        metric("psnr-611-of-mean-mse", "PSNR of mean MSE, 6:1:1 of Y, Cb, Cr of BT.601", sum,
               "PSNR of (6·MSE_Y + MSE_Cb + MSE_Cr)/8, BT.601, full range, 4:4:4, not rounded: the mean is "
               "over planes too, so for one picture it differs from psnr-611. " +
                   all),
        metric("psnr-plane-y", "PSNR, stored Y", mean, "The plane Y" + plane + each),
        metric("psnr-plane-y-of-mean-mse", "PSNR of mean MSE, stored Y", sum, "The plane Y" + plane + all),
        metric("psnr-plane-cb", "PSNR, stored Cb", mean, "The plane Cb" + plane + each),
        metric("psnr-plane-cb-of-mean-mse", "PSNR of mean MSE, stored Cb", sum, "The plane Cb" + plane + all),
        metric("psnr-plane-cr", "PSNR, stored Cr", mean, "The plane Cr" + plane + each),
        metric("psnr-plane-cr-of-mean-mse", "PSNR of mean MSE, stored Cr", sum,
               "The plane Cr" + plane + all)};
}

constexpr const char* psnrManual =
    R"(Compares a picture with its original, sample by sample, at their common depth.
Sizes, depths and colour models must agree; nothing is converted. Alpha and CMYK are refused: put `image.convert`
before.

Stored is MSE/peak², so that every pooling can be made later. PSNR of the mean MSE and mean of PSNRs differ and are
metrics of their own; compare only like with like. Equal pictures have infinite PSNR.

**Grey pictures**: `psnr-rgb` and `psnr-y` are both the PSNR of the grey samples; there is no 6:1:1.

**YCbCr pictures** have no RGB. Each of their planes is measured as it is stored, at its own resolution, with the peak
2^n − 1 also of limited range, as video tools do: `psnr-plane-y`, `psnr-plane-cb`, `psnr-plane-cr`. Those of BT.601 and
full range have `psnr-y` too, and where they are 4:4:4 6:1:1. Matrix, range, subsampling and siting must agree.

**Denominator**: `pixels`, those of the original, whatever was coded on the way.

**Map**: squared error of each pixel over peak², mean over the colours; none of subsampled chroma.
)";

graph::Manifest psnrManifest() {
    graph::Manifest manifest;
    manifest.id = "measure.psnr";
    manifest.version = 2;
    manifest.title = "PSNR";
    manifest.family = "measure";
    manifest.summary = "Peak signal-to-noise ratio: RGB, luma, 6:1:1";
    manifest.manual = psnrManual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.papers = {
        {"J.-R. Ohm et al., Comparison of the coding efficiency of video coding standards, 2012",
         "https://doi.org/10.1109/TCSVT.2012.2221192"},
        {"Rec. ITU-R BT.601-7", "https://www.itu.int/rec/R-REC-BT.601"}};
    manifest.synonyms = {"MSE", "mean squared error", "distortion", "fidelity"};
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
    manifest.metrics = psnrMetrics();
    manifest.hasMap = true;
    return manifest;
}

}  // namespace

NodeEntry psnrNode() {
    return {psnrManifest(), [] { return std::make_unique<Psnr>(); }};
}

}  // namespace ratescope::media::measure
