// Chains of single commands: which source reads a file.

#include "core/run/jobs.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace ratescope;
using namespace ratescope::run;

namespace {

graph::Manifest sourceOf(const std::string& id, graph::PortType type, std::vector<std::string> extensions) {
    graph::Manifest manifest;
    manifest.id = id;
    manifest.kind = graph::NodeKind::Source;
    manifest.outputs = {{.id = "value", .label = "Value", .type = type}};
    manifest.parameters = {
        {.id = "files", .label = "Files", .type = graph::ParameterType::File, .defaultValue = std::string()}};
    manifest.assets = {graph::AssetRule::By::Files, "files", std::move(extensions)};
    return manifest;
}

graph::Manifest codecOfTensors() {
    graph::Manifest manifest;
    manifest.id = "test.codec";
    manifest.kind = graph::NodeKind::Codec;
    manifest.inputs = {{.id = "tensors",
                        .label = "Tensors",
                        .type = graph::PortType::TensorSet,
                        .role = graph::PortRole::Coded}};
    manifest.outputs = {{.id = "bitstream", .label = "Stream", .type = graph::PortType::Bitstream}};
    return manifest;
}

graph::Catalogue catalogue() {
    graph::Family family;
    family.manifests = {sourceOf("test.tensors", graph::PortType::TensorSet, {"safetensors", "pt"}),
                        sourceOf("test.models", graph::PortType::LanguageModel, {"gguf", "bin"}),
                        codecOfTensors()};
    graph::Catalogue made;
    made.add(std::move(family));
    return made;
}

}  // namespace

class JobsTest : public QObject {
    Q_OBJECT

  private slots:
    void tensorsAndModelsAreToldApart_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("source");
        const auto row = [](const char* title, const char* name, const QByteArray& content,
                            const char* source) { QTest::newRow(title) << name << content << source; };
        row("safetensors", "a.safetensors", "{}", "test.tensors");
        row("GGUF", "a.GGUF", "GGUF", "test.models");
        row("PyTorch's zip", "pytorch_model.bin", QByteArray("PK\3\4\0\0", 6), "test.tensors");
        row("PyTorch's older form", "pytorch_model.bin", "\x80\x02\x8a\x0a\x6c\xfc", "test.tensors");
        row("llama2.c, 64 wide", "a.bin", QByteArray("\x40\0\0\0\xac\0\0\0", 8), "test.models");
        row("llama2.c, 128 wide", "a.bin", QByteArray("\x80\0\0\0\xac\0\0\0", 8), "test.models");
        row("llama2.c, 640 wide", "a.bin", QByteArray("\x80\2\0\0\xac\0\0\0", 8), "test.models");
        row("less than a number", "a.bin", "PK", "test.models");
    }
    void tensorsAndModelsAreToldApart() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QString, source);
        const QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath(name).toStdString();
        std::ofstream(file, std::ios::binary).write(content.data(), content.size());
        const Job job = encodeJob(catalogue(), "test.codec", {}, {}, file, "out.bin");
        QCOMPARE(job.chain.tasks.front().type, source.toStdString());
    }
};

QTEST_GUILESS_MAIN(JobsTest)
#include "jobs_test.moc"
