// Figures and plates as files: equal bytes at a second export, true size, fonts that a paper needs.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/program.h"

#include <QImage>
#include <QRegularExpression>
#include <QtTest>
#include <cmath>

using namespace e2e;

class FigureTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void secondExportsAreEqual_data();
    void secondExportsAreEqual();
    void pdfHasItsSizeAndFonts();
    void svgKeepsTextAndReadableSizes();
    void pngHasItsResolution();
    void platesShowEverySeries();
    void drawsFiguresOfDocuments();
    void writesByTheEndOfTheName();
    void refusesWhatItCantDraw_data();
    void refusesWhatItCantDraw();

  private:
    QStringList figure(const QString& output) const {
        return {"figure", "--library", "study.rslib", "--y", "psnr-rgb", "--bd-table", "-o", output};
    }
    QStringList plate(const QString& output) const {
        return {"plate", "--library", "study.rslib", "--y", "psnr-rgb", "--asset", "1", "-o", output};
    }

    Place place_;
};

void FigureTest::initTestCase() {
    const QString document = place_.write("study.ratescope", jpegStudy("study", 3, {20, 40, 60, 80}).text());
    VERIFY_CODE(place_.cli({"run", document, "--library", "study.rslib"}), 0);
    // Neither window nor display.
    place_.environment.remove("DISPLAY");
    place_.environment.remove("WAYLAND_DISPLAY");
    place_.environment.remove("QT_QPA_PLATFORM");
}

void FigureTest::secondExportsAreEqual_data() {
    QTest::addColumn<bool>("isPlate");
    QTest::addColumn<QString>("format");
    for (const char* format : {"pdf", "svg", "png"}) {
        QTest::addRow("figure %s", format) << false << format;
        QTest::addRow("plate %s", format) << true << format;
    }
}

void FigureTest::secondExportsAreEqual() {
    QFETCH(bool, isPlate);
    QFETCH(QString, format);
    for (const QString& name : {QString("first."), QString("second.")}) {
        VERIFY_CODE(place_.desktop(isPlate ? plate(name + format) : figure(name + format)), 0);
        QTest::qWait(1100);  // a time stamp would differ
    }
    QVERIFY(place_.read("first." + format).size() > 1000);
    QVERIFY(place_.read("first." + format) == place_.read("second." + format));
}

void FigureTest::pdfHasItsSizeAndFonts() {
    VERIFY_CODE(place_.desktop({"figure", "--library", "study.rslib", "--y", "psnr-rgb", "--preset",
                                "nature-column", "-o", "size.pdf"}),
                0);
    const QByteArray pdf = place_.read("size.pdf");
    const auto box =
        QRegularExpression("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)\\]").match(QString::fromLatin1(pdf));
    QVERIFY(box.hasMatch());
    QVERIFY(std::abs(box.captured(1).toDouble() - 89 / 25.4 * 72) < 0.51);
    QVERIFY(std::abs(box.captured(2).toDouble() - 66 / 25.4 * 72) < 0.51);
    QVERIFY(pdf.contains("LiberationSans"));
    QVERIFY(pdf.contains("/FontFile2"));
}

void FigureTest::svgKeepsTextAndReadableSizes() {
    VERIFY_CODE(place_.desktop(figure("text.svg")), 0);
    const QString svg = QString::fromUtf8(place_.read("text.svg"));
    for (const char* text : {"Rate (bit per pixel)", "PSNR, RGB (dB)", "n = 3", "BD-rate"})
        QVERIFY2(svg.contains(QString::fromUtf8(text)), text);
    auto sizes = QRegularExpression("<text[^>]*font-size=\"([0-9.]+)\"").globalMatch(svg);
    int texts = 0;
    for (; sizes.hasNext(); ++texts)
        QVERIFY(sizes.next().captured(1).toDouble() >= 700);  // hundredths of a point
    QVERIFY(texts > 10);
    VERIFY_CODE(place_.desktop(figure("logarithmic.svg") + QStringList{"--log-y"}), 0);
    QVERIFY(place_.read("logarithmic.svg") != place_.read("text.svg"));
}

void FigureTest::pngHasItsResolution() {
    VERIFY_CODE(place_.desktop({"figure", "--library", "study.rslib", "--y", "psnr-rgb", "--dpi", "300", "-o",
                                "dots.png"}),
                0);
    const QImage image(place_.path("dots.png"));
    QCOMPARE(image.width(), qRound(88.9 / 25.4 * 300));
    QCOMPARE(image.height(), qRound(66 / 25.4 * 300));
    QVERIFY(std::abs(image.dotsPerMeterX() - 300 / 0.0254) <= 1);
    // Nothing is clipped at the page's edge.
    for (int x = 0; x < image.width(); ++x) {
        QCOMPARE(image.pixel(x, 0), qRgb(255, 255, 255));
        QCOMPARE(image.pixel(x, image.height() - 1), qRgb(255, 255, 255));
    }
    for (int y = 0; y < image.height(); ++y) {
        QCOMPARE(image.pixel(0, y), qRgb(255, 255, 255));
        QCOMPARE(image.pixel(image.width() - 1, y), qRgb(255, 255, 255));
    }
}

void FigureTest::platesShowEverySeries() {
    VERIFY_CODE(place_.desktop(plate("all.svg") + QStringList{"--crop", "2,2,8,8", "--rate", "1.5"}), 0);
    const QString svg = QString::fromUtf8(place_.read("all.svg"));
    for (const char* text : {"Original", "subsampling=4:2:0", "subsampling=4:4:4", "bpp", "dB", "quality="})
        QVERIFY2(svg.contains(QString::fromUtf8(text)), text);
    QCOMPARE(svg.count("<image"), 4);  // original, its overview, two series
}

void FigureTest::drawsFiguresOfDocuments() {
    nlohmann::json document = jpegStudy("study", 3, {20, 40, 60, 80}).document;
    document["figures"] = {{{"name", "rd"}, {"y", "psnr-rgb"}, {"bd_table", true}},
                           {{"name", "page"},
                            {"y", "psnr-rgb"},
                            {"preset", "nature-page"},
                            {"height_mm", 80},
                            {"y_limits", {10, 60}},
                            {"legend", "none"},
                            {"title", "Noise"}}};
    place_.write("figures.ratescope", QByteArray::fromStdString(document.dump()));
    const QStringList base{"figure",     "--library",         "study.rslib",
                           "--document", "figures.ratescope", "--figure"};
    // What a spec says is what the options say.
    VERIFY_CODE(place_.desktop(base + QStringList{"rd", "-o", "spec.pdf", "-o", "spec.caption.txt"}), 0);
    VERIFY_CODE(place_.desktop(figure("options.pdf") + QStringList{"--caption", "options.txt"}), 0);
    QVERIFY(place_.read("spec.pdf") == place_.read("options.pdf"));
    QVERIFY(place_.read("spec.caption.txt") == place_.read("options.txt"));
    VERIFY_CODE(place_.desktop(base + QStringList{"page", "-o", "page.svg"}), 0);
    const QString svg = QString::fromUtf8(place_.read("page.svg"));
    const auto size = QRegularExpression("<svg width=\"([0-9.]+)mm\" height=\"([0-9.]+)mm\"").match(svg);
    QVERIFY(std::abs(size.captured(1).toDouble() - 183) < 0.01);
    QVERIFY(std::abs(size.captured(2).toDouble() - 80) < 0.01);
    QVERIFY(svg.contains(">Noise<") && svg.contains(">60<") && !svg.contains("n = 3"));
    // The document that was run into the library has figures, too.
    place_.write("figures.ratescope", QByteArray::fromStdString(document.dump()));
    VERIFY_CODE(place_.cli({"run", "figures.ratescope", "--library", "study.rslib"}), 0);
    VERIFY_CODE(place_.desktop({"figure", "--library", "study.rslib", "--figure", "rd", "-o", "stored.pdf"}),
                0);
    VERIFY_CODE(place_.desktop({"figure", "--library", "study.rslib", "--figure", "rd", "--dpi", "150", "-o",
                                "stored.png"}),
                0);
    QCOMPARE(QImage(place_.path("stored.png")).width(), qRound(88.9 / 25.4 * 150));
    QVERIFY(place_.read("stored.pdf") == place_.read("spec.pdf"));
    // Of several studies it is the document's.
    Place several;
    several.write("figures.ratescope", QByteArray::fromStdString(document.dump()));
    nlohmann::json other = jpegStudy("other", 3, {30, 50}).document;
    for (const nlohmann::json& one : {other, document}) {
        several.write("run.ratescope", QByteArray::fromStdString(one.dump()));
        VERIFY_CODE(several.cli({"run", "run.ratescope", "--library", "study.rslib"}), 0);
    }
    VERIFY_CODE(several.desktop(base + QStringList{"rd", "-o", "spec.svg"}), 0);
    VERIFY_CODE(place_.desktop(base + QStringList{"rd", "-o", "spec.svg"}), 0);
    QVERIFY(several.read("spec.svg") == place_.read("spec.svg"));
    VERIFY_CODE(several.desktop({"figure", "--library", "study.rslib", "--figure", "rd", "-o", "no.svg"}), 2);
}

void FigureTest::writesByTheEndOfTheName() {
    VERIFY_CODE(place_.desktop(figure("all.tex") + QStringList{"-o", "all.csv", "-o", "all.table.tex", "-o",
                                                               "all.table.md", "-o", "all.caption.txt"}),
                0);
    QVERIFY(place_.read("all.tex").contains("\\begin{axis}"));
    QVERIFY(place_.read("all.csv").startsWith("series,"));
    QVERIFY(place_.read("all.table.tex").contains("\\begin{tabular}"));
    QVERIFY(place_.read("all.table.md").startsWith("| Anchor: "));
    const QByteArray caption = place_.read("all.caption.txt");
    QVERIFY2(caption.contains("JPEG [1, 2]: quality 20 to 80, subsampling 4:2:0 and 4:4:4.") &&
                 caption.contains("\n\n[1] "),
             caption);
}

void FigureTest::refusesWhatItCantDraw_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("said");
    const QStringList base{"figure", "--library", "study.rslib", "--y"};
    QTest::newRow("format") << base + QStringList{"psnr-rgb", "-o", "a.bmp"} << 2 << ".pdf, .svg or .png";
    QTest::newRow("preset") << base + QStringList{"psnr-rgb", "--preset", "poster", "-o", "a.pdf"} << 2
                            << "ieee-column";
    QTest::newRow("metric") << base + QStringList{"vmaf", "-o", "a.pdf"} << 2 << "psnr-rgb";
    QTest::newRow("series") << base + QStringList{"psnr-rgb", "--series", "jpg", "-o", "a.pdf"} << 2
                            << "jpeg/";
    QTest::newRow("folder") << base + QStringList{"psnr-rgb", "-o", "nowhere/a.pdf"} << 7 << "nowhere/a.pdf";
    QTest::newRow("no metric") << QStringList{"figure", "--library", "study.rslib", "-o", "a.pdf"} << 2
                               << "--figure NAME";
    QTest::newRow("figure") << QStringList{"figure", "--library", "study.rslib", "--figure",
                                           "x",      "-o",        "a.pdf"}
                            << 2 << "Figures are rd, page.";
    QTest::newRow("figure and options") << QStringList{"figure", "--library", "study.rslib", "--figure", "rd",
                                                       "--y",    "psnr-rgb",  "-o",          "a.pdf"}
                                        << 2 << "excludes";
    QTest::newRow("no table") << base + QStringList{"psnr-rgb", "-o", "a.table.md"} << 2 << "BD table";
    QTest::newRow("library") << QStringList{"figure",   "--library", "none.rslib", "--y",
                                            "psnr-rgb", "-o",        "a.pdf"}
                             << 5 << "none.rslib";
    QTest::newRow("too small") << base + QStringList{"psnr-rgb", "--width", "25",   "--height",
                                                     "20",       "-o",      "a.pdf"}
                               << 2 << "too small";
    QTest::newRow("asset") << QStringList{"plate",   "--library", "study.rslib", "--y",  "psnr-rgb",
                                          "--asset", "x",         "-o",          "a.pdf"}
                           << 2 << "asset";
    QTest::newRow("crop") << plate("a.pdf") + QStringList{"--crop", "1,1,5000,2"} << 2
                          << "within the picture";
}

void FigureTest::refusesWhatItCantDraw() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, said);
    const Outcome outcome = place_.desktop(arguments);
    VERIFY_CODE(outcome, code);
    QVERIFY2(outcome.errors.contains(said.toUtf8()), outcome.said().constData());
    QVERIFY(!place_.has("a.pdf"));
}

QTEST_GUILESS_MAIN(FigureTest)
#include "figure_test.moc"
