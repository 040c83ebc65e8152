#include "core/engine/device/cuda/on_device.h"

#include "core/engine/device/cuda/library.h"
#include "core/engine/device/cuda/twins.h"

namespace ratescope::engine {
namespace {

template <typename Element>
std::span<const std::byte> bytesOf(const Element* elements, std::size_t count) {
    return std::as_bytes(std::span(elements, count));
}

/// A job's three arrays in the memory of a device.
class GroupCodesOnDevice {
  public:
    GroupCodesOnDevice(int device, const GroupCodes& job)
        : host_(job),
          grids_(device, bytesOf(job.grids, job.rows * job.groupsOfRow())),
          values_(device, bytesOf(job.values, job.count())),
          codes_(device, bytesOf(job.codes, job.count())) {}

    GroupCodes there() const {
        GroupCodes result = host_;
        result.grids = grids_.as<Grid>();
        result.values = values_.as<float>();
        result.codes = codes_.as<std::uint16_t>();
        return result;
    }

    void takeCodes() const { codes_.copyTo(std::as_writable_bytes(std::span(host_.codes, host_.count()))); }
    void takeValues() const {
        values_.copyTo(std::as_writable_bytes(std::span(host_.values, host_.count())));
    }

  private:
    GroupCodes host_;
    CudaMemory grids_, values_, codes_;
};

}  // namespace

CudaMemory::CudaMemory(int device, std::size_t bytes) : device_(device) {
    checkCuda(cudaKernels().allocate(device, bytes, &memory_));
}

CudaMemory::CudaMemory(int device, std::span<const std::byte> bytes) : CudaMemory(device, bytes.size()) {
    checkCuda(cudaKernels().copyToDevice(device, memory_, bytes.data(), bytes.size()));
}

CudaMemory::~CudaMemory() {
    cudaKernels().release(device_, memory_);
}

void CudaMemory::copyTo(std::span<std::byte> bytes) const {
    checkCuda(cudaKernels().copyToHost(device_, bytes.data(), memory_, bytes.size()));
}

PackedMatrixOnDevice::PackedMatrixOnDevice(int device, const PackedMatrix& matrix)
    : device_(device),
      layout_(layoutWithCodes(matrix)),
      columns_(matrix.columns()),
      tiles_(device, bytesOf(layout_.tiles, layout_.count() * layout_.bytesOfTile)) {
    layout_.tiles = tiles_.as<std::byte>();
}

void PackedMatrixOnDevice::multiply(const Activations& activations, std::span<float> out) const {
    PackedProduct product = productOf(layout_, columns_, activations, out);
    const std::size_t groups = product.tokens * layout_.groups;
    const CudaMemory codes(device_, bytesOf(product.codes, groups * PackedTiles::columnsOfGroup));
    const CudaMemory scales(device_, bytesOf(product.scales, groups));
    const CudaMemory result(device_, out.size_bytes());
    product.codes = codes.as<std::int8_t>();
    product.scales = scales.as<ActivationScale>();
    product.out = result.as<float>();
    checkCuda(cudaKernels().multiply(device_, &product));
    result.copyTo(std::as_writable_bytes(out));
}

void encodeOnDevice(int device, const GroupCodes& job) {
    const GroupCodesOnDevice arrays(device, job);
    const GroupCodes there = arrays.there();
    checkCuda(cudaKernels().encode(device, &there));
    arrays.takeCodes();
}

void decodeOnDevice(int device, const GroupCodes& job) {
    const GroupCodesOnDevice arrays(device, job);
    const GroupCodes there = arrays.there();
    checkCuda(cudaKernels().decode(device, &there));
    arrays.takeValues();
}

}  // namespace ratescope::engine
