#include "core/engine/llm/states_checkpoint.h"

#include "core/engine/tensor.h"
#include "core/media/node/checkpoint.h"

#include <ATen/ATen.h>

#include <cstring>
#include <span>

namespace ratescope::engine {
namespace {

constexpr const char* arrayName = "hidden";
constexpr std::uint64_t mostBlocks = 1 << 20;

}  // namespace

void saveStates(media::Context& context, const States& states) {
    media::FieldWriter fields;
    fields.varint(static_cast<std::uint64_t>(states.blocks));
    const Array values = arrayOf(states.hidden.cpu());
    fields.raw(values.bytes());
    media::saveFields(context, arrayName, fields);
}

std::optional<States> savedStates(media::Context& context, const at::Tensor& embedded) {
    return media::takeUp(context, arrayName, [&](media::FieldReader& fields) {
        States states;
        states.blocks = static_cast<std::int64_t>(fields.varintUpTo(mostBlocks));
        const at::Tensor values = at::empty(embedded.sizes(), at::kFloat);
        const std::span<const std::byte> bytes = fields.raw(values.nbytes());
        std::memcpy(values.mutable_data_ptr(), bytes.data(), bytes.size());
        states.hidden = values.to(embedded.device());
        return states;
    });
}

}  // namespace ratescope::engine
