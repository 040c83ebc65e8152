#include "core/graph/validate.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <QtTest>
#include <functional>
#include <limits>

using namespace ratescope::graph;

using Change = std::function<void(FigureSpec&)>;
Q_DECLARE_METATYPE(Change)

/// What validation says of a document's figures.
class TestFigures : public QObject {
    Q_OBJECT

    static Document with(const Change& change) {
        Document document = sample::jpegStudy();
        FigureSpec figure;
        figure.name = "rd-psnr";
        figure.y = "psnr-rgb";
        change(figure);
        document.figures = {figure};
        return document;
    }

  private slots:
    void goodFiguresHaveNoFindings() {
        const Document document = with([](FigureSpec& figure) {
            figure.widthMm = 20;
            figure.heightMm = 2000;
            figure.tickPoints = 7;
            figure.dpi = 2400;
            figure.logX = true;
            figure.xLimits = FigureLimits{0.01, 3};
            figure.yLimits = FigureLimits{-10, 0};
            figure.method = "akima";
            figure.averaging = "mean-curve";
            figure.series = {"jpeg", "webp"};
            figure.crop = FigureCrop{0, 0, 1, 1};
            figure.rate = 0.01;
            figure.columns = 20;
        });
        QVERIFY(validate(document, sample::catalogue()).empty());
    }

    void faults_data() {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* message, Change change) {
            QTest::newRow(message) << std::move(change) << QString(message);
        };
        row("The figure's name \"RD plot\" is not a name.", [](FigureSpec& f) { f.name = "RD plot"; });
        row("The figure \"rd-psnr\" says no metric.", [](FigureSpec& f) { f.y.clear(); });
        row("The figure \"rd-psnr\" has a width of 19.9 mm.", [](FigureSpec& f) { f.widthMm = 19.9; });
        row("The figure \"rd-psnr\" has a height of 2000.1 mm.", [](FigureSpec& f) { f.heightMm = 2000.1; });
        row("The figure \"rd-psnr\" has labels of 0.05 pt.", [](FigureSpec& f) { f.labelPoints = 0.05; });
        row("The figure \"rd-psnr\" has tick labels of nan pt.",
            [](FigureSpec& f) { f.tickPoints = std::numeric_limits<double>::quiet_NaN(); });
        row("The figure \"rd-psnr\" has lines of 201 pt.", [](FigureSpec& f) { f.linePoints = 201; });
        row("The figure \"rd-psnr\" has 71 dpi.", [](FigureSpec& f) { f.dpi = 71; });
        row("The figure \"rd-psnr\" has limits of x from 2 to 2.", [](FigureSpec& f) {
            f.xLimits = FigureLimits{2, 2};
        });
        row("The figure \"rd-psnr\" has limits of y from 0 to inf.", [](FigureSpec& f) {
            f.yLimits = FigureLimits{0, std::numeric_limits<double>::infinity()};
        });
        row("The figure \"rd-psnr\" has a logarithmic x from 0.", [](FigureSpec& f) {
            f.logX = true;
            f.xLimits = FigureLimits{0, 1};
        });
        row("The figure \"rd-psnr\" has the BD method \"spline\"",
            [](FigureSpec& f) { f.method = "spline"; });
        row("The figure \"rd-psnr\" averages BD numbers by \"median\"",
            [](FigureSpec& f) { f.averaging = "median"; });
        row("The figure \"rd-psnr\" shows the series \"jpeg\" twice.", [](FigureSpec& f) {
            f.series = {"jpeg", "webp", "jpeg"};
        });
        row("The figure \"rd-psnr\" has a crop without a pixel.", [](FigureSpec& f) {
            f.crop = FigureCrop{3, 4, 0, 7};
        });
        row("The figure \"rd-psnr\" shows what is nearest to the rate 0.", [](FigureSpec& f) { f.rate = 0; });
        row("The figure \"rd-psnr\" has 21 pictures in a row.", [](FigureSpec& f) { f.columns = 21; });
    }

    void faults() {
        QFETCH(Change, change);
        QFETCH(QString, message);
        const std::vector<Finding> findings = validate(with(change), sample::catalogue());
        QCOMPARE(findings.size(), std::size_t{1});
        QVERIFY2(shown(findings[0].message).startsWith(message), findings[0].message.c_str());
        QVERIFY(findings[0].severity == Severity::Error);
        QVERIFY(findings[0].node.empty());
        QVERIFY(!findings[0].remedy.empty());
    }

    void namesAreUnique() {
        Document document = with([](FigureSpec&) {});
        document.figures.push_back(document.figures[0]);
        const std::vector<Finding> findings = validate(document, sample::catalogue());
        QCOMPARE(findings.size(), std::size_t{1});
        QVERIFY(shown(findings[0].message).contains("there twice"));
        document.figures[1].name = "rd-psnr-2";
        QVERIFY(validate(document, sample::catalogue()).empty());
    }
};

QTEST_GUILESS_MAIN(TestFigures)
#include "test_figures.moc"
