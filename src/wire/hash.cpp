// Blake2b by libsodium.
#include <sodium.h>

#include <pappus/wire/hash.hpp>

namespace pappus::wire {
namespace {

unsigned char* writable(hash& value) noexcept { return reinterpret_cast<unsigned char*>(value.raw.data()); }

const unsigned char* readable(bytes_view part) noexcept { return reinterpret_cast<const unsigned char*>(part.data()); }

// Lets libsodium select the implementation for this CPU. A failure concerns its random numbers, not its hashes.
void choose_implementation() noexcept {
  static const int chosen = sodium_init();
  static_cast<void>(chosen);
}

}  // namespace

hash blake2b(bytes_view message) noexcept {
  choose_implementation();
  hash value;
  crypto_generichash(writable(value), value.size, readable(message), message.size(), nullptr, 0);
  return value;
}

hash blake2b(std::initializer_list<bytes_view> parts) noexcept {
  choose_implementation();
  hash value;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, value.size);
  for (const bytes_view part : parts) crypto_generichash_update(&state, readable(part), part.size());
  crypto_generichash_final(&state, writable(value), value.size);
  return value;
}

}  // namespace pappus::wire
