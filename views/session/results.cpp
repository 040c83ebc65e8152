#include "views/session/results.h"

#include "views/session/result_reader.h"

namespace ratescope::views {

Results::Results(QObject* parent) : QObject(parent), reader_(std::make_unique<ResultReader>()) {
    connect(reader_.get(), &ResultReader::found, this, [this](bool study) {
        hasStudy_ = study;
        emit opened();
        emit committed();
    });
    connect(reader_.get(), &ResultReader::committed, this, &Results::committed);
    connect(reader_.get(), &ResultReader::failed, this, &Results::failed);
    connect(reader_.get(), &ResultReader::answered, this, &Results::deliver);
}

Results::~Results() = default;

void Results::open(const QString& library, const std::string& documentId) {
    file_ = library;
    hasStudy_ = false;
    ++epoch_;
    pending_.clear();
    reader_->open(library, documentId, epoch_);
    emit opened();
}

void Results::close() {
    open({}, {});
}

void Results::enqueue(QObject* receiver, const QString& topic,
                      std::function<std::any(const OpenLibrary&)> query,
                      std::function<void(const std::any&)> done, std::function<void(const Error&)> failed) {
    const quint64 id = ++lastQuestion_;
    // An older question of the same topic is not asked any more, and its answer not wanted.
    for (auto each = pending_.begin(); each != pending_.end(); ++each)
        if (each->second.receiver == receiver && each->second.topic == topic) {
            reader_->drop(each->first);
            pending_.erase(each);
            break;
        }
    pending_.emplace(id, Pending{receiver, topic, std::move(done), std::move(failed)});
    reader_->ask(id, std::move(query));
}

void Results::deliver(quint64 id, quint64 epoch, const std::shared_ptr<Answer>& answer) {
    const auto found = pending_.find(id);
    if (epoch != epoch_ || found == pending_.end()) return;
    const Pending pending = std::move(found->second);
    pending_.erase(found);
    if (!pending.receiver) return;
    if (!answer->failure)
        pending.done(answer->value);
    else if (pending.failed)
        pending.failed(*answer->failure);
    else
        emit failed(QString::fromStdString(answer->failure->what()),
                    QString::fromStdString(answer->failure->remedy()));
}

}  // namespace ratescope::views
