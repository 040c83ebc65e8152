// The sources: what lies in a file is what flows.

#include "core/media/assets/image_file.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/node/language_model.h"
#include "plugins/source/nodes.h"
#include "tests/core/media/assets/gguf_files.h"
#include "tests/core/media/assets/model_files.h"
#include "tests/core/media/assets/torch_files.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

Outputs loaded(const NodeEntry& entry, const std::filesystem::path& file, const Settings& changed = {}) {
    TestContext context;
    const auto node = entry.make();
    return dynamic_cast<const SourceNode&>(*node).load(context, complete(entry.manifest, changed), file, 0);
}

}  // namespace

class SourceTest : public QObject {
    Q_OBJECT

  private slots:
    void imagesComeAsTheyAreStored_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<int>("bits");
        QTest::newRow("PNG") << "png" << 16;
        QTest::newRow("PPM") << "ppm" << 8;
        QTest::newRow("PPM, 16 bits") << "ppm" << 16;
    }
    void imagesComeAsTheyAreStored() {
        QFETCH(QString, extension);
        QFETCH(int, bits);
        const QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.filePath("a." + extension).toStdString());
        const Image image = picture(13, 9, ColourModel::Rgb, bits);
        writeImage(file, image);
        const Outputs outputs = loaded(source::imagesNode(), file);
        QCOMPARE(imageAt(outputs).bitDepth, bits);
        QVERIFY(std::ranges::equal(imageAt(outputs).samples.bytes(), image.samples.bytes()));
    }

    void rawPicturesAreWhatTheParametersSay() {
        const QTemporaryDir folder;
        QFile file(folder.filePath("a.yuv"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("ABCDEFuvwx") == 10);
        file.close();
        const auto read = [&](Settings changed) {
            changed.merge(Settings{{"width", std::int64_t{3}}, {"height", std::int64_t{2}}});
            return imageAt(loaded(source::rawImagesNode(), file.fileName().toStdString(), changed));
        };
        const Image image = read({});
        QVERIFY(image.subsampling == Subsampling::C420 && image.siting == Siting::Left);
        QVERIFY(image.matrix == Matrix::Bt709 && image.range == Range::Limited && image.bitDepth == 8);
        QCOMPARE(image.cr.as<std::uint8_t>()[1], std::uint8_t{'x'});
        const Image other = read({{"matrix", std::string("BT.601")},
                                  {"range", std::string("full")},
                                  {"siting", std::string("centre")}});
        QVERIFY(other.matrix == Matrix::Bt601 && other.range == Range::Full &&
                other.siting == Siting::Centre);
        const Image grey = read({{"pixel-format", std::string("gray")},
                                 {"width", std::int64_t{10}},
                                 {"height", std::int64_t{1}}});
        QVERIFY(grey.model == ColourModel::Grey && grey.matrix == Matrix::None && grey.channels() == 1);
    }

    void rawPicturesOfAnotherLengthAreRefused() {
        const QTemporaryDir folder;
        QFile file(folder.filePath("a.yuv"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("ABCDEFuvwx") == 10);
        file.close();
        const QString error =
            errorOf([&] { loaded(source::rawImagesNode(), file.fileName().toStdString()); });
        QVERIFY2(error.startsWith("input: ") && error.contains("a.yuv has 10 bytes"), qPrintable(error));
    }

    void tensorsComeAsTheyAreStored() {
        const QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.filePath("a.safetensors").toStdString());
        Array array(DType::BF16, {2, 3});
        array.writable<std::uint16_t>()[5] = 0x7FC0;  // a NaN is data like any other
        writeSafetensors(file, {"", {{"w", array}}, {{"format", "pt"}}});
        const Outputs outputs = loaded(source::tensorsNode(), file);
        QCOMPARE(tensorsAt(outputs).tensors.at(0).name, std::string("w"));
        QVERIFY(std::ranges::equal(tensorsAt(outputs).tensors[0].array.bytes(), array.bytes()));
    }

    void torchFilesAndShardsAreTensorsToo() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        writeBytes(path / "a.pth", torchZip(pickleDict({{"w", pickleTensor("0", 6, 0, {2, 3}, {3, 1})}}),
                                            {{"0", floats(6)}}));
        const Outputs torch = loaded(source::tensorsNode(), path / "a.pth");
        QCOMPARE(tensorsAt(torch).tensors.at(0).array.as<float>()[5], 5.0f);
        writeSafetensors(path / "part.safetensors", {"", {{"w", Array(DType::U8, {3})}}, {}});
        writeBytes(path / "m.safetensors.index.json", R"({"weight_map": {"w": "part.safetensors"}})");
        const Outputs shards = loaded(source::tensorsNode(), path / "m.safetensors.index.json");
        QCOMPARE(tensorsAt(shards).tensors.at(0).array.shape(), (Shape{3}));
    }

    void modelsAreRead() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        writeBytes(path / "a.gguf", tinyLlama().bytes());
        const Outputs outputs = loaded(source::languageModelNode(), path / "a.gguf");
        const auto model = std::get<std::shared_ptr<const LanguageModel>>(outputs.at("model"));
        QVERIFY(model->config.hidden == 32 && model->tensors.size() == 20);
    }

    void textsAreRead() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        writeBytes(path / "a.raw", " = Robert =\n");
        const Outputs outputs = loaded(source::textNode(), path / "a.raw");
        QCOMPARE(std::get<std::shared_ptr<const TextCorpus>>(outputs.at("text"))->text(),
                 std::string_view(" = Robert =\n"));
    }

    void tablesAreRead() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        writeBytes(path / "q.jsonl", R"({"question":"1+1=","A":2,"answer":"A"})");
        const Outputs outputs = loaded(source::tablesNode(), path / "q.jsonl");
        const auto& table = *std::get<std::shared_ptr<const Table>>(outputs.at("table"));
        QCOMPARE(table.rows(), std::size_t{1});
        QCOMPARE(std::get<std::vector<std::int64_t>>(table.column("A")->cells).front(), std::int64_t{2});
        const QString error = errorOf([&] { loaded(source::tablesNode(), path / "none.csv"); });
        QVERIFY2(error.startsWith("input: ") && error.contains("none.csv"), qPrintable(error));
    }

    void badFilesAreNamed_data() {
        QTest::addColumn<bool>("tensors");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty picture") << false << QByteArray();
        QTest::newRow("text as picture") << false << QByteArray("not a picture");
        QTest::newRow("empty tensors") << true << QByteArray();
        QTest::newRow("text as tensors") << true << QByteArray("not a tensor file at all");
    }
    void badFilesAreNamed() {
        QFETCH(bool, tensors);
        QFETCH(QByteArray, content);
        const QTemporaryDir folder;
        QFile file(folder.filePath("bad.bin"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
        file.close();
        const QString error = errorOf([&] {
            loaded(tensors ? source::tensorsNode() : source::imagesNode(), file.fileName().toStdString());
        });
        QVERIFY2(error.startsWith("input: ") && error.contains("bad.bin"), qPrintable(error));
    }

    void sourcesFanOutByFiles() {
        for (const NodeEntry& entry :
             {source::imagesNode(), source::languageModelNode(), source::rawImagesNode(),
              source::tablesNode(), source::tensorsNode(), source::textNode()}) {
            QVERIFY(entry.manifest.assets.by == graph::AssetRule::By::Files);
            QVERIFY(entry.manifest.parameter(entry.manifest.assets.parameter) != nullptr);
        }
    }
};

QTEST_GUILESS_MAIN(SourceTest)
#include "source_test.moc"
