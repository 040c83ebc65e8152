// Commands with their files: what they name, what enters keys, what is approved.

#include "core/run/command_files.h"

#include "core/run/approval.h"
#include "tests/core/error_check.h"
#include "tests/core/run/fake_study.h"

#include <QtTest>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace ratescope;
using namespace ratescope::run;

namespace {

/// A node that runs a command, and one that does not.
graph::Catalogue commandCatalogue() {
    graph::Catalogue catalogue = fake::catalogue();
    graph::Manifest manifest = *catalogue.find("fake.transform");
    manifest.id = "fake.command";
    manifest.parameters = {
        {.id = "command", .type = graph::ParameterType::Command, .defaultValue = std::string("true")},
        {.id = "values", .type = graph::ParameterType::Text, .defaultValue = std::string()},
        {.id = "amount", .type = graph::ParameterType::Real, .defaultValue = 1.0}};
    graph::Family family{"command", "", "/nowhere", {manifest}};
    family.manifests.front().family = "command";
    family.manifests.front().id = "command.node";
    catalogue.add(std::move(family));
    return catalogue;
}

Task taskOf(const std::string& command, const std::string& values = "", double amount = 1) {
    Task task;
    task.kind = TaskKind::Transform;
    task.node = "tool";
    task.type = "command.node";
    task.parameters = {{"command", command}, {"values", values}, {"amount", amount}};
    return task;
}

}  // namespace

class CommandFilesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    graph::Catalogue catalogue_ = commandCatalogue();

    std::filesystem::path path(const std::string& name) const {
        return folder_->path().toStdString() + "/" + name;
    }
    std::filesystem::path write(const std::string& name, const std::string& text, bool runs = false) const {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
        if (runs) std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
        return path(name);
    }
    std::string resolved(const std::string& text) const {
        return resolveCommand(text, {path("study"), {{"RATESCOPE_DATA", path("data")}}}, sha256OfFile);
    }
    Hash keyOfCommand(const std::string& text) const {
        return keyOf(taskOf(resolved(text)), *catalogue_.find("command.node"));
    }
    Hash approvalOf(const std::vector<Task>& tasks) const { return commandsOf(tasks, catalogue_)->hash; }

  private slots:
    void init() {
        qunsetenv("RATESCOPE_DATA");  // it would stand above the roots given here
        folder_ = std::make_unique<QTemporaryDir>();
        std::filesystem::create_directories(path("study"));
        std::filesystem::create_directories(path("data"));
        qputenv("XDG_CONFIG_HOME", folder_->path().toUtf8() + "/config");
    }

    void programsAreFound() {
        const auto tool = write("study/tool", "#!/bin/sh\n", true);
        QCOMPARE(filesOf(resolved("./tool -q {quality}")).front().file, tool);
        QVERIFY(filesOf(resolved("./tool")).front().hash == sha256OfFile(tool));
        const auto other = write("data/bin/tool", "other", true);
        QCOMPARE(filesOf(resolved("${RATESCOPE_DATA}/bin/tool")).front().file, other);
        QCOMPARE(filesOf(resolved(other.string())).front().file, other);
        const QByteArray before = qgetenv("PATH");
        qputenv("PATH", "/nowhere:" + QByteArray::fromStdString(other.parent_path().string()) + ":" + before);
        QCOMPARE(filesOf(resolved("tool {input}")).front().file, other);
        qputenv("PATH", before);
    }

    void programsThatCannotRunAreRefused() {
        write("study/text", "text");
        VERIFY_ERROR(resolved("no-such-program-anywhere {input}"), ErrorKind::Input, "There is no program");
        VERIFY_ERROR(resolved("./missing"), ErrorKind::Input, "is not there");
        VERIFY_ERROR(resolved("./text"), ErrorKind::Input, "is not executable");
        VERIFY_ERROR(resolved("."), ErrorKind::Input, "");
        VERIFY_ERROR(resolved("{program} x"), ErrorKind::Document, "without a placeholder");
        VERIFY_ERROR(resolved(""), ErrorKind::Document, "No command");
        VERIFY_ERROR(resolved("${NOWHERE}/tool"), ErrorKind::Input, "unknown root");
    }

    void filesAreNamedByWords() {
        write("study/tool", "tool", true);
        write("study/a b.txt", "table");
        write("study/75", "a number");
        write("data/model.bin", "model");
        std::filesystem::create_directories(path("data/models"));
        const std::string text = resolved(
            "./tool 'a b.txt' --table='a b.txt' --model=${RATESCOPE_DATA}/model.bin ${RATESCOPE_DATA}/models "
            "75 "
            "none.txt {input.png} x{quality}.txt");
        const auto files = filesOf(text);
        QCOMPARE(files.size(), std::size_t{4});
        QCOMPARE(files[1].file, path("study/a b.txt"));
        QCOMPARE(files[2].file, path("study/a b.txt"));
        QCOMPARE(files[3].file, path("data/model.bin"));
        const std::string study = path("study").string(), data = path("data").string();
        QCOMPARE(readable(text), study + "/tool \"" + study + "/a b.txt\" --table=\"" + study +
                                     "/a b.txt\" --model=" + data + "/model.bin " + data +
                                     "/models 75 none.txt {input.png} x{quality}.txt");
    }

    void bytesEnterTheKey() {
        write("study/tool", "one", true);
        write("study/table.txt", "one");
        const Hash key = keyOfCommand("./tool table.txt {input}");
        QVERIFY(keyOfCommand("./tool  table.txt   '{input}'") != key);
        QCOMPARE(keyOfCommand("./tool  table.txt\n{input}").hex(), key.hex());
        write("study/tool", "two", true);
        QVERIFY(keyOfCommand("./tool table.txt {input}") != key);
        write("study/tool", "one", true);
        QCOMPARE(keyOfCommand("./tool table.txt {input}").hex(), key.hex());
        write("study/table.txt", "two");
        QVERIFY(keyOfCommand("./tool table.txt {input}") != key);
        write("study/table.txt", "one");
        // Where they lie does not count, what the program is called does.
        write("study/elsewhere/tool", "one", true);
        write("study/elsewhere/renamed.txt", "one");
        QCOMPARE(keyOfCommand("elsewhere/tool elsewhere/renamed.txt {input}").hex(), key.hex());
        write("study/other", "one", true);
        QVERIFY(keyOfCommand("./other table.txt {input}") != key);
    }

    // Literal, so that no change of the program changes what libraries already hold.
    void keysNeverChange() {
        write("study/tool", "one", true);
        write("study/table.txt", "two");
        const std::string key = keyOfCommand("./tool --table=table.txt -q {quality} '{x}' {input.png}").hex();
        QCOMPARE(QString::fromStdString(key),
                 QString("86c26afe33c1a8296d16a08fcb27b330a6696a8bd24f2df7a3526a449ff0f4db"));
    }

    void approvalIsOfWhatRuns() {
        write("study/tool", "one", true);
        const std::string command = resolved("./tool {input}");
        const Hash hash = approvalOf({taskOf(command)});
        QVERIFY(!commandsOf(std::vector<Task>{}, catalogue_));
        // Numbers can't say what runs; texts can become arguments.
        QVERIFY(approvalOf({taskOf(command, "", 2), taskOf(command)}) == hash);
        QVERIFY(approvalOf({taskOf(command, "script=x")}) != hash);
        QVERIFY(approvalOf({taskOf(command), taskOf(command, "script=x")}) != hash);
        QVERIFY(approvalOf({taskOf(resolved("./tool {input} x"))}) != hash);
        write("study/tool", "two", true);
        QVERIFY(approvalOf({taskOf(resolved("./tool {input}"))}) != hash);
    }

    void approvedOnce() {
        write("study/tool", "one", true);
        const std::vector<Task> tasks{taskOf(resolved("./tool 'a\x1b[2Kb' {input}"), "label=\"x y\"")};
        const auto commands = commandsOf(tasks, catalogue_);
        QVERIFY(!commands->approved);
        VERIFY_ERROR(requireApproval(commands, {}), ErrorKind::Unapproved, "tool.command: ");
        VERIFY_ERROR(requireApproval(commands, {}), ErrorKind::Unapproved, commands->hash.hex().c_str());
        VERIFY_ERROR(requireApproval(commands, {}), ErrorKind::Unapproved, "a\\x1b[2Kb");
        VERIFY_ERROR(requireApproval(commands, {}), ErrorKind::Unapproved, "label=\"x y\"");
        VERIFY_ERROR(requireApproval(commands, {.hash = sha256("another")}), ErrorKind::Unapproved, "");
        requireApproval(commands, {.hash = commands->hash});
        QVERIFY(commandsOf(tasks, catalogue_)->approved);
        requireApproval(commandsOf(tasks, catalogue_), {});
        const auto mode = std::filesystem::status(approvalFile()).permissions();
        QVERIFY((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
        write("study/tool", "two", true);
        const std::vector<Task> rebuilt{taskOf(resolved("./tool 'a\x1b[2Kb' {input}"), "label=\"x y\"")};
        VERIFY_ERROR(requireApproval(commandsOf(rebuilt, catalogue_), {}), ErrorKind::Unapproved, "");
        requireApproval(commandsOf(rebuilt, catalogue_), {.all = true});
        QVERIFY(commandsOf(tasks, catalogue_)->approved && commandsOf(rebuilt, catalogue_)->approved);
        requireApproval(std::nullopt, {});
    }

    void anApprovalThatCannotBeKeptIsNone() {
        write("study/tool", "one", true);
        write("config", "a file where the folder should be");
        const auto commands = commandsOf(std::vector<Task>{taskOf(resolved("./tool"))}, catalogue_);
        QVERIFY(!commands->approved);
        VERIFY_ERROR(requireApproval(commands, {.all = true}), ErrorKind::Resource, "can't be remembered");
    }
};

QTEST_GUILESS_MAIN(CommandFilesTest)
#include "command_files_test.moc"
