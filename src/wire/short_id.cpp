// SipHash-2-4 by libsodium.
#include <algorithm>

#include <sodium.h>

#include <pappus/wire/endian.hpp>
#include <pappus/wire/short_id.hpp>

namespace pappus::wire {

static_assert(crypto_shorthash_siphash24_KEYBYTES == 16 && crypto_shorthash_siphash24_BYTES == 8);

short_id_hasher::short_id_hasher(const hash& block, std::uint64_t nonce) noexcept {
  const hash seed = blake2b({block.view(), to_big_endian(nonce)});
  std::copy_n(seed.raw.begin(), key_.size(), key_.begin());
}

short_id short_id_hasher::of(const hash& kernel) const noexcept {
  std::array<std::byte, 8> whole;
  crypto_shorthash_siphash24(reinterpret_cast<unsigned char*>(whole.data()),
                             reinterpret_cast<const unsigned char*>(kernel.raw.data()), kernel.size,
                             reinterpret_cast<const unsigned char*>(key_.data()));
  short_id id;
  std::copy_n(whole.begin(), id.raw.size(), id.raw.begin());
  return id;
}

}  // namespace pappus::wire
