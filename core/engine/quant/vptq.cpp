#include "core/engine/quant/vptq.h"

#include "core/engine/quant/grid.h"
#include "core/error.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

namespace ratescope::engine {
namespace {

void requireSettings(const VptqSettings& settings) {
    const auto within = [](auto value, auto least, auto most) { return value >= least && value <= most; };
    if (!within(settings.vectorLength, 1, 16) || !within(settings.outlierVectorLength, 1, 16) ||
        !within(settings.centroids, 1, 65536) || !within(settings.residualCentroids, 0, 65536) ||
        !within(settings.outlierCentroids, 1, 65536) || !within(settings.outlierShare, 0.0, 0.1) ||
        !within(settings.groups, 1, 16) || settings.rounds < 1 || !(settings.tolerance >= 0))
        throw Error(
            ErrorKind::Usage, "There is no such setting of VPTQ.",
            "Set vectors of 1 to 16 rows, 1 to 65536 codewords, 0 to 10 % of outlier columns and 1 to 16 "
            "groups.");
}

void requireVptq(const std::string& name, const Matrix<float>& weights, const VptqSettings& settings,
                 bool fitsHessian) {
    requireSettings(settings);
    requireFinite(name, weights.values);
    if (weights.values.empty() || !fitsHessian)
        throw Error(ErrorKind::Input, "The weights \"" + name + "\" are empty, or don't fit their Hessian.",
                    "Calibrate the same model that is compressed.");
}

class CodewordColumns : public ColumnQuantiser {
  public:
    CodewordColumns(std::vector<VectorColumns>& parts, std::int64_t rows, Matrix<float>* left)
        : parts_(parts), left_(left) {
        for (VectorColumns& part : parts_) {
            const std::int64_t length = part.codewords.columns;
            unit_ = std::lcm(unit_, length);
            part.indices = Matrix<std::uint16_t>(part.columns, (rows + length - 1) / length);
            books_.push_back({NearestCodeword(part.codewords), nullptr});
            if (part.residual.rows == 0) continue;
            part.residualIndices = part.indices;
            books_.back().residual = std::make_unique<NearestCodeword>(part.residual);
        }
    }

    std::int64_t rowUnit() const override { return unit_; }

    void quantise(const RowTile& tile, std::int64_t column, std::span<float> quantised) override {
        const std::int64_t place = column;
        std::size_t number = 0;
        while (column >= parts_[number].columns)
            column -= parts_[number++].columns;
        VectorColumns& part = parts_[number];
        const auto length = static_cast<std::size_t>(part.codewords.columns);
        std::vector<float> vectors((quantised.size() + length - 1) / length * length);
        std::ranges::copy(tile.column(place), vectors.begin());
        const auto first = static_cast<std::size_t>(tile.firstRow) / length;
        const auto indices = part.indices.row(column).subspan(first, vectors.size() / length);
        books_[number].main.find(vectors, indices);
        std::vector<float> chosen = gathered(part.codewords, indices);
        if (books_[number].residual) {
            const auto residual = part.residualIndices.row(column).subspan(first, indices.size());
            std::transform(vectors.begin(), vectors.end(), chosen.begin(), vectors.begin(), std::minus<>());
            books_[number].residual->find(vectors, residual);
            const std::vector<float> added = gathered(part.residual, residual);
            std::transform(chosen.begin(), chosen.end(), added.begin(), chosen.begin(), std::plus<>());
        }
        std::copy_n(chosen.begin(), quantised.size(), quantised.begin());
        for (std::int64_t i = 0; left_ && i < tile.rows; ++i)
            left_->at(tile.firstRow + i, place) =
                tile.column(place)[static_cast<std::size_t>(i)] - quantised[static_cast<std::size_t>(i)];
    }

  private:
    struct Books {
        NearestCodeword main;
        std::unique_ptr<NearestCodeword> residual;
    };

    static std::vector<float> gathered(const Matrix<float>& codewords,
                                       std::span<const std::uint16_t> indices) {
        std::vector<float> values;
        values.reserve(indices.size() * static_cast<std::size_t>(codewords.columns));
        for (const std::uint16_t index : indices)
            values.insert(values.end(), codewords.row(index).begin(), codewords.row(index).end());
        return values;
    }

    std::vector<VectorColumns>& parts_;
    Matrix<float>* const left_;
    std::vector<Books> books_;
    std::int64_t unit_ = 1;
};

/// The steps of the method on one linear.
class Vptq {
  public:
    /// An empty Hessian stands for the identity.
    Vptq(const std::string& name, const Matrix<float>& weights, const Matrix<double>& hessian,
         const VptqSettings& settings, const media::Execution& execution)
        : name_(name),
          settings_(settings),
          execution_(execution),
          weights_(weights),
          hessian_(hessian),
          diagonal_(isIndependent() ? std::vector<double>(static_cast<std::size_t>(weights.columns), 1.0)
                                    : diagonalOf(hessian)) {
        scaleToMeanOne();
        if (settings_.normalise) normalise();
        const FactorSettings chosen{settings_.damping, settings_.permute};
        factor_ = isIndependent() ? factorIndependent(name_, diagonal_, chosen)
                                  : factorInverse(name_, hessian_, chosen);
    }

    VptqQuantised run() {
        // The codebooks see the weights in loop order, without the dead columns.
        const Matrix<float> inOrder = withoutDead(ordered(weights_, factor_.order));
        std::vector<VectorColumns> parts = partition();
        addCodebooks(parts, inOrder, &VectorColumns::codewords);
        Matrix<float> left;
        const bool hasResidual = settings_.residualCentroids > 0;
        ColumnLoopResult loop =
            chooseCodewords(name_, weights_, factor_, parts, execution_, hasResidual ? &left : nullptr);
        if (hasResidual) {
            addCodebooks(parts, left, &VectorColumns::residual);
            loop = chooseCodewords(name_, weights_, factor_, parts, execution_);
        }
        return finished(std::move(parts), loop);
    }

  private:
    bool isIndependent() const { return hessian_.rows == 0; }

    /// So that H's diagonal has mean 1; then the 1 of a dead input is like the others.
    void scaleToMeanOne() {
        const double trace = std::accumulate(diagonal_.begin(), diagonal_.end(), 0.0);
        if (!(trace > 0)) return;
        const double share = static_cast<double>(diagonal_.size()) / trace;
        for (std::vector<double>* const values : {&hessian_.values, &diagonal_})
            for (double& value : *values)
                value *= share;
    }

    void normalise() {
        norms_ = columnNorms(name_, weights_);
        for (std::int64_t j = 0; j < weights_.columns; ++j) {
            const float scale = media::halfToFloat(norms_.scales[static_cast<std::size_t>(j)]);
            const float bias = media::halfToFloat(norms_.biases[static_cast<std::size_t>(j)]);
            for (std::int64_t i = 0; i < weights_.rows; ++i)
                weights_.at(i, j) = (weights_.at(i, j) - bias) / scale;
            for (std::int64_t k = 0; k < hessian_.rows; ++k) {
                hessian_.at(k, j) *= static_cast<double>(scale);
                hessian_.at(j, k) *= static_cast<double>(scale);
            }
            for (int side = 0; side < 2; ++side)
                diagonal_[static_cast<std::size_t>(j)] *= static_cast<double>(scale);
        }
        scaleToMeanOne();
    }

    Matrix<float> withoutDead(Matrix<float> inOrder) const {
        for (std::int64_t j = 0; j < inOrder.columns; ++j)
            if (factor_.dead[static_cast<std::size_t>(factor_.order[static_cast<std::size_t>(j)])] != 0)
                for (std::int64_t i = 0; i < inOrder.rows; ++i)
                    inOrder.at(i, j) = 0;
        return inOrder;
    }

    /// Outlier columns first (more than asked for, so that the rest splits evenly), then the groups.
    std::vector<VectorColumns> partition() {
        const std::int64_t columns = weights_.columns;
        // The double product may lie a hair above a whole number.
        auto outliers = static_cast<std::int64_t>(
            std::ceil(settings_.outlierShare * static_cast<double>(columns) * (1 - 1e-12)));
        const std::int64_t groups = std::min(settings_.groups, columns);
        while (outliers > 0 && outliers < columns && (columns - outliers) % groups != 0)
            ++outliers;
        std::vector<VectorColumns> parts;
        if (outliers > 0) parts.push_back({.columns = outliers, .codewords = {}, .residual = {}});
        hasOutliers_ = outliers > 0;
        const std::int64_t each = (columns - outliers + groups - 1) / groups;
        for (std::int64_t begin = outliers; begin < columns; begin += each)
            parts.push_back({.columns = std::min(each, columns - begin), .codewords = {}, .residual = {}});
        return parts;
    }

    void addCodebooks(std::vector<VectorColumns>& parts, const Matrix<float>& inOrder,
                      Matrix<float> VectorColumns::*book) const {
        const bool isResidual = book == &VectorColumns::residual;
        std::int64_t first = 0;
        for (std::size_t i = 0; i < parts.size(); first += parts[i++].columns) {
            const bool isOutlier = hasOutliers_ && i == 0;
            if (isOutlier && isResidual) continue;
            KMeansSettings chosen{settings_.centroids, settings_.rounds, settings_.tolerance,
                                  settings_.seed + i};
            if (isOutlier) chosen.clusters = settings_.outlierCentroids;
            if (isResidual) chosen.clusters = settings_.residualCentroids;
            const std::int64_t length = isOutlier ? settings_.outlierVectorLength : settings_.vectorLength;
            const Matrix<float> vectors = columnVectors(inOrder, first, parts[i].columns, length);
            const std::int64_t perColumn = vectors.rows / parts[i].columns;
            std::vector<double> shares;
            for (std::int64_t j = first; j < first + parts[i].columns; ++j) {
                const auto input = static_cast<std::size_t>(factor_.order[static_cast<std::size_t>(j)]);
                shares.insert(shares.end(), static_cast<std::size_t>(perColumn), diagonal_[input]);
            }
            Matrix<float> codewords = kMeans(name_, vectors, shares, chosen, execution_).codewords;
            parts[i].*book =
                settings_.halfCodebooks ? halfCodewords(name_, std::move(codewords)) : std::move(codewords);
        }
    }

    VptqQuantised finished(std::vector<VectorColumns> parts, const ColumnLoopResult& loop) {
        VptqQuantised result;
        result.loss = loop.loss;
        result.damping = factor_.damping;
        result.stored.rows = weights_.rows;
        result.stored.columns = weights_.columns;
        result.stored.parts = std::move(parts);
        for (std::size_t place = 0; settings_.normalise && place < factor_.order.size(); ++place) {
            result.stored.scales.push_back(norms_.scales[static_cast<std::size_t>(factor_.order[place])]);
            result.stored.biases.push_back(norms_.biases[static_cast<std::size_t>(factor_.order[place])]);
        }
        if (factor_.isOrdered()) result.stored.order = factor_.order;
        result.weights = dequantised(result.stored);
        return result;
    }

    const std::string& name_;
    const VptqSettings& settings_;
    const media::Execution& execution_;
    Matrix<float> weights_;         ///< normalised
    Matrix<double> hessian_;        ///< of those; empty: all but the diagonal is zero
    std::vector<double> diagonal_;  ///< the Hessian's
    ColumnNorms norms_;
    InverseFactor factor_;
    bool hasOutliers_ = false;
};

}  // namespace

ColumnNorms columnNorms(const std::string& name, const Matrix<float>& weights) {
    ColumnNorms norms;
    for (std::int64_t j = 0; j < weights.columns; ++j) {
        float least = weights.at(0, j), greatest = least;
        for (std::int64_t i = 1; i < weights.rows; ++i) {
            least = std::min(least, weights.at(i, j));
            greatest = std::max(greatest, weights.at(i, j));
        }
        const std::uint16_t scale =
            finiteHalf(name, static_cast<double>(greatest) - static_cast<double>(least));
        norms.scales.push_back(scale == 0 ? media::floatToHalf(1) : scale);
        norms.biases.push_back(finiteHalf(name, least));
    }
    return norms;
}

ColumnLoopResult chooseCodewords(const std::string& name, const Matrix<float>& weights,
                                 const InverseFactor& factor, std::vector<VectorColumns>& parts,
                                 const media::Execution& execution, Matrix<float>* left) {
    if (left) *left = Matrix<float>(weights.rows, weights.columns);
    CodewordColumns columns(parts, weights.rows, left);
    return runColumnLoop(name, weights, factor, columns, execution);
}

VptqQuantised vptq(const std::string& name, const Matrix<float>& weights, const Matrix<double>& hessian,
                   const VptqSettings& settings, const media::Execution& execution) {
    requireVptq(name, weights, settings,
                hessian.rows == weights.columns && hessian.columns == weights.columns);
    return Vptq(name, weights, hessian, settings, execution).run();
}

VptqQuantised vptq(const std::string& name, const Matrix<float>& weights, const VptqSettings& settings,
                   const media::Execution& execution) {
    requireVptq(name, weights, settings, true);
    return Vptq(name, weights, {}, settings, execution).run();
}

}  // namespace ratescope::engine
