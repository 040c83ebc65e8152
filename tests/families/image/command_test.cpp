#include "core/run/command_files.h"
#include "plugins/image/nodes.h"
#include "tests/core/media/command/scratch_context.h"
#include "tests/families/image/pictures.h"

#include <QtTest>
#include <fstream>

using namespace ratescope;
using namespace ratescope::media;
using test::ScratchContext;

namespace {

std::string resolved(const std::string& command) {
    return run::resolveCommand(command, {std::filesystem::current_path(), {}}, sha256OfFile);
}

test::Settings codec(const std::string& encoder, const std::string& decoder) {
    return {{"encoder", resolved(encoder)}, {"decoder", resolved(decoder)}, {"time-limit", 20.0}};
}

const CodecNode& nodeOf(std::unique_ptr<Node>& node) {
    node = image::commandNode().make();
    return dynamic_cast<const CodecNode&>(*node);
}

ByteSink encode(const Image& image, const test::Settings& settings) {
    ScratchContext context;
    std::unique_ptr<Node> node;
    ByteSink sink;
    nodeOf(node).encode(context, test::inputs("image", image),
                        test::complete(image::commandNode().manifest, settings), sink);
    return sink;
}

Image decode(std::span<const std::byte> stream, const test::Settings& settings) {
    ScratchContext context;
    std::unique_ptr<Node> node;
    ByteSource source(stream);
    return test::imageAt(
        nodeOf(node).decode(context, source, {}, test::complete(image::commandNode().manifest, settings)));
}

bool samePixels(const Image& one, const Image& two) {
    return std::ranges::equal(one.samples.bytes(), two.samples.bytes()) &&
           one.samples.shape() == two.samples.shape();
}

}  // namespace

class CommandTest : public QObject {
    Q_OBJECT

  private slots:
    void equalsTheLibrary_data() {
        QTest::addColumn<int>("quality");
        QTest::addColumn<bool>("grey");
        for (const int quality : {1, 30, 75, 95, 100})
            QTest::addRow("%d", quality) << quality << false;
        QTest::addRow("grey") << 75 << true;
    }
    void equalsTheLibrary() {
        QFETCH(int, quality);
        QFETCH(bool, grey);
        const Image image =
            grey ? test::picture(61, 47, ColourModel::Grey) : test::picture(61, 47, ColourModel::Rgb);
        // Of a grey picture cjpeg writes the sampling factors that it is told, though they mean nothing.
        const std::string sampling = grey ? "" : "-sample 2x2 ";
        test::Settings settings =
            codec("cjpeg -baseline " + sampling + "-quality {quality} -outfile {bitstream} {input}",
                  "djpeg -outfile {output} {bitstream}");
        settings["quality"] = static_cast<double>(quality);
        const ByteSink ours = encode(image, settings);
        const ByteSink theirs = test::encode(image::jpegNode(), test::inputs("image", image),
                                             {{"quality", std::int64_t{quality}}});
        QVERIFY(ours.bytes() == theirs.bytes());
        QCOMPARE(test::bitsOf(ours.ledger(), "stream"), std::uint64_t{8 * ours.bytes().size()});
        QVERIFY(samePixels(decode(ours.bytes(), settings),
                           test::imageAt(test::decode(image::jpegNode(), theirs.bytes()))));
    }

    void formatsAreThoseOfTheExtension_data() {
        QTest::addColumn<QString>("input");
        QTest::addColumn<QByteArray>("magic");
        QTest::addColumn<bool>("grey");
        QTest::newRow("none") << "{input}" << QByteArray("P6") << false;
        QTest::newRow("none, grey") << "{input}" << QByteArray("P5") << true;
        QTest::newRow("ppm") << "{input.ppm}" << QByteArray("P6") << false;
        QTest::newRow("pgm") << "{input.pgm}" << QByteArray("P5") << true;
        QTest::newRow("png") << "{input.png}" << QByteArray("\x89PNG") << false;
    }
    void formatsAreThoseOfTheExtension() {
        QFETCH(QString, input);
        QFETCH(QByteArray, magic);
        QFETCH(bool, grey);
        const Image image =
            grey ? test::picture(8, 5, ColourModel::Grey) : test::picture(8, 5, ColourModel::Rgb);
        const test::Settings settings =
            codec("cp " + input.toStdString() + " {bitstream.x}", "cp {bitstream.x} {output}");
        const ByteSink sink = encode(image, settings);
        QVERIFY(QByteArray(reinterpret_cast<const char*>(sink.bytes().data()), magic.size()) == magic);
        QVERIFY(samePixels(decode(sink.bytes(), settings), image));
    }

    void whatAFormatCannotHoldIsRefused() {
        const QString said = test::errorOf([] {
            encode(test::picture(8, 5, ColourModel::Grey), codec("cp {input.ppm} {bitstream}", "true"));
        });
        QVERIFY2(said.startsWith("input: ") && said.contains("image.convert"), qPrintable(said));
    }

    void valuesArriveWhole() {
        const auto script = [](const std::string& arguments) {
            return "sh -c 'for a in \"$@\"; do printf \"%s|\" \"$a\"; done > \"$0\"' {bitstream} {input} " +
                   arguments;
        };
        test::Settings settings = codec(script("{quality} {label} 'a  b' x{label}y"), "true");
        settings["quality"] = 0.5;
        settings["values"] = std::string("label=\"two  words, it's\na 'line'\" other='{}'");
        const ByteSink sink = encode(test::picture(2, 2, ColourModel::Rgb), settings);
        const std::string stream(reinterpret_cast<const char*>(sink.bytes().data()), sink.bytes().size());
        const std::string label = "two  words, it's\na 'line'";
        QCOMPARE(stream.substr(stream.find('|') + 1), "0.5|" + label + "|a  b|x" + label + "y|");
    }

    void mistakesAreExplained_data() {
        QTest::addColumn<QString>("encoder");
        QTest::addColumn<QString>("values");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown name")
            << "true {input} {bitstream} {qualty}"
            << ""
            << "document: The placeholder {qualty} stands for nothing here. Did you mean "
               "\"quality\"?";
        QTest::newRow("no input") << "true {bitstream}"
                                  << ""
                                  << "document: The file {input} does not stand";
        QTest::newRow("no bitstream") << "true {input}"
                                      << ""
                                      << "document: The file {bitstream} does not stand";
        QTest::newRow("the decoder's") << "true {input} {bitstream} {output}"
                                       << ""
                                       << "{output} stands for nothing";
        QTest::newRow("values") << "true {input} {bitstream}"
                                << "x"
                                << "document: \"x\" is no name=value";
        QTest::newRow("taken") << "true {input} {bitstream}"
                               << "quality=3"
                               << "is taken";
        QTest::newRow("nothing written") << "true {input} {bitstream}"
                                         << ""
                                         << "input: The encoder did not write its file {bitstream}";
        QTest::newRow("fails") << "ls {bitstream} {input}/nothing"
                               << ""
                               << "input: The encoder ended with status 2";
        QTest::newRow("another format") << "true {input.bmp} {bitstream}"
                                        << ""
                                        << "usage: ";
    }
    void mistakesAreExplained() {
        QFETCH(QString, encoder);
        QFETCH(QString, values);
        QFETCH(QString, says);
        test::Settings settings = codec(encoder.toStdString(), "true");
        settings["values"] = values.toStdString();
        const QString said = test::errorOf([&] { encode(test::picture(4, 4, ColourModel::Rgb), settings); });
        QVERIFY2(said.contains(says), qPrintable(said));
    }

    void decodersAreChecked_data() {
        QTest::addColumn<QString>("decoder");
        QTest::addColumn<QString>("says");
        QTest::newRow("nothing") << "true {bitstream} {output}"
                                 << "The decoder did not write its file {output}";
        QTest::newRow("no picture") << "cp {bitstream} {output}"
                                    << "What the decoder wrote is no picture";
        QTest::newRow("no file") << "true {bitstream}"
                                 << "The file {output} does not stand";
        QTest::newRow("the encoder's") << "true {bitstream} {output} {quality}"
                                       << "{quality} stands for nothing";
    }
    void decodersAreChecked() {
        QFETCH(QString, decoder);
        QFETCH(QString, says);
        const std::array<std::byte, 3> stream{};
        const QString said = test::errorOf([&] { decode(stream, codec("true", decoder.toStdString())); });
        QVERIFY2(said.contains(says), qPrintable(said));
    }

    void anEmptyCommandIsRefused() {
        const QString said = test::errorOf([] { encode(test::picture(4, 4, ColourModel::Rgb), {}); });
        QVERIFY2(said.startsWith("document: The parameter encoder is empty"), qPrintable(said));
    }

    void aServerMustSayThatItIsDone() {
        test::Settings settings = codec("sh -c 'while read line; do echo maybe; done'", "true");
        settings["mode"] = std::string("server");
        const QString said = test::errorOf([&] { encode(test::picture(4, 4, ColourModel::Rgb), settings); });
        QVERIFY2(said.contains("answered \"maybe\", which is neither ok nor a JSON object"),
                 qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(CommandTest)
#include "command_test.moc"
