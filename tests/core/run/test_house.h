#pragma once

// A library in a folder of its own, supervisors over it with the fake worker, and what these left behind.

#include "core/run/supervisor.h"
#include "core/store/query.h"
#include "tests/core/run/fake_study.h"

#include <QtTest>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ratescope::run::fake {

inline std::filesystem::path fakeWorker() {
    return std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "fake-worker";
}

inline graph::Binding text(const std::string& value) {
    return graph::ParameterValue(value);
}

/// A library in a folder of its own, and supervisors over it.
class TestHouse {
  public:
    TestHouse() {
        record_ = folder_.filePath("record").toStdString();
        library_.emplace(libraryFile(), store::Access::Write);
    }
    ~TestHouse() { qunsetenv("RATESCOPE_FAKE_RECORD"); }

    std::filesystem::path libraryFile() const { return folder_.filePath("test.rslib").toStdString(); }
    std::filesystem::path folder() const { return folder_.path().toStdString(); }
    store::Library& library() { return *library_; }
    Supervisor& supervisor() { return *supervisor_; }

    Supervisor& start(int jobs) {
        supervisor_.reset();
        qputenv("RATESCOPE_FAKE_RECORD", record_.c_str());
        SupervisorOptions options;
        options.worker = fakeWorker();
        options.jobs = jobs;
        supervisor_ = std::make_unique<Supervisor>(*library_, catalogue_, options);
        return *supervisor_;
    }
    /// Closes supervisor and library and opens both again.
    Supervisor& restart(int jobs) {
        supervisor_.reset();
        library_.reset();
        library_.emplace(libraryFile(), store::Access::Write);
        return start(jobs);
    }
    Submitted run(const graph::Document& document, int jobs, const StudyOptions& options = {}) {
        if (!supervisor_) start(jobs);
        const Submitted submitted = supervisor_->submit(document, folder(), options);
        finish();
        return submitted;
    }
    void finish() {
        QElapsedTimer timer;
        timer.start();
        supervisor_->runUntilIdle([&] { return timer.elapsed() > 60'000; });
        QVERIFY2(supervisor_->idle(), "the run did not end in time");
    }
    /// Steps until the condition holds.
    bool until(const std::function<bool()>& condition, int ms = 10'000) {
        QElapsedTimer timer;
        timer.start();
        while (!condition() && timer.elapsed() < ms)
            supervisor_->step(10);
        return condition();
    }

    /// Lines of the fake workers' record that begin so.
    int ran(const std::string& what) const {
        std::ifstream file(record_);
        int count = 0;
        for (std::string line; std::getline(file, line);)
            count += line.starts_with(what);
        return count;
    }
    void forgetRecord() { std::filesystem::remove(record_); }

    std::int64_t items(store::State state) { return library_->itemCounts()[state]; }
    std::int64_t measurements(store::State state) { return library_->measurementCounts()[state]; }
    QString failure(std::size_t index = 0) {
        const auto failures = library_->failures({}, 100);
        return index < failures.size() ? QString::fromStdString(failures[index].failure.what) : QString();
    }
    /// All that must not depend on the number of jobs.
    QStringList rows(store::StudyId study) {
        QStringList rows;
        const auto page =
            store::itemsPage(*library_, study, {}, store::ItemOrder::Planned, false, {}, 10'000);
        for (const store::ItemRow& item : page.rows) {
            QString row = QString("%1 %2 %3 %4 %5")
                              .arg(QString::fromStdString(item.series), QString::fromStdString(item.asset))
                              .arg(static_cast<int>(item.state))
                              .arg(item.bits.value_or(0))
                              .arg(QString::fromStdString(graph::toText(item.values.front().second)));
            for (const auto& measurement : store::measurementsOf(*library_, item.id))
                for (const auto& score : measurement.scores)
                    row += QString(" %1 %2").arg(score.s0).arg(measurement.counts.at("pixels"));
            rows << row;
        }
        return rows;
    }

  private:
    QTemporaryDir folder_;
    std::string record_;
    graph::Catalogue catalogue_ = fake::catalogue();
    std::optional<store::Library> library_;
    std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace ratescope::run::fake
