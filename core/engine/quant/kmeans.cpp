#include "core/engine/quant/kmeans.h"

#include "core/engine/quant/grid.h"
#include "core/error.h"
#include "core/instruction_set.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>

namespace ratescope::engine {
namespace {

constexpr std::int64_t mostClusters = 65536;
constexpr std::int64_t mostCarefulSeeds = 1024;
constexpr std::size_t chunk = 4096;  // vectors of a piece of work
constexpr std::int64_t lanes = 16;
constexpr std::int64_t together = 4;  // vectors that share a load of the codewords

using Lanes = float __attribute__((vector_size(4 * lanes)));
using Numbers = std::int32_t __attribute__((vector_size(4 * lanes)));

struct Search {
    const float* codewords;  ///< [length, padded]
    std::int64_t length, padded;
    const float* vectors;
    std::uint16_t* indices;
    float* distances;          ///< or nothing
    float* seconds = nullptr;  ///< of searchTwo()
};

/// The lowest number among the nearest of the lanes.
RATESCOPE_INLINE std::int64_t bestLane(const float* distances, const std::int32_t* numbers) {
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < lanes; ++i)
        if (distances[i] < distances[best] || (distances[i] == distances[best] && numbers[i] < numbers[best]))
            best = i;
    return best;
}

template <int count, bool two>
RATESCOPE_INLINE void searchTogether(const Search& at) {
    Lanes least[count], next[count];
    Numbers found[count], number;
    for (std::int64_t i = 0; i < lanes; ++i)
        number[i] = static_cast<std::int32_t>(i);
    for (int c = 0; c < count; ++c) {
        next[c] = least[c] = Lanes{} + std::numeric_limits<float>::infinity();
        found[c] = number;
    }
    for (std::int64_t k = 0; k < at.padded; k += lanes) {
        Lanes sums[count], codeword;
        for (int c = 0; c < count; ++c)
            sums[c] = Lanes{};
        for (std::int64_t d = 0; d < at.length; ++d) {
            std::memcpy(&codeword, at.codewords + d * at.padded + k, sizeof codeword);
            for (int c = 0; c < count; ++c) {
                const Lanes difference = codeword - at.vectors[c * at.length + d];
                sums[c] += difference * difference;
            }
        }
        for (int c = 0; c < count; ++c) {
            const Numbers isLess = sums[c] < least[c];
            if constexpr (two) {
                const Lanes later = isLess ? least[c] : sums[c];
                next[c] = later < next[c] ? later : next[c];
            }
            least[c] = isLess ? sums[c] : least[c];
            found[c] = isLess ? number : found[c];
        }
        number += static_cast<std::int32_t>(lanes);
    }
    for (int c = 0; c < count; ++c) {
        float distances[lanes];
        std::int32_t numbers[lanes];
        std::memcpy(distances, &least[c], sizeof distances);
        std::memcpy(numbers, &found[c], sizeof numbers);
        const std::int64_t best = bestLane(distances, numbers);
        at.indices[c] = static_cast<std::uint16_t>(numbers[best]);
        if (at.distances) at.distances[c] = distances[best];
        if constexpr (two) {
            distances[best] = next[c][best];
            at.seconds[c] = *std::min_element(distances, distances + lanes);
        }
    }
}

template <bool two>
RATESCOPE_INLINE void searchEach(const Search& search, std::int64_t vectors) {
    Search at = search;
    const auto advance = [&](std::int64_t count) {
        at.vectors += count * at.length;
        at.indices += count;
        if (at.distances) at.distances += count;
        if constexpr (two) at.seconds += count;
    };
    std::int64_t done = 0;
    for (; done + together <= vectors; done += together, advance(together))
        searchTogether<together, two>(at);
    for (; done < vectors; ++done, advance(1))
        searchTogether<1, two>(at);
}

RATESCOPE_INLINE void searchAll(const Search& search, std::int64_t vectors) {
    searchEach<false>(search, vectors);
}

RATESCOPE_INLINE void searchTwo(const Search& search, std::int64_t vectors) {
    searchEach<true>(search, vectors);
}

/// With the roundings of the search.
float distanceAsSearched(const float* codeword, const float* vector, std::int64_t length) {
    float sum = 0;
    for (std::int64_t d = 0; d < length; ++d) {
        const float difference = codeword[d] - vector[d];
        sum += difference * difference;
    }
    return sum;
}

/// A distance of up to 16 elements, squared in fp32, is off by less than a share of 20 · 2^-24; this much between two
/// of them leaves no doubt which is searched to be nearer.
constexpr double doubt = 1e-5;
constexpr std::size_t mostMovers = lanes;
constexpr float leastSquared = 1e-30F;                        // below it roundings are not relative
constexpr float largest = std::numeric_limits<float>::max();  // what is infinite in fp32 is at least this

double squaredDistance(const float* a, const float* b, std::int64_t length) {
    double sum = 0;
    for (std::int64_t d = 0; d < length; ++d) {
        const double difference = static_cast<double>(a[d]) - static_cast<double>(b[d]);
        sum += difference * difference;
    }
    return sum;
}

/// Lloyd's rounds. Only vectors whose nearest codeword may be another one are searched again (Hamerly, 2010): each knows
/// how near the others may have come since it was searched. What comes out is that of searching all.
class Lloyd {
  public:
    Lloyd(const Matrix<float>& vectors, std::span<const double> weights, const KMeansSettings& settings,
          const media::Execution& execution)
        : vectors_(vectors),
          weights_(weights),
          settings_(settings),
          execution_(execution),
          random_(settings.seed),
          count_(static_cast<std::size_t>(vectors.rows)),
          distances_(count_),
          others_(count_, -1) {
        result_.codewords = Matrix<float>(std::min(settings.clusters, vectors.rows), vectors.columns);
        result_.indices.resize(count_);
    }

    Clustering run() {
        seed();
        std::vector<std::uint16_t> before;
        for (int round = 0;; ++round) {
            assign();
            if (round == settings_.rounds || result_.indices == before || hasSettled()) break;
            before = result_.indices;
            moveCodewords();
        }
        return std::move(result_);
    }

  private:
    double weight(std::size_t vector) const { return weights_.empty() ? 1.0 : weights_[vector]; }
    const float* vector(std::size_t number) const {
        return vectors_.row(static_cast<std::int64_t>(number)).data();
    }

    void forChunks(const std::function<void(std::size_t, std::size_t)>& work) const {
        execution_.forEach((count_ + chunk - 1) / chunk, [&](std::size_t piece) {
            work(piece * chunk, std::min(count_, (piece + 1) * chunk));
        });
    }

    /// A vector drawn by `shares`; the last one that has any where rounding leaves nothing.
    std::size_t draw(const std::vector<double>& shares) {
        const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
        double left = std::uniform_real_distribution<double>(0, 1)(random_) * total;
        std::size_t last = 0;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            if (shares[i] <= 0) continue;
            last = i;
            left -= shares[i];
            if (left < 0) break;
        }
        return last;
    }

    void setCodeword(std::int64_t number, std::size_t from) {
        std::copy_n(vector(from), vectors_.columns, result_.codewords.row(number).begin());
    }

    void seed() {
        std::vector<double> shares(count_);
        for (std::size_t i = 0; i < count_; ++i)
            shares[i] = weight(i);
        if (result_.codewords.rows > mostCarefulSeeds) return seedByWeights(shares);
        std::vector<double> nearest(count_, std::numeric_limits<double>::infinity());
        for (std::int64_t k = 0; k < result_.codewords.rows; ++k) {
            const std::size_t chosen = draw(shares);
            setCodeword(k, chosen);
            forChunks([&](std::size_t begin, std::size_t end) {
                for (std::size_t i = begin; i < end; ++i) {
                    nearest[i] =
                        std::min(nearest[i], squaredDistance(vector(i), vector(chosen), vectors_.columns));
                    shares[i] = weight(i) * nearest[i];
                }
            });
        }
    }

    /// The first of each lot of equal vectors, as they lie; its share becomes that of all of them.
    std::vector<std::size_t> distinctVectors(std::vector<double>& shares) const {
        const std::int64_t length = vectors_.columns;
        std::vector<std::size_t> places(count_);
        std::iota(places.begin(), places.end(), std::size_t{0});
        std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
            return std::lexicographical_compare(vector(a), vector(a) + length, vector(b), vector(b) + length);
        });
        std::vector<std::size_t> firsts;
        for (const std::size_t place : places)
            if (firsts.empty() || !std::equal(vector(place), vector(place) + length, vector(firsts.back())))
                firsts.push_back(place);
            else
                shares[firsts.back()] += shares[place];
        std::sort(firsts.begin(), firsts.end());
        return firsts;
    }

    /// Without putting back: the k largest of u^(1/weight), u uniform (Efraimidis and Spirakis, 2006). What is left when
    /// each distinct vector has its codeword takes the same again: there are as many as were asked for.
    void seedByWeights(std::vector<double>& shares) {
        std::vector<std::size_t> places = distinctVectors(shares);
        std::uniform_real_distribution<double> uniform(0, 1);
        for (const std::size_t place : places)
            shares[place] = shares[place] > 0 ? std::log(uniform(random_)) / shares[place]
                                              : -std::numeric_limits<double>::infinity();
        std::stable_sort(places.begin(), places.end(),
                         [&](std::size_t a, std::size_t b) { return shares[a] > shares[b]; });
        for (std::int64_t k = 0; k < result_.codewords.rows; ++k)
            setCodeword(k, places[static_cast<std::size_t>(k) % places.size()]);
    }

    void assign() {
        const NearestCodeword nearest(result_.codewords), nearestMover(moved_);
        forChunks([&](std::size_t begin, std::size_t end) {
            if (!movers_.empty()) noteMovers(nearestMover, begin, end);
            searchOpen(nearest, begin, end);
        });
        double objective = 0;
        for (std::size_t i = 0; i < count_; ++i)
            objective += weight(i) * static_cast<double>(distances_[i]);
        result_.objectives.push_back(objective);
    }

    void searchOpen(const NearestCodeword& nearest, std::size_t begin, std::size_t end) {
        std::vector<std::size_t> open;
        std::vector<float> vectors;
        for (std::size_t i = begin; i < end; ++i) {
            if (staysNearest(i)) continue;
            open.push_back(i);
            vectors.insert(vectors.end(), vector(i), vector(i) + vectors_.columns);
        }
        std::vector<std::uint16_t> indices(open.size());
        std::vector<float> distances(open.size()), seconds(open.size());
        nearest.findTwo(vectors, indices, distances, seconds);
        for (std::size_t j = 0; j < open.size(); ++j) {
            result_.indices[open[j]] = indices[j];
            distances_[open[j]] = distances[j];
            others_[open[j]] = leastDistance(seconds[j]);
        }
    }

    /// Of a squared distance that was searched.
    static double leastDistance(float squared) {
        return std::sqrt(std::min(double{largest}, static_cast<double>(squared))) * (1 - doubt);
    }

    /// The others come nearer by how far they went at most. Those that went farthest are searched, so that all the others
    /// need not be taken to have come as near.
    void noteMovers(const NearestCodeword& nearestMover, std::size_t begin, std::size_t end) {
        const std::size_t count = end - begin;
        std::vector<std::uint16_t> found(count);
        std::vector<float> distances(count), seconds(count);
        nearestMover.findTwo({vector(begin), count * static_cast<std::size_t>(vectors_.columns)}, found,
                             distances, seconds);
        for (std::size_t i = 0; i < count; ++i) {
            double& others = others_[begin + i];
            if (others < 0) continue;
            const bool isOwn = movers_[found[i]] == result_.indices[begin + i];
            others = std::min(others - shift_, leastDistance(isOwn ? seconds[i] : distances[i]));
        }
    }

    /// Takes the distance of its codeword, and whether no other one can be as near.
    bool staysNearest(std::size_t i) {
        if (others_[i] < 0) return false;
        const float distance =
            distanceAsSearched(result_.codewords.row(result_.indices[i]).data(), vector(i), vectors_.columns);
        distances_[i] = distance;
        return distance > leastSquared && std::sqrt(static_cast<double>(distance)) * (1 + doubt) < others_[i];
    }

    bool hasSettled() const {
        const std::vector<double>& all = result_.objectives;
        if (all.back() == 0) return true;
        return all.size() > 1 &&
               all[all.size() - 2] - all.back() <= settings_.tolerance * all[all.size() - 2];
    }

    void moveCodewords() {
        Matrix<double> sums(result_.codewords.rows, vectors_.columns);
        std::vector<double> totals(static_cast<std::size_t>(sums.rows));
        for (std::size_t i = 0; i < count_; ++i) {
            const auto sum = sums.row(result_.indices[i]);
            const double share = weight(i);
            totals[result_.indices[i]] += share;
            for (std::size_t d = 0; d < sum.size(); ++d)
                sum[d] += share * static_cast<double>(vector(i)[d]);
        }
        std::vector<double> shifts(totals.size());
        for (std::int64_t k = 0; k < sums.rows; ++k) {
            const double total = totals[static_cast<std::size_t>(k)];
            if (!(total > 0)) continue;
            const std::vector<float> old(result_.codewords.row(k).begin(), result_.codewords.row(k).end());
            std::transform(sums.row(k).begin(), sums.row(k).end(), result_.codewords.row(k).begin(),
                           [total](double sum) { return static_cast<float>(sum / total); });
            shifts[static_cast<std::size_t>(k)] =
                std::sqrt(squaredDistance(old.data(), result_.codewords.row(k).data(), vectors_.columns));
        }
        chooseMovers(shifts);
    }

    void chooseMovers(const std::vector<double>& shifts) {
        const std::size_t count = std::min(mostMovers, shifts.size());
        std::vector<std::uint16_t> order(shifts.size());
        std::iota(order.begin(), order.end(), std::uint16_t{0});
        const auto end = order.begin() + static_cast<std::ptrdiff_t>(count);
        std::partial_sort(order.begin(), end, order.end(),
                          [&](std::uint16_t a, std::uint16_t b) { return shifts[a] > shifts[b]; });
        movers_.assign(order.begin(), end);
        moved_ = Matrix<float>(static_cast<std::int64_t>(count), vectors_.columns);
        for (std::size_t i = 0; i < count; ++i)
            std::ranges::copy(result_.codewords.row(movers_[i]),
                              moved_.row(static_cast<std::int64_t>(i)).begin());
        shift_ = 0;
        for (auto other = end; other != order.end(); ++other)
            shift_ = std::max(shift_, shifts[*other] * (1 + doubt));
    }

    const Matrix<float>& vectors_;
    const std::span<const double> weights_;
    const KMeansSettings& settings_;
    const media::Execution& execution_;
    std::mt19937_64 random_;
    const std::size_t count_;
    std::vector<float> distances_;
    std::vector<double> others_;         ///< no other codeword is nearer than this; below 0: not known
    std::vector<std::uint16_t> movers_;  ///< the codewords that went farthest in the last move
    Matrix<float> moved_;                ///< where they are now
    double shift_ = 0;                   ///< how far the others went at most
    Clustering result_;
};

}  // namespace

NearestCodeword::NearestCodeword(const Matrix<float>& codewords)
    : length_(codewords.columns),
      padded_((codewords.rows + lanes - 1) / lanes * lanes),
      byElement_(static_cast<std::size_t>(length_ * padded_), std::numeric_limits<float>::infinity()) {
    for (std::int64_t k = 0; k < codewords.rows; ++k)
        for (std::int64_t d = 0; d < length_; ++d)
            byElement_[static_cast<std::size_t>(d * padded_ + k)] = codewords.at(k, d);
}

void NearestCodeword::find(std::span<const float> vectors, std::span<std::uint16_t> indices,
                           std::span<float> distances) const {
    static const auto run = compiledFor<&searchAll>(bestInstructionSet());
    run({byElement_.data(), length_, padded_, vectors.data(), indices.data(),
         distances.empty() ? nullptr : distances.data()},
        static_cast<std::int64_t>(indices.size()));
}

void NearestCodeword::findTwo(std::span<const float> vectors, std::span<std::uint16_t> indices,
                              std::span<float> distances, std::span<float> seconds) const {
    static const auto run = compiledFor<&searchTwo>(bestInstructionSet());
    run({byElement_.data(), length_, padded_, vectors.data(), indices.data(), distances.data(),
         seconds.data()},
        static_cast<std::int64_t>(indices.size()));
}

Clustering kMeans(const std::string& name, const Matrix<float>& vectors, std::span<const double> weights,
                  const KMeansSettings& settings, const media::Execution& execution) {
    if (settings.clusters < 1 || settings.clusters > mostClusters)
        throw Error(ErrorKind::Usage, "A codebook has 1 to 65536 codewords.",
                    "Set another number of codewords.");
    if (vectors.values.empty())
        throw Error(ErrorKind::Input, "\"" + name + "\" holds no vectors for a codebook.", "Leave it out.");
    if (!weights.empty() && static_cast<std::int64_t>(weights.size()) != vectors.rows)
        throw Error(ErrorKind::Internal, "Vectors and weights of a codebook differ in number.", "");
    requireFinite(name, vectors.values);
    return Lloyd(vectors, weights, settings, execution).run();
}

Matrix<float> halfCodewords(const std::string& name, Matrix<float> codewords) {
    for (float& value : codewords.values)
        value = media::halfToFloat(finiteHalf(name, value));
    return codewords;
}

int indexBits(std::int64_t codewords) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(codewords - 1)));
}

}  // namespace ratescope::engine
