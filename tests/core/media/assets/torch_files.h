#pragma once

// Files as torch.save writes them, put together from opcodes: whole ones and whatever a test wants wrong about them.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ratescope::media::test {

std::string pickleText(const std::string& text);
std::string pickleInteger(std::int32_t value);
/// A tensor of the storage `key`, which has `numel` elements.
std::string pickleTensor(const std::string& key, std::int32_t numel, std::int32_t offset,
                         const std::vector<std::int32_t>& shape, const std::vector<std::int32_t>& strides,
                         const std::string& type = "FloatStorage");
/// A dictionary of keys and pickled values, in this order.
std::string pickleDict(const std::vector<std::pair<std::string, std::string>>& items);
/// Protocol 2, the value, STOP.
std::string pickled(const std::string& value);

/// Floats 0, 1, 2, … as bytes.
std::string floats(int count);

/// Stored entries, with a directory.
std::string zipOf(const std::vector<std::pair<std::string, std::string>>& entries);
/// The zip form of a value whose storages are these.
std::string torchZip(const std::string& value, const std::map<std::string, std::string>& storages);
/// The legacy form; storages are of floats.
std::string torchLegacy(const std::string& value, const std::map<std::string, std::string>& storages);

}  // namespace ratescope::media::test
