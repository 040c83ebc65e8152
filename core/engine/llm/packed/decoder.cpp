#include "core/engine/llm/packed/decoder.h"

#include "core/engine/llm/packed/float_kernels.h"
#include "core/engine/llm/packed/rope_frequencies.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace ratescope::engine {
namespace {

std::size_t unsignedOf(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

std::size_t positionsOf(const DecoderOptions& options) {
    constexpr std::int64_t most = std::int64_t{1} << 24;
    if (options.positions < 1 || options.positions > most)
        throw Error(ErrorKind::Usage,
                    "A cache of " + std::to_string(options.positions) + " tokens can't be made.",
                    "Ask for 1 to " + std::to_string(most) + '.');
    return unsignedOf(options.positions);
}

/// One a layer.
std::vector<DecoderCache> cachesFor(const DecoderWeights& weights, const DecoderOptions& options) {
    const std::size_t positions = positionsOf(options);
    std::vector<DecoderCache> caches;
    for (std::size_t layer = 0; layer < weights.layers.size(); ++layer)
        caches.emplace_back(options.cache, unsignedOf(weights.config.keyValueHeads),
                            unsignedOf(weights.config.headSize), positions);
    return caches;
}

/// Floats of a few tokens side by side.
class Rows {
  public:
    Rows(std::size_t mostTokens, std::size_t width) : width_(width), values_(mostTokens * width) {}

    std::span<float> of(std::size_t token) { return std::span(values_).subspan(token * width_, width_); }
    std::span<float> first(std::size_t tokens) { return std::span(values_).first(tokens * width_); }

  private:
    std::size_t width_;
    std::vector<float> values_;
};

}  // namespace

struct Decoder::Parts {
    static constexpr std::size_t most = tokensAtOnce;

    DecoderWeights weights;
    DecoderOptions options;
    std::size_t hidden, inner, heads, keyHeads, headSize;
    std::vector<double> frequencies;
    std::vector<DecoderCache> caches;
    ThreadTeam team;
    std::int64_t position = 0;

    Rows stream, normed, query, key, value, mixed, gate, up, added;
    Activations ofHidden, ofMixed, ofInner, ofLast;
    std::vector<Rotation> rotations{most};
    std::vector<float> scores;
    std::vector<float> logits;

    Parts(DecoderWeights given, DecoderOptions chosen)
        : weights(std::move(given)),
          options(chosen),
          hidden(unsignedOf(weights.config.hidden)),
          inner(unsignedOf(weights.config.intermediate)),
          heads(unsignedOf(weights.config.heads)),
          keyHeads(unsignedOf(weights.config.keyValueHeads)),
          headSize(unsignedOf(weights.config.headSize)),
          frequencies(ropeFrequencies(weights.config)),
          caches(cachesFor(weights, chosen)),
          team(chosen.threads),
          stream(most, hidden),
          normed(most, hidden),
          query(most, heads * headSize),
          key(most, keyHeads * headSize),
          value(most, keyHeads * headSize),
          mixed(most, heads * headSize),
          gate(most, inner),
          up(most, inner),
          added(most, hidden),
          ofHidden(chosen.activations, most, hidden),
          ofMixed(chosen.activations, most, heads * headSize),
          ofInner(chosen.activations, most, inner),
          ofLast(chosen.activations, 1, hidden),
          logits(unsignedOf(weights.config.vocabulary)) {}

    void apply(std::initializer_list<LayerProduct> layers, const Activations& activations) {
        multiply(std::span(layers.begin(), layers.size()), activations, team, options.instructions);
    }

    void start(std::span<const std::int32_t> tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            weights.embedding.row(unsignedOf(tokens[i]), stream.of(i));
            setRotation(rotations[i], frequencies, position + static_cast<std::int64_t>(i));
        }
    }

    void normalise(std::span<const float> weight, std::size_t tokens) {
        const auto epsilon = static_cast<float>(weights.config.normEpsilon);
        for (std::size_t i = 0; i < tokens; ++i)
            rmsNorm(stream.of(i), weight, epsilon, normed.of(i));
        ofHidden.assign(normed.first(tokens));
    }

    static void addBias(Rows& rows, std::span<const float> bias, std::size_t tokens) {
        for (std::size_t i = 0; i < tokens && !bias.empty(); ++i)
            addTo(rows.of(i), bias);
    }

    void addToStream(std::size_t tokens) { addTo(stream.first(tokens), added.first(tokens)); }

    void project(const DecoderLayer& layer, DecoderCache& cache, std::size_t tokens) {
        normalise(layer.attentionNorm, tokens);
        apply({{&layer.query, query.first(tokens)},
               {&layer.key, key.first(tokens)},
               {&layer.value, value.first(tokens)}},
              ofHidden);
        addBias(query, layer.queryBias, tokens);
        addBias(key, layer.keyBias, tokens);
        addBias(value, layer.valueBias, tokens);
        for (std::size_t i = 0; i < tokens; ++i) {
            rotate(query.of(i), rotations[i], weights.config.ropeOfNeighbours);
            rotate(key.of(i), rotations[i], weights.config.ropeOfNeighbours);
            cache.put(unsignedOf(position) + i, key.of(i), value.of(i));
        }
    }

    void attend(const DecoderCache& cache, std::size_t tokens) {
        const std::size_t room = DecoderCache::scoresFor(unsignedOf(position) + tokens);
        if (scores.size() < tokens * heads * room) scores.resize(tokens * heads * room);
        const std::size_t window = unsignedOf(weights.config.slidingWindow);
        team.run(tokens * heads, [&](std::size_t piece) {
            const std::size_t token = piece / heads, head = piece % heads;
            const std::size_t last = unsignedOf(position) + token + 1;
            const std::size_t first = window > 0 && last > window ? last - window : 0;
            cache.attend(head / (heads / keyHeads), query.of(token).subspan(head * headSize, headSize), first,
                         last, std::span(scores).subspan(piece * room, room),
                         mixed.of(token).subspan(head * headSize, headSize));
        });
    }

    void runLayer(const DecoderLayer& layer, DecoderCache& cache, std::size_t tokens) {
        project(layer, cache, tokens);
        attend(cache, tokens);
        ofMixed.assign(mixed.first(tokens));
        apply({{&layer.output, added.first(tokens)}}, ofMixed);
        addBias(added, layer.outputBias, tokens);
        addToStream(tokens);
        normalise(layer.feedForwardNorm, tokens);
        apply({{&layer.gate, gate.first(tokens)}, {&layer.up, up.first(tokens)}}, ofHidden);
        gatedSilu(gate.first(tokens), up.first(tokens));
        ofInner.assign(gate.first(tokens));
        apply({{&layer.down, added.first(tokens)}}, ofInner);
        addToStream(tokens);
    }

    void run(std::span<const std::int32_t> tokens) {
        start(tokens);
        for (std::size_t index = 0; index < weights.layers.size(); ++index)
            runLayer(weights.layers[index], caches[index], tokens.size());
        position += static_cast<std::int64_t>(tokens.size());
    }

    void finish(std::size_t last) {
        rmsNorm(stream.of(last), weights.norm, static_cast<float>(weights.config.normEpsilon), normed.of(0));
        ofLast.assign(normed.of(0));
        apply({{&weights.head, logits}}, ofLast);
        if (!std::ranges::all_of(logits, [](float logit) { return std::isfinite(logit); }))
            throw Error(ErrorKind::Input, "The model's logits are not finite.",
                        "Its weights are damaged, or do not survive this format: try another one.");
    }

    void check(std::span<const std::int32_t> tokens) const {
        if (tokens.empty())
            throw Error(ErrorKind::Usage, "There is no token to go on by.", "Give at least one.");
        if (tokens.size() > unsignedOf(options.positions - position))
            throw Error(ErrorKind::Usage,
                        "The cache has room for " + std::to_string(options.positions) + " tokens, no more.",
                        "Ask for more room, or start again.");
        for (const std::int32_t token : tokens)
            if (token < 0 || token >= weights.config.vocabulary)
                throw Error(ErrorKind::Input, "The model has no token " + std::to_string(token) + '.',
                            "Use the model's own tokenizer.");
    }
};

Decoder::Decoder(DecoderWeights weights, DecoderOptions options)
    : parts_(std::make_unique<Parts>(std::move(weights), options)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::span<const float> Decoder::decode(std::span<const std::int32_t> tokens) {
    parts_->check(tokens);
    const std::int64_t before = parts_->position;
    try {
        std::size_t count = 0;
        for (; !tokens.empty(); tokens = tokens.subspan(count)) {
            count = std::min(tokensAtOnce, tokens.size());
            parts_->run(tokens.first(count));
        }
        parts_->finish(count - 1);
    } catch (...) {
        parts_->position = before;
        throw;
    }
    return parts_->logits;
}

std::int64_t Decoder::position() const {
    return parts_->position;
}

void Decoder::rewind(std::int64_t position) {
    if (position < 0 || position > parts_->position)
        throw Error(ErrorKind::Usage, "The decoder has not come to token " + std::to_string(position) + '.',
                    "Ask for one that it has seen.");
    parts_->position = position;
}

const DecoderWeights& Decoder::weights() const {
    return parts_->weights;
}

std::size_t Decoder::cacheBytes() const {
    return parts_->caches.size() * parts_->caches.front().byteSize();
}

std::int32_t likeliest(std::span<const float> logits) {
    return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
}

}  // namespace ratescope::engine
