#include "views/session/result_reader.h"

#include <chrono>
#include <filesystem>

namespace ratescope::views {
namespace {

constexpr std::chrono::milliseconds lookEvery{250};
/// A file that its writer is only making is no library yet: for so many looks nothing is said.
constexpr int patientLooks = 8;

}  // namespace

ResultReader::ResultReader() {
    qRegisterMetaType<std::shared_ptr<Answer>>("std::shared_ptr<ratescope::views::Answer>");
    setObjectName("results");
    start();
}

ResultReader::~ResultReader() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        questions_.clear();
    }
    wake_.notify_one();
    wait();
}

void ResultReader::open(const QString& library, const std::string& documentId, quint64 epoch) {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = {library.toStdString(), documentId, epoch};
        questions_.clear();
    }
    wake_.notify_one();
}

void ResultReader::ask(quint64 id, std::function<std::any(const OpenLibrary&)> query) {
    {
        const std::lock_guard lock(mutex_);
        questions_.push_back({id, std::move(query)});
    }
    wake_.notify_one();
}

void ResultReader::drop(quint64 id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(questions_, [id](const Question& question) { return question.id == id; });
}

void ResultReader::run() {
    auto looked = std::chrono::steady_clock::now() - lookEvery;
    while (true) {
        const auto question = nextQuestion();
        {
            const std::lock_guard lock(mutex_);
            if (ending_) return;
        }
        if (std::chrono::steady_clock::now() - looked >= lookEvery || !question) {
            look();
            looked = std::chrono::steady_clock::now();
        }
        if (question) answer(*question);
    }
}

std::optional<ResultReader::Question> ResultReader::nextQuestion() {
    std::unique_lock lock(mutex_);
    const auto wanted = [this] { return ending_ || wanted_.epoch != opened_.epoch || !questions_.empty(); };
    // Questions of a library that is not there yet wait for it.
    if (library_)
        wake_.wait_for(lock, lookEvery, wanted);
    else
        wake_.wait_for(lock, lookEvery, [this] { return ending_ || wanted_.epoch != opened_.epoch; });
    if (ending_ || questions_.empty() || !library_ || wanted_.epoch != opened_.epoch) return std::nullopt;
    Question question = std::move(questions_.front());
    questions_.pop_front();
    return question;
}

void ResultReader::look() {
    Wanted wanted;
    {
        const std::lock_guard lock(mutex_);
        wanted = wanted_;
    }
    try {
        if (wanted.epoch != opened_.epoch) {
            library_.reset();
            study_.reset();
            complaint_.clear();
            failedLooks_ = 0;
            opened_ = wanted;
        }
        if (!library_) openWanted(wanted);
        if (!library_) return;
        failedLooks_ = 0;
        const std::int64_t version = library_->changeCount();
        if (version == version_) return;
        version_ = version;
        findStudy();
        emit committed();
    } catch (const Error& error) {
        if (complaint_ == error.what() || ++failedLooks_ < patientLooks) return;
        complaint_ = error.what();
        emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
    }
}

void ResultReader::openWanted(const Wanted& wanted) {
    if (wanted.library.empty() || !std::filesystem::exists(wanted.library)) return;
    library_.emplace(wanted.library, store::Access::Read);
    version_ = library_->changeCount();
    findStudy();
    if (!study_) emit found(false);
}

void ResultReader::findStudy() {
    const bool had = study_.has_value();
    study_.reset();
    for (store::StudyRecord& study : library_->studies())
        if (study.documentId == opened_.documentId) study_ = std::move(study);
    if (study_.has_value() != had) emit found(study_.has_value());
}

void ResultReader::answer(const Question& question) {
    auto answer = std::make_shared<Answer>();
    try {
        answer->value = question.query({*library_, study_});
    } catch (const Error& error) {
        answer->failure = error;
    } catch (const std::exception& error) {
        answer->failure =
            Error(ErrorKind::Internal, std::string("A fault in Ratescope: ") + error.what() + ".",
                  "Report it with what led to it.");
    }
    emit answered(question.id, opened_.epoch, answer);
}

}  // namespace ratescope::views
