// Hashing of several messages side by side: the hashes are those of libsodium, and no byte outside of the messages is
// read. The first byte selects the number of lanes, the next the number of messages, then come their sizes, two bytes
// each, and what the messages are filled with.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include <sodium.h>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/hash_lanes.hpp>

using namespace pappus::wire;

namespace {

constexpr std::size_t max_size = 1100;  // of a message, bytes

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto supported = supported_hash_lanes();
  select_hash_lanes(supported[data[0] % supported.size()]);
  const std::size_t count = std::min<std::size_t>(data[1], (size - 2) / 2);
  const auto fill = std::span{data, size}.subspan(2 + 2 * count);

  // Memory of its own for each, without space behind it.
  std::vector<std::unique_ptr<std::byte[]>> owned;
  std::vector<bytes_view> messages;
  for (std::size_t i = 0, at = 0; i < count; ++i) {
    const std::size_t length = static_cast<std::size_t>(data[2 + 2 * i] | data[3 + 2 * i] << 8) % max_size;
    std::byte* const message = owned.emplace_back(new std::byte[length]).get();
    for (std::size_t k = 0; k < length; ++k, ++at)
      message[k] = fill.empty() ? std::byte{} : std::byte{fill[at % fill.size()]};
    messages.emplace_back(message, length);
  }
  std::vector<hash> hashes(count);
  blake2b_many(messages, hashes);
  for (std::size_t i = 0; i < count; ++i) {
    unsigned char expected[hash::size];
    crypto_generichash(expected, sizeof expected, reinterpret_cast<const unsigned char*>(messages[i].data()),
                       messages[i].size(), nullptr, 0);
    if (!std::ranges::equal(std::as_bytes(std::span{expected}), hashes[i].view())) std::abort();
  }
  return 0;
}
