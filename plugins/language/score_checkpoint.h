#pragma once

// What a long score of a text has come to: kept every few windows, so that a killed task goes on behind them.

#include "core/engine/llm/divergence.h"
#include "core/media/node/context.h"

#include <cstdint>
#include <vector>

namespace ratescope::media::language {

/// Windows between two checkpoints; short ones go through a model four at a time.
inline constexpr std::int64_t windowsBetween = 16;

/// Nats of the predicted tokens of the first windows.
void saveScore(Context& context, const std::vector<double>& logLikelihoods);
void saveRows(Context& context, const engine::DivergenceRows& rows);

/// What was kept of windows of so many predicted tokens; nothing where nothing was.
std::vector<double> savedScore(Context& context, std::int64_t tokensOfWindow);
engine::DivergenceRows savedRows(Context& context, std::int64_t tokensOfWindow);

}  // namespace ratescope::media::language
