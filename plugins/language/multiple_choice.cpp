// Multiple-choice questions, answered by what a compressed model finds most probable.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/generate.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/texts.h"
#include "core/engine/llm/tokenizer.h"
#include "core/error.h"
#include "plugins/language/measured_model.h"
#include "plugins/language/nodes.h"
#include "plugins/language/questions.h"

#include <algorithm>
#include <memory>
#include <numeric>

namespace ratescope::media::language {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr std::string_view blanks = " \t\r\n";

/// A choice's tokens after those of the question.
struct Continued {
    Ids prompt, choice;
};

/// As lm-evaluation-harness splits them: a blank stands between question and choice and belongs to the choice, as do
/// blanks at the question's end; the choice's tokens are those of the whole text beyond as many as the question has.
Continued continued(const engine::Tokenizer& tokenizer, const Question& question, const std::string& choice,
                    bool beginning) {
    const std::size_t end = question.text.find_last_not_of(blanks) + 1;  // 0 where there is nothing else
    Continued ids;
    ids.prompt = tokenizer.encode(question.text.substr(0, end), {.beginning = beginning});
    const Ids all = tokenizer.encode(question.text + " " + choice, {.beginning = beginning});
    ids.choice.assign(all.begin() + static_cast<std::ptrdiff_t>(std::min(ids.prompt.size(), all.size())),
                      all.end());
    return ids;
}

/// Characters, not bytes: what acc-norm divides by.
double charactersOf(const std::string& text) {
    return static_cast<double>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
    }));
}

/// Σ ln p of each choice's tokens.
using LogLikelihoods = std::vector<double>;

std::int64_t greatest(const std::vector<double>& values) {
    return std::max_element(values.begin(), values.end()) - values.begin();
}

/// Answers, question after question.
struct Answers {
    std::vector<std::int64_t> question, answer, picked, pickedNorm;
    std::vector<double> logLikelihood;  ///< of the right choice

    void add(const Question& asked, const LogLikelihoods& values) {
        std::vector<double> perCharacter;
        for (std::size_t i = 0; i < values.size(); ++i)
            perCharacter.push_back(values[i] / charactersOf(asked.choices[i]));
        question.push_back(static_cast<std::int64_t>(question.size()));
        answer.push_back(static_cast<std::int64_t>(asked.answer));
        picked.push_back(greatest(values));
        pickedNorm.push_back(greatest(perCharacter));
        logLikelihood.push_back(values[asked.answer]);
    }

    Scores scores() const {
        const auto right = [&](const std::vector<std::int64_t>& given) {
            double count = 0;
            for (std::size_t i = 0; i < given.size(); ++i)
                count += given[i] == answer[i] ? 1 : 0;
            return count;
        };
        const auto count = static_cast<double>(question.size());
        Scores scores;
        scores.scores = {{"acc", right(picked), count}, {"acc-norm", right(pickedNorm), count}};
        scores.samples.emplace();
        scores.samples->columns = {{"question", "", question},
                                   {"answer", "", answer},
                                   {"picked", "", picked},
                                   {"picked-norm", "", pickedNorm},
                                   {"log-likelihood", "nat", logLikelihood}};
        return scores;
    }
};

class MultipleChoice : public MeasureNode {
  public:
    Resources resources(const Parameters&) const override { return modelResources(); }

    Prepared prepare(Context& context, const Inputs& references,
                     const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = references.languageModel("reference");
        checkBeginning(model, parameters);
        engine::tokenizerOf(model);  // this and the questions are refused once for all
        questionsOf(references.all("questions"), parameters);
        Prepared prepared{{}, weightCounts(model)};
        const std::vector<Value>& tables = references.all("questions");
        for (std::size_t i = 0; i < tables.size(); ++i)
            prepared.values[nameOf(i)] = tables[i];
        return prepared;
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters& parameters) const override {
        context.check();
        const auto model = modelOf(candidate, "language.multiple-choice");
        checkBeginning(*model, parameters);
        const engine::ComputeScope compute(context.threads());
        const engine::Tokenizer tokenizer = engine::tokenizerOf(*model);
        const engine::Llama decoder(*model);
        std::vector<Value> tables;
        while (prepared.values.count(nameOf(tables.size())) != 0)
            tables.push_back(prepared.values.at(nameOf(tables.size())));
        const std::vector<Question> questions = questionsOf(tables, parameters);
        Answers answers;
        for (const Question& question : questions) {
            context.progress(static_cast<double>(answers.question.size()) /
                             static_cast<double>(questions.size()));
            answers.add(question, logLikelihoodsOf(context, decoder, tokenizer, question,
                                                   parameters.flag("beginning"), answers.question.size()));
        }
        return answers.scores();
    }

  private:
    static std::string nameOf(std::size_t table) { return "questions-" + std::to_string(table); }

    static LogLikelihoods logLikelihoodsOf(Context& context, const engine::Llama& decoder,
                                           const engine::Tokenizer& tokenizer, const Question& question,
                                           bool beginning, std::size_t number) {
        LogLikelihoods all;
        for (const std::string& choice : question.choices) {
            context.check();
            const Continued ids = continued(tokenizer, question, choice, beginning);
            if (ids.prompt.empty() || ids.choice.empty())
                throw Error(ErrorKind::Input,
                            "Question " + std::to_string(number + 1) + " or its choice has no tokens.",
                            "Give it some text, or set beginning to true.");
            const std::vector<double> values =
                engine::continuationLogLikelihoods(decoder, ids.prompt, ids.choice);
            all.push_back(std::accumulate(values.begin(), values.end(), 0.0));
        }
        return all;
    }
};

constexpr const char* manual =
    R"(Asks a compressed model multiple-choice questions. A choice is worth the log-likelihood of its tokens
after the question; the best one is the model's answer:

- `acc`: share of the questions whose right choice has the greatest log-likelihood;
- `acc-norm`: the same of log-likelihoods divided by the choice's length in characters, so that long choices lose nothing.

Both as EleutherAI's lm-evaluation-harness defines them: the text is the question, a blank, the choice.

**The table** has a row a question. `question` names the column with all that stands before the choices (instructions,
examples, "Answer:"), `choices` the columns of the choices, `answer` the column that says which is right: it holds the
name of that choice's column. An empty cell is no choice. Several tables are one, one after the other.

Log-likelihoods come from single precision. With `beginning` each text begins with the model's beginning of sequence.

**Denominators**: `weights`, all weights of the original; `searched-weights`, those of the tensors that its source
selects for compression. Samples: each question with the places of the right choice and of the two that were picked.
)";

graph::Parameter columnParameter(const char* id, const char* label, const char* help, const char* name) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = graph::ParameterType::Text,
            .defaultValue = std::string(name)};
}

graph::Metric accuracy(const char* id, const char* title, const char* help) {
    return {.id = id,
            .title = title,
            .better = graph::Better::Higher,
            .finish = graph::Finish::Ratio,
            .pool = graph::Pool::SumThenFinish,
            .drawUnit = "question",
            .help = help};
}

graph::Manifest multipleChoiceManifest() {
    graph::Manifest manifest;
    manifest.id = "language.multiple-choice";
    manifest.title = "Multiple choice";
    manifest.family = "language";
    manifest.summary = "Share of questions that a model answers rightly, by log-likelihood";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.papers = {{"Biderman et al., Lessons from the Trenches", "https://arxiv.org/abs/2405.14782"}};
    manifest.synonyms = {"LLM", "accuracy", "MMLU", "HellaSwag", "ARC", "lm-eval", "questions", "zero-shot"};
    manifest.inputs = {referencePort(),
                       {.id = "questions",
                        .label = "Questions",
                        .type = graph::PortType::Table,
                        .fanOut = graph::FanOut::All,
                        .help = "One row a question; several tables are one."},
                       candidatePort()};
    manifest.parameters = {
        columnParameter("question", "Question", "Column with what stands before the choices.", "question"),
        columnParameter("choices", "Choices", "Columns of the choices, separated by semicolons.", "A;B;C;D"),
        columnParameter("answer", "Answer", "Column with the name of the right choice's column.", "answer"),
        beginningParameter("Whether each text begins with that token.")};
    manifest.metrics = {
        accuracy("acc", "Accuracy", "Share of the questions whose right choice is the most probable one."),
        accuracy("acc-norm", "Accuracy by character",
                 "The same of log-likelihoods divided by the choice's characters.")};
    return manifest;
}

}  // namespace

NodeEntry multipleChoiceNode() {
    return {multipleChoiceManifest(),
            [] { return std::make_unique<MultipleChoice>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
