#include <openssl/evp.h>

#include <pappus/tls/sha3.hpp>

namespace pappus::tls {

std::optional<std::array<std::uint8_t, 32>> sha3_256(io::const_buffer bytes) noexcept {
  std::array<std::uint8_t, 32> hash{};
  const bool hashed = EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha3_256(), nullptr) == 1;
  if (!hashed) return std::nullopt;
  return hash;
}

}  // namespace pappus::tls
