#pragma once

// A context with a folder for what external programs read and write.

#include "tests/families/support.h"

#include <QTemporaryDir>
#include <filesystem>

namespace ratescope::media::test {

class ScratchContext : public TestContext {
  public:
    using TestContext::TestContext;
    std::filesystem::path scratch() override {
        const std::filesystem::path folder = std::filesystem::path(folder_.path().toStdString()) / "task";
        std::filesystem::create_directories(folder);
        return folder;
    }
    std::filesystem::path path(const std::string& name) { return scratch() / name; }

  private:
    QTemporaryDir folder_;
};

}  // namespace ratescope::media::test
