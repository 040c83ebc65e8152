#pragma once

// What a caption says of how curves were made: each branch's method with its papers and settings, and the software.

#include "core/curves/curve.h"
#include "core/graph/catalogue.h"
#include "core/store/library.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace ratescope::store {

/// Of one branch.
struct Method {
    std::string branch, title;
    std::string settings;  ///< "quality 10 to 95, progressive=true"; "" if there is nothing to say
    std::vector<graph::Paper> papers;  ///< of the manifest of its codec
};

struct StudyMethods {
    std::vector<Method> methods;                             ///< by first appearance among the curves
    std::set<std::string> programs;                          ///< versions of Ratescope that made the results
    std::map<std::string, std::set<std::string>> libraries;  ///< name → versions
};

/// Of the measured ones among the curves; nodes as the study's document has them. A node without an installed
/// manifest has no paper.
StudyMethods methodsOf(const Library& library, const StudyRecord& study, const graph::Catalogue& catalogue,
                       std::span<const curves::Curve> curves);

/// "JPEG [1]: quality 10 to 95. WebP [2]: method=6. Made by Ratescope 0.1.0 with libjpeg-turbo 2.1.5.", and one line
/// a paper: "[1] G. K. Wallace, …, https://…". A paper that several methods name stands once.
struct Citations {
    std::string text;
    std::vector<std::string> references;
};
Citations citationsOf(const StudyMethods& methods);

}  // namespace ratescope::store
