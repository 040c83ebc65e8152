#include "core/media/quality/half.h"

#include "core/error.h"
#include "core/media/quality/searched.h"

#include <bit>

namespace ratescope::media {
namespace {

/// Drops the lowest `count` bits of `bits`, rounding to nearest, ties to even.
std::uint32_t roundOff(std::uint32_t bits, int count) {
    const std::uint32_t half = std::uint32_t{1} << (count - 1);
    const std::uint32_t odd = bits >> count & 1;
    return (bits + half - 1 + odd) >> count;
}

}  // namespace

std::uint16_t floatToHalf(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000;
    const std::uint32_t magnitude = bits & 0x7fffffff;
    std::uint32_t half;
    if (magnitude > 0x7f800000)
        half = 0x7e00 | (magnitude >> 13 & 0x3ff);
    else if (magnitude >= 0x477ff000)  // 65520: rounds to 2^16
        half = 0x7c00;
    else if (magnitude >= 0x38800000)  // 2^-14, the least normal half
        half = roundOff(magnitude - (std::uint32_t{112} << 23), 13);
    else if (magnitude <= 0x33000000)  // 2^-25: half of the least subnormal, ties to zero
        half = 0;
    else
        half = roundOff((magnitude & 0x7fffff) | 0x800000, 126 - static_cast<int>(magnitude >> 23));
    return static_cast<std::uint16_t>(sign | half);
}

float bfloat16ToFloat(std::uint16_t bits) {
    return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

std::uint16_t floatToBfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
    return static_cast<std::uint16_t>(roundOff(bits, 16));
}

Array toFloat32(const Array& array) {
    if (array.type() == DType::F32) return array;
    if (!isFloatingPoint(array.type()))
        throw Error(ErrorKind::Input,
                    std::string("An array of ") + toText(array.type()) + " is not floating-point.",
                    "Give floating-point tensors.");
    Array result(DType::F32, array.shape());
    const auto out = result.writable<float>();
    if (array.type() == DType::F64) {
        const auto in = array.as<double>();
        for (std::size_t i = 0; i < in.size(); ++i)
            out[i] = static_cast<float>(in[i]);
        return result;
    }
    const auto in = array.as<std::uint16_t>();
    if (array.type() == DType::F16)
        for (std::size_t i = 0; i < in.size(); ++i)
            out[i] = halfToFloat(in[i]);
    else
        for (std::size_t i = 0; i < in.size(); ++i)
            out[i] = bfloat16ToFloat(in[i]);
    return result;
}

Array fromFloat32(const Array& array, DType type) {
    if (!isFloatingPoint(type))
        throw Error(ErrorKind::Internal, std::string(toText(type)) + " is not floating-point.", "");
    if (type == DType::F32) return array;
    const auto in = array.as<float>();
    Array result(type, array.shape());
    if (type == DType::F64) {
        const auto out = result.writable<double>();
        for (std::size_t i = 0; i < in.size(); ++i)
            out[i] = in[i];
        return result;
    }
    const auto out = result.writable<std::uint16_t>();
    for (std::size_t i = 0; i < in.size(); ++i)
        out[i] = type == DType::F16 ? floatToHalf(in[i]) : floatToBfloat16(in[i]);
    return result;
}

}  // namespace ratescope::media
