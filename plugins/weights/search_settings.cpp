#include "plugins/weights/search_settings.h"

#include "core/error.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/grid_parameters.h"
#include "plugins/weights/group_codes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace ratescope::media::weights {
namespace {

using engine::SelectionStage;
using graph::Parameter;
using graph::ParameterType;

/// Below so many weights the small preset is taken unless another is asked for.
constexpr std::uint64_t smallModel = 200'000'000;
/// From so many on the small preset is another one, for processors of few cores.
constexpr std::uint64_t slowModel = 100'000'000;
constexpr double mostLeftOut = 0.95;

struct Preset {
    std::int64_t generations, offspring;
    std::vector<SelectionStage> stages;
};

/// Of the paper's program, and those that a processor finishes: for a slow model, and for others, which have the paper's
/// generations.
Preset presetOf(AllocationKind kind, bool isSmall, std::uint64_t weights) {
    if (isSmall && weights >= slowModel) return {40, 8, {{2, 256}, {1, 1024}}};
    const std::int64_t generations = kind == AllocationKind::LeftOut    ? 0
                                     : kind == AllocationKind::Sparsity ? 400
                                                                        : 150;
    if (isSmall) return {generations, 16, {{1, 512}, {1, 8192}}};
    if (kind == AllocationKind::LeftOut) return {generations, 32, {{2, 2048}, {1, 32768}}};
    if (kind == AllocationKind::Sparsity) return {generations, 64, {{8, 2048}, {2, 16384}, {1, 65536}}};
    return {generations, 128, {{16, 2048}, {4, 16384}, {1, 131072}}};
}

std::vector<std::int64_t> listOf(const std::string& name, std::string_view text) {
    std::vector<std::int64_t> numbers;
    while (!text.empty()) {
        while (text.starts_with(' '))
            text.remove_prefix(1);
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), numbers.emplace_back());
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        while (text.starts_with(' '))
            text.remove_prefix(1);
        const bool isNumber = error == std::errc() && numbers.back() > 0;
        if (!isNumber || (!text.empty() && !text.starts_with(',')) || text == ",")
            throw Error(ErrorKind::Usage, "The list of " + name + " is none of whole numbers above 0.",
                        "Write it like 16,4,1.");
        if (!text.empty()) text.remove_prefix(1);
    }
    return numbers;
}

std::vector<SelectionStage> stagesOf(const Parameters& parameters,
                                     const std::vector<SelectionStage>& preset) {
    const auto survivors = listOf("survivors", parameters.text("survivors"));
    const auto tokens = listOf("tokens", parameters.text("tokens"));
    if (survivors.empty() && tokens.empty()) return preset;
    if (survivors.size() != tokens.size())
        throw Error(ErrorKind::Usage,
                    "There are " + std::to_string(survivors.size()) + " numbers of survivors and " +
                        std::to_string(tokens.size()) + " of tokens.",
                    "Give one of each for every stage.");
    std::vector<SelectionStage> stages;
    for (std::size_t i = 0; i < survivors.size(); ++i)
        stages.push_back({survivors[i], tokens[i]});
    return stages;
}

/// What a kind of search is called, what it may be told.
struct KindName {
    AllocationKind kind;
    const char* name;
    double least, most;
    const char* range;
};
constexpr std::array kindNames{
    KindName{AllocationKind::Bits, "bits", leastBits, mostBits, "2 … 6 bits"},
    KindName{AllocationKind::LeftOut, "drop", 0, mostLeftOut, "a share of blocks from 0 to 0.95"},
    KindName{AllocationKind::Sparsity, "sparsity", 0, mostLeftOut, "a share of zeros from 0 to 0.95"}};

/// What a way of allocating is called, and for which kinds it is one.
struct MethodName {
    SearchMethod method;
    const char* name;
    bool ofBits, ofDrop, ofSparsity;

    bool isOf(AllocationKind kind) const {
        return kind == AllocationKind::Bits ? ofBits : kind == AllocationKind::LeftOut ? ofDrop : ofSparsity;
    }
};
constexpr std::array methodNames{MethodName{SearchMethod::Evolution, "evolution", true, true, true},
                                 MethodName{SearchMethod::Dynamic, "dp", true, false, true},
                                 MethodName{SearchMethod::Even, "uniform", true, false, true},
                                 MethodName{SearchMethod::Owl, "owl", false, false, true},
                                 MethodName{SearchMethod::Scoring, "scoring", false, true, false},
                                 MethodName{SearchMethod::Cosine, "cosine", false, true, false},
                                 MethodName{SearchMethod::Random, "random", false, true, false}};

template <typename Names>
const auto& named(const Names& names, const std::string& name) {
    return *std::ranges::find_if(names, [&](const auto& one) { return one.name == name; });
}

template <typename Names>
std::vector<std::string> choicesOf(const Names& names) {
    std::vector<std::string> choices;
    for (const auto& one : names)
        choices.emplace_back(one.name);
    return choices;
}

void requireFitting(const KindName& kind, const MethodName& method, double target) {
    if (!method.isOf(kind.kind)) {
        std::string fitting;
        for (const MethodName& other : methodNames)
            if (other.isOf(kind.kind)) fitting += (fitting.empty() ? "" : ", ") + std::string(other.name);
        throw Error(ErrorKind::Usage,
                    std::string("Of the kind ") + kind.name + " nothing is allocated by " + method.name + ".",
                    "Choose one of " + fitting + ".");
    }
    if (target < kind.least || target > kind.most)
        throw Error(ErrorKind::Usage, "The target " + graph::toText(target) + " is out of range.",
                    std::string("Set it to ") + kind.range + ".");
}

Parameter choice(const char* id, const char* label, const char* help, std::vector<std::string> choices) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = ParameterType::Choice,
            .defaultValue = choices.front(),
            .choices = choices};
}

Parameter list(const char* id, const char* label, const char* help) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = ParameterType::Text,
            .defaultValue = std::string(),
            .advanced = true};
}

}  // namespace

std::vector<Parameter> searchParameters() {
    const graph::VisibleIf ofBits{"kind", {std::string("bits")}}, ofDrop{"kind", {std::string("drop")}},
        ofSparsity{"kind", {std::string("sparsity")}};
    std::vector<Parameter> all;
    all.push_back(choice(
        "kind", "Kind", "What is searched: widths of tensors, blocks to leave out, or sparsities of tensors.",
        choicesOf(kindNames)));
    all.push_back(
        {.id = "target",
         .label = "Target",
         .help = "Mean bits of a code, the share of blocks that is left out, or the share of zeros.",
         .type = ParameterType::Real,
         .defaultValue = 3.0,
         .minimum = 0,
         .maximum = 6,
         .movesAlongCurve = true});
    all.push_back(choice(
        "allocation", "Allocation",
        "How it is found: by evolution; or, to compare with, of the same tensors the least sum of the "
        "layers' relative errors (dp), the same for all (uniform), or more zeros where there are fewer "
        "outliers (owl, sparsities only); of blocks those that alone do the least harm (scoring), that "
        "change the direction of the states least (cosine), or any (random).",
        choicesOf(methodNames)));
    all.push_back(
        choice("fitness", "Fitness",
               "What is made least: the divergence from the model as it was, the same over its most "
               "probable ids, or the perplexity.",
               {"kl", "topk-kl", "ppl"}));
    all.push_back(integerParameter("top", "Most probable ids", "So many count.", 512, 1, 1 << 20));
    all.back().visibleIf = {"fitness", {std::string("topk-kl")}};
    all.push_back(
        choice("preset", "Effort",
               "Generations, offspring and stages where they are not given: small below 200 million weights, "
               "else those of the paper, which take more text than is drawn by default.",
               {"auto", "small", "paper"}));
    all.push_back(integerParameter("generations", "Generations", "0: by the effort.", 0, 0, 5000));
    all.push_back(
        integerParameter("offspring", "Offspring", "Of a generation; 0: by the effort.", 0, 0, 256));
    all.push_back(
        list("survivors", "Survivors", "Of each stage of the selection, like 16,4,1; empty: by the effort."));
    all.push_back(
        list("tokens", "Tokens",
             "That the candidates of each stage are scored on, all on the same; empty: by the effort."));
    all.push_back(integerParameter("starts", "Starts",
                                   "Random candidates that the first parent is the best of.", 64, 1, 4096));
    all.push_back(integerParameter("start-tokens", "Tokens for the starts", "That they are scored on.", 2048,
                                   2, 1 << 24));
    all.push_back(integerParameter("max-mutations", "Most mutations", "Of an offspring.", 3, 1, 15));
    all.push_back(choice("group-rule", "Exchange", "Between which tensors a bit is exchanged.",
                         {"size", "name", "none"}));
    for (std::size_t i = all.size() - 4; i < all.size(); ++i)
        all[i].advanced = true;
    all.back().visibleIf = ofBits;
    all.push_back(integerParameter("step", "Step",
                                   "From level to level, the same for all tensors; 0: the smallest tensor's "
                                   "levels reach as far as it has weights.",
                                   0, 0, 1 << 30));
    all.back().unit = "weights";
    all.push_back(integerParameter("levels", "Levels", "On either side of the target.", 8, 1, 64));
    all.push_back(integerParameter("max-deviation", "Most deviation",
                                   "Of the levels of all tensors together; 0: any.", 0, 0, 1 << 20));
    for (std::size_t i = all.size() - 3; i < all.size(); ++i) {
        all[i].advanced = true;
        all[i].visibleIf = ofSparsity;
    }
    for (const auto& [id, label, help] :
         {std::tuple("drop-entire-block", "Whole blocks", "Attention and feed-forward go together."),
          std::tuple("drop-pairs", "Pairs of blocks", "Blocks 2i and 2i+1 go together.")})
        all.push_back({.id = id,
                       .label = label,
                       .help = help,
                       .type = ParameterType::Bool,
                       .defaultValue = false,
                       .advanced = true,
                       .visibleIf = ofDrop});
    all.push_back(integerParameter("sequences", "Sequences",
                                   "Of the calibration text, drawn at random places; a stage of the "
                                   "selection that asks for more tokens than they have takes them all.",
                                   64, 1, 65536));
    all.push_back(integerParameter("length", "Length", "Of a sequence.", 256, 8, 32768));
    all.back().unit = "tokens";
    all.push_back(groupSizeParameter());
    for (Parameter& parameter : factorParameters())
        all.push_back(std::move(parameter));
    return all;
}

SearchSettings searchSettings(const Parameters& parameters, std::uint64_t weights) {
    SearchSettings settings;
    const KindName& kind = named(kindNames, parameters.text("kind"));
    const MethodName& method = named(methodNames, parameters.text("allocation"));
    settings.kind = kind.kind;
    settings.method = method.method;
    settings.target = parameters.real("target");
    requireFitting(kind, method, settings.target);
    const std::string& fitness = parameters.text("fitness");
    settings.fitness = fitness == "kl"        ? FitnessKind::Divergence
                       : fitness == "topk-kl" ? FitnessKind::TopDivergence
                                              : FitnessKind::Perplexity;
    settings.top = parameters.integer("top");
    const std::string& rule = parameters.text("group-rule");
    settings.groupRule = rule == "size"   ? GroupRule::Size
                         : rule == "name" ? GroupRule::Name
                                          : GroupRule::None;
    settings.mostMutations = static_cast<int>(parameters.integer("max-mutations"));
    settings.wholeBlocks = parameters.flag("drop-entire-block");
    settings.pairs = parameters.flag("drop-pairs");
    settings.step = parameters.integer("step");
    settings.mostLevel = static_cast<int>(parameters.integer("levels"));
    settings.mostDeviation = static_cast<int>(parameters.integer("max-deviation"));
    const std::string& effort = parameters.text("preset");
    const Preset preset =
        presetOf(settings.kind, effort == "small" || (effort == "auto" && weights < smallModel), weights);
    engine::EvolutionSettings& evolution = settings.evolution;
    const std::int64_t generations = parameters.integer("generations"),
                       offspring = parameters.integer("offspring");
    evolution.generations = generations > 0 ? generations : preset.generations;
    evolution.offspring = offspring > 0 ? offspring : preset.offspring;
    evolution.stages = stagesOf(parameters, preset.stages);
    evolution.starts = parameters.integer("starts");
    evolution.startTokens = parameters.integer("start-tokens");
    evolution.sequences = parameters.integer("sequences");
    evolution.sequenceLength = parameters.integer("length");
    settings.levels = {parameters.integer("group-size"),
                       {parameters.real("damping"), parameters.flag("act-order")}};
    checkGroupSize(settings.levels.groupSize, "weights.evopress.search");
    // Who names the paper's effort compares with the paper: less text would be another search.
    const std::optional<MissingText> missing = missingText(settings);
    if (missing && effort == "paper") throw Error(ErrorKind::Usage, missing->what, missing->remedy);
    return settings;
}

std::optional<MissingText> missingText(const SearchSettings& settings) {
    if (settings.method != SearchMethod::Evolution) return std::nullopt;
    const engine::EvolutionSettings& evolution = settings.evolution;
    const std::int64_t most = std::ranges::max_element(evolution.stages, {}, &SelectionStage::tokens)->tokens;
    const std::int64_t drawn = evolution.sequences * evolution.sequenceLength;
    if (most <= drawn) return std::nullopt;
    const std::int64_t sequences = (most + evolution.sequenceLength - 1) / evolution.sequenceLength;
    return MissingText{"A stage of the selection asks for " + std::to_string(most) + " tokens, and " +
                           std::to_string(evolution.sequences) + " sequences of " +
                           std::to_string(evolution.sequenceLength) + " have " + std::to_string(drawn) + ".",
                       "Set sequences to " + std::to_string(sequences) + "."};
}

}  // namespace ratescope::media::weights
