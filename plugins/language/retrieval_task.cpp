#include "plugins/language/retrieval_task.h"

#include "core/error.h"

#include <cmath>
#include <memory>
#include <set>
#include <utility>

namespace ratescope::media::language {
namespace {

Error unfit(const std::string& what) {
    return Error(ErrorKind::Input, what,
                 "Connect tables as BEIR has them: a corpus with the columns _id, title and text, queries "
                 "with _id and "
                 "text, judgements with query-id, corpus-id and score.");
}

/// The rows of all tables of a port.
class Rows {
  public:
    Rows(const std::vector<Value>& tables, std::string what) : what_(std::move(what)) {
        for (const Value& value : tables) {
            const auto* table = std::get_if<std::shared_ptr<const Table>>(&value);
            if (!table) throw unfit("The " + what_ + " of language.retrieval is a table.");
            tables_.push_back(*table);
        }
    }

    /// The column as texts, under the first of the names that is there.
    std::vector<std::string> texts(std::initializer_list<const char*> names, bool optional = false) const {
        std::vector<std::string> all;
        for (const auto& table : tables_) {
            const Column* column = nullptr;
            for (const char* name : names)
                if (!column) column = table->column(name);
            if (!column && !optional)
                throw unfit("The " + what_ + " has no column \"" + *names.begin() + "\".");
            for (std::size_t row = 0; row < table->rows(); ++row)
                all.push_back(column ? cell(*column, row) : std::string());
        }
        return all;
    }

    std::vector<std::int64_t> grades(const char* name) const {
        std::vector<std::int64_t> all;
        for (const auto& table : tables_) {
            const Column* column = table->column(name);
            const auto* whole = column ? std::get_if<std::vector<std::int64_t>>(&column->cells) : nullptr;
            if (!whole) throw unfit("The " + what_ + " has no column \"" + name + "\" of whole numbers.");
            all.insert(all.end(), whole->begin(), whole->end());
        }
        return all;
    }

  private:
    /// Ids that are numbers stand in tables as numbers.
    std::string cell(const Column& column, std::size_t row) const {
        if (const auto* texts = std::get_if<std::vector<std::string>>(&column.cells)) return texts->at(row);
        if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.cells))
            return std::to_string(whole->at(row));
        throw unfit("The column \"" + column.name + "\" of the " + what_ + " holds numbers with fractions.");
    }

    std::string what_;
    std::vector<std::shared_ptr<const Table>> tables_;
};

std::map<std::string, std::size_t> placesOf(const std::vector<std::string>& ids, const std::string& what) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (!places.emplace(ids[i], i).second)
            throw unfit("The id \"" + ids[i] + "\" stands twice in the " + what + ".");
    return places;
}

std::size_t placeOf(const std::map<std::string, std::size_t>& places, const std::string& id,
                    const std::string& what) {
    const auto found = places.find(id);
    if (found == places.end())
        throw unfit("A judgement names \"" + id + "\", which is not in the " + what + ".");
    return found->second;
}

/// Keeps all documents that are judged, then the first others, `most` in all where there are more.
RetrievalTask reduced(RetrievalTask task, std::int64_t most) {
    std::set<std::size_t> kept;
    for (const RetrievalQuery& query : task.queries)
        for (const auto& [document, grade] : query.grades)
            kept.insert(document);
    for (std::size_t i = 0; i < task.documents.size() && kept.size() < static_cast<std::size_t>(most); ++i)
        kept.insert(i);
    std::map<std::size_t, std::size_t> moved;
    std::vector<std::string> documents;
    for (const std::size_t old : kept) {
        moved[old] = documents.size();
        documents.push_back(std::move(task.documents[old]));
    }
    task.documents = std::move(documents);
    for (RetrievalQuery& query : task.queries) {
        std::map<std::size_t, std::int64_t> grades;
        for (const auto& [document, grade] : query.grades)
            grades[moved.at(document)] = grade;
        query.grades = std::move(grades);
    }
    return task;
}

Value tableOf(std::vector<Column> columns) {
    Table table;
    table.columns = std::move(columns);
    return std::make_shared<const Table>(std::move(table));
}

}  // namespace

RetrievalTask retrievalTask(const std::vector<Value>& corpus, const std::vector<Value>& queries,
                            const std::vector<Value>& judgements, std::int64_t most) {
    RetrievalTask task;
    const Rows documents(corpus, "corpus"), asked(queries, "queries"), judged(judgements, "judgements");
    const auto places = placesOf(documents.texts({"_id", "id"}), "corpus");
    task.documents = documents.texts({"text"});
    const std::vector<std::string> titles = documents.texts({"title"}, true);
    for (std::size_t i = 0; i < titles.size(); ++i)
        if (!titles[i].empty()) task.documents[i] = titles[i] + ' ' + task.documents[i];

    const std::vector<std::string> queryIds = asked.texts({"_id", "id"}), queryTexts = asked.texts({"text"});
    const auto queryPlaces = placesOf(queryIds, "queries");
    const std::vector<std::string> from = judged.texts({"query-id"}), to = judged.texts({"corpus-id"});
    const std::vector<std::int64_t> grades = judged.grades("score");
    std::map<std::size_t, std::map<std::size_t, std::int64_t>> answers;
    for (std::size_t i = 0; i < grades.size(); ++i)
        answers[placeOf(queryPlaces, from[i], "queries")][placeOf(places, to[i], "corpus")] = grades[i];
    for (auto& [query, graded] : answers) {
        bool answered = false;
        for (const auto& [document, grade] : graded)
            answered = answered || grade > 0;
        if (answered) task.queries.push_back({queryIds[query], queryTexts[query], std::move(graded)});
    }
    if (task.queries.empty()) throw unfit("No query has a judgement above 0.");
    const bool all = most <= 0 || static_cast<std::size_t>(most) >= task.documents.size();
    return all ? task : reduced(std::move(task), most);
}

std::map<std::string, Value> toTables(const RetrievalTask& task) {
    std::vector<std::string> ids, texts;
    std::vector<std::int64_t> queries, documents, grades;
    for (std::size_t i = 0; i < task.queries.size(); ++i) {
        ids.push_back(task.queries[i].id);
        texts.push_back(task.queries[i].text);
        for (const auto& [document, grade] : task.queries[i].grades) {
            queries.push_back(static_cast<std::int64_t>(i));
            documents.push_back(static_cast<std::int64_t>(document));
            grades.push_back(grade);
        }
    }
    return {{"documents", tableOf({{"text", "", task.documents}})},
            {"queries", tableOf({{"id", "", std::move(ids)}, {"text", "", std::move(texts)}})},
            {"judgements", tableOf({{"query", "", std::move(queries)},
                                    {"document", "", std::move(documents)},
                                    {"grade", "", std::move(grades)}})}};
}

RetrievalTask fromTables(const std::map<std::string, Value>& tables) {
    const auto table = [&](const char* name) -> const Table& {
        return *std::get<std::shared_ptr<const Table>>(tables.at(name));
    };
    const auto texts = [&](const char* name, const char* column) {
        return std::get<std::vector<std::string>>(table(name).column(column)->cells);
    };
    const auto whole = [&](const char* column) {
        return std::get<std::vector<std::int64_t>>(table("judgements").column(column)->cells);
    };
    RetrievalTask task;
    task.documents = texts("documents", "text");
    const std::vector<std::string> ids = texts("queries", "id"), queryTexts = texts("queries", "text");
    for (std::size_t i = 0; i < ids.size(); ++i)
        task.queries.push_back({ids[i], queryTexts[i], {}});
    const std::vector<std::int64_t> queries = whole("query"), documents = whole("document"),
                                    grades = whole("grade");
    for (std::size_t i = 0; i < grades.size(); ++i)
        task.queries.at(static_cast<std::size_t>(queries[i])).grades[static_cast<std::size_t>(documents[i])] =
            grades[i];
    return task;
}

}  // namespace ratescope::media::language
