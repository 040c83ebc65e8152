#pragma once

// The library beside the document, read in a thread of its own, so that no query holds the window up. The reader is
// never the writer: what changes comes from the supervisor, here or in a shell, and is seen within a quarter of a
// second.

#include "core/error.h"
#include "core/store/library.h"

#include <QObject>
#include <QPointer>
#include <QString>
#include <any>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace ratescope::views {

/// A study that a query runs against, in the reader's thread.
struct OpenLibrary {
    const store::Library& library;
    std::optional<store::StudyRecord> study;  ///< the open document's; nothing while the library has none
};

struct Answer;
class ResultReader;

class Results : public QObject {
    Q_OBJECT

  public:
    explicit Results(QObject* parent = nullptr);
    ~Results() override;

    /// Reads this library from now on, and the study of this document in it. The file may come later: it is looked
    /// for again.
    void open(const QString& library, const std::string& documentId);
    void close();
    /// The library file that is wanted, there or not; "" for none.
    QString file() const { return file_; }
    /// The library has been opened and has the document's study.
    bool hasStudy() const { return hasStudy_; }

    /// Runs `query` in the reader's thread and `done` with its result in this one. Of questions with the same
    /// receiver and topic only the newest is kept while they wait. Nothing is called once the receiver is gone or
    /// another library was opened; nothing while there is no library. Failures go to `failed` if it is given,
    /// else to the signal.
    template <typename Query, typename Done>
    void ask(QObject* receiver, const QString& topic, Query query, Done done,
             const std::function<void(const Error&)>& failed = {}) {
        enqueue(
            receiver, topic,
            [query = std::move(query)](const OpenLibrary& open) { return std::any(query(open)); },
            [done = std::move(done)](const std::any& answer) {
                done(*std::any_cast<std::invoke_result_t<Query, const OpenLibrary&>>(&answer));
            },
            failed);
    }

  signals:
    void opened();     ///< another library, or none, is read now; all that was shown of the last one is void
    void committed();  ///< rows have changed; at most four times a second
    void failed(const QString& what, const QString& remedy);

  private:
    struct Pending {
        QPointer<QObject> receiver;
        QString topic;
        std::function<void(const std::any&)> done;
        std::function<void(const Error&)> failed;
    };

    void enqueue(QObject* receiver, const QString& topic, std::function<std::any(const OpenLibrary&)> query,
                 std::function<void(const std::any&)> done, std::function<void(const Error&)> failed);

    void deliver(quint64 id, quint64 epoch, const std::shared_ptr<Answer>& answer);

    std::unique_ptr<ResultReader> reader_;
    std::map<quint64, Pending> pending_;  ///< questions without an answer yet
    quint64 lastQuestion_ = 0, epoch_ = 0;
    QString file_;
    bool hasStudy_ = false;
};

}  // namespace ratescope::views
