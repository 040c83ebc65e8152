#pragma once

// A measure of language models called as a chain calls it, with what it says beside its scores.

#include "tests/families/support.h"

#include <algorithm>

namespace ratescope::media::test {

struct Measured {
    Prepared prepared;
    Scores scores;
    std::map<std::string, Table> tables;
    std::vector<std::string> lines;  ///< of the log

    bool has(const std::string& metric) const {
        return std::ranges::any_of(scores.scores, [&](const Score& one) { return one.metric == metric; });
    }
    const Score& score(const std::string& metric) const {
        for (const Score& one : scores.scores)
            if (one.metric == metric) return one;
        throw Error(ErrorKind::Internal, "No score " + metric + ".", "");
    }
    template <typename T>
    const std::vector<T>& samples(const std::string& column) const {
        return std::get<std::vector<T>>(scores.samples.value().column(column)->cells);
    }
};

inline Measured measure(const NodeEntry& entry, const Inputs& references, const Value& candidate,
                        const Settings& changed = {}, int cancelAt = 0) {
    TestContext context(cancelAt);
    const auto node = entry.make();
    const auto& measure = dynamic_cast<const MeasureNode&>(*node);
    const Parameters parameters = complete(entry.manifest, changed);
    Measured measured;
    measured.prepared = measure.prepare(context, references, parameters);
    measured.scores = measure.score(context, measured.prepared, candidate, parameters);
    measured.tables = std::move(context.tables);
    measured.lines = std::move(context.lines);
    return measured;
}

template <typename T>
Value valueOf(T value) {
    return std::make_shared<const T>(std::move(value));
}

inline Value textValue(const std::string& text) {
    Array bytes(DType::U8, {static_cast<std::int64_t>(text.size())});
    std::ranges::copy(std::as_bytes(std::span(text)), bytes.writableBytes().begin());
    return valueOf(TextCorpus{bytes});
}

}  // namespace ratescope::media::test
