#include "app/desktop/run_control.h"

#include "core/graph/document_json.h"
#include "views/controls/tabular.h"

#include <nlohmann/json.hpp>

#include <QLocale>

namespace ratescope::desktop {

using nlohmann::json;

RunControl::RunControl(views::Session& session, QObject* parent) : QObject(parent), session_(session) {
    connect(&session_.supervisor, &views::SupervisorLink::progressed, this, &RunControl::changed);
    connect(&session_.supervisor, &views::SupervisorLink::stateChanged, this, [this] {
        if (session_.supervisor.state() != views::SupervisorLink::State::Attached) submitting_ = false;
        emit changed();
    });
    connect(&session_.supervisor, &views::SupervisorLink::trouble, this,
            [this](const QString& what, const QString& remedy) {
                emit failed(what, remedy);
                emit changed();
            });
}

json RunControl::submission(const QString& commands) const {
    json options = json::object();
    if (session_.settings.jobs() > 0) options["jobs"] = session_.settings.jobs();
    if (!commands.isEmpty()) options["commands"] = commands.toStdString();
    return {{"document", graph::toJson(session_.document.document())},
            {"directory", session_.document.directory().string()},
            {"options", options}};
}

void RunControl::run(const QString& commands) {
    if (submitting_) return;
    submitting_ = true;
    emit changed();
    session_.supervisor.start(session_.settings.jobs());
    const json arguments = submission(commands);
    session_.supervisor.request(
        "submit", arguments, this,
        [this](const json& result) {
            submitting_ = false;
            const json& items = result.at("plan").at("items");
            const QLocale locale;
            const auto count = [&](const char* name) {
                return locale.toString(items.at(name).get<qint64>());
            };
            emit submitted(tr("%1 items: %2 new, %3 reused, %4 orphaned")
                               .arg(count("total"), count("new"), count("reused"), count("orphaned")));
            emit changed();
        },
        [this, arguments](const Error& error) {
            submitting_ = false;
            emit changed();
            if (error.kind() == ErrorKind::Unapproved)
                askApproval(arguments);
            else
                refused(error);
        });
}

void RunControl::askApproval(const json& arguments) {
    session_.supervisor.request(
        "plan", arguments, this,
        [this](const json& plan) {
            QStringList lines;
            for (const json& use : plan.at("commands").at("commands")) {
                lines += QString::fromStdString(use.at("node").get<std::string>() + ": " +
                                                use.at("command").get<std::string>());
                for (const json& file : use.at("files"))
                    lines += "    " + QString::fromStdString(file.at("file").get<std::string>());
            }
            emit approvalAsked(lines,
                               QString::fromStdString(plan.at("commands").at("hash").get<std::string>()));
        },
        [this](const Error& error) { refused(error); });
}

void RunControl::refused(const Error& error) {
    if (error.kind() == ErrorKind::Cancelled) return;
    emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
}

void RunControl::pause() {
    session_.supervisor.request("pause", json::object(), this, [](const json&) {});
}

void RunControl::resume() {
    session_.supervisor.request("resume", json::object(), this, [](const json&) {});
}

void RunControl::stop() {
    session_.supervisor.request("cancel", {{"study", session_.document.document().name}}, this,
                                [](const json&) {});
}

bool RunControl::running() const {
    return submitting_ || session_.supervisor.progress().has_value();
}

QString RunControl::progressText() const {
    const auto& progress = session_.supervisor.progress();
    if (!progress) return submitting_ ? tr("Reading the files of the study") : QString();
    const QLocale locale;
    QStringList parts{
        tr("%1 of %2")
            .arg(locale.toString(qint64{progress->done}), locale.toString(qint64{progress->total}))};
    if (progress->paused) parts += tr("paused");
    if (!progress->paused && progress->secondsLeft) parts += views::timeLeftText(*progress->secondsLeft);
    if (!progress->paused && progress->itemsPerMinute > 0)
        parts += tr("%1 items a minute").arg(views::significantText(progress->itemsPerMinute, 2));
    if (progress->failed > 0) parts += tr("%1 failed").arg(locale.toString(qint64{progress->failed}));
    return parts.join(" · ");
}

}  // namespace ratescope::desktop
