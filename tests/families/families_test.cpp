// What holds for every node of the five families, and for the example studies that use them.

#include "core/build_info.h"
#include "core/graph/catalogue.h"
#include "core/graph/document_json.h"
#include "core/graph/expand.h"
#include "core/graph/manifest_check.h"
#include "core/graph/validate.h"
#include "plugins/analysis/nodes.h"
#include "plugins/image/nodes.h"
#include "plugins/language/nodes.h"
#include "plugins/measure/nodes.h"
#include "plugins/source/nodes.h"
#include "plugins/weights/nodes.h"

#include <QFile>
#include <QTest>

using namespace ratescope;

namespace {

const std::vector<media::NodeEntry>& nodes() {
    namespace image = media::image;
    static const std::vector<media::NodeEntry> all{media::analysis::correlationNode(),
                                                   image::jpegNode(),
                                                   image::webpNode(),
                                                   image::pngNode(),
                                                   image::jxlNode(),
                                                   image::avifNode(),
                                                   image::jpeg2000Node(),
                                                   image::cropNode(),
                                                   image::resizeNode(),
                                                   image::convertNode(),
                                                   media::language::generateNode(),
                                                   media::language::fisherNode(),
                                                   media::language::hessiansNode(),
                                                   media::language::multipleChoiceNode(),
                                                   media::language::passkeyNode(),
                                                   media::language::perplexityNode(),
                                                   media::language::sensitivityNode(),
                                                   media::language::retrievalNode(),
                                                   media::language::tokenizeNode(),
                                                   media::measure::psnrNode(),
                                                   media::measure::ssimNode(),
                                                   media::measure::msSsimNode(),
                                                   media::measure::tensorErrorNode(),
                                                   media::source::imagesNode(),
                                                   media::source::rawImagesNode(),
                                                   media::source::tablesNode(),
                                                   media::source::tensorsNode(),
                                                   media::source::languageModelNode(),
                                                   media::source::textNode(),
                                                   media::weights::awqNode(),
                                                   media::weights::bitstackNode(),
                                                   media::weights::castNode(),
                                                   media::weights::dfloat11Node(),
                                                   media::weights::evoPressNode(),
                                                   media::weights::evoPressSearchNode(),
                                                   media::weights::fwsvdNode(),
                                                   media::weights::gptqNode(),
                                                   media::weights::kmeansNode(),
                                                   media::weights::pruneNode(),
                                                   media::weights::rtnNode(),
                                                   media::weights::spqrNode(),
                                                   media::weights::vptqNode()};
    return all;
}

graph::Catalogue catalogue() {
    graph::Family family{"all", buildInfo().buildId, "", {}};
    for (const media::NodeEntry& entry : nodes())
        family.manifests.push_back(entry.manifest);
    graph::Catalogue catalogue;
    catalogue.add(family);
    return catalogue;
}

}  // namespace

class FamiliesTest : public QObject {
    Q_OBJECT

  private slots:
    void manifestsHaveNoFault() {
        QStringList faults;
        for (const media::NodeEntry& entry : nodes())
            for (const std::string& fault : graph::faultsOf(entry.manifest))
                faults += QString::fromStdString(fault);
        QVERIFY2(faults.isEmpty(), qPrintable('\n' + faults.join('\n')));
    }

    void everyNodeIsOfTheKindThatItSays() {
        for (const media::NodeEntry& entry : nodes()) {
            const auto node = entry.make();
            const media::Node* plain = node.get();
            const bool fits[] = {dynamic_cast<const media::SourceNode*>(plain) != nullptr,
                                 dynamic_cast<const media::CodecNode*>(plain) != nullptr,
                                 dynamic_cast<const media::TransformNode*>(plain) != nullptr,
                                 dynamic_cast<const media::MeasureNode*>(plain) != nullptr,
                                 dynamic_cast<const media::AnalysisNode*>(plain) != nullptr,
                                 dynamic_cast<const media::LearnerNode*>(plain) != nullptr,
                                 dynamic_cast<const media::ExperimentNode*>(plain) != nullptr};
            const graph::NodeKind kinds[] = {graph::NodeKind::Source,    graph::NodeKind::Codec,
                                             graph::NodeKind::Transform, graph::NodeKind::Measure,
                                             graph::NodeKind::Analysis,  graph::NodeKind::Learner,
                                             graph::NodeKind::Experiment};
            for (std::size_t i = 0; i < std::size(kinds); ++i)
                QVERIFY2(fits[i] == (entry.manifest.kind == kinds[i]), entry.manifest.id.c_str());
        }
    }

    void examplesAreStudies_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("series");
        QTest::addColumn<int>("rows");
        QTest::newRow("photographs")
            << "photographs"
            << "jpeg/optimise=false/subsampling=4:2:0 jpeg/optimise=false/subsampling=4:4:4 "
               "jpeg/optimise=true/subsampling=4:2:0 jpeg/optimise=true/subsampling=4:4:4"
            << 40;
        QTest::newRow("image-codecs") << "image-codecs"
                                      << "jpeg webp jpeg2000 jxl avif" << 40;
        QTest::newRow("at half a bit") << "image-codecs-at-half-a-bit"
                                       << "jpeg webp jpeg2000 jxl avif" << 5;
        QTest::newRow("dfloat11")
            << "dfloat11"
            << "dfloat11/grouping=part/index=threads dfloat11/grouping=part/index=blocks "
               "dfloat11/grouping=tensor/index=threads dfloat11/grouping=tensor/index=blocks "
               "dfloat11/grouping=block/index=threads dfloat11/grouping=block/index=blocks "
               "dfloat11/grouping=model/index=threads dfloat11/grouping=model/index=blocks"
            << 8;
        QTest::newRow("language models") << "language-model"
                                         << "rtn gptq spqr awq kmeans sparsegpt" << 24;
        QTest::newRow("bitstack") << "bitstack"
                                  << "rtn gptq bitstack not-sorted not-scaled no-signs" << 120;
        QTest::newRow("fwsvd") << "fwsvd"
                               << "svd fwsvd svd-tuned fwsvd-tuned" << 28;
        QTest::newRow("evopress") << "evopress"
                                  << "evopress/search.allocation=evolution evopress/search.allocation=dp "
                                     "evopress/search.allocation=uniform"
                                  << 9;
        QTest::newRow("evopress sparsity")
            << "evopress-sparsity"
            << "evopress/search.allocation=evolution evopress/search.allocation=owl "
               "evopress/search.allocation=dp evopress/search.allocation=uniform"
            << 20;
        QTest::newRow("smollm2") << "smollm2"
                                 << "rtn gptq spqr" << 10;
        QTest::newRow("smollm2 with vptq") << "smollm2-vptq"
                                           << "rtn gptq spqr vptq" << 14;
        QTest::newRow("smollm2 with bitstack") << "smollm2-bitstack"
                                               << "rtn gptq bitstack by-energy not-sorted not-scaled" << 57;
        QTest::newRow("minilm") << "minilm"
                                << "rtn rtn-symmetric" << 10;
        QTest::newRow("tensors") << "tensors"
                                 << "rtn/group-size=32 rtn/group-size=128 rtn/group-size=-1" << 21;
    }
    void examplesAreStudies() {
        QFETCH(QString, name);
        const QString path =
            qEnvironmentVariable("RATESCOPE_SOURCE") + "/resources/examples/" + name + ".ratescope";
        const graph::Document document = graph::readDocument(path.toStdString());
        const graph::Catalogue known = catalogue();
        QStringList findings;
        for (const graph::Finding& finding : graph::validate(document, known))
            findings += QString::fromStdString(finding.node + ": " + finding.message);
        QVERIFY2(findings.isEmpty(), qPrintable('\n' + findings.join('\n')));
        QStringList series;
        std::size_t rows = 0;
        for (const graph::Branch& branch : graph::expandBranches(document, known)) {
            for (const graph::Series& one : branch.series)
                series += QString::fromStdString(one.slug);
            rows += branch.rows.size();
        }
        QTEST(series.join(' '), "series");
        QTEST(static_cast<int>(rows), "rows");
        QFile file(path);
        const QByteArray written = QByteArray::fromStdString(graph::toText(document));
        if (qEnvironmentVariableIsSet("RATESCOPE_KEEP")) {
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(written), written.size());
            return;
        }
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), written);
    }
};

QTEST_GUILESS_MAIN(FamiliesTest)
#include "families_test.moc"
