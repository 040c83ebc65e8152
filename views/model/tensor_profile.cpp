#include "views/model/tensor_profile.h"

#include "core/buffer/value_file.h"
#include "core/error.h"

#include <nlohmann/json.hpp>

#include <QStringList>
#include <algorithm>
#include <filesystem>

namespace ratescope::views {
namespace {

Error noProfile(const std::string& file) {
    return Error(ErrorKind::Input,
                 std::filesystem::path(file).filename().string() + " says nothing of tensors.",
                 "Delete the library's cache: the value is made again.");
}

class Reader {
  public:
    explicit Reader(const std::string& file) : file_(file), parts_(mapValueFile(file)) {
        if (parts_.type != "TensorSet") throw noProfile(file_);
        const auto fields = nlohmann::json::parse(parts_.fields);
        if (fields.at("schema") != "tensor-profile") throw noProfile(file_);
        list_ = nlohmann::json::parse(fields.at("metadata").at("tensors").get<std::string>());
    }

    std::vector<TensorFacts> read() const {
        const auto weights = column<std::int64_t>("weights", DType::I64);
        const auto searched = column<std::uint8_t>("searched", DType::U8);
        const auto error = column<double>("error", DType::F64),
                   largest = column<double>("largest-error", DType::F64),
                   low = column<double>("low", DType::F64), high = column<double>("high", DType::F64);
        const auto reference = column<std::uint32_t>("reference", DType::U32, histogramBins),
                   candidate = column<std::uint32_t>("candidate", DType::U32, histogramBins);
        std::vector<TensorFacts> tensors;
        for (std::size_t i = 0; i < list_.size(); ++i) {
            TensorFacts facts;
            facts.name = list_[i].at("name").get<std::string>();
            facts.type = QString::fromStdString(list_[i].at("type").get<std::string>());
            facts.shape = shapeText(list_[i].at("shape"));
            facts.weights = weights[i];
            facts.searched = searched[i] != 0;
            facts.error = error[i];
            facts.largestError = largest[i];
            facts.low = low[i];
            facts.high = high[i];
            std::copy_n(reference.begin() + static_cast<std::ptrdiff_t>(i * histogramBins), histogramBins,
                        facts.reference.begin());
            std::copy_n(candidate.begin() + static_cast<std::ptrdiff_t>(i * histogramBins), histogramBins,
                        facts.candidate.begin());
            tensors.push_back(std::move(facts));
        }
        return tensors;
    }

  private:
    static QString shapeText(const nlohmann::json& shape) {
        QStringList extents;
        for (const nlohmann::json& extent : shape)
            extents += QString::number(extent.get<std::int64_t>());
        return extents.join(QStringLiteral(" × "));
    }

    template <typename T>
    std::span<const T> column(const char* name, DType type, std::size_t width = 1) const {
        for (const NamedArray& one : parts_.arrays)
            if (one.name == name && one.array.type() == type &&
                static_cast<std::size_t>(one.array.size()) == width * list_.size())
                return one.array.as<T>();
        throw noProfile(file_);
    }

    std::string file_;
    ValueParts parts_;
    nlohmann::json list_;
};

}  // namespace

std::shared_ptr<const TensorProfile> TensorProfile::open(const std::string& file) {
    try {
        return std::make_shared<const TensorProfile>(TensorProfile{Reader(file).read()});
    } catch (const nlohmann::json::exception&) {
        throw noProfile(file);
    }
}

}  // namespace ratescope::views
