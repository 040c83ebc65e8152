// The commands of language models. Each is one chain in a worker: this program loads neither models nor LibTorch.

#include "app/cli/command.h"
#include "app/cli/job.h"
#include "app/cli/output.h"
#include "core/curves/csv.h"
#include "core/curves/statistic.h"
#include "core/curves/text.h"
#include "core/error.h"
#include "core/graph/wording.h"
#include "core/run/house.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace ratescope::cli {
namespace {

std::string flagText(bool on) {
    return on ? "true" : "false";
}

/// Runs the transform and gives the file that it wrote, as text.
std::string textOf(const std::string& node, const run::Settings& settings, const run::InputFiles& inputs,
                   const char* extension, int threads) {
    const graph::Catalogue catalogue = installedCatalogue();
    const run::TemporaryFolder folder;
    const std::filesystem::path output = folder.path() / (std::string("output.") + extension);
    run::Job job = run::transformJob(catalogue, node, settings, inputs, output);
    job.chain.threads = threads;
    runJob(job, catalogue);
    std::ifstream stream(output, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void addThreads(CLI::App& app, int& threads) {
    app.add_option("--threads", threads, "Threads that compute")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
}

// --- tokenize ----------------------------------------------------------------------------------------------

struct TokenizeChoice {
    std::string model, file;
    bool special = false, beginning = false;
};

int tokenize(const TokenizeChoice& choice) {
    std::string ids =
        textOf("language.tokenize",
               {{"special", flagText(choice.special)}, {"beginning", flagText(choice.beginning)}},
               {{"model", choice.model}, {"text", choice.file}}, "tsv", 1);
    // One column: its name, then an id a line.
    ids.erase(0, std::min(ids.find('\n'), ids.size() - 1) + 1);
    while (!ids.empty() && (ids.back() == '\n' || ids.back() == '\r'))
        ids.pop_back();
    std::erase(ids, '\r');
    std::replace(ids.begin(), ids.end(), '\n', ' ');
    std::cout << ids << '\n';
    return exitDone;
}

// --- perplexity --------------------------------------------------------------------------------------------

struct PerplexityChoice {
    std::string model, file, protocol = "ppl-half";
    int context = 512, chunks = 0, threads = 1;
    bool beginning = false, json = false;
};

/// A protocol by the name of its metric: "ppl-half-512", or "ppl-half" and a context.
struct Protocol {
    std::string targets, context;  ///< values of the node's parameters

    std::string metric() const { return "ppl-" + targets + "-" + context; }
};

Protocol protocolOf(const PerplexityChoice& choice, bool contextGiven) {
    Protocol protocol;
    for (const char* targets : {"half", "window"}) {
        const std::string name = std::string("ppl-") + targets;
        if (choice.protocol != name && !choice.protocol.starts_with(name + "-")) continue;
        protocol = {targets, choice.protocol.substr(std::min(name.size() + 1, choice.protocol.size()))};
    }
    if (protocol.targets.empty())
        throw Error(ErrorKind::Usage, "There is no protocol " + graph::inQuotes(choice.protocol) + ".",
                    "Give ppl-half-L or ppl-window-L, with L tokens a window.");
    const std::string given = std::to_string(choice.context);
    if (contextGiven && !protocol.context.empty() && protocol.context != given)
        throw Error(ErrorKind::Usage,
                    "--context " + given + " and the protocol " + choice.protocol + " contradict each other.",
                    "Leave one of them out.");
    if (protocol.context.empty()) protocol.context = given;
    return protocol;
}

/// A table of the report, behind its schema line.
curves::CsvTable tableOf(const run::TaskReport& report, const std::string& name) {
    const std::string& text = report.tables.at(name);
    return curves::parseCsv(std::string_view(text).substr(text.find('\n') + 1), "the table \"" + name + "\"");
}

bool hasRow(const curves::CsvTable& summary, const std::string& statistic) {
    return std::any_of(summary.rows.begin(), summary.rows.end(),
                       [&](const auto& row) { return row.front() == statistic; });
}

/// The cell of the summary's row.
const std::string& summaryText(const curves::CsvTable& summary, const std::string& statistic,
                               const std::string& column) {
    for (const std::vector<std::string>& row : summary.rows)
        if (row.front() == statistic)
            for (std::size_t i = 0; i < summary.header.size(); ++i)
                if (summary.header[i] == column) return row[i];
    throw Error(ErrorKind::Internal, "The measurement has no " + statistic + ".",
                "Report this with the command.");
}

double summaryCell(const curves::CsvTable& summary, const std::string& statistic, const std::string& column) {
    return curves::readNumber(summaryText(summary, statistic, column)).value();
}

/// Under which conditions perplexities may be compared.
struct Conditions {
    std::int64_t context = 0, stride = 0;  ///< tokens
    bool beginning = false;
    std::string tokenizer;  ///< SHA-256

    explicit Conditions(const curves::CsvTable& summary)
        : context(std::llround(summaryCell(summary, "context", "value"))),
          stride(std::llround(summaryCell(summary, "stride", "value"))),
          beginning(summaryText(summary, "beginning of sequence", "text") == "yes"),
          tokenizer(summaryText(summary, "tokenizer", "text")) {}

    std::string line() const {
        constexpr std::size_t shownDigits = 16;
        return "context " + std::to_string(context) + ", stride " + std::to_string(stride) + ", BOS " +
               (beginning ? "yes" : "no") + ", tokenizer " + tokenizer.substr(0, shownDigits) + "…";
    }
};

/// After the first window, after two, and so on.
std::vector<double> runningPerplexity(const curves::CsvTable& windows) {
    const std::vector<double> losses = curves::numbersOf(windows, "loss");
    const std::vector<double> tokens = curves::numbersOf(windows, "tokens");
    std::vector<double> running;
    double loss = 0, count = 0;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        loss += losses[i];
        count += tokens[i];
        running.push_back(std::exp(loss / count));
    }
    return running;
}

/// JSON has no infinity: a model that is broken altogether has one, as text.
nlohmann::json numberJson(double value) {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(curves::shortest(value));
}

int perplexity(const PerplexityChoice& choice, bool contextGiven) {
    const Protocol protocol = protocolOf(choice, contextGiven);
    const graph::Catalogue catalogue = installedCatalogue();
    run::Job job = run::measureJob(catalogue, "language.perplexity",
                                   {{"protocol", protocol.targets},
                                    {"context", protocol.context},
                                    {"chunks", std::to_string(choice.chunks)},
                                    {"beginning", flagText(choice.beginning)}},
                                   {{"text", choice.file}}, choice.model, choice.model, "");
    job.chain.threads = choice.threads;
    const run::TaskReport report = runJob(job, catalogue);
    const curves::CsvTable summary = tableOf(report, "summary");
    const std::vector<double> running = runningPerplexity(tableOf(report, "samples"));
    const double value = summaryCell(summary, "perplexity", "value");
    const double error = summaryCell(summary, "perplexity", "standard error");
    const Conditions conditions(summary);
    if (choice.json) {
        nlohmann::json chunks = nlohmann::json::array();
        for (const double one : running)
            chunks.push_back(numberJson(one));
        std::cout << nlohmann::json{{"perplexity", numberJson(value)},
                                    {"stderr", numberJson(error)},
                                    {"chunks", chunks},
                                    {"context", conditions.context},
                                    {"stride", conditions.stride},
                                    {"bos", conditions.beginning},
                                    {"tokenizer", conditions.tokenizer}}
                         .dump(2)
                  << '\n';
        return exitDone;
    }
    TextTable table({"metric", "value", "standard error", "windows"});
    const std::string windows = std::to_string(running.size());
    table.add({protocol.metric(), curves::fixed(value, 4), curves::fixed(error, 4), windows});
    // Left out for a text that does not come back from its tokens.
    if (hasRow(summary, "bits per byte"))
        table.add({"bits-per-byte", curves::fixed(summaryCell(summary, "bits per byte", "value"), 4),
                   curves::fixed(summaryCell(summary, "bits per byte", "standard error"), 4), windows});
    std::cout << table.text() << conditions.line() << '\n';
    return exitDone;
}

// --- generate ----------------------------------------------------------------------------------------------

struct GenerateChoice {
    std::string model, prompt, packed;
    int tokens = 64, threads = 1;
};

int generate(const GenerateChoice& choice) {
    std::cout << textOf("language.generate",
                        {{"prompt", choice.prompt},
                         {"tokens", std::to_string(choice.tokens)},
                         {"weights", choice.packed.empty() ? "float" : "packed-" + choice.packed}},
                        {{"model", choice.model}}, "txt", choice.threads)
              << '\n';
    return exitDone;
}

constexpr const char* modelHelp = "GGUF file, llama2.c file or Hugging Face folder";

}  // namespace

Command tokenizeCommand() {
    return {"tokenize",
            "Print the ids of a text's tokens",
            {"ratescope-cli tokenize SmolLM2-135M-Instruct.Q4_1.gguf wiki.test.raw"},
            [](CLI::App& app) {
                auto choice = std::make_shared<TokenizeChoice>();
                app.add_option("MODEL", choice->model, modelHelp)->required();
                app.add_option("FILE", choice->file, "Text in UTF-8")->required();
                app.add_flag("--special", choice->special,
                             "Special tokens that stand in the text become their ids (default: plain text)");
                app.add_flag("--bos", choice->beginning, "Begin with the model's beginning of sequence");
                return [choice] { return tokenize(*choice); };
            }};
}

Command perplexityCommand() {
    return {"perplexity",
            "Perplexity of a text under a language model",
            {"ratescope-cli perplexity SmolLM2-135M-Instruct.Q4_1.gguf wiki.test.raw --chunks 16",
             "ratescope-cli perplexity stories260K.bin wiki.test.raw --protocol ppl-window-512 --bos --json"},
            [](CLI::App& app) {
                auto choice = std::make_shared<PerplexityChoice>();
                app.add_option("MODEL", choice->model, modelHelp)->required();
                app.add_option("FILE", choice->file, "Text in UTF-8")->required();
                const CLI::Option* context =
                    app.add_option("--context", choice->context, "Tokens of a window")
                        ->check(CLI::PositiveNumber)
                        ->capture_default_str();
                app.add_option("--chunks", choice->chunks, "So many windows from the start; 0 takes all")
                    ->check(CLI::NonNegativeNumber)
                    ->capture_default_str();
                app.add_option(
                       "--protocol", choice->protocol,
                       "ppl-half-L (llama.cpp's: second halves of windows of L tokens), ppl-window-L (all "
                       "but the first token), ppl-window-text (one window of the whole text)")
                    ->capture_default_str();
                app.add_flag("--bos", choice->beginning,
                             "Beginning of sequence before the text, and first in each window");
                addThreads(app, choice->threads);
                app.add_flag("--json", choice->json, "JSON (docs/schemas/perplexity.json)");
                return [choice, context] { return perplexity(*choice, context->count() > 0); };
            }};
}

Command generateCommand() {
    return {
        "generate",
        "Let a language model go on with a text",
        {"ratescope-cli generate stories260K.bin --prompt \"Once upon a time\" -n 40",
         "ratescope-cli generate SmolLM2-135M-Instruct.Q4_1.gguf --prompt \"The sea is\" -n 40 --packed 4"},
        [](CLI::App& app) {
            auto choice = std::make_shared<GenerateChoice>();
            app.add_option("MODEL", choice->model, modelHelp)->required();
            app.add_option("--prompt", choice->prompt, "Text to go on from")->required();
            app.add_option("-n", choice->tokens, "So many tokens at most, the most probable one each time")
                ->check(CLI::Range(1, 32768))
                ->capture_default_str();
            app.add_option("--packed", choice->packed,
                           "Compute over weights packed in 4 or 8 bits (default: single precision)")
                ->check(CLI::IsMember({"4", "8"}));
            addThreads(app, choice->threads);
            return [choice] { return generate(*choice); };
        }};
}

}  // namespace ratescope::cli
