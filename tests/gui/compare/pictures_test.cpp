// Pictures of every kind as they lie in value files, how they come to the screen, and what a pan of a large one takes.

#include "tests/core/media/media_values.h"
#include "tests/gui/support.h"
#include "views/compare/compare_area.h"

#include <QPainter>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <ctime>

using namespace ratescope;
using media::ColourModel;
using media::Subsampling;
using views::Layer;
using views::Picture;

namespace {

int sampleOf(const Array& array, std::size_t index) {
    return array.type() == DType::U8 ? array.as<std::uint8_t>()[index] : array.as<std::uint16_t>()[index];
}

double threadMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Timings {
    std::vector<double> milliseconds;

    double at(double part) {
        std::sort(milliseconds.begin(), milliseconds.end());
        return milliseconds[static_cast<std::size_t>(part * static_cast<double>(milliseconds.size() - 1))];
    }
};

}  // namespace

class PicturesTest : public QObject {
    Q_OBJECT
  private slots:
    void samplesAreReadAsTheyAre_data() {
        QTest::addColumn<media::Image>("image");
        QTest::addColumn<QStringList>("channels");
        const auto row = [](const char* name, media::Image image, const QStringList& channels) {
            QTest::newRow(name) << std::move(image) << channels;
        };
        row("grey 1 bit", media::makeImage(9, 7, ColourModel::Grey, false, 1), {"Grey"});
        row("grey 16 bit with alpha", media::makeImage(9, 7, ColourModel::Grey, true, 16), {"Grey", "A"});
        row("RGB 8 bit", media::makeImage(9, 7), {"R", "G", "B"});
        row("RGB 10 bit", media::makeImage(9, 7, ColourModel::Rgb, false, 10), {"R", "G", "B"});
        row("RGBA 16 bit", media::makeImage(9, 7, ColourModel::Rgb, true, 16), {"R", "G", "B", "A"});
        row("YCbCr 4:4:4", media::makeImage(9, 7, ColourModel::YCbCr), {"Y", "Cb", "Cr"});
        row("CMYK", media::makeImage(9, 7, ColourModel::Cmyk), {"C", "M", "Y", "K"});
        row("4:2:0 10 bit", media::makeSubsampled(9, 7, Subsampling::C420, media::Siting::Left, 10),
            {"Y", "Cb", "Cr"});
        row("4:2:2 with alpha",
            media::makeSubsampled(9, 7, Subsampling::C422, media::Siting::Centre, 8, true),
            {"Y", "Cb", "Cr", "A"});
    }
    void samplesAreReadAsTheyAre() {
        QFETCH(media::Image, image);
        QFETCH(QStringList, channels);
        const auto picture = write(image);
        QCOMPARE(picture->channels(), channels);
        QCOMPARE(picture->bitDepth(), image.bitDepth);
        for (int y = 0; y < 7; ++y)
            for (int x = 0; x < 9; ++x) {
                std::vector<int> expected;
                const auto first = static_cast<std::size_t>((y * 9 + x) * image.channels());
                for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels()); ++c)
                    expected.push_back(sampleOf(image.samples, first + c));
                if (image.subsampled()) {
                    const auto chroma = static_cast<std::size_t>(
                        y / image.chromaStepDown() * image.chromaWidth() + x / image.chromaStepAcross());
                    expected.insert(expected.begin() + 1,
                                    {sampleOf(image.cb, chroma), sampleOf(image.cr, chroma)});
                }
                QCOMPARE(picture->at(x, y), expected);
            }
    }

    void deepSamplesAreRoundedOnce() {
        const media::Image image = media::makeImage(64, 8, ColourModel::Rgb, false, 16);
        const QImage shown =
            Layer{Layer::Kind::Picture, write(image), {}, {}, 1, {}}.render({0, 0, 64, 8}, 0);
        for (int i = 0; i < 64 * 8; ++i) {
            const auto level = [&](int channel) {
                const int sample = sampleOf(image.samples, static_cast<std::size_t>(3 * i + channel));
                return static_cast<int>(std::lround(sample * 255.0 / 65535));
            };
            const QRgb pixel = shown.pixel(i % 64, i / 64);
            QCOMPARE(pixel, qRgb(level(0), level(1), level(2)));
        }
    }

    void limitedRangeAndSubsamplingComeToTheScreen() {
        media::Image image = media::makeSubsampled(4, 4, Subsampling::C420);
        const auto fill = [](Array& array, int value) {
            Array filled(array.type(), array.shape());
            for (auto& sample : filled.writable<std::uint8_t>())
                sample = static_cast<std::uint8_t>(value);
            array = filled;
        };
        // White, black and the primaries of BT.709 in limited range.
        const std::vector<std::pair<std::array<int, 3>, QRgb>> colours{{{235, 128, 128}, qRgb(255, 255, 255)},
                                                                       {{16, 128, 128}, qRgb(0, 0, 0)},
                                                                       {{63, 102, 240}, qRgb(255, 0, 0)},
                                                                       {{173, 42, 26}, qRgb(0, 255, 0)},
                                                                       {{32, 240, 118}, qRgb(0, 0, 255)}};
        for (const auto& [samples, expected] : colours) {
            fill(image.samples, samples[0]);
            fill(image.cb, samples[1]);
            fill(image.cr, samples[2]);
            const QRgb shown =
                Layer{Layer::Kind::Picture, write(image), {}, {}, 1, {}}.render({0, 0, 4, 4}, 0).pixel(3, 3);
            const QColor a(shown), b(expected);
            QVERIFY2(std::abs(a.red() - b.red()) <= 2 && std::abs(a.green() - b.green()) <= 2 &&
                         std::abs(a.blue() - b.blue()) <= 2,
                     qPrintable(a.name()));
        }
    }

    void aDifferenceOfDeepPicturesHasTheirPrecision() {
        media::Image a = media::makeImage(16, 4, ColourModel::Rgb, false, 16, 1);
        media::Image b = a;
        b.samples = Array(DType::U16, a.samples.shape());
        const auto from = a.samples.as<std::uint16_t>();
        auto to = b.samples.writable<std::uint16_t>();
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] = static_cast<std::uint16_t>(std::min(65535, from[i] + static_cast<int>(i) * 8));
        const QImage shown =
            Layer{Layer::Kind::Difference, write(b), write(a), {}, 64, views::DifferenceColours::Grey}.render(
                {0, 0, 16, 4}, 0);
        for (int i = 0; i < 64; ++i) {
            const auto at = static_cast<std::size_t>(3 * i);
            const int expected = std::min(
                255, static_cast<int>(std::lround(std::abs(to[at] - from[at]) * 64 * 255.0 / 65535)));
            QVERIFY(std::abs(qRed(shown.pixel(i % 16, i / 16)) - expected) <= 1);
        }
    }

    void damagedFilesAreRefused() {
        const std::string file = (folder_.path() + "/damaged").toStdString();
        writeValueFile(file, {"TensorSet", "{}", {}});
        QVERIFY_THROWS_EXCEPTION(Error, Picture::open(file));
        ValueParts parts = media::toParts(media::valueOf(media::makeImage(4, 4)));
        parts.fields = R"({"model":"rgb","alpha":true,"bitDepth":8})";
        writeValueFile(file, parts);
        QVERIFY_THROWS_EXCEPTION(Error, Picture::open(file));
        parts.fields = "{}";
        writeValueFile(file, parts);
        QVERIFY_THROWS_EXCEPTION(Error, Picture::open(file));
    }

    void tilesStayWithinTheirBytes() {
        const auto picture = write(media::makeImage(1024, 1024));
        views::Tiles tiles(qsizetype{8} * 256 * 256 * 4);
        const Layer layer{Layer::Kind::Picture, picture, {}, {}, 1, {}};
        QImage screen(1024, 1024, QImage::Format_RGB32);
        QPainter painter(&screen);
        QVERIFY(!tiles.paint(painter, layer, {}, 1, screen.rect()));
        QVERIFY(gui::waitFor([&] { return tiles.waiting() == 0; }));
        // Sixteen tiles do not fit; four do.
        QVERIFY(!tiles.paint(painter, layer, {}, 1, screen.rect()));
        QVERIFY(gui::waitFor([&] { return tiles.paint(painter, layer, {}, 1, QRect(0, 0, 512, 512)); }));
        QCOMPARE(screen.copy(0, 0, 512, 512), layer.render({0, 0, 512, 512}, 0));
    }

    void aLargePictureIsPannedAtFullRate() {
        const auto picture = write(media::makeImage(7680, 4320, ColourModel::Rgb, false, 16)),
                   other = write(media::makeImage(7680, 4320, ColourModel::Rgb, false, 16, 2));
        views::ViewState view;
        views::Tiles tiles;
        views::CompareArea area(view, tiles);
        area.resize(1280, 720);
        views::CellContent left, right;
        left.layer.picture = picture;
        right.layer = {Layer::Kind::Difference, other, picture, {}, 4, views::DifferenceColours::Viridis};
        view.setPictureSize(picture->size());
        area.setContents({left, right, left, right});
        area.show();
        for (const double zoom : {1.0, 2.0, 0.3}) {
            view.setZoom(zoom);
            Timings busy, wall;
            views::PictureCell& cell = *area.cells().front();
            const QPoint from = cell.pictureRect().center();
            for (int round = 0; round < 8; ++round) {
                QTest::mousePress(&cell, Qt::LeftButton, {}, from);
                for (int step = 1; step <= 25; ++step) {
                    QElapsedTimer timer;
                    timer.start();
                    const double before = threadMilliseconds();
                    QMouseEvent move(QEvent::MouseMove, QPointF(from + QPoint(-9, -5) * step),
                                     cell.mapToGlobal(QPointF(from)), Qt::NoButton, Qt::LeftButton, {});
                    QApplication::sendEvent(&cell, &move);
                    QApplication::processEvents();
                    busy.milliseconds.push_back(threadMilliseconds() - before);
                    wall.milliseconds.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
                }
                QTest::mouseRelease(&cell, Qt::LeftButton, {}, from);
            }
            std::printf(
                "pan of 7680×4320, 16 bit, four cells, at %.0f %%: thread p50 %.2f ms, p99 %.2f ms, max %.2f "
                "ms; "
                "wall p99 %.2f ms, max %.2f ms\n",
                100 * zoom, busy.at(0.5), busy.at(0.99), busy.at(1), wall.at(0.99), wall.at(1));
            QVERIFY(busy.at(0.99) < 16);
            QVERIFY(busy.at(1) < 50);
        }
        QVERIFY(gui::waitFor([&] { return tiles.waiting() == 0; }, 30'000));
    }

  private:
    std::shared_ptr<const Picture> write(const media::Image& image) {
        const std::string file = (folder_.path() + "/" + QString::number(++files_)).toStdString();
        writeValueFile(file, media::toParts(media::valueOf(image)));
        return Picture::open(file);
    }

    QTemporaryDir folder_;
    int files_ = 0;
};

RATESCOPE_GUI_TEST_MAIN(PicturesTest)
#include "pictures_test.moc"
