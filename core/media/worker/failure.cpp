#include "core/error.h"
#include "core/media/worker/execute.h"

#include <opencv2/core.hpp>

#include <exception>
#include <new>

namespace ratescope::media {
namespace {

run::TaskFailure outOfMemory(const run::Task& task, std::uint64_t memoryLimit) {
    const std::string limit =
        memoryLimit == 0 ? "no limit" : "limit " + std::to_string(memoryLimit >> 20) + " MiB";
    return {ErrorKind::Resource, "The task " + task.node + " ran out of memory (" + limit + ").",
            "Use smaller inputs, or run fewer jobs at once."};
}

run::TaskFailure nodeFault(const run::Task& task, const std::string& what) {
    return {ErrorKind::Internal, "The node " + task.node + " (" + task.type + ") failed: " + what + ".",
            "Report this fault of the node."};
}

}  // namespace

run::TaskFailure failureOf(const run::Task& task, std::uint64_t memoryLimit) {
    try {
        throw;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Internal) return {error.kind(), error.what(), error.remedy()};
        return {error.kind(), "The node " + task.node + " (" + task.type + ") failed. " + error.what(),
                error.remedy().empty() ? "Report this fault of the node." : error.remedy()};
    } catch (const std::bad_alloc&) {
        return outOfMemory(task, memoryLimit);
    } catch (const cv::Exception& error) {
        return error.code == cv::Error::StsNoMem ? outOfMemory(task, memoryLimit)
                                                 : nodeFault(task, error.err);
    } catch (const std::exception& error) {
        return nodeFault(task, error.what());
    } catch (...) {
        return nodeFault(task, "it threw something that is no exception");
    }
}

}  // namespace ratescope::media
