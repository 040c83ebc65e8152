#pragma once

// What tests of nodes need: a context that only counts and cancels, complete parameters, one-line calls.

#include "core/error.h"
#include "core/media/node/plugin.h"
#include "tests/families/test_context.h"

#include <QString>
#include <QtGlobal>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::media::test {

using Settings = std::map<std::string, graph::ParameterValue>;

/// The manifest's defaults, with `changed` put in.
inline Parameters complete(const graph::Manifest& manifest, const Settings& changed = {}) {
    std::map<std::string, graph::ParameterValue> values;
    for (const graph::Parameter& parameter : manifest.parameters)
        values[parameter.id] = parameter.defaultValue;
    for (const auto& [id, value] : changed) {
        if (values.count(id) == 0) throw Error(ErrorKind::Internal, "No parameter " + id + ".", "");
        values[id] = value;
    }
    return Parameters(values);
}

template <typename T>
Inputs inputs(const std::string& port, T value) {
    Inputs all;
    all.add(port, std::make_shared<const T>(std::move(value)));
    return all;
}

/// The stream of a codec.
inline ByteSink encode(const NodeEntry& entry, const Inputs& given, const Settings& changed = {},
                       int threads = 1) {
    TestContext context;
    context.threadCount = threads;
    ByteSink sink;
    const auto node = entry.make();
    dynamic_cast<const CodecNode&>(*node).encode(context, given, complete(entry.manifest, changed), sink);
    return sink;
}

/// Decoded by a fresh object.
inline Outputs decode(const NodeEntry& entry, std::span<const std::byte> stream, const Settings& changed = {},
                      int threads = 1) {
    TestContext context;
    context.threadCount = threads;
    ByteSource source(stream);
    const auto node = entry.make();
    return dynamic_cast<const CodecNode&>(*node).decode(context, source, {},
                                                        complete(entry.manifest, changed));
}

/// Of a transform, learner or experiment.
inline Outputs transform(const NodeEntry& entry, const Inputs& given, const Settings& changed = {}) {
    TestContext context;
    const auto node = entry.make();
    return dynamic_cast<const ValueNode&>(*node).run(context, given, complete(entry.manifest, changed));
}

inline const Image& imageAt(const Outputs& outputs, const std::string& port = "image") {
    return *std::get<std::shared_ptr<const Image>>(outputs.at(port));
}

inline const TensorSet& tensorsAt(const Outputs& outputs, const std::string& port = "tensors") {
    return *std::get<std::shared_ptr<const TensorSet>>(outputs.at(port));
}

/// "kind: what remedy" of the Error that `call` throws; "" when it throws none.
template <typename Call>
QString errorOf(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return QString::fromStdString(std::string(toText(error.kind())) + ": " + error.what() + " " +
                                      error.remedy());
    }
    return {};
}

/// Bits of the parts of that name.
inline std::uint64_t bitsOf(const Ledger& ledger, const std::string& name) {
    std::uint64_t bits = 0;
    for (const Part& part : ledger.parts)
        if (part.name == name) bits += part.bits;
    return bits;
}

/// Folder of the test data, empty when there is none.
inline std::filesystem::path dataFolder() {
    const QByteArray named = qgetenv("RATESCOPE_DATA");
    std::filesystem::path folder = named.toStdString();
    if (named.isEmpty())
        folder = std::filesystem::path(qgetenv("RATESCOPE_SOURCE").toStdString()) / "../shared/data";
    return std::filesystem::exists(folder) ? folder : std::filesystem::path();
}

}  // namespace ratescope::media::test

/// Leaves the test when there is no data: a failure where CI is set.
#define RATESCOPE_NEEDS_DATA()                                                       \
    do {                                                                             \
        if (ratescope::media::test::dataFolder().empty()) {                          \
            if (qEnvironmentVariableIsSet("CI")) QFAIL("RATESCOPE_DATA is missing"); \
            QSKIP("skipped: no data");                                               \
        }                                                                            \
    } while (false)
