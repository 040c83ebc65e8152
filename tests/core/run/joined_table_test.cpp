#include "core/run/joined_table.h"

#include "tests/core/error_check.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace ratescope;
using namespace ratescope::run;

namespace {

std::vector<Asset> assetsNamed(const std::vector<std::string>& names) {
    std::vector<Asset> assets;
    for (const std::string& name : names)
        assets.push_back({name, "/pictures/" + name, {}, 0});
    return assets;
}

QString textOf(const Attributes& attributes) {
    QStringList parts;
    for (const auto& [column, value] : attributes)
        parts << QString::fromStdString(column + "=" + graph::toText(value));
    return parts.join(" ");
}

}  // namespace

class JoinedTableTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    std::filesystem::path file(const std::string& name, const std::string& content) const {
        const std::filesystem::path path = std::filesystem::path(folder_.path().toStdString()) / name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    QString error(const std::string& name, const std::string& content, const std::string& key = {}) const {
        const auto path = file(name, content);
        try {
            joinTable(path, key, assetsNamed({"a.png", "b.png"}));
        } catch (const Error& failure) {
            if (failure.kind() != ErrorKind::Input) return "another kind of error";
            return QString::fromStdString(std::string(failure.what()) + " " + failure.remedy());
        }
        return {};
    }

  private slots:
    void rowsAreFoundByName() {
        const auto path =
            file("labels.csv",
                 "file,scene,year,size [px],note\nb.png,city,2001,1.5,\na,\"wood, hill\",1999,2,x\n");
        const JoinedTable joined = joinTable(path, "", assetsNamed({"a.png", "b.png", "c.png"}));
        QCOMPARE(joined.ofAsset.size(), std::size_t{3});
        QCOMPARE(textOf(joined.ofAsset[0]), QString("scene=wood, hill year=1999 size=2 note=x"));
        QCOMPARE(textOf(joined.ofAsset[1]), QString("scene=city year=2001 size=1.5"));
        QCOMPARE(textOf(joined.ofAsset[2]), QString());
        QVERIFY(std::holds_alternative<std::int64_t>(joined.ofAsset[0][1].second));
        QVERIFY(std::holds_alternative<double>(joined.ofAsset[0][2].second));
        QVERIFY(std::holds_alternative<std::string>(joined.ofAsset[0][0].second));
        QCOMPARE(joined.notes, std::vector<std::string>{"labels.csv has no row for 1 asset: c.png."});
    }

    void extraRowsAreSaid() {
        const auto path = file("labels.tsv", "split\tname\ntest\ta.png\ntrain\tx.png\ntrain\ty.png\n");
        const JoinedTable joined = joinTable(path, "name", assetsNamed({"a.png"}));
        QCOMPARE(textOf(joined.ofAsset[0]), QString("split=test"));
        QCOMPARE(joined.notes,
                 std::vector<std::string>{"labels.tsv has 2 rows of no asset, passed over: x.png, y.png."});
    }

    void linesOfJson() {
        const auto path =
            file("labels.jsonl",
                 "{\"name\":\"a.png\",\"tags\":[1,2],\"n\":1}\n\n{\"name\":\"b.png\",\"n\":2.5}\n");
        const JoinedTable joined = joinTable(path, "name", assetsNamed({"a.png", "b.png"}));
        QCOMPARE(textOf(joined.ofAsset[0]), QString("n=1 tags=[1,2]"));
        QCOMPARE(textOf(joined.ofAsset[1]), QString("n=2.5"));
        QVERIFY(std::holds_alternative<double>(joined.ofAsset[0][0].second));
    }

    void namesThatLookLikeNumbersStayNames() {
        const auto path = file("labels.csv", "file,code\na.png,007\nb.png,8\n");
        const JoinedTable joined = joinTable(path, "file", assetsNamed({"a.png", "b.png"}));
        QCOMPARE(textOf(joined.ofAsset[0]), QString("code=7"));
        QVERIFY(std::holds_alternative<double>(joined.ofAsset[0][0].second));
    }

    void faults_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* message, const char* name, const char* content,
                            const char* key = "") {
            QTest::newRow(message) << QString(name) << QString(content) << QString(key) << QString(message);
        };
        row("labels.csv, line 4: a second row for \"a.png\", after that on line 2. Keep one of them.",
            "labels.csv", "file,x\na.png,1\nb.png,1\na.png,1\n");
        row("labels.csv, line 4: a second row for \"z\", after that on line 3.", "labels.csv",
            "file,x\na.png,1\nz,1\nz,1\n");
        row("labels.csv, line 3: the second of two rows that may be of \"a.png\", after that on line 2.",
            "labels.csv", "file,x\na,1\na.jpg,1\n");
        row("labels.csv, line 2: the row names no asset. Fill in file, or remove it.", "labels.csv",
            "file,x\n,1\n");
        row("labels.csv has no column \"name\". Name one of its columns as the key: file, x.", "labels.csv",
            "file,x\na.png,1\n", "name");
        row("labels.jsonl does not say which of its columns names the assets.", "labels.jsonl",
            "{\"name\":\"a.png\"}\n");
        row("labels.jsonl, line 2: it is no JSON object.", "labels.jsonl", "{\"name\":\"a.png\"}\n[1]\n",
            "name");
        row("labels.csv, line 3: The row has 1 cells, the header has 2.", "labels.csv",
            "file,x\na.png,1\nb.png\n");
        row("two columns have the same name but for their unit.", "labels.csv",
            "file,x [a],x [b]\na.png,1,2\n");
        row("labels.txt does not end as a table.", "labels.txt", "file\na.png\n");
        row("labels.csv is empty.", "labels.csv", "");
        row("labels.csv, line 2: a cell is not UTF-8 text.", "labels.csv", "file,x\na.png,\xff\n");
    }

    void faults() {
        QFETCH(QString, name);
        QFETCH(QString, content);
        QFETCH(QString, key);
        QFETCH(QString, message);
        // Not through QString, which would mend what is no UTF-8.
        const std::string bytes = message.contains("UTF-8") ? "file,x\na.png,\xff\n" : content.toStdString();
        const QString found = error(name.toStdString(), bytes, key.toStdString());
        QVERIFY2(found.contains(message), qPrintable(found));
    }

    void missingTablesAreNamed() {
        QVERIFY_THROWS_EXCEPTION(Error, joinTable("/no/labels.csv", "", {}));
        QVERIFY_THROWS_EXCEPTION(Error, joinTable("/no/labels.jsonl", "", {}));
    }
};

QTEST_GUILESS_MAIN(JoinedTableTest)
#include "joined_table_test.moc"
