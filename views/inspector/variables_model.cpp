#include "views/inspector/variables_model.h"

#include "core/graph/edit.h"
#include "views/inspector/sweep_edits.h"
#include "views/inspector/variables.h"

#include <QStringList>

namespace ratescope::views {
namespace {

/// What stands for a variable that no parameter reads: the type that its text looks like.
graph::Parameter parameterLike(const QString& text, const std::string& name) {
    graph::Parameter parameter;
    parameter.id = name;
    bool whole = false, real = false;
    text.toLongLong(&whole);
    text.toDouble(&real);
    const bool truth = text == "true" || text == "false";
    parameter.type = whole   ? graph::ParameterType::Int
                     : real  ? graph::ParameterType::Real
                     : truth ? graph::ParameterType::Bool
                             : graph::ParameterType::Text;
    return parameter;
}

}  // namespace

VariablesModel::VariablesModel(Session& session, QObject* parent)
    : QAbstractTableModel(parent), session_(session) {
    connect(&session.document, &OpenDocument::changed, this, &VariablesModel::refresh);
    refresh();
}

void VariablesModel::refresh() {
    const graph::Document& document = session_.document.document();
    std::vector<Row> rows;
    for (const graph::Variable& variable : document.variables) {
        QStringList readers;
        for (const std::string& reader : readersOf(document, variable.name))
            readers += QString::fromStdString(reader);
        rows.push_back({variable, readers.join(", ")});
    }
    if (rows == rows_) return;
    if (rows.size() != rows_.size()) {
        beginResetModel();
        rows_ = std::move(rows);
        endResetModel();
        return;
    }
    rows_ = std::move(rows);
    emit dataChanged(index(0, 0), index(static_cast<int>(rows_.size()) - 1, columns - 1));
}

int VariablesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int VariablesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant VariablesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const bool isText = std::holds_alternative<std::string>(row.variable.value);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (index.column() == Value && !isText ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole && role != Qt::EditRole && role != Qt::ToolTipRole) return {};
    switch (index.column()) {
        case Name:
            return QString::fromStdString(row.variable.name);
        case Value:
            return textOf(row.variable.value);
        default:
            return row.readers;
    }
}

QVariant VariablesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Value ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    if (orientation == Qt::Vertical) return section + 1;
    return section == Name ? tr("Variable") : section == Value ? tr("Value") : tr("Read by");
}

Qt::ItemFlags VariablesModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() != Readers ? flags | Qt::ItemIsEditable : flags;
}

bool VariablesModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !index.isValid()) return false;
    const graph::Variable variable = rows_[static_cast<std::size_t>(index.row())].variable;
    return index.column() == Name ? rename(variable.name, value.toString())
                                  : setValue(variable, value.toString());
}

bool VariablesModel::rename(const std::string& from, const QString& to) {
    const graph::Document& document = session_.document.document();
    const std::string name = to.trimmed().toStdString();
    if (name == from) return true;
    QString why;
    if (!graph::isSlug(name)) {
        why = tr("The name of a variable has the letters a to z, digits and hyphens.");
    } else if (document.variable(name)) {
        why = tr("There is a variable %1 already. Choose another name.").arg(to);
    }
    emit refused(why);
    return why.isEmpty() && session_.document.apply(renameVariable(document, from, name));
}

bool VariablesModel::setValue(const graph::Variable& variable, const QString& text) {
    const graph::Document& document = session_.document.document();
    const auto reader = readerOf(document, session_.document.catalogue(), variable.name);
    const graph::Parameter parameter = reader ? *reader->second : parameterLike(text, variable.name);
    const ReadValue read = readValue(parameter, text);
    emit refused(read.fault);
    if (!read.value) return false;
    std::vector<graph::Variable> variables = document.variables;
    for (graph::Variable& one : variables)
        if (one.name == variable.name) one.value = *read.value;
    return session_.document.apply(graph::setVariables(std::move(variables)));
}

void VariablesModel::addVariable() {
    std::vector<graph::Variable> variables = session_.document.document().variables;
    variables.push_back({freeVariable(session_.document.document(), "variable"), std::int64_t{0}});
    session_.document.apply(graph::setVariables(std::move(variables)));
}

void VariablesModel::removeAt(int row) {
    if (row < 0 || row >= rowCount()) return;
    const std::string name = rows_[static_cast<std::size_t>(row)].variable.name;
    session_.document.apply(removeVariable(session_.document.document(), name));
}

}  // namespace ratescope::views
