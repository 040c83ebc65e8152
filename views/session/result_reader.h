#pragma once

// The thread that reads a library for results.h. Every function may be called from the window's thread and returns
// at once; signals come in that thread.

#include "views/session/results.h"

#include <QThread>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

namespace ratescope::views {

/// Of a question: what it gave, or why it failed.
struct Answer {
    std::any value;
    std::optional<Error> failure;
};

class ResultReader : public QThread {
    Q_OBJECT

  public:
    ResultReader();
    ~ResultReader() override;

    void open(const QString& library, const std::string& documentId, quint64 epoch);
    void ask(quint64 id, std::function<std::any(const OpenLibrary&)> query);
    void drop(quint64 id);

  signals:
    void found(bool study);  ///< the library was opened, or the study has come into it
    void committed();
    void failed(const QString& what, const QString& remedy);
    void answered(quint64 id, quint64 epoch, const std::shared_ptr<ratescope::views::Answer>& answer);

  protected:
    void run() override;

  private:
    struct Question {
        quint64 id = 0;
        std::function<std::any(const OpenLibrary&)> query;
    };
    struct Wanted {
        std::string library, documentId;
        quint64 epoch = 0;
    };

    std::optional<Question> nextQuestion();
    void look();
    void openWanted(const Wanted& wanted);
    void findStudy();
    void answer(const Question& question);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Question> questions_;
    Wanted wanted_;
    bool ending_ = false;

    // Of the reader's thread alone.
    Wanted opened_;
    std::optional<store::Library> library_;
    std::optional<store::StudyRecord> study_;
    std::int64_t version_ = -1;
    int failedLooks_ = 0;    ///< one after the other
    std::string complaint_;  ///< last failure to open, said once
};

}  // namespace ratescope::views
