#pragma once

// Study documents, written as a user would.

#include <nlohmann/json.hpp>

#include <QByteArray>
#include <string>
#include <vector>

namespace e2e {

class Study {
  public:
    /// With a permanent id of its own for each name.
    explicit Study(const std::string& name);

    Study& node(const std::string& slug, const std::string& type,
                const nlohmann::json& parameters = nlohmann::json::object());
    Study& wire(const std::string& from, const std::string& to);
    /// One column.
    Study& sweep(const std::string& node, const std::string& parameter, const nlohmann::json& values);
    Study& set(const std::string& member, const nlohmann::json& value);
    /// measure.psnr or test.mse (by type) of `candidate` against `reference`.
    Study& measure(const std::string& slug, const std::string& type, const std::string& reference,
                   const std::string& candidate);

    nlohmann::json document;
    QByteArray text() const;
};

/// Noise → bit planes (layers 1 … `layers`) → squared error; series "layers", metrics test-mse and test-psnr.
Study layersStudy(const std::string& name, int assets, int layers);

/// RGB noise → JPEG (qualities; 4:2:0 and 4:4:4) → PSNR: two series that BD compares.
Study jpegStudy(const std::string& name, int assets, const std::vector<int>& qualities);

}  // namespace e2e
