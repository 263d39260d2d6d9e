#include <bit>
#include <cstring>

#include <sodium.h>

#include <pappus/peer/keyed_hash.hpp>

namespace pappus::peer {

static_assert(crypto_shorthash_siphash24_KEYBYTES == 16 && crypto_shorthash_siphash24_BYTES == 8);

namespace {

/// SipHash of the words in native byte order: the hash means nothing outside this machine.
template <std::size_t Size>
std::uint64_t siphash(const std::array<std::uint64_t, Size>& words, const keyed_hash::key& key) noexcept {
  std::uint64_t hash = 0;
  crypto_shorthash_siphash24(reinterpret_cast<unsigned char*>(&hash),
                             reinterpret_cast<const unsigned char*>(words.data()), sizeof(words),
                             reinterpret_cast<const unsigned char*>(key.data()));
  return hash;
}

}  // namespace

keyed_hash::key keyed_hash::new_key(io::runtime& rng) {
  key secret{};
  rng.fill_random(secret);
  return secret;
}

keyed_hash::key keyed_hash::new_key(const io::random_source& rng) {
  std::array<std::uint64_t, 2> drawn{};
  for (std::uint64_t& each : drawn) each = rng();
  return std::bit_cast<key>(drawn);
}

std::uint64_t keyed_hash::operator()(std::uint64_t purpose, std::uint64_t first, std::uint64_t second) const noexcept {
  return siphash(std::array{purpose, first, second}, key_);
}

std::uint64_t keyed_hash::operator()(std::uint64_t purpose, const wire::peer_address& address,
                                     std::uint64_t second) const noexcept {
  std::array<std::uint64_t, 5> words{purpose, second, address.port, 0, 0};
  const auto ip = address.ip.bytes();
  std::memcpy(&words[3], ip.data(), ip.size());
  return siphash(words, key_);
}

std::uint64_t keyed_hash::operator()(std::uint64_t purpose, const wire::hash& hash) const noexcept {
  std::array<std::uint64_t, 5> words{purpose};
  static_assert(sizeof(words) == sizeof(purpose) + sizeof(hash.raw));
  std::memcpy(&words[1], hash.raw.data(), sizeof(hash.raw));
  return siphash(words, key_);
}

}  // namespace pappus::peer
