#include "tests/core/store/sample_study.h"

#include <fstream>

namespace ratescope::store {

graph::Metric psnrMetric(graph::Pool pool) {
    return {.id = pool == graph::Pool::MeanOfValues ? "psnr-rgb" : "psnr-rgb-of-mean-mse",
            .title = "PSNR, RGB",
            .unit = "dB",
            .better = graph::Better::Higher,
            .finish = graph::Finish::MinusDbRatio,
            .pool = pool,
            .drawUnit = "image",
            .help = "-10 log10(MSE / peak^2)"};
}

StudyRecord sampleStudy(const std::string& documentId) {
    return {.id = 0,
            .documentId = documentId,
            .name = "photographs",
            .title = "Photographs",
            .document = "{}",
            .directory = "/documents",
            .notes = "",
            .tags = {}};
}

std::vector<PlannedItem> sampleItems(const SampleShape& shape) {
    std::vector<PlannedItem> items;
    for (const std::string& series : shape.series)
        for (const std::int64_t quality : shape.qualities)
            for (int asset = 0; asset < shape.assets; ++asset) {
                PlannedItem item;
                item.branch = "jpeg";
                item.branchTitle = "JPEG";
                item.series = series;
                item.seriesTitle = "JPEG · " + series.substr(series.find('/') + 1);
                item.asset = "kodim" + std::to_string(100 + asset) + ".png";
                item.values = {{"jpeg.quality", quality}, {"jpeg.optimise", series.ends_with("true")}};
                item.key = sha256(series + "|" + std::to_string(quality) + "|" + item.asset);
                item.streams = {sha256("encode " + item.key.hex())};
                for (const std::string& node : shape.measures)
                    item.measurements.push_back({node, sha256(node + " " + item.key.hex()), {psnrMetric()}});
                items.push_back(std::move(item));
            }
    return items;
}

void addMeasure(std::vector<PlannedItem>& items, const std::string& node, const graph::Metric& metric) {
    for (PlannedItem& item : items)
        item.measurements.push_back({node, sha256(node + " " + item.key.hex()), {metric}});
}

Environment sampleEnvironment() {
    Environment environment;
    environment.version = "0.1.0";
    environment.commit = "0123456789ab";
    environment.dirty = true;
    environment.patch = std::string("+a\xff line\r\n", 10);
    environment.compiler = "GNU 12.2.0 Release";
    environment.host = "tethys";
    environment.cpu = "Some CPU";
    environment.device = "cpu";
    environment.commandLine = "run photographs.ratescope";
    environment.documentHash = "ff";
    environment.libraries = {{"libjpeg-turbo", "2.1.5"}};
    return environment;
}

std::pair<run::StreamResult, StreamRecord> sampleStream(const Library& library, const Hash& task,
                                                        std::size_t bytes, char fill) {
    std::string content(bytes, fill);
    // Different tasks give different bytes.
    content.replace(0, std::min<std::size_t>(bytes, 16),
                    task.hex().substr(0, std::min<std::size_t>(bytes, 16)));
    run::StreamResult result;
    result.file = library.stagingFolder() / task.hex();
    std::ofstream(result.file, std::ios::binary) << content;
    result.hash = sha256(content);
    result.bytes = bytes;
    result.parts = {{"header", 64, false}, {"data", 8 * bytes - 64, true}};
    result.shared = {{"tables", 512, false}};
    StreamRecord record;
    record.task = task;
    record.node = "jpeg";
    record.seconds = 0.25;
    record.peakMemory = 1 << 20;
    return {result, record};
}

Batch outcomeOf(const Library& library, const PlannedItem& planned, const ReconciledItem& row) {
    Batch batch;
    std::size_t bytes = 0;
    for (const Hash& task : planned.streams) {
        bytes = 100 + task.bytes[0] * 7u + task.bytes[1];
        batch.streams.push_back(sampleStream(library, task, bytes));
    }
    ItemOutcome item;
    item.item = row.id;
    item.encodeSeconds = 0.001 * planned.key.bytes[2];
    item.decodeSeconds = 0.0005 * planned.key.bytes[3];
    item.peakMemory = 5 << 20;
    item.started = 1'700'000'000'000 + planned.key.bytes[4];
    item.ended = item.started + 40;
    batch.items.push_back(item);
    for (std::size_t i = 0; i < planned.measurements.size(); ++i) {
        MeasurementOutcome outcome;
        outcome.measurement = row.measurements[i].id;
        outcome.counts = {{"pixels", 768 * 512}};
        outcome.seconds = 0.01;
        for (const graph::Metric& metric : planned.measurements[i].metrics)
            outcome.scores.push_back({metric.id, 1e-4 * (1 + planned.key.bytes[5]) / 3.0, 1});
        outcome.samples = "image,mse\r\n" + planned.asset + ",1\r\n";
        batch.measurements.push_back(std::move(outcome));
    }
    return batch;
}

void append(Batch& batch, const Batch& more) {
    batch.streams.insert(batch.streams.end(), more.streams.begin(), more.streams.end());
    batch.items.insert(batch.items.end(), more.items.begin(), more.items.end());
    batch.measurements.insert(batch.measurements.end(), more.measurements.begin(), more.measurements.end());
    batch.tables.insert(batch.tables.end(), more.tables.begin(), more.tables.end());
}

StudyId finishedStudy(Library& library, const std::vector<PlannedItem>& items, const StudyRecord& study) {
    library.setEnvironment(sampleEnvironment());
    const StudyId id = library.saveStudy(study);
    const Reconciliation rows = library.reconcile(id, items);
    Batch batch;
    for (std::size_t i = 0; i < items.size(); ++i)
        append(batch, outcomeOf(library, items[i], rows.items[i]));
    library.commit(batch);
    return id;
}

}  // namespace ratescope::store
