// Keyed hash that is unpredictable without its key. Used for the positions of addresses in the address book, the
// address book's random choices, and the hash buckets of transactions from peers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/io/random.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// SipHash-2-4 (Aumasson, Bernstein 2012) of a few numbers. The first one, `what_for`, separates its uses.
class keyed_hash {
public:
  using key = std::array<std::byte, 16>;

  /// A random key.
  [[nodiscard]] static key new_key(io::runtime& rng);
  [[nodiscard]] static key new_key(const io::random_source& rng);

  explicit keyed_hash(const key& secret) noexcept : key_(secret) {}

  [[nodiscard]] std::uint64_t operator()(std::uint64_t purpose, std::uint64_t first,
                                         std::uint64_t second = 0) const noexcept;
  [[nodiscard]] std::uint64_t operator()(std::uint64_t purpose, const wire::peer_address& address,
                                         std::uint64_t second = 0) const noexcept;
  [[nodiscard]] std::uint64_t operator()(std::uint64_t purpose, const wire::hash& hash) const noexcept;

private:
  key key_;
};

}  // namespace pappus::peer
