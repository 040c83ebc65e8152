// What compression does to a model that embeds texts: how well it finds the documents that answer a query, and how far
// its embeddings have turned.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/bert.h"
#include "core/engine/llm/texts.h"
#include "core/engine/llm/tokenizer.h"
#include "core/engine/tensor.h"
#include "core/error.h"
#include "core/media/node/checkpoint.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/ranking.h"
#include "plugins/language/measured_model.h"
#include "plugins/language/nodes.h"
#include "plugins/language/retrieval_task.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>

namespace ratescope::media::language {
namespace {

constexpr std::size_t depth = 10;
/// Texts are embedded so many tokens at a time, a fraction of a second each: often enough to be cancelled.
constexpr std::size_t tokensAtOnce = 2048;
constexpr int slicesBetweenCheckpoints = 64;
constexpr const char* checkpointName = "embeddings";

/// The unit embeddings of texts, F32 [texts, hidden], slice after slice; a killed task goes on where it was.
class Embedding {
  public:
    Embedding(Context& context, const LanguageModel& model, std::int64_t length)
        : context_(context),
          data_(model),
          encoder_(model),
          tokenizer_(engine::tokenizerOf(model)),
          length_(length) {
        if (length > encoder_.config().context)
            throw Error(ErrorKind::Usage,
                        "Texts of " + std::to_string(length) + " tokens are too long for a model with " +
                            std::to_string(encoder_.config().context) + " positions.",
                        "Set length to that or less.");
    }

    at::Tensor operator()(const std::vector<std::string>& texts) {
        std::vector<std::vector<std::int32_t>> ids;
        for (const std::string& text : texts) {
            context_.check();
            ids.push_back(idsOf(text));
        }
        std::vector<std::size_t> order(texts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return ids[a].size() < ids[b].size(); });
        at::Tensor all = at::zeros({static_cast<std::int64_t>(texts.size()), encoder_.config().hidden});
        std::size_t done = restore(all, order);
        for (int slice = 1; done < order.size(); ++slice) {
            context_.progress(static_cast<double>(done) / static_cast<double>(order.size()));
            std::vector<std::vector<std::int32_t>> together;
            std::size_t tokens = 0, end = done;
            for (; end < order.size() && (end == done || tokens + ids[order[end]].size() <= tokensAtOnce);
                 ++end) {
                together.push_back(ids[order[end]]);
                tokens += together.back().size();
            }
            const at::Tensor states = encoder_.meanStates(together, true);
            for (std::size_t i = done; i < end; ++i)
                all[static_cast<std::int64_t>(order[i])] = states[static_cast<std::int64_t>(i - done)];
            done = end;
            if (slice % slicesBetweenCheckpoints == 0) save(all, order, done);
        }
        return all;
    }

  private:
    /// As sentence encoders read a text: its beginning and its end are pieces of their own, and what is too long is cut.
    std::vector<std::int32_t> idsOf(const std::string& text) const {
        std::vector<std::int32_t> ids =
            tokenizer_.encode(text, {.beginning = data_.tokenizer.beginning.has_value()});
        const std::size_t most = static_cast<std::size_t>(length_) - (data_.tokenizer.end ? 1 : 0);
        if (ids.size() > most) ids.resize(most);
        if (data_.tokenizer.end) ids.push_back(*data_.tokenizer.end);
        return ids;
    }

    void save(const at::Tensor& all, const std::vector<std::size_t>& order, std::size_t done) {
        FieldWriter fields;
        fields.varint(done);
        for (std::size_t i = 0; i < done; ++i)
            fields.raw(std::as_bytes(std::span(rowOf(all, order[i]), width(all))));
        saveFields(context_, checkpointName, fields);
    }

    /// How many of the order's texts `all` has from an earlier run.
    std::size_t restore(const at::Tensor& all, const std::vector<std::size_t>& order) {
        return takeUp(context_, checkpointName,
                      [&](FieldReader& fields) {
                          const auto done = static_cast<std::size_t>(fields.varintUpTo(order.size()));
                          for (std::size_t i = 0; i < done; ++i) {
                              const auto row = fields.raw(width(all) * sizeof(float));
                              std::memcpy(rowOf(all, order[i]), row.data(), row.size());
                          }
                          return done;
                      })
            .value_or(0);
    }

    static std::size_t width(const at::Tensor& all) { return static_cast<std::size_t>(all.size(1)); }
    static float* rowOf(const at::Tensor& all, std::size_t row) {
        return all.data_ptr<float>() + row * width(all);
    }

    Context& context_;
    const LanguageModel& data_;
    engine::Bert encoder_;
    engine::Tokenizer tokenizer_;
    std::int64_t length_;
};

/// Queries first, then documents: one pass, one checkpoint.
std::vector<std::string> textsOf(const RetrievalTask& task) {
    std::vector<std::string> texts;
    for (const RetrievalQuery& query : task.queries)
        texts.push_back(query.text);
    texts.insert(texts.end(), task.documents.begin(), task.documents.end());
    return texts;
}

std::vector<double> gainsOf(const RetrievalTask& task, const at::Tensor& embeddings) {
    const auto queries = static_cast<std::int64_t>(task.queries.size());
    const at::Tensor scores = embeddings.narrow(0, 0, queries)
                                  .mm(embeddings.narrow(0, queries, embeddings.size(0) - queries).t())
                                  .contiguous();
    std::vector<double> gains;
    for (std::size_t i = 0; i < task.queries.size(); ++i) {
        const std::map<std::size_t, std::int64_t>& grades = task.queries[i].grades;
        std::vector<std::int64_t> ranked, judged;
        for (const std::size_t document :
             bestRanked({scores[static_cast<std::int64_t>(i)].const_data_ptr<float>(), task.documents.size()},
                        depth)) {
            const auto grade = grades.find(document);
            ranked.push_back(grade == grades.end() ? 0 : grade->second);
        }
        for (const auto& [document, grade] : grades)
            judged.push_back(grade);
        gains.push_back(normalisedGain(ranked, judged, depth));
    }
    return gains;
}

class Retrieval : public MeasureNode {
  public:
    Resources resources(const Parameters&) const override { return modelResources(); }

    Prepared prepare(Context& context, const Inputs& references,
                     const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = references.languageModel("reference");
        const RetrievalTask task =
            retrievalTask(references.all("corpus"), references.all("queries"), references.all("judgements"),
                          parameters.integer("documents"));
        const engine::ComputeScope compute(context.threads());
        const at::Tensor embeddings = Embedding(context, model, parameters.integer("length"))(textsOf(task));
        Prepared prepared{toTables(task), weightCounts(model)};
        TensorSet set{"embeddings", {{"texts", engine::arrayOf(embeddings)}}, {}};
        prepared.values["embeddings"] = std::make_shared<const TensorSet>(std::move(set));
        return prepared;
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters& parameters) const override {
        context.check();
        const auto model = modelOf(candidate, "language.retrieval");
        const RetrievalTask task = fromTables(prepared.values);
        const engine::ComputeScope compute(context.threads());
        const at::Tensor embeddings = Embedding(context, *model, parameters.integer("length"))(textsOf(task));
        const auto& original = *std::get<std::shared_ptr<const TensorSet>>(prepared.values.at("embeddings"));
        const at::Tensor before = engine::tensorOf(original.tensors.at(0).array);
        if (before.sizes() != embeddings.sizes())
            throw Error(ErrorKind::Input, "The candidate's embeddings have another size than the original's.",
                        "Compare a model with one that was made of it.");
        const std::vector<double> gains = gainsOf(task, embeddings);
        const at::Tensor drift = before.mul(embeddings).sum(1, false, at::kDouble).neg().add(1).contiguous();
        const double drifted = drift.sum().item<double>();
        if (!std::isfinite(drifted))
            throw Error(ErrorKind::Input, "The candidate gives embeddings that are not numbers.",
                        "Compress it less, or look for NaN in its tensors.");
        Scores scores;
        scores.scores = {
            {"ndcg-10", std::accumulate(gains.begin(), gains.end(), 0.0), static_cast<double>(gains.size())},
            {"cosine-drift", drifted, static_cast<double>(drift.numel())}};
        scores.samples = samplesOf(task, gains, drift);
        return scores;
    }

  private:
    static Table samplesOf(const RetrievalTask& task, const std::vector<double>& gains,
                           const at::Tensor& drift) {
        std::vector<std::string> ids;
        for (const RetrievalQuery& query : task.queries)
            ids.push_back(query.id);
        const double* first = drift.const_data_ptr<double>();
        Table table;
        table.columns = {{"query", "", std::move(ids)},
                         {"gain", "", gains},
                         {"drift", "", std::vector<double>(first, first + gains.size())}};
        return table;
    }
};

constexpr const char* manual =
    R"(What compression does to a model that embeds texts (a BERT encoder, such as MiniLM): every
document and every query becomes the mean of its tokens' last states, of length 1, and the documents are ranked by their
cosine with the query.

- `ndcg-10`: normalised discounted cumulative gain of the first ten documents, mean over the queries (linear gain, as
  trec_eval's ndcg_cut_10);
- `cosine-drift`: 1 − cosine between the original's embedding of a text and the candidate's, mean over all queries and
  documents.

The tables are laid out as in the BEIR benchmark: a corpus (`_id`, `title`, `text`), queries (`_id`, `text`) and
judgements (`query-id`, `corpus-id`, `score`). Queries without a judgement above 0 are left out. Texts are cut after
`length` tokens. `documents` above 0 takes so many documents only: all that are judged, then the first others. That makes
the task easier: its figures compare among themselves alone, not with published ones.

**Denominators**: `weights`, all weights of the original; `searched-weights`, those of the tensors that its source
selects for compression. Samples: gain and drift of each query.
)";

graph::Port tablePort(const char* id, const char* label, const char* help) {
    return {
        .id = id, .label = label, .type = graph::PortType::Table, .fanOut = graph::FanOut::All, .help = help};
}

graph::Manifest retrievalManifest() {
    graph::Manifest manifest;
    manifest.id = "language.retrieval";
    manifest.title = "Retrieval";
    manifest.family = "language";
    manifest.summary = "How well an encoder finds documents, and how far its embeddings turn";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.papers = {
        {"Thakur et al., BEIR", "https://arxiv.org/abs/2104.08663"},
        {"Järvelin and Kekäläinen, Cumulated gain-based evaluation", "https://doi.org/10.1145/582415.582418"},
        {"Reimers and Gurevych, Sentence-BERT", "https://arxiv.org/abs/1908.10084"}};
    manifest.synonyms = {"nDCG", "embedding", "MiniLM", "BERT", "SciFact", "BEIR", "cosine", "search"};
    manifest.inputs = {
        referencePort(), tablePort("corpus", "Corpus", "The documents: _id, title, text."),
        tablePort("queries", "Queries", "What is looked for: _id, text."),
        tablePort("judgements", "Judgements", "What answers what: query-id, corpus-id, score."),
        candidatePort()};
    manifest.parameters = {{.id = "length",
                            .label = "Length",
                            .help = "Tokens of a text that are read.",
                            .type = graph::ParameterType::Int,
                            .defaultValue = std::int64_t{256},
                            .minimum = 3,
                            .maximum = 8192},
                           {.id = "documents",
                            .label = "Documents",
                            .help = "So many documents, the judged ones first; 0 takes all.",
                            .type = graph::ParameterType::Int,
                            .defaultValue = std::int64_t{0},
                            .minimum = 0,
                            .maximum = 1e9}};
    manifest.metrics = {
        {.id = "ndcg-10",
         .title = "nDCG@10",
         .better = graph::Better::Higher,
         .finish = graph::Finish::Ratio,
         .pool = graph::Pool::SumThenFinish,
         .drawUnit = "query",
         .help = "Σ over the first ten of grade / log2(rank + 1), by that of the best ranking."},
        {.id = "cosine-drift",
         .title = "Drift of embeddings (1 − cosine)",
         .better = graph::Better::Lower,
         .finish = graph::Finish::Ratio,
         .pool = graph::Pool::SumThenFinish,
         .help = "1 − cosine of original and candidate, mean over all texts."}};
    manifest.tolerance = 1e-4;
    return manifest;
}

}  // namespace

NodeEntry retrievalNode() {
    return {retrievalManifest(),
            [] { return std::make_unique<Retrieval>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
